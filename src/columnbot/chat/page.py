"""The page: what happens on each event."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any

import gradio as gr

from columnbot.bot import ColumnBot
from columnbot.chat.about import about_html
from columnbot.chat.history import history_html
from columnbot.chat.layout import lay_out, said_of_archive, spoken_in
from columnbot.chat.reader import sheet_html
from columnbot.chat.session import Session, article_at, asked_again, column_at, go_further, judge, judged, referred
from columnbot.chat.tools import add_tools
from columnbot.chat.turns import Turns, in_turn
from columnbot.chat.watch import Watch
from columnbot.errors import FeedbackProblem, IndexProblem
from columnbot.feedback import FILE, keep
from columnbot.filters import EVERYTHING, Filter
from columnbot.index import beside
from columnbot.messages import say
from columnbot.questions import sound
from columnbot.settings import Settings

# Gradio has forty places for events that go on at once: these for questions, the others for all that is quick.
_WAITING = 24
_READERS_AT_ONCE = 8
_QUEUED = 200

_ANSWERING: dict[str, Any] = {"submit_btn": False, "stop_btn": True}
# Gradio lets a question go that is asked before it knows that the answer to the one before is whole. So the button
# to ask with comes back when it does, in the browser, and not with the last words of the answer.
_IDLE = '() => ({__type__: "update", submit_btn: true, stop_btn: false})'

Update = Any  # what a handler may give for a component: a value, or `gr.update`, which is a dict
Growing = AsyncIterator[tuple[Update, Session, Update]]  # the bubbles, the session, the question box


def build_page(bot: ColumnBot, settings: Settings, watch: Watch) -> gr.Blocks:
    """The chat as Gradio blocks. `serve` adds the style sheet and the theme, which Gradio takes at launch."""
    page = gr.Blocks(title=settings.title, analytics_enabled=False, fill_height=True, fill_width=True)
    do = _Handlers(bot, settings, watch, bot.index.name)
    # `Turns` says how many answers are made at a time; columns open meanwhile.
    quick: dict[str, Any] = {
        "show_progress": "hidden",
        "concurrency_limit": _READERS_AT_ONCE,
        "api_visibility": "private",
    }
    with page:
        if settings.mcp:
            add_tools(bot)  # first, as an event may go by the same name
        session, path = gr.State(None), gr.State(None)  # of the one column that is searched, if it is one
        on = lay_out(settings, bot.articles(), written=bot.writer is not None)
        answering = quick | {
            "outputs": [on.chatbot, session, on.question],
            "concurrency_id": "answering",
            "concurrency_limit": None,
        }
        asked = [
            on.question.submit(do.ask, [on.question, session, on.language, path, *on.boxes], **answering),
            on.chatbot.example_select(do.ask_example, [session, on.language], **answering),
            on.reader.again(do.ask_again, [session, on.language], **answering),
            on.reader.linked(do.ask_from_link, [session, on.language], **answering),
        ]
        for event in asked:
            event.then(None, None, on.question, js=_IDLE)  # after the whole answer, an error, or a stop
        further = [event.success(do.go_further, session, on.chatbot, **quick) for event in asked]
        on.reader.reference(do.open_column, [session, on.language], on.reader, **quick)
        on.reader.within(do.stay_in, [session, on.language], [path, on.only], **quick)
        on.reader.verdict(do.judge, session, on.chatbot, **quick)
        on.history.click(history_html, on.language, on.reader, **quick)
        on.about.click(do.tell_about, on.language, on.reader, **quick)
        on.only.click(lambda: (None, gr.update(visible=False)), None, [path, on.only], **quick)
        emptied = on.fresh.click(
            do.begin_anew,
            session,
            [on.chatbot, session, on.question, on.reader, path, on.only],
            cancels=[*asked, *further],
            **quick,
        )
        on.question.stop(None, None, None, cancels=asked)
        emptied.then(do.speak, on.language, on.spoken, **quick)  # the archive may have grown meanwhile
        on.language.input(do.speak, [on.language, *on.boxes], on.spoken, **quick)
        # Nothing that happens by itself while the page opens may touch the question: it may be typed already.
        page.load(do.greet, on.language, on.of_archive, **quick)
    page.queue(api_open=False, max_size=_QUEUED)
    return page


@dataclass(frozen=True)
class _Handlers:
    """What Gradio calls: each takes what stands on the page, and gives what is to stand there."""

    bot: ColumnBot
    settings: Settings
    watch: Watch
    laid_out: str  # the generation that the page speaks of as it stands
    idle: Lock = field(default_factory=Lock)
    turns: Turns = field(default_factory=lambda: Turns(_WAITING))

    async def ask(
        self,
        typed: str,
        held: Session | None,
        language: str,
        path: str | None,
        author: str,
        since: str,
        until: str,
        tags: list[str],
    ) -> Growing:
        where = Filter(
            author or None,
            date(int(since), 1, 1) if since else None,
            date(int(until), 12, 31) if until else None,
            tuple(tags),
            paths=frozenset([path] if path else []),
        )
        async for shown in self._answer(typed, held, language, where):
            yield shown

    async def ask_from_link(self, held: Session | None, language: str, event: gr.EventData) -> Growing:
        linked = _from_browser(event, "question")
        async for shown in self._answer(linked if isinstance(linked, str) else None, held, language):
            yield shown

    async def ask_example(self, held: Session | None, language: str, event: gr.EventData) -> Growing:
        async for shown in self._answer(_text_of_example(event), held, language):
            yield shown

    async def ask_again(self, held: Session | None, language: str, event: gr.EventData) -> Growing:
        found = referred(held, _from_browser(event, "reference"))
        asked = asked_again(found) if found else None
        if asked:
            async for shown in self._answer(asked[0], held, language, asked[1], alone=True):
                yield shown

    def begin_anew(self, held: Session | None) -> tuple[Update, ...]:
        """An empty page. Gradio cancels what it knows of, which a question just sent or taken further is not yet."""
        if held is not None:
            held.over = True
        return [], None, "", "", None, gr.update(visible=False)

    def go_further(self, held: Session | None) -> Update:
        if held is None or self.turns.busy:
            return gr.skip()
        try:
            messages = go_further(held, self.bot, self.idle)
        except IndexProblem:
            return gr.skip()
        return gr.skip() if messages is None else messages

    def open_column(self, held: Session | None, language: str, event: gr.EventData) -> str:
        html = column_at(held, _from_browser(event, "reference"), language)
        return html or sheet_html("", f"<p>{say('chat.gone', language)}</p>", language)

    def stay_in(self, held: Session | None, language: str, event: gr.EventData) -> tuple[Update, Update]:
        found = referred(held, _from_browser(event, "reference"))
        article = article_at(found) if found else None
        if article is None:
            return gr.skip(), gr.skip()
        return article.path, gr.update(visible=True, value=say("chat.only", language, title=article.title))

    def judge(self, held: Session | None, event: gr.EventData) -> Update:
        found = referred(held, _from_browser(event, "reference"))
        feedback = judge(held, found) if held and found else None
        if held is None or found is None or feedback is None:
            return gr.skip()
        try:
            keep(feedback, beside(self.settings.index) / FILE)
        except FeedbackProblem as problem:
            raise gr.Error(say("chat.not_kept", self.settings.language), print_exception=False) from problem
        self.watch.judged(feedback.verdict)
        return judged(held, found, feedback)

    def tell_about(self, language: str) -> str:
        try:
            return about_html(self.bot.index, language)
        except IndexProblem:
            return sheet_html("", f"<p>{say('chat.out_of_order', language)}</p>", language)

    def speak(self, language: str, *chosen: Update) -> Update:
        """What the page says in that language; the boxes stay as they are `chosen`, if given."""
        try:
            return spoken_in(language, self.settings, self.bot.articles(), chosen, written=self.bot.writer is not None)
        except IndexProblem:
            return gr.skip()

    def greet(self, language: str) -> Update:
        """What is new since the page was laid out; nothing, mostly."""
        try:
            if self.bot.index.name == self.laid_out:
                return gr.skip()
            return said_of_archive(language, self.settings, self.bot.articles(), written=self.bot.writer is not None)
        except IndexProblem:
            return gr.skip()

    async def _answer(
        self,
        typed: str | None,
        held: Session | None,
        language: str,
        where: Filter = EVERYTHING,
        *,
        alone: bool = False,
    ) -> Growing:
        current = held or Session(self.bot.conversation())
        asked = sound(typed or "").strip()
        field: Update = gr.update(**_ANSWERING)
        async for messages, left in in_turn(self.turns, current, asked, where, self.watch, language, alone=alone):
            yield messages, current, field | {"value": left} if field else gr.skip()
            field = None  # from then on it is the reader's


def _from_browser(event: gr.EventData, name: str) -> object:
    """What the browser sent under that name; None where it sent something else altogether."""
    try:
        return getattr(event, name, None)
    except TypeError:
        return None


def _text_of_example(event: gr.EventData) -> str | None:
    value = _from_browser(event, "value")
    text = value.get("text") if isinstance(value, dict) else None
    return text if isinstance(text, str) else None
