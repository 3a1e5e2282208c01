"""The page: its components, and what happens on each event.

A click in the page names a turn and a citation ("2:citation:1"); what they stand for is kept here,
with the session, so a browser cannot ask for anything that was not shown to it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import gradio as gr

from columnbot.answering import Answer
from columnbot.articles import Article
from columnbot.bot import ColumnBot, Conversation
from columnbot.chat.reader import column_html
from columnbot.chat.render import answer_html, nearest_articles, problem_html, question_html
from columnbot.chat.welcome import example_questions, masthead_html, placeholder_html
from columnbot.errors import ColumnbotError, IndexUnavailable
from columnbot.language import language_of
from columnbot.messages import say
from columnbot.settings import Settings

LONGEST_QUESTION = 500
_WAITING = 32
_READERS_AT_ONCE = 8
_REFERENCE = re.compile(r"(\d{1,4}):(citation|column):(\d{1,4})")

Message = dict[str, str]
Update = Any  # what a handler may give for a component: a value, or `gr.update`, which is a dict


@dataclass(slots=True)
class Session:
    """What one browser tab holds: its conversation, the answers it was given, the bubbles it shows."""

    conversation: Conversation
    answers: list[Answer] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def build_page(bot: ColumnBot, settings: Settings) -> gr.Blocks:
    """The chat as Gradio blocks. `serve` adds the style sheet and the theme, which Gradio takes at launch."""
    articles, language = bot.articles(), settings.language
    page = gr.Blocks(title=settings.title, analytics_enabled=False, fill_height=True, fill_width=True)
    with page:
        session = gr.State(None)
        with gr.Row(elem_id="cb-head"):
            masthead = gr.HTML(
                masthead_html(settings.title, articles, language),
                elem_id="cb-masthead",
                apply_default_css=False,
                js_on_load=None,
            )
            choice = gr.Radio(
                [("NL", "nl"), ("EN", "en")],
                value=language,
                label=say("chat.language", language),
                show_label=False,
                container=False,
                elem_id="cb-language",
            )
            fresh = gr.Button(say("chat.new", language), size="sm", elem_id="cb-new")
        with gr.Row(elem_id="cb-desk"):
            with gr.Column(elem_id="cb-talk"):
                chatbot = gr.Chatbot(
                    elem_id="cb-conversation",
                    show_label=False,
                    container=False,
                    height="100%",
                    layout="panel",
                    buttons=[],
                    feedback_options=None,
                    autoscroll=False,
                    latex_delimiters=[],
                    line_breaks=False,
                    allow_tags=False,
                    sanitize_html=True,
                    **_welcome(articles, language),
                )
                question = gr.Textbox(
                    placeholder=say("chat.ask", language),
                    label=say("chat.question", language),
                    show_label=False,
                    container=False,
                    lines=1,
                    max_lines=6,
                    max_length=LONGEST_QUESTION,
                    submit_btn=True,
                    autofocus=True,
                    elem_id="cb-ask",
                )
            reader = gr.HTML(
                "",
                elem_id="cb-reader",
                apply_default_css=False,
                js_on_load=(files("columnbot.chat") / "chat.js").read_text(encoding="utf-8"),
            )

        def start_or_go_on(held: Session | None) -> Session:
            return held or Session(bot.conversation())

        def ask(typed: str | None, held: Session | None) -> Iterator[tuple[Update, Session, Update]]:
            current = start_or_go_on(held)
            if typed and typed.strip():
                for messages in talk(current, typed.strip()):
                    yield messages, current, ""

        def ask_from_link(held: Session | None, request: gr.Request) -> Iterator[tuple[Update, Session, Update]]:
            yield from ask(request.query_params.get("q", "")[:LONGEST_QUESTION], held)

        def ask_example(held: Session | None, event: gr.EventData) -> Iterator[tuple[Update, Session, Update]]:
            yield from ask(_text_of_example(event), held)

        def open_column(held: Session | None, shown: str, language: str, event: gr.EventData) -> Update:
            html = column_at(held, _from_browser(event, "reference"), language)
            return gr.skip() if html is None else html

        def start_over() -> tuple[list[Message], None, str, str]:
            return [], None, "", ""

        def speak(language: str) -> tuple[Update, ...]:
            try:
                articles = bot.articles()  # of the index as it is now
            except IndexUnavailable:
                return (gr.skip(),) * len(spoken)
            return (
                masthead_html(settings.title, articles, language),
                gr.update(label=say("chat.language", language)),
                gr.update(value=say("chat.new", language)),
                gr.update(**_welcome(articles, language)),
                gr.update(placeholder=say("chat.ask", language), label=say("chat.question", language)),
            )

        # Answers are made one at a time, as the model takes every core; columns open meanwhile.
        answering: dict[str, Any] = {
            "outputs": [chatbot, session, question],
            "show_progress": "hidden",
            "concurrency_id": "answering",
            "concurrency_limit": 1,
            "api_visibility": "private",
        }
        quick: dict[str, Any] = {
            "show_progress": "hidden",
            "concurrency_limit": _READERS_AT_ONCE,
            "api_visibility": "private",
        }
        asked = question.submit(ask, [question, session], **answering)
        example = chatbot.example_select(ask_example, session, **answering)
        reader.reference(open_column, [session, reader, choice], reader, **quick)
        spoken = [masthead, choice, fresh, chatbot, question]
        emptied = fresh.click(start_over, None, [chatbot, session, question, reader], cancels=[asked, example], **quick)
        emptied.then(speak, choice, spoken, **quick)  # the archive may have grown meanwhile
        choice.input(speak, choice, spoken, **quick)
        page.load(speak, choice, spoken, **quick)
        page.load(ask_from_link, session, **answering)
    page.queue(api_open=False, max_size=_WAITING)
    return page


def talk(session: Session, typed: str) -> Iterator[list[Message]]:
    """The bubbles of the session, again and again as the answer to what was typed grows."""
    earlier = [*session.messages, {"role": "user", "content": question_html(typed)}]
    session.messages = earlier
    yield session.messages
    turn = len(session.answers)
    try:
        for answer in session.conversation.stream(typed):
            session.answers[turn:] = [answer]
            session.messages = [*earlier, {"role": "assistant", "content": answer_html(answer, turn, typed)}]
            yield session.messages
    except ColumnbotError as error:
        away = isinstance(error, IndexUnavailable)
        problem = say("chat.out_of_order", language_of(typed)) if away else str(error)
        session.messages = [*session.messages, {"role": "assistant", "content": problem_html(problem)}]
        yield session.messages


def column_at(session: Session | None, reference: object, language: str) -> str | None:
    """The column that a button opens, or None where no such button was ever shown."""
    match = _REFERENCE.fullmatch(reference) if isinstance(reference, str) else None
    if session is None or match is None or int(match.group(1)) >= len(session.answers):
        return None
    answer, place = session.answers[int(match.group(1))], int(match.group(3))
    if match.group(2) == "column":
        nearest = nearest_articles(answer)
        return column_html(nearest[place], (), None, match.group(), language) if place < len(nearest) else None
    cited = next((citation for citation in answer.citations if citation.number == place), None)
    if cited is None:
        return None
    beside = [citation for citation in answer.citations if citation.article.path == cited.article.path]
    return column_html(cited.article, beside, place, match.group(), language)


def _welcome(articles: Sequence[Article], language: str) -> dict[str, Any]:
    examples = [{"text": text} for text in example_questions(articles, language)]
    return {
        "placeholder": placeholder_html(language),
        "examples": examples,
        "label": say("chat.conversation", language),
    }


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
