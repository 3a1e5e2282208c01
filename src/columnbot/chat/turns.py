"""Whose turn it is: answers are made one at a time, as the model takes every core."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from anyio import to_thread

from columnbot.chat.layout import LONGEST_QUESTION
from columnbot.chat.render import problem_html, question_html
from columnbot.chat.session import Message, Session, talk
from columnbot.chat.watch import Watch
from columnbot.filters import Filter
from columnbot.messages import say

MOST_TURNS = 50  # a conversation goes to the browser whole, at each answer


class Turns:
    """A line of at most so many readers, the one who is answered among them."""

    def __init__(self, most: int) -> None:
        self._most, self._there = most, 0
        self.turn = asyncio.Lock()  # held by the one who is answered; given on in the order they came

    @property
    def full(self) -> bool:
        """Whether whoever comes now had better come back later."""
        return self._there >= self._most

    @property
    def busy(self) -> bool:
        """Whether anybody is being answered."""
        return self._there > 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the line, given up also by a reader who leaves before the end."""
        self._there += 1
        try:
            yield
        finally:
            self._there -= 1


async def in_turn(
    turns: Turns, session: Session, asked: str, where: Filter, watch: Watch, language: str, *, alone: bool = False
) -> AsyncIterator[tuple[list[Message], str]]:
    """The bubbles, as `talk` has them, once it is this reader's turn; and what stays in the field for a question.

    What cannot be answered now comes back with the reason, and the session goes on as if it had not been asked.
    """
    if not asked:
        return
    refusal = refusal_of(turns, session, asked)
    if refusal:
        shown = {"role": "user", "content": question_html(asked[:LONGEST_QUESTION])}
        why = {"role": "assistant", "content": problem_html(say(refusal, language))}
        yield [*session.messages, shown, why], asked
        return
    with turns.place():
        steps = _aside(talk(session, asked, where, watch, alone=alone))
        yield await anext(steps), ""  # the question, while others are answered
        async with turns.turn:
            async for messages in steps:
                yield messages, ""


async def _aside(steps: Iterator[list[Message]]) -> AsyncIterator[list[Message]]:
    """The steps, each made in a thread; who no longer wants them does not wait for the one being made."""
    while (messages := await to_thread.run_sync(next, steps, None, abandon_on_cancel=True)) is not None:
        yield messages


def refusal_of(turns: Turns, session: Session, asked: str) -> str | None:
    """The message that says why this is not answered, or None."""
    if len(asked) > LONGEST_QUESTION:
        return "chat.long_question"
    if len(session.turns) >= MOST_TURNS:
        return "chat.long_conversation"
    return "chat.busy" if turns.full else None
