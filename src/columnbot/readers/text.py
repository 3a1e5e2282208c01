"""Plain text: a column typed as such, or a web page that a browser saved as text.

A saved page has no markup to go by: its title may be the first line, the file's name or the closing
sentence, its author the name above a biography, and around it stands what the site adds to every page.
"""

import re
from collections.abc import Collection
from datetime import date

from columnbot.articles import Article
from columnbot.language import language_of, sentence_spans
from columnbot.readers.bylines import is_name
from columnbot.readers.furniture import without_furniture
from columnbot.readers.source import Unreadable, clean, decode, find_date, first_words, words_of_name

_BYLINE = re.compile(r"(?:door|by|auteur|author|tekst|column van)\s*:?\s+(.+)", re.IGNORECASE)
# What stands around the date in a line that gives nothing else.
_AROUND_DATE = re.compile(
    r"\b(?:(?:maan|dins|woens|donder|vrij|zater|zon|mon|tues|wednes|thurs|fri|satur|sun)da[gy]|geplaatst|gepubliceerd|"
    r"datum|laatst|bijgewerkt|posted|published|updated|date|op|om|uur|on|at|am|pm|st|nd|rd|th|"
    r"jan(?:uari|uary)?|feb(?:ruari|ruary)?|maart|mrt|mar(?:ch)?|apr(?:il)?|mei|may|jun[ie]?|jul[iy]?|"
    r"aug(?:ustus|ust)?|sept?(?:ember)?|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b|[\d.,:|/()–-]+",
    re.IGNORECASE,
)
_ABOUT_AUTHOR = re.compile(
    r"(?:over de auteur|about the author|over (?:de )?(?:schrijver|schrijfster|columnist))\W*", re.I
)
_TRADE = re.compile(
    r"\b(?:\w*(?:columnist|journalist|redacteur|adviseur|consultant|ondernemer|trainer|coach|docent|onderzoeker|"
    r"hoogleraar|presentator|blogger|spreker|directeur|manager|editor|writer|author)e?|auteur|schrijver|schrijfster|"
    r"schrijft|columns?|writes)\b",
    re.IGNORECASE,
)
# A capitalised word in mid-sentence that opens no name and hardly a title: there a subheading ran into its paragraph.
_OPENER = r"(?:Als|Want|Maar|Omdat|Wanneer|Toch|Natuurlijk|Misschien|Er|Hij|Wij|We|Ik|Je|U|Daarom|Dus|Daarnaast|Bovendien|If|But|Because|When|However|There)"  # noqa: E501
_RUN_IN = re.compile(rf"((?:[^\W\d_]|\d)[^.!?;:…\"“”‘’()\n]{{2,70}}?)\s+(?={_OPENER}\s+[a-zà-ÿ])")
_REPEATED = re.compile(r"([A-ZÀ-Þ][^.!?;:…\"“”()\n]{4,70}?)\s+(?=\1[\s,]+[a-zà-ÿ])")
_CLAUSE = re.compile(
    r"\b(?:ik|je|jij|hij|zij|ze|we|wij|jullie|men|er|is|was|zijn|waren|heeft|had|hebben|wordt|werd|kan|kon|zal|zou|moet|"
    r"zei|zegt|las|en|of|maar|dat|die|i|you|he|she|they|are|were|has|have|had|said|and|or|but|that)\s*$|"
    r"\b(?:ik|jij|hij|wij|i|he|they|zei|zegt|las|dacht|denkt|vond|vindt|riep|vroeg|schreef|heette?)\b",
    re.IGNORECASE,
)


def read_text(path: str, content: bytes, furniture: Collection[str] = frozenset()) -> tuple[Article, ...]:
    """One article; `furniture` are the lines learnt to be the site's. Raises `Unreadable` when it holds no words."""
    paragraphs = _paragraphs(clean(decode(content)))
    paragraphs = without_furniture(paragraphs, furniture, own=_signatures(paragraphs))
    paragraphs, author = _part_author(paragraphs)
    paragraphs, found_date, signed = _part_date(paragraphs)
    if not any(re.search(r"\w", paragraph) for paragraph in paragraphs):
        raise Unreadable("it holds no words")
    paragraphs, title = _part_title(paragraphs, path)
    text = "\n\n".join(part for paragraph in paragraphs for part in _part_subheading(paragraph))
    return (
        Article(
            path=path,
            title=title,
            text=text,
            author=author or signed,
            date=found_date or find_date(path.rpartition("/")[2]),
            language=language_of(text),
        ),
    )


