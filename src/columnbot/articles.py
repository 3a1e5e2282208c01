"""An article: one column, as clean text with what is known about it."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Article:
    """One column of the archive.

    `path` is relative to the archive, with forward slashes; one file that holds many articles
    names each after a hash: `export.xml#slug`. `text` is clean plain text: no markup, paragraphs
    parted by one blank line, a list item a line. `language` is "nl" or "en".
    """

    path: str
    title: str
    text: str
    author: str | None = None
    date: datetime.date | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    language: str = "nl"


def article_to_json(article: Article) -> dict[str, Any]:
    """Its fields as JSON has them: the date as text, the tags as a list."""
    day = article.date
    plain = {field.name: getattr(article, field.name) for field in fields(article)}  # asdict would copy every text
    return plain | {"date": day.isoformat() if day else None, "tags": list(article.tags)}


def article_from_json(given: Mapping[str, Any]) -> Article:
    """The article of what `article_to_json` gave."""
    day = given["date"]
    known = {"date": datetime.date.fromisoformat(day) if day else None, "tags": tuple(given["tags"])}
    return Article(**{**given, **known})
