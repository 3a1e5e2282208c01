"""The numbers, months and days of the week in a Dutch or English text, in figures or in words."""

import re
from dataclasses import dataclass
from functools import cache

from columnbot.language import fold, language_of

_ONES = "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien \
achttien negentien".split()
_TENS = "_ _ twintig dertig veertig vijftig zestig zeventig tachtig negentig".split()
_ENGLISH_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
seventeen eighteen nineteen".split()
_ENGLISH_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = {"honderd": 1e2, "hundred": 1e2, "duizend": 1e3, "thousand": 1e3, "miljoen": 1e6, "million": 1e6,
           "mln": 1e6, "miljard": 1e9, "mld": 1e9, "billion": 1e9}  # fmt: skip
_UNCOUNTED = frozenset("een one eerste first nul zero".split())  # said of anything: "een van de", "one of"
_ONE = frozenset("een one a".split())  # but counts the scale behind it: "een miljoen"
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "nine": "ninth", "twelve": "twelfth"}


@cache
def _number_words() -> dict[str, float]:
    """Written numbers below a thousand, and their ordinals."""
    words = {_dutch(n): n for n in range(2, 1000)}
    words |= {f"{word}{end}": n for word, n in words.items() for end in ("de", "ste")}
    english = {_english(n): n for n in range(2, 100)}
    words |= english | {_english_ordinal(word): n for word, n in english.items()} | {"derde": 3}
    halves = {f"{_ONES[n]}enhal{end}": n + 0.5 for n in range(2, 20) for end in ("f", "ve")}
    halves |= {"anderhalf": 1.5, "anderhalve": 1.5}
    return {word: float(n) for word, n in words.items() if word not in _UNCOUNTED} | halves


