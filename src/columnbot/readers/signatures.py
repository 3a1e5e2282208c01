"""Who signed a page and when: by-lines, lines with a date, and the biography below a column."""

import re
from datetime import date
from itertools import pairwise

from columnbot.readers.bylines import is_name
from columnbot.readers.source import find_date

_BYLINE = re.compile(r"(?:door|by|auteur|author|tekst|column van)\s*:?\s+(.+)", re.IGNORECASE)
# What stands around the date in a line that gives nothing else.
_AROUND_DATE = re.compile(
    r"\b(?:(?:maan|dins|woens|donder|vrij|zater|zon|mon|tues|wednes|thurs|fri|satur|sun)da[gy]|geplaatst|gepubliceerd|"
    r"datum|laatst|bijgewerkt|posted|published|updated|date|op|om|uur|on|at|am|pm|st|nd|rd|th|"
    r"jan(?:uari|uary)|(?<=\d )jan|jan(?=\.? \d)|"  # and not who is called Jan
    r"feb(?:ruari|ruary)?|maart|mrt|mar(?:ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?|"
    r"aug(?:ustus|ust)?|sept?(?:ember)?|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b|[\d.,:|/()–-]+",
    re.IGNORECASE,
)
_ABOUT_AUTHOR = re.compile(
    r"(?:over de auteur|about the author|over (?:de )?(?:schrijver|schrijfster|columnist))\W*", re.I
)
_TRADES = (
    r"(?:\w*(?:columnist|journalist|redacteur|adviseur|consultant|ondernemer|trainer|coach|docent|onderzoeker|"
    r"hoogleraar|presentator|blogger|spreker|directeur|manager|editor|writer|author)e?|auteur|schrijver|schrijfster)\b"
)
_TRADE = re.compile(rf"\b(?:{_TRADES}|(?:schrijft|columns?|writes)\b)", re.IGNORECASE)
_WRITES = r"(?:schrijft|writes)\b(?! (?!over\b|about\b)[^.,;]{0,60}?\b(?:dat|that)\b)"
# Behind the name in a biography that nothing announces: what somebody is now. A column's last paragraph may well open
# with a name too, and then says what its bearer was, has done, or writes that something is so.
_LIVING = re.compile(
    rf",? (?:\([^()]{{1,60}}\) )?(?:(?:is|werkt als|works as) (?:(?!geen\b|niet\b|not\b|no\b)[\w-]+ ){{0,3}}?{_TRADES}"
    rf"(?! (?:die|dat|who|that)\b)|{_WRITES}|(?:woont|werkt|lives|works)\b[^.!?]{{1,60}}? (?:en|and) (?:is|{_WRITES})|"
    rf"(?:is|heeft|has)\b[^.!?]{{1,60}}? (?:en|and) {_WRITES})",
    re.IGNORECASE,
)


def _signs(name: str) -> bool:
    """Whether that may stand behind "Door": a person, or those who sign without a name of their own."""
    return is_name(name) or bool(
        re.fullmatch(r"(?:(?:de |onze )?redactie|van onze)\b[^.!?]{0,40}", name, re.IGNORECASE)
    )


def signatures(paragraphs: list[str]) -> set[int]:
    """Numbers of the paragraphs that give the author or a date: these repeat without being the site's."""
    found = set()
    for i, paragraph in enumerate(paragraphs):
        byline = _BYLINE.fullmatch(paragraph)
        last = i and i + 1 == len(paragraphs)
        named = is_name(paragraph) and i + 1 < len(paragraphs) and paragraphs[i + 1].startswith(paragraph)
        if (byline and _signs(byline[1])) or dated(paragraph) or (last and is_name(paragraph)):
            found.add(i)
        elif named or (i and _ABOUT_AUTHOR.fullmatch(paragraph)):
            found |= {i, i + 1}
    return found


