"""An article: one column, as clean text with what is known about it."""

import datetime
from dataclasses import dataclass


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