def _dutch(n: int) -> str:
    if n >= 100:
        return ("" if n < 200 else _ONES[n // 100]) + "honderd" + (_dutch(n % 100) if n % 100 else "")
    if n < 20:
        return _ONES[n]
    ones = f"{_ONES[n % 10]}en" if n % 10 else ""
    return ones + _TENS[n // 10]


def _english(n: int) -> str:
    if n < 20:
        return _ENGLISH_ONES[n]
    return _ENGLISH_TENS[n // 10] + (f"-{_ENGLISH_ONES[n % 10]}" if n % 10 else "")


def _english_ordinal(number: str) -> str:
    tens, dash, last = number.rpartition("-")
    regular = f"{last[:-1]}ieth" if last.endswith("y") else f"{last.removesuffix('t')}th"
    return tens + dash + _ORDINALS.get(last, regular)


_FIGURE = re.compile(
    r"(?P<figure>(?<![\d.,])\d{1,3}(?:[.,]\d{3})+(?:[.,]\d\d?)?(?!\d)|\d+(?:[.,]\d+)?)|(?P<word>[^\W\d_]+(?:-[^\W\d_]+)*)|[$€%]"
)
_UNITS = {
    form: forms.split()[0]
    for forms in (
        "seconde seconden tellen second seconds", "minuut minuten minute minutes", "uur uren hour hours",
        "dag dagen day days", "week weken weeks", "maand maanden month months", "jaar jaren year years",
        "procent % percent", "kilometer km kilometers", "euro euro's € euros", "dollar dollars $",
    )
    for form in forms.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text: its value, what it counts where that is a measure ("dag"), and how it stands there."""

    value: float
    unit: str | None
    shown: str


def figures_of(text: str) -> list[Figure]:
    """The numbers in a text, in figures or words; "4 miljoen" is one number. 0 and 1 are left out."""
    dutch = language_of(text) == "nl"  # where "ten" is another word for "te"
    found: list[Figure] = []
    last: Figure | None = None  # one that a "miljoen" or a "weken" behind it would make more of
    shown, end = "", 0
    text = _FRACTION.sub(lambda match: f"{match[1]},{_FRACTIONS[match[2]]}", text)
    folded = _TIME.sub(r"\1:\2", fold(text))
    for match in _FIGURE.finditer(folded):
        before, shown = shown, match.group()
        if folded[end : match.start()].strip(" -"):
            last = None  # more than a space lies between
        end = match.end()
        if last and not _LIKE_A_YEAR.fullmatch(last.shown) and (scale := _SCALES.get(shown)):
            found[-1:] = [last := Figure(last.value * scale, None, f"{last.shown} {shown}")]
            continue
        if last and (unit := _UNITS.get(shown)):
            found[-1:] = [Figure(last.value, unit, f"{last.shown} {shown}")]
            last = None
            continue
        if match["figure"]:
            value: float | None = _figure(shown)
        elif (dutch and shown == "ten") or (before, shown) == ("half", "a"):
            value = None
        else:
            value = 1.0 if shown in _ONE else _written(shown)
        last = Figure(value, None, shown) if value is not None else None
        if last:
            found.append(last)
    return [figure for figure in found if figure.value not in (0, 1)]


_TIME = re.compile(r"\b(\d{1,2})\.(\d\d)(?= uur\b)")
_FRACTIONS = {"½": "5", "1⁄2": "5", "¼": "25", "1⁄4": "25", "¾": "75", "3⁄4": "75"}
_FRACTION = re.compile(rf"(\d+) ?({'|'.join(_FRACTIONS)})")
_LIKE_A_YEAR = re.compile(r"(?:19|20)\d\d")  # "in 2012 duizend bezoekers" are no two million


def _figure(shown: str) -> float:
    if grouped := re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})+)(?:[.,](\d\d?))?", shown):
        return float(f"{re.sub('[.,]', '', grouped[1])}.{grouped[2] or 0}")
    return float(shown.replace(",", "."))


def _written(word: str) -> float | None:
    """The value of a number word, also where it opens another ("vierdejaars") or counts thousands ("drieduizend")."""
    written = _number_words()
    word = re.sub(r"(?:jaars|jarige?|daagse?|delige?|voudige?|persoons)$", "", word)
    thousands, thousand, rest = word.partition("duizend")
    if thousand and (not thousands or thousands in written) and (not rest or rest in written):
        return 1000 * written.get(thousands, 1.0) + written.get(rest, 0.0)
    hundreds, hundred, rest = word.partition("honderd")
    if hundred and 10 < written.get(hundreds, 0) < 100 and (not rest or rest in written):  # "vijftienhonderd"
        return 100 * written[hundreds] + written.get(rest, 0.0)
    if word in ("honderd", "hundred", "thousand"):
        return _SCALES[word]
    return written.get(word)


def missing_figures(written: str, source: str) -> list[str]:
    """Numbers that a source does not have, or has of another unit only ("vijf dagen" where it says five weeks)."""
    there = figures_of(source)
    values = {figure.value for figure in there}
    missing = []
    for figure in figures_of(written):
        units = {other.unit for other in there if other.value == figure.value}
        if figure.value not in values or (figure.unit and None not in units and figure.unit not in units):
            missing.append(figure.shown)
    return missing


# Months and days of the week, with what they are called in the other language; "Jan" is mostly somebody's name.
CALENDAR = {
    form: forms.split()[0]
    for forms in (
        "januari january", "februari february feb", "maart march mrt", "april apr", "mei", "juni june jun",
        "juli july jul", "augustus august aug", "september sept sep", "oktober october okt oct", "november nov",
        "december dec", "maandag monday", "dinsdag tuesday", "woensdag wednesday", "donderdag thursday",
        "vrijdag friday", "zaterdag saturday", "zondag sunday",
    )
    for form in forms.split()
}  # fmt: skip
MONTH_NAMES = (*(form for form in CALENDAR if not form.endswith(("day", "dag"))), "may")
MONTHS = tuple(dict.fromkeys(CALENDAR.values()))[:12]
_WORD = re.compile(r"[^\W_]+")


MAY = re.compile(r"(?<!^)(?<![.!?] )\bMay\b")  # without its capital it is a verb


def calendar_of(text: str) -> set[str]:
    """The months and days of the week that a text names, in Dutch."""
    named = {CALENDAR[word] for word in _WORD.findall(fold(text)) if word in CALENDAR}
    return named | {"mei"} if MAY.search(text) else named
