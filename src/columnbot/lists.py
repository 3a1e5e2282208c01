"""Lists in a column's text: an item a line, behind "- ", as the readers write them."""

import re

MARKER = "- "
_LIST = re.compile(rf"^{MARKER}.*(?:\n+{MARKER}.*)+", re.MULTILINE)


def lists_in(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of the lists of several items that lie wholly between two places, in order."""
    # A passage begins behind the marker of an item that opens it.
    found = ((match.start(), match.start() + len(match.group().rstrip())) for match in _LIST.finditer(text))
    return [(first, last) for first, last in found if start - len(MARKER) <= first and last <= end]


def in_lines(text: str, start: int, end: int) -> str:
    """What stands there, an item of a list on a line of its own, all else in one line."""
    if text[_line_begin(text, start) : start] == MARKER and f"\n{MARKER}" in text[start:end]:
        start -= len(MARKER)  # the first of several items
    lines: list[str] = []
    for line in text[start:end].splitlines():
        plain = " ".join(line.split())
        if not plain:
            continue
        if not lines or plain.startswith(MARKER) or lines[-1].startswith(MARKER):
            lines.append(plain)
        else:
            lines[-1] += f" {plain}"
    return "\n".join(lines)


def _line_begin(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1