def _paragraphs(text: str) -> list[str]:
    """Paragraphs are parted by blank lines where lines are short; else, or where there are none, each line is one."""
    lines = text.split("\n")
    short = max(map(len, lines)) <= 120
    if "\n\n" in text and short:
        return text.split("\n\n")
    lines = [line for line in lines if line]
    broken = sum(len(line) >= 50 and not re.search(r"[.!?…:\"”’']$", line) for line in lines)
    if not short or broken <= len(lines) / 2:
        return lines
    # Lines broken off at the margin: one that stops short of it ends a paragraph.
    margin = max(map(len, lines))
    paragraphs = [""]
    for line in lines:
        paragraphs[-1] = f"{paragraphs[-1]} {line}".strip()
        if len(line) < 0.75 * margin:
            paragraphs.append("")
    return [paragraph for paragraph in paragraphs if paragraph]


def _signatures(paragraphs: list[str]) -> set[int]:
    """Numbers of the paragraphs that give the author or a date: these repeat without being the site's."""
    found = set()
    for i, paragraph in enumerate(paragraphs):
        byline = _BYLINE.fullmatch(paragraph)
        named = is_name(paragraph) and i + 1 < len(paragraphs) and paragraphs[i + 1].startswith(paragraph)
        if (byline and is_name(byline[1])) or _dated(paragraph):
            found.add(i)
        elif named or (i and _ABOUT_AUTHOR.fullmatch(paragraph)):
            found |= {i, i + 1}
    return found


def _part_author(paragraphs: list[str]) -> tuple[list[str], str | None]:
    """The author out of a by-line at either end, or out of a biography, which goes too."""
    for i in range(len(paragraphs) - 1, 0, -1):
        above, below = paragraphs[i - 1], paragraphs[i]
        if is_name(above) and below.startswith(above):
            return paragraphs[: i - 1] + _behind_biography(paragraphs, i, above), above
        if _ABOUT_AUTHOR.fullmatch(above) and (name := _opening_name(below)):
            start = i - 2 if i > 1 and paragraphs[i - 2] == name else i - 1
            return paragraphs[:start] + _behind_biography(paragraphs, i, name), name
    for i in {*range(min(3, len(paragraphs))), len(paragraphs) - 1} - {-1}:
        byline = _BYLINE.fullmatch(paragraphs[i])
        if byline and is_name(byline[1]):
            rest = paragraphs[:i] + paragraphs[i + 1 :]
            if len(rest) > 2 and rest[-1].startswith(byline[1]) and _TRADE.search(rest[-1]):
                rest.pop()
            return rest, byline[1]
    if len(paragraphs) > 1 and is_name(paragraphs[-1]):
        return paragraphs[:-1], paragraphs[-1]
    last = paragraphs[-1] if len(paragraphs) > 2 else ""
    if len(last.split()) <= 80 and (name := _opening_name(last)) and _TRADE.search(last):
        return paragraphs[:-1], name
    return paragraphs, None


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


def _part_date(paragraphs: list[str]) -> tuple[list[str], date | None, str | None]:
    """The date out of a line near the top that gives nothing else but perhaps who wrote it."""
    for i, paragraph in enumerate(paragraphs[:4]):
        dated = _dated(paragraph)
        if dated:
            return paragraphs[:i] + paragraphs[i + 1 :], *dated
    return paragraphs, None, None


def _dated(line: str) -> tuple[date, str | None] | None:
    """The date and the name in a line that holds nothing else: "Door Jan Bos op 3 mei 2012"."""
    if len(line) > 90 or not (found := find_date(line)):
        return None
    rest = re.sub(r"\s+", " ", _AROUND_DATE.sub(" ", line)).strip()
    byline = _BYLINE.fullmatch(rest)
    name = byline[1].strip() if byline else rest
    return (found, name or None) if not rest or is_name(name) else None


def _part_title(paragraphs: list[str], path: str) -> tuple[list[str], str]:
    first = paragraphs[0]
    if len(paragraphs) > 1 and "\n" not in first and len(first.split()) <= 14 and not re.search(r"[.;,]$", first):
        return paragraphs[1:], first
    if named := words_of_name(path):
        return paragraphs, named
    last = paragraphs[-1]
    start, end = sentence_spans(last)[-1]
    closing = last[start:end].rstrip(".")
    return paragraphs, closing if 3 <= len(closing.split()) <= 12 else first_words(first)


def _part_subheading(paragraph: str) -> tuple[str, ...]:
    """A subheading that ran into its paragraph and the paragraph, where that is beyond doubt; else the paragraph.

    "Interne post Interne post is …" repeats it; in "Het nut van regels Als niemand …" a capital stands
    where no sentence has ended, before a word that opens sentences, behind words that are no clause.
    """
    if len(paragraph.split()) < 20:
        return (paragraph,)
    if (match := _REPEATED.match(paragraph)) and (" " in match[1] or len(match[1]) >= 8):
        return match[1], paragraph[match.end() :]
    match = _RUN_IN.match(paragraph)
    if match and match[1][0].isupper() and not match[1].endswith(",") and not _CLAUSE.search(match[1]):
        return match[1], paragraph[match.end() :]
    return (paragraph,)