def part_author(paragraphs: list[str]) -> tuple[list[str], str | None]:
    """The author out of a by-line at either end, or out of a biography, which goes too."""
    for i in range(len(paragraphs) - 1, 0, -1):
        if not _is_near_the_end(paragraphs, i):
            break  # a subheading may be somebody's name too
        above, below = paragraphs[i - 1], paragraphs[i]
        if is_name(above) and below.startswith(above):
            return paragraphs[: i - 1] + _behind_biography(paragraphs, i, above), above
        if _ABOUT_AUTHOR.fullmatch(above) and (name := _opening_name(below)):
            start = i - 2 if i > 1 and paragraphs[i - 2] == name else i - 1
            return paragraphs[:start] + _behind_biography(paragraphs, i, name), name
    for i in {*range(min(3, len(paragraphs))), len(paragraphs) - 1} - {-1}:
        byline = _BYLINE.fullmatch(paragraphs[i])
        if byline and _signs(byline[1]):
            rest = paragraphs[:i] + paragraphs[i + 1 :]
            if len(rest) > 2 and rest[-1].startswith(byline[1]) and _TRADE.search(rest[-1]):
                rest.pop()
            return rest, byline[1]
    if len(paragraphs) > 1 and is_name(paragraphs[-1]) and not _is_spoken_of(paragraphs[-1], paragraphs):
        return paragraphs[:-1], paragraphs[-1]
    if len(paragraphs) > 2 and (name := _unannounced(paragraphs)):
        return paragraphs[:-1], name
    return paragraphs, None


def _unannounced(paragraphs: list[str]) -> str | None:
    """Whose biography the last paragraph is where nothing announces it: of nobody whom the column speaks of."""
    last = paragraphs[-1]
    name = _opening_name(last) if len(last.split()) <= 80 else None
    if not name or not _LIVING.match(last, len(name)):
        return None
    return None if _is_spoken_of(name, paragraphs) else name


def _is_spoken_of(name: str, paragraphs: list[str]) -> bool:
    """Whether the column, above its last paragraph, speaks of who or what is called so: "New York" is no author."""
    surname = re.compile(rf"\b{re.escape(name.split()[-1])}\b")
    own = signatures(paragraphs)
    return any(surname.search(above) for i, above in enumerate(paragraphs[:-1]) if i not in own)


def _is_near_the_end(paragraphs: list[str], i: int) -> bool:
    words = [len(paragraph.split()) for paragraph in paragraphs]
    return sum(words[i + 1 :]) <= max(50, 0.1 * sum(words))


def _behind_biography(paragraphs: list[str], i: int, name: str) -> list[str]:
    """What follows the biography that begins in paragraph i: further lines of it are left out."""
    more = re.compile(
        rf"(?:{re.escape(name)}|{re.escape(name.split()[0])}|Hij|Zij|Ze|He|She|Volg|Follow|Mail|E-mail)\b"
    )
    i += 1
    while i < len(paragraphs) and more.match(paragraphs[i]) and i > len(paragraphs) / 2:
        i += 1
    return paragraphs[i:]


def _opening_name(paragraph: str) -> str | None:
    """The name that a biography opens with: "Jan de Wit is columnist" → Jan de Wit."""
    match = re.match(
        r"(.{5,50}?),? (?:\([^()]{1,60}\) )?(?:is|was|werkt|schrijft|heeft|woont|writes|works|has|lives)\b", paragraph
    )
    return match[1] if match and is_name(match[1]) else None


def part_date(paragraphs: list[str]) -> tuple[list[str], date | None, str | None]:
    """The date out of a line near the top, or among the last two, that gives nothing else but perhaps who wrote it."""
    count = len(paragraphs)
    for i in dict.fromkeys([*range(min(4, count)), *range(max(count - 2, 1), count)]):
        if signed := dated(paragraphs[i]):
            return paragraphs[:i] + paragraphs[i + 1 :], *signed
    return paragraphs, None, None


def signed_line(paragraph: str) -> tuple[date | None, str | None]:
    """When and by whom, out of a line that gives nothing else: "Door Jan Bos, 3 mei 2012"."""
    byline = _BYLINE.fullmatch(paragraph)
    return dated(paragraph) or (None, byline[1] if byline and _signs(byline[1]) else None)


def dated(line: str) -> tuple[date, str | None] | None:
    """The date and the name in a line that holds nothing else: "Door Jan Bos op 3 mei 2012"."""
    if len(line) > 90 or not (found := find_date(line)):
        return None
    rest = re.sub(r"\s+", " ", _AROUND_DATE.sub(" ", line)).strip()
    byline = _BYLINE.fullmatch(rest)
    name = byline[1].strip() if byline else rest
    return (found, name or None) if not rest or (_signs(name) if byline else is_name(name)) else None


def line_above_signature(paragraphs: list[str]) -> str | None:
    """The line right above a by-line or a date at the top of a page: that is the title, however it ends."""
    for above, below in pairwise(paragraphs[:4]):
        byline = _BYLINE.fullmatch(below)
        if ((byline and _signs(byline[1])) or dated(below)) and len(above.split()) <= 25 and "\n" not in above:
            return above
    return None
