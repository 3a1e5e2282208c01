"""Web pages: the main text and what the page says of itself, found by trafilatura."""

import re

import trafilatura

from columnbot.articles import Article
from columnbot.language import language_of
from columnbot.readers.source import Unreadable, clean, decode, find_date, first_words, text_of_html, words_of_name


def read_html(path: str, content: bytes) -> tuple[Article, ...]:
    """One article. Raises `Unreadable` when the page holds no words."""
    page = _decode_page(content)
    main = trafilatura.extract(
        page, output_format="html", include_comments=False, include_links=False, include_images=False,
        include_tables=True, favor_recall=True,
    )  # fmt: skip
    text = text_of_html(main or "") or text_of_html(page)
    if not re.search(r"\w", text):
        raise Unreadable("the page holds no words")
    known = trafilatura.extract_metadata(page)
    title = clean(known.title) if known and known.title else None
    author = clean(known.author) if known and known.author else None
    return (
        Article(
            path=path,
            title=title or words_of_name(path) or first_words(text),
            text=_without_title(text, title),
            author=author,
            date=find_date(known.date if known else None) or find_date(path.rpartition("/")[2]),
            url=known.url if known else None,
            tags=tuple(known.tags or ()) if known else (),
            language=language_of(text),
        ),
    )


def _decode_page(content: bytes) -> str:
    # Only the families that browsers know: Python has codecs of its own that are no encodings of a page.
    declared = re.search(
        rb"<meta[^>]+charset=[\"']?\s*((?:utf-|iso-8859-|windows-12|latin)[\w-]+)", content[:4096], re.IGNORECASE
    )
    if declared:
        try:
            return content.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeError):
            pass  # pages lie about their encoding
    return decode(content)


def _without_title(text: str, title: str | None) -> str:
    """The text without its own title above it."""
    rest = text.removeprefix(title).lstrip() if title else text
    return rest or text
