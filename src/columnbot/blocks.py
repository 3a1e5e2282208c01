"""An article's text → its paragraphs, the items of its lists and what it quotes as a block, by the readers' marks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

QUOTED, ITEM = "> ", "- "  # open a paragraph that a column quotes as a block, and an item of a list
_BLOCK = re.compile(rf"(?:(?!\n\s*\n|\n{ITEM}).)+", re.DOTALL)
_MARKS = re.compile(rf"\s*({QUOTED})?({ITEM})?")


@dataclass(frozen=True, slots=True)
class Block:
    """Where one stands in the text, without its mark, and what it is."""

    start: int
    end: int
    kind: Literal["paragraph", "item", "quoted"]


def blocks_of(text: str) -> Iterator[Block]:
    """All of them, in order: a blank line ends a block, and so does a line that starts an item."""
    for match in _BLOCK.finditer(text):
        marks = _MARKS.match(match.group())
        quoted, item = marks.groups() if marks else (None, None)
        start = match.start() + (marks.end() if marks else 0)
        end = match.start() + len(match.group().rstrip())
        if start < end:
            yield Block(start, end, "quoted" if quoted else "item" if item else "paragraph")
