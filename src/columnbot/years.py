"""The years that a question speaks of, by rules for Dutch and English."""

import re

from columnbot.figures import figures_of
from columnbot.language import fold

YEAR = r"((?:19|20)\d\d)"
# What makes a number no year.
_COUNTED = r"(?! (?:euro|dollar|mensen|woorden|keer|lezers|volgers|people|words|times|readers|followers)\b)"
_TO_AND_WITH = r"(?:tot en met|t/m|up to(?: and including)?)"
_BETWEEN = re.compile(
    rf"\b(?:(?:tussen|between)\s+{YEAR}\s+(?:en|and)\s+|"
    rf"{YEAR}(?:\s+(?:{_TO_AND_WITH}|tot|to|until|through)\s+|\s?[-–—]\s?)){YEAR}\b(?!-){_COUNTED}"
)
_FROM = re.compile(rf"\b(?:sinds|vanaf|since)\s+{YEAR}\b{_COUNTED}")
_AFTER = re.compile(rf"\b(?:na|after)\s+{YEAR}\b{_COUNTED}")
_UP_TO = re.compile(rf"\b{_TO_AND_WITH}\s+{YEAR}\b{_COUNTED}")
# "voor 2012" is mostly what is meant for that year: "zijn voornemens voor 2012".
_UNTIL = re.compile(
    rf"(?:\b(?:tot|before|until)|^voor|\b(?:hij|zij|ze|er|we|ik|je|men|was|waren|schreef\w*|gebeurd\w*|al|dat) voor)"
    rf"\s+{YEAR}\b{_COUNTED}|vóór\s+{YEAR}\b"
)
_RELATIVE = (
    (re.compile(r"\b(?:dit jaar|this year)\b"), 0, 0),
    (re.compile(r"\b(?:vorig jaar|last year)\b"), 1, 1),
    (re.compile(r"\b(?:(?:afgelopen|laatste) jaar|past year)\b"), 0, 1),
    (re.compile(r"\b(?:(?:laatste|afgelopen|recente) jaren|(?:last|past|recent) (?:few )?years)\b"), 0, 3),
)
_SO_MANY = re.compile(r"\b(?:laatste|afgelopen|last|past) (\w+) (?:jaar|jaren|years)\b")


def years_of(question: str, this_year: int) -> frozenset[int]:
    """The years a question speaks of: "in 2012", "tussen 2010 en 2013", "sinds 2015", "vorig jaar"; or none."""
    asked = fold(question)
    if between := _BETWEEN.search(asked):
        first, last = sorted(int(year) for year in between.groups() if year)
        return frozenset(range(first, last + 1))
    if since := _FROM.search(asked):
        return frozenset(range(int(since[1]), this_year + 1))
    if after := _AFTER.search(asked):
        return frozenset(range(int(after[1]) + 1, this_year + 1))
    if up_to := _UP_TO.search(asked):
        return frozenset(range(1900, int(up_to[1]) + 1))
    if until := _UNTIL.search(asked) or _UNTIL.search(question.lower()):
        return frozenset(range(1900, int(until[1] or until[2])))
    named = {int(year) for year in re.findall(rf"(?<!€)(?<!€ )\b{YEAR}\b{_COUNTED}", asked)}
    for pattern, newest, oldest in _RELATIVE:
        if pattern.search(asked):
            named |= set(range(this_year - oldest, this_year - newest + 1))
    so_many = _SO_MANY.search(asked)
    if so_many and (
        counted := figures_of("tien" if so_many[1] == "ten" else so_many[1])
    ):  # "ten" is Dutch for "to the" besides
        named |= set(range(this_year - min(int(counted[0].value), 100), this_year + 1))
    return frozenset(named)
