"""Whose words a column's are: what it quotes of others stands behind "> ", or between quotation marks."""

import re

from columnbot.blocks import QUOTED, blocks_of

_OPENING, _CLOSING = "“„«", "”»"
_PARAGRAPH_END = re.compile(r"\n\s*\n")


def quoted_block(text: str, place: int) -> int | None:
    """Where the paragraph of that place begins, if the column quotes it as a block."""
    begin = _paragraph_begin(text, place)
    return begin if text.startswith(QUOTED, begin) else None


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether all of the words in that span are quoted by the column.

    A mark that never closes quotes what is left of its paragraph; single marks are as often apostrophes, and count not.
    The mark that opens “so” closes „so“.
    """
    if quoted_block(text, start) is not None:
        return all(block.kind == "quoted" for block in blocks_of(text) if block.start < end and start < block.end)
    quoted, low = False, False
    for place in range(_paragraph_begin(text, start), end):
        mark = text[place]
        if mark in _CLOSING or (mark == "“" and low) or (mark == '"' and quoted):
            quoted, low = False, False
        elif mark in _OPENING or (mark == '"' and not text[:place][-1:].isdigit()):  # 27" is a size
            quoted, low = True, low or mark == "„"
        elif place >= start and not quoted and mark.isalnum():
            return False
    return any(mark.isalnum() for mark in text[start:end])


def _paragraph_begin(text: str, place: int) -> int:
    return max((match.end() for match in _PARAGRAPH_END.finditer(text, 0, place)), default=0)
