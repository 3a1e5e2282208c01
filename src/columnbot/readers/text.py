"""Plain text: a column typed as such, or a web page that a browser saved as text.

A saved page has no markup to go by: its title may be the first line, the file's name or the closing
sentence, its author the name above a biography, and below it stands what the site adds to every page.
"""

import re
from datetime import date

from columnbot.articles import Article
from columnbot.language import language_of, sentence_spans
from columnbot.readers.source import Unreadable, clean, decode, find_date, first_words, words_of_name

# From the first of these lines on, a page is the site's and no longer the column's.
_END_OF_COLUMN = re.compile(
    r"(er zijn nog geen reacties|reageren|reageer|reacties? \(?\d*\)?|\d+ reacties?|plaats een reactie|"
    r"geef een reactie|laat een reactie achter|leave a (reply|comment)|comments?( \(\d+\))?|no comments yet|"
    r"gerelateerde (artikelen|berichten)|related (articles|posts)|lees ook:?|meer over dit onderwerp)\b.{0,80}",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"(let op|delen|deel (dit|deze|via)\b.*|share( this)?|tweet|print(en)?|e-?mail|abonneer\b.*|schrijf je in\b.*|"
    r"(wij|deze (web)?site) gebruik(en|t) cookies.*|(accepteer|alle) cookies.*|inloggen|registreren|"
    r"zoeken|menu|home)\W*",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:door|by|auteur|author|tekst)\s*:?\s+(.+)", re.IGNORECASE)
_PARTICLES = {"de", "den", "der", "het", "ten", "ter", "te", "van", "von", "la", "le", "du", "el", "al", "in", "'t"}


def read_text(path: str, content: bytes) -> tuple[Article, ...]:
    """One article. Raises `Unreadable` when it holds no words."""
    text = clean(decode(content))
    paragraphs = text.split("\n\n") if "\n\n" in text else text.split("\n")
    paragraphs = _without_furniture([paragraph for paragraph in paragraphs if paragraph.strip()])
    paragraphs, author = _part_author(paragraphs)
    paragraphs, found_date = _part_date(paragraphs)
    if not any(re.search(r"\w", paragraph) for paragraph in paragraphs):
        raise Unreadable("it holds no words")
    paragraphs, title = _part_title(paragraphs, path)
    text = "\n\n".join(paragraphs)
    return (
        Article(
            path=path,
            title=title,
            text=text,
            author=author,
            date=found_date or find_date(path.rpartition("/")[2]),
            language=language_of(text),
        ),
    )


def _without_furniture(paragraphs: list[str]) -> list[str]:
    for i, paragraph in enumerate(paragraphs):
        # Only in the second half: a column may well open with "Reageren" as its title.
        if i >= len(paragraphs) / 2 and _END_OF_COLUMN.fullmatch(paragraph):
            paragraphs = paragraphs[:i]
            break
    return [paragraph for paragraph in paragraphs if not _FURNITURE.fullmatch(paragraph)]


def is_name(line: str) -> bool:
    """Two to five words that look like a person's name: capitals, but for particles such as "van der"."""
    words = line.split()
    if not 2 <= len(words) <= 5 or not re.fullmatch(r"[^\W\d_][\w.'’ -]*", line):
        return False
    capitals = [word for word in words if word.lower() not in _PARTICLES]
    return len(capitals) >= 2 and all(word[0].isupper() for word in capitals) and not line.endswith(" ")


def _part_author(paragraphs: list[str]) -> tuple[list[str], str | None]:
    """The author out of a by-line at either end, or out of the name above a biography that begins with it."""
    for i in range(len(paragraphs) - 1, 0, -1):
        name, below = paragraphs[i - 1], paragraphs[i]
        if is_name(name) and below.startswith(name):
            return paragraphs[: i - 1] + paragraphs[i + 1 :], name
    for i in {*range(min(3, len(paragraphs))), len(paragraphs) - 1} - {-1}:
        byline = _BYLINE.fullmatch(paragraphs[i])
        if byline and is_name(byline[1]):
            return paragraphs[:i] + paragraphs[i + 1 :], byline[1]
    if len(paragraphs) > 1 and is_name(paragraphs[-1]):
        return paragraphs[:-1], paragraphs[-1]
    return paragraphs, None


def _part_date(paragraphs: list[str]) -> tuple[list[str], date | None]:
    for i, paragraph in enumerate(paragraphs[:4]):
        if len(paragraph) <= 40 and (found := find_date(paragraph)):
            return paragraphs[:i] + paragraphs[i + 1 :], found
    return paragraphs, None


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
