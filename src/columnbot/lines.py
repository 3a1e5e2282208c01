"""What the lines of a column's text are: items of a list, behind "- " as the readers write them, headings, prose."""

import re

from columnbot.blocks import ITEM, QUOTED

LONGEST_HEADING = 14  # words
_ENDS = ".!?…:;,"
_MORE_BELOW = re.compile(r"[ \t]*\n[ \t]*\n\s*\S")
_LIST = re.compile(rf"^{ITEM}.*(?:\n+{ITEM}.*)+", re.MULTILINE)


def lists_in(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the lists of several items that lie wholly between two places, in order."""
    # A passage begins behind the marker of an item that opens it.
    found = ((match.start(), match.start() + len(match.group().rstrip())) for match in _LIST.finditer(text))
    return [(first, last) for first, last in found if start - len(ITEM) <= first and last <= end]


def is_heading(text: str, start: int, end: int) -> bool:
    """Whether what stands there is a short paragraph that does not end as a sentence does, with more below it."""
    span = text[start:end].strip()
    above = text[max(start - 2, 0) : start]
    return (
        span.rstrip("\"”’')]*")[-1:] not in _ENDS
        and len(span.split()) <= LONGEST_HEADING
        and not span.startswith((QUOTED, ITEM))
        and "\n" not in span
        and (start == 0 or above == "\n\n")
        and _MORE_BELOW.match(text, end) is not None
    )


def in_lines(text: str, start: int, end: int) -> str:
    """What stands there, an item of a list and a heading on a line of their own, all else in one line."""
    if text[_line_begin(text, start) : start] == ITEM and f"\n{ITEM}" in text[start:end]:
        start -= len(ITEM)  # the first of several items
    lines: list[str] = []
    place, apart = start, True  # whether the next words begin a line
    for line in text[start:end].splitlines(keepends=True):
        plain = " ".join(line.split())
        if plain:
            heading = is_heading(text, place, min(place + len(line.rstrip()), end))
            if apart or heading or plain.startswith(ITEM):
                lines.append(plain)
            else:
                lines[-1] += f" {plain}"
            apart = heading or lines[-1].startswith(ITEM)
        place += len(line)
    return "\n".join(lines)


def _line_begin(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1
