"""What formats with many articles in one file share: naming each, and making an article of its parts."""

import re
from datetime import date, datetime, timezone
from urllib.parse import unquote

from columnbot.articles import Article
from columnbot.language import language_of
from columnbot.readers.source import Unreadable, clean, find_date, first_words, text_of_html, words_of_name
from columnbot.readers.streams import MAX_BYTES

DEEPEST = 20  # lists in lists that a field may be; Python's stack ends at some hundreds


def unique(name: str, taken: dict[str, int]) -> str:
    """The name, or with a number behind it when it is taken already ("brief", "brief-2"); it is taken from now on."""
    candidate = name
    while candidate in taken:
        taken[name] += 1
        candidate = f"{name}-{taken[name]}"
    taken[candidate] = 1
    return candidate


def slug(name: str | None) -> str:
    """A name that can stand behind the hash of a path: "" when nothing is left of it."""
    return re.sub(r"[\s/\\#]+", "-", clean(unquote((name or "")[:400])))[:120].strip("-")


def slug_of_url(url: str | None) -> str:
    """The last part of an address ("…/2014/bellen-of-mailen.html" → "bellen-of-mailen"), or its number ("?p=12")."""
    place, _, query = re.sub(r"^\w+://[^/?#]*", "", url or "").partition("#")[0].partition("?")
    name = re.sub(r"\.(?:html?|php|aspx?)$", "", place.rstrip("/").rpartition("/")[2])
    number = re.search(r"\b(?:p|id)=(\d+)", query)
    return slug(name) if name and name != "index" else number[1] if number else ""


def one_line(text: str | None) -> str | None:
    """Clean text on one line; None when there is none."""
    return " ".join(clean(text).split()) or None if text else None


def day_of(value: object) -> date | None:
    """A date as written, or seconds or milliseconds since 1970."""
    if isinstance(value, str) and (packed := re.fullmatch(r"\s*((?:19|20)\d{6})\d{4}(?:\d\d)?\s*", value)):
        return find_date(packed[1])
    if isinstance(value, str) and re.fullmatch(r"\s*\d{9,13}\s*", value):
        value = int(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 10**8 < value < 10**13:
        seconds = value / 1000 if value > 10**10 else value
        return find_date(datetime.fromtimestamp(seconds, tz=timezone.utc))
    return find_date(str(value)) if isinstance(value, (str, int, float)) else None


def bounded(text: str | None) -> str:
    """The text, "" for none. Raises `Unreadable` when it is too long for one article."""
    if text and len(text) > MAX_BYTES:
        raise Unreadable(f"{len(text) / 1e6:.0f} million characters are too many for one article")
    return text or ""


def make_article(
    path: str,
    *,
    title: str | None,
    text: str,
    author: str | None,
    day: date | None,
    url: str | None,
    tags: tuple[str | None, ...],
) -> Article:
    """The article at `export.xml#slug`. Raises `Unreadable` when it holds no words."""
    if not re.search(r"\w", text):
        raise Unreadable("it holds no words")
    name = path.rpartition("#")[2]
    address = clean(url or "")
    return Article(
        path=path,
        title=one_line(title) or words_of_name(name) or first_words(text),
        text=text,
        author=one_line(author),
        date=day,
        url=address if re.fullmatch(r"https?://\S{1,2000}", address) else None,
        tags=tuple(dict.fromkeys(line for tag in tags if (line := one_line(tag)))),
        language=language_of(text),
    )


def text_of_title(markup: str | None) -> str | None:
    """A title that may hold HTML, as plain text."""
    return (text_of_html(markup) or None) if markup else None
