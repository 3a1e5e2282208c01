"""What one browser tab holds, and how a turn of its conversation goes.

A click in the page names a turn and a thing in it ("2:citation:1"); what they stand for is kept here, so a
browser cannot ask for anything that was not shown to it.
"""

import logging
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from threading import Event, Lock

from columnbot.answering import Answer
from columnbot.articles import Article
from columnbot.bot import ColumnBot, Conversation
from columnbot.chat.reader import column_html
from columnbot.chat.render import answer_html, nearest_articles, problem_html, question_html
from columnbot.chat.watch import Watch
from columnbot.errors import ColumnbotError, FilterError, QuestionError
from columnbot.feedback import REASONS, Feedback, Verdict
from columnbot.filters import EVERYTHING, Filter
from columnbot.helpline import asks_for_help
from columnbot.language import language_of
from columnbot.messages import say

_log = logging.getLogger(__name__)

Message = dict[str, str]
_REFERENCE = re.compile(r"(\d{1,4}):(citation|column|year|next|verdict):(\w{1,12})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was typed and limited, its answer, and what is shown beside that."""

    typed: str
    where: Filter
    answer: Answer
    years: Mapping[int, int] = field(default_factory=dict)  # columns that name the subject
    following: tuple[str, ...] = ()  # questions to ask next
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """What a button in the page stands for."""

    text: str
    number: int  # of the turn
    turn: Turn
    kind: str
    value: str


@dataclass(slots=True)
class Session:
    """The turns of one tab, the bubbles it shows, and where in these each turn's answer stands.

    It is `over` once the tab has begun anew: what was still being made for it is not to be shown there.
    """

    conversation: Conversation
    turns: list[Turn] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    over: bool = False

    def show(self, number: int, turn: Turn) -> list[Message]:
        """Puts the turn in its bubble, and gives all bubbles anew."""
        if number == len(self.turns):
            self.turns[-1:] = [replace(before, answer=kept(before.answer)) for before in self.turns[-1:]]
            self.turns.append(turn)
            self.places.append(len(self.messages))
        self.turns[number] = turn
        bubble = {"role": "assistant", "content": _bubble(number, turn)}
        place = self.places[number]
        self.messages = [*self.messages[:place], bubble, *self.messages[place + 1 :]]
        return self.messages

    def say(self, role: str, html: str) -> list[Message]:
        """Adds a bubble that is no answer, and gives all bubbles anew."""
        self.messages = [*self.messages, {"role": role, "content": html}]
        return self.messages


def talk(
    session: Session, typed: str, where: Filter, watch: Watch, *, alone: bool = False, left: Event | None = None
) -> Iterator[list[Message]]:
    """The bubbles of the session, again and again as the answer to what was typed, or is asked `alone`, grows.

    What is made once the reader has `left` is not shown.
    """
    began = time.perf_counter()
    yield session.say("user", question_html(typed))
    number = len(session.turns)
    try:
        for answer in session.conversation.stream(typed, where, alone=alone):
            if left and left.is_set():
                return
            yield session.show(number, Turn(typed, where, answer))
    except ColumnbotError as error:
        watch.failed(typed, time.perf_counter() - began)
        if left and left.is_set():
            return
        yield session.say("assistant", problem_html(say(_problem(error), language_of(typed))))
        return
    watch.answered(typed, session.turns[number].answer, time.perf_counter() - began)


def _problem(error: ColumnbotError) -> str:
    """Which message tells the reader of it."""
    if isinstance(error, QuestionError):
        return "no_subject"
    if isinstance(error, FilterError):
        return "chat.no_such_part"
    _log.warning("A question could not be answered: %s", error)  # it names files, which are not the reader's
    return "chat.out_of_order"


def go_further(session: Session, bot: ColumnBot, idle: Lock) -> list[Message] | None:
    """The bubbles with what there is beside the last answer: its subject over the years, and what to ask next.

    What to ask next costs as much as eight answers; it is sought for one reader at a time, and not at all for
    who comes meanwhile. None where the last turn has all of that, or another has begun, or a new conversation.
    """
    number = len(session.turns) - 1
    if number < 0 or session.turns[number].years or session.turns[number].following:
        return None
    answer, bubbles = session.turns[number].answer, len(session.messages)
    if asks_for_help(answer.question):  # nothing that an archive has is beside that
        return None
    # Of a part of the archive, these columns would be said to hold what was not found.
    years = bot.columns_a_year(answer.question) if session.turns[number].where == EVERYTHING else {}
    following: tuple[str, ...] = ()
    if idle.acquire(blocking=False):
        try:
            following = bot.suggest(answer, where=session.turns[number].where)
        finally:
            idle.release()
    if session.over or len(session.messages) != bubbles:
        return None
    # The turn as it is by now: it may have been judged meanwhile.
    return session.show(number, replace(session.turns[number], years=years, following=following))


def kept(answer: Answer) -> Answer:
    """The answer without the hits that no button opens, which would be most of what a session takes."""
    nearest = {article.path: article for article in nearest_articles(answer)} if not answer.found else {}
    hits = {hit.passage.article.path: hit for hit in reversed(answer.hits) if hit.passage.article.path in nearest}
    return replace(answer, hits=tuple(hits[path] for path in nearest))


def referred(session: Session | None, reference: object) -> Reference | None:
    """What a button stands for, or None where no such button was ever shown."""
    match = _REFERENCE.fullmatch(reference) if isinstance(reference, str) else None
    if session is None or match is None or int(match.group(1)) >= len(session.turns):
        return None
    number = int(match.group(1))
    return Reference(match.group(), number, session.turns[number], match.group(2), match.group(3))


def article_at(referred: Reference) -> Article | None:
    """The column that the button opens, if it opens one."""
    answer = referred.turn.answer
    if not referred.value.isdecimal():
        return None
    place = int(referred.value)
    if referred.kind == "column":
        nearest = nearest_articles(answer)
        return nearest[place] if place < len(nearest) else None
    if referred.kind == "citation":
        return next((c.article for c in answer.citations if c.number == place), None)
    return None


def column_at(session: Session | None, reference: object, language: str) -> str | None:
    """The column that a button opens, as HTML."""
    found = referred(session, reference)
    article = article_at(found) if found else None
    if found is None or article is None:
        return None
    beside = [c for c in found.turn.answer.citations if c.article.path == article.path]
    chosen = int(found.value) if found.kind == "citation" else None
    return column_html(article, beside if chosen else (), chosen, found.text, language)


def asked_again(referred: Reference) -> tuple[str, Filter] | None:
    """What a click on a year or on a suggestion asks, and where."""
    turn = referred.turn
    if (referred.kind, referred.value) == ("year", "all") and turn.years:
        asked = turn.answer.question.rstrip("?!. ")
        return say("suggest.timeline", turn.answer.language, question=asked), turn.where
    if not referred.value.isdecimal():
        return None
    value = int(referred.value)
    if referred.kind == "year" and value in turn.years:
        return turn.answer.question, replace(turn.where, since=date(value, 1, 1), until=date(value, 12, 31))
    if referred.kind == "next" and value < len(turn.following):
        return turn.following[value], EVERYTHING
    return None


def judge(session: Session, referred: Reference) -> Feedback | None:
    """The verdict that a click gives."""
    verdict, _, reason = referred.value.partition("_")
    if referred.kind != "verdict" or (verdict, reason) not in {("good", ""), *(("bad", r) for r in REASONS)}:
        return None
    answer = referred.turn.answer
    given: Verdict = "good" if verdict == "good" else "bad"
    return Feedback(
        id=f"{session.id}:{referred.number}",
        given=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        verdict=given,
        reason=reason or None,
        question=answer.question,
        answer=answer.text,
        confidence=round(answer.confidence, 4),
        columns=tuple(dict.fromkeys(c.article.path for c in answer.citations)),
    )


def judged(session: Session, referred: Reference, feedback: Feedback) -> list[Message]:
    """The bubbles, in which the verdict is marked as given."""
    # The turn as it is by now: what to ask next may have come meanwhile.
    return session.show(referred.number, replace(session.turns[referred.number], verdict=feedback.verdict))


def _bubble(number: int, turn: Turn) -> str:
    return answer_html(
        turn.answer, number, turn.typed,
        where=turn.where, years=turn.years, following=turn.following, verdict=turn.verdict,
    )  # fmt: skip
