"""Saved feeds: RSS 0.9x-2.0 and Atom by feedparser, also Blogger's export, which is Atom; and JSON Feed."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from time import struct_time
from typing import Any, BinaryIO

from columnbot.articles import Article
from columnbot.readers.items import bounded, make_article, one_line, slug, slug_of_url, text_of_title, unique
from columnbot.readers.source import Skipped, Unreadable, clean, find_date, text_of_html
from columnbot.readers.streams import recovered

# A feed is read in one piece.
_MAX_BYTES = 100_000_000
# What WordPress puts below each entry of its feed.
_ADVERT = re.compile(
    r"\n\n(?:Het bericht .{1,300} verscheen eerst op|The post .{1,300} (?:first appeared|appeared first) on) .{1,200}\Z"
)
_BLOGGER_KIND = "http://schemas.google.com/blogger/2008/kind#"


def read_feed(path: str, stream: BinaryIO) -> Iterator[Article | Skipped]:
    """Each entry as `path#slug`, from its full content where it has that, else from its summary."""
    content, fault = recovered(stream, _MAX_BYTES)
    try:
        # The text alone is kept, so neither links nor scripts need feedparser's care.
        import feedparser  # only where there is a feed

        feed = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    except (LookupError, AttributeError, TypeError, ValueError, RecursionError) as error:
        # Feedparser trips over elements in odd places, such as an item inside a link.
        raise Unreadable(f"a feed whose parts stand in odd places ({type(error).__name__}); {fault or ''}") from None
    taken: dict[str, int] = {}
    for number, entry in enumerate(feed.entries, start=1):
        name = slug_of_url(entry.get("link")) or slug(entry.get("id")) or str(number)
        item = f"{path}#{unique(name, taken)}"
        try:
            yield _article(item, entry, feed.feed)
        except Unreadable as reason:
            yield Skipped(item, str(reason))
    if fault:
        yield Skipped(path, f"malformed XML, read as far as it goes: {fault}")
    elif not feed.entries:
        yield Skipped(path, "a feed without entries")


def _article(path: str, entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Article:
    tags = entry.get("tags") or []
    kinds = [
        tag["term"].removeprefix(_BLOGGER_KIND) for tag in tags if (tag.get("term") or "").startswith(_BLOGGER_KIND)
    ]
    kind = (entry.get("blogger_type") or "".join(kinds) or "post").lower()
    if kind != "post":
        raise Unreadable(f'of the kind "{kind}", not a post')
    if entry.get("app_draft") == "yes" or entry.get("blogger_status", "LIVE") != "LIVE":
        raise Unreadable("a draft")
    texts = [_text(part) for part in entry.get("content") or []]
    summary = entry.get("summary_detail")
    return make_article(
        path,
        title=_text(entry.get("title_detail")),
        text=_ADVERT.sub("", max(texts, key=len, default="") or (_text(summary) if summary else "")),
        author=_author(entry) or _author(feed),
        day=_day(entry),
        url=entry.get("link"),
        tags=tuple(
            tag.get("label") or tag.get("term") for tag in tags if not (tag.get("scheme") or "").endswith("#kind")
        ),
    )


def _text(part: Mapping[str, Any] | None) -> str:
    if not part:
        return ""
    value = bounded(part.get("value"))
    return clean(value) if part.get("type") == "text/plain" else text_of_html(value)


def _author(of: Mapping[str, Any]) -> str | None:
    return (of.get("author_detail") or {}).get("name") or of.get("author")


def _day(entry: Mapping[str, Any]) -> date | None:
    """The day as it is written, which is the writer's own; the parsed one is in UTC."""
    for field in ("published", "created", "updated"):
        if field not in entry:
            continue
        if found := find_date(entry.get(field)):
            return found
        parsed = entry.get(f"{field}_parsed")
        if isinstance(parsed, struct_time):  # which may hold a year that no date can have
            return find_date(f"{parsed.tm_year}-{parsed.tm_mon:02}-{parsed.tm_mday:02}")
    return None


def read_json_feed(path: str, feed: Mapping[str, Any]) -> Iterator[Article | Skipped]:
    """Each item of a JSON Feed (1.0 or 1.1) as `path#slug`."""
    items = feed.get("items")
    if not isinstance(items, list) or not items:
        raise Unreadable("a JSON Feed without items")
    taken: dict[str, int] = {}
    for number, entry in enumerate(items, start=1):
        entry = entry if isinstance(entry, dict) else {}
        url = _string(entry.get("url")) or _string(entry.get("external_url"))
        item = f"{path}#{unique(slug_of_url(url) or slug(_string(entry.get('id'))) or str(number), taken)}"
        html, plain = _string(entry.get("content_html")), _string(entry.get("content_text"))
        tags = entry.get("tags")
        try:
            yield make_article(
                item,
                title=text_of_title(_string(entry.get("title"))),
                text=text_of_html(bounded(html)) or clean(bounded(plain)) or clean(_string(entry.get("summary")) or ""),
                author=_authors(entry) or _authors(feed),
                day=find_date(entry.get("date_published")) or find_date(entry.get("date_modified")),
                url=url,
                tags=tuple(_string(tag) for tag in tags) if isinstance(tags, list) else (),
            )
        except Unreadable as reason:
            yield Skipped(item, str(reason))


def _authors(of: Mapping[str, Any]) -> str | None:
    """The names of version 1.1's `authors`, or of 1.0's one `author`."""
    authors = of.get("authors")
    people = authors if isinstance(authors, list) else [of.get("author")]
    names = (one_line(_string(person.get("name"))) for person in people if isinstance(person, dict))
    return ", ".join(name for name in names if name) or None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else str(value) if type(value) in (int, float) else None
