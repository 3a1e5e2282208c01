"""Whose turn it is: answers are made one at a time, as the model takes every core."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A line of at most so many readers, the one who is answered among them."""

    def __init__(self, most: int) -> None:
        self._most, self._there = most, 0
        self.turn = asyncio.Lock()  # held by the one who is answered; given on in the order they came

    @property
    def full(self) -> bool:
        """Whether whoever comes now had better come back later."""
        return self._there >= self._most

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the line, given up also by a reader who leaves before the end."""
        self._there += 1
        try:
            yield
        finally:
            self._there -= 1
