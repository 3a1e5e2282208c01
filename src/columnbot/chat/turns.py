"""Whose turn it is: answers are made one at a time, as the model takes every core."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from threading import Event

from anyio import to_thread

from columnbot.chat.layout import LONGEST_QUESTION
from columnbot.chat.render import problem_html, question_html
from columnbot.chat.session import Message, Session, talk
from columnbot.chat.watch import Watch
from columnbot.filters import Filter
from columnbot.messages import say

MOST_TURNS = 50  # a conversation goes to the browser whole, at each answer


MOST_LEFT = 8  # answers that are still being made though nobody waits for them any more


class Turns:
    """A line of at most so many readers, the one who is answered among them.

    A thread cannot be stopped: the answer to a reader who leaves goes on being made. The turn is given on all the
    same, for a language model may keep silent for a minute, unless so many are being made already: else who asks and
    leaves, again and again, would have any number of them made at once.
    """

    def __init__(self, most: int, *, left: int = MOST_LEFT) -> None:
        self._most, self._there = most, 0
        self._left_at_most, self._left = left, 0
        self.turn = asyncio.Lock()  # held while an answer is made; given on in the order they came

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

    def leave(self, making: "asyncio.Future[list[Message] | None]") -> None:
        """Gives the turn on from a reader who leaves while that step is being made."""
        self._left += 1
        wait = self._left > self._left_at_most
        if not wait:
            self.turn.release()

        def made(step: "asyncio.Future[list[Message] | None]") -> None:
            self._left -= 1
            if wait:
                self.turn.release()
            if not step.cancelled():
                step.exception()  # looked at, or asyncio would report that nobody did

        making.add_done_callback(made)


async def in_turn(
    turns: Turns, session: Session, asked: str, where: Filter, watch: Watch, language: str, *, alone: bool = False
) -> AsyncIterator[tuple[list[Message], str]]:
    """The bubbles, as `talk` has them, once it is this reader's turn; and what stays in the field for a question.

    What cannot be answered now comes back with the reason, and the session goes on as if it had not been asked. Nothing
    more comes of a session that is over.
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
        left = Event()
        steps = talk(session, asked, where, watch, alone=alone, left=left)
        yield next(steps), ""  # the question, while others are answered
        async with aclosing(_aside(steps, turns, left)) as made:
            async for messages in made:
                if session.over:
                    return
                yield messages, ""


async def _aside(steps: Iterator[list[Message]], turns: Turns, left: Event) -> AsyncGenerator[list[Message], None]:
    """The steps, each made in a thread, once it is this reader's turn; who leaves does not wait for the one at work."""
    await turns.turn.acquire()
    making: asyncio.Future[list[Message] | None] | None = None
    try:
        while True:
            making = asyncio.ensure_future(to_thread.run_sync(next, steps, None))
            messages = await asyncio.shield(making)
            if messages is None:
                return
            yield messages
    finally:
        left.set()
        if making is None or making.done():
            turns.turn.release()
        else:
            turns.leave(making)


def refusal_of(turns: Turns, session: Session, asked: str) -> str | None:
    """The message that says why this is not answered, or None."""
    if len(asked) > LONGEST_QUESTION:
        return "chat.long_question"
    if max(len(session.turns), len(session.messages) // 2) >= MOST_TURNS:  # a question that failed is no turn
        return "chat.long_conversation"
    return "chat.busy" if turns.full else None
