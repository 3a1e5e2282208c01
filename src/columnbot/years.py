"""The years that a question speaks of, by rules for Dutch and English."""

import re

from columnbot.figures import MONTH_NAMES, figures_of
from columnbot.language import fold

YEAR = r"((?:19|20)\d\d)"
# What makes a number no year.
_COUNTED = (
    r"(?! (?:euro|dollar|mensen|woorden|keer|lezers|volgers|bezoekers|klanten|leden|abonnees|stappen|km|kilometer|"
    r"meter|kilo|gram|jaar|uur|bladzijden|pagina['’]?s|stuks|foto['’]?s|dagen|"
    r"days|photos|people|words|times|readers|followers|visitors|steps|miles|pages|"
    r"years)\b)(?! ?%)"
)
# Of a date the year is what counts: "sinds 3 januari 2015", "tot eind 2012".
_DATE = (
    rf"(?:(?:(?:het )?(?:begin|eind|einde|najaar|voorjaar)(?: van)?|medio|(?:the )?(?:beginning|end) of|early|late|"
    rf"(?:\d{{1,2}} )?(?:{'|'.join(MONTH_NAMES)}))\s+)?{YEAR}"
)
_NOW = r"(nu|vandaag|heden|now|today)"
_TO_AND_WITH = r"(?:tot en met|t/m|up to(?: and including)?)"
_BETWEEN = re.compile(
    rf"\b(?:(?:tussen|between)\s+{_DATE}\s+(?:en|and)\s+|"
    rf"{_DATE}(?:\s+(?:{_TO_AND_WITH}|tot|to|until|through)\s+|\s?[-–—]\s?))(?:{_DATE}|{_NOW})\b(?!-){_COUNTED}"
)
_FROM = re.compile(
    rf"\b(?:sinds|vanaf|since|from(?= .*\bonwards?\b))\s+{_DATE}\b{_COUNTED}|\b{YEAR} (?:en later|and later|onwards?)\b"
)
_AFTER = re.compile(rf"\b(?:na|after)\s+{_DATE}\b{_COUNTED}")
_UP_TO = re.compile(rf"\b{_TO_AND_WITH}\s+{_DATE}\b{_COUNTED}")
# "voor 2012" is mostly what is meant for that year: "zijn voornemens voor 2012".
_UNTIL = re.compile(
    rf"(?:\b(?:tot|before|until)|^voor|\b(?:hij|zij|ze|er|we|ik|je|men|was|waren|schreef\w*|gebeurd\w*|al|dat) voor)"
    rf"\s+{_DATE}\b{_COUNTED}|vóór\s+{_DATE}\b"
)
_AND_BEFORE = re.compile(rf"\d (?:en|maar) voor\s+{_DATE}\b{_COUNTED}")  # behind a year to begin with, it is meant so
_RELATIVE = (
    (re.compile(r"\b(?:dit jaar|this year)\b"), 0, 0),
    (re.compile(r"\b(?:vorig jaar|last year)\b(?! (?:van|of|op)\b)"), 1, 1),
    (re.compile(r"\b(?:(?:afgelopen|laatste) jaar|past year)\b(?! (?:van|of|op)\b)"), 0, 1),
    (re.compile(r"\b(?:(?:laatste|afgelopen|recente) jaren|(?:laatste|afgelopen) paar jaar)\b"), 0, 3),
    (re.compile(r"\b(?:last|past|recent) (?:few )?years\b"), 0, 3),
)
_SINCE_LAST = re.compile(r"\b(?:sinds vorig jaar|since last year)\b")
_SO_MANY = re.compile(r"\b(?:laatste|afgelopen|last|past) (\w+) (?:jaar|jaren|years)\b")


def _of_part(named: str) -> bool:
    """Whether a part of the year is named, so that another part of it lies on the other side: "tot eind 2012"."""
    parts = ("begin", "eind", "end of", "medio", "najaar", "voorjaar", "early", "late", *MONTH_NAMES)
    return bool(re.search(rf"\b(?:{'|'.join(parts)})", named))


def _last_named(question: str, asked: str) -> int | None:
    """The last year that counts, where the question sets a bound: "tot en met 2012", "until 2013", "vóór 2010"."""
    if up_to := _UP_TO.search(asked):
        return int(up_to[1])
    begins = _FROM.search(asked) or _AFTER.search(asked)
    until = _UNTIL.search(asked) or _UNTIL.search(question.lower())
    if until := until or (begins and _AND_BEFORE.search(asked)):
        return int(next(filter(None, until.groups()))) - 1 + _of_part(until.group())
    return None


def years_of(question: str, this_year: int) -> frozenset[int]:
    """The years a question speaks of: "in 2012", "tussen 2010 en 2013", "sinds 2015", "vorig jaar"; or none."""
    asked = fold(question)
    if between := _BETWEEN.search(asked):
        first, last = sorted(int(year) if year.isdigit() else this_year for year in between.groups() if year)
        return frozenset(range(first, last + 1))
    if _SINCE_LAST.search(asked):
        return frozenset((this_year - 1, this_year))
    last_named = _last_named(question, asked)
    if since := _FROM.search(asked):
        return frozenset(range(int(since[1] or since[2]), (last_named or this_year) + 1))
    if after := _AFTER.search(asked):
        within = _of_part(after.group()) and not re.search(r"\beind|\bend of", after.group())
        return frozenset(range(int(after[1]) + (not within), (last_named or this_year) + 1))
    if last_named:
        return frozenset(range(1900, last_named + 1))
    named = {int(year) for year in re.findall(rf"(?<![€$£])(?<![€$£] )\b{YEAR}\b{_COUNTED}", asked)}
    for pattern, newest, oldest in _RELATIVE:
        if pattern.search(asked):
            named |= set(range(this_year - oldest, this_year - newest + 1))
    so_many = _SO_MANY.search(asked)
    if so_many and (
        counted := figures_of("tien" if so_many[1] == "ten" else so_many[1])
    ):  # "ten" is Dutch for "to the" besides
        named |= set(range(this_year - min(int(counted[0].value), 100), this_year + 1))
    return frozenset(named)


_AS_SUCH = re.compile(rf"(?<![€$£\d.,])(?<![€$£] )\b{YEAR}\b(?!,-)(?! \w+(?:en|s)\b){_COUNTED}", re.IGNORECASE)


def names_a_year(question: str) -> bool:
    """Whether a year stands in a question as such: "the last years" names none, nor does "2000 handtekeningen"."""
    return bool(_AS_SUCH.search(question))
