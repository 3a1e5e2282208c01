"""Exports of Ghost: the published posts, with their authors and tags out of the tables beside them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from columnbot.articles import Article
from columnbot.readers.fields import YES
from columnbot.readers.items import bounded, day_of, make_article, slug, text_of_title, unique
from columnbot.readers.source import Skipped, Unreadable, clean, text_of_html

_PUBLISHED = ("published", "sent")  # on the site, or by mail alone

Row = Mapping[str, Any]


def tables_of_ghost(value: object) -> Mapping[str, Sequence[Row]] | None:
    """The tables of an export, which stand in `data`, mostly within a list `db`; None for JSON of another kind."""
    if isinstance(value, dict) and isinstance(value.get("db"), list) and len(value["db"]) == 1:
        value = value["db"][0]
    data = value.get("data") if isinstance(value, dict) and "meta" in value else None
    if not isinstance(data, dict) or not isinstance(data.get("posts"), list):
        return None
    return {
        name: [row for row in rows if isinstance(row, dict)] for name, rows in data.items() if isinstance(rows, list)
    }


def read_ghost(path: str, tables: Mapping[str, Sequence[Row]], *, pages: bool = False) -> Iterator[Article | Skipped]:
    """Each published post (with `pages`, page too) as `path#slug`; those left out are named."""
    authors = _joined(tables, "posts_authors", "author_id", "users")
    tags = _joined(tables, "posts_tags", "tag_id", "tags")
    users = {_text(user.get("id")): _text(user.get("name")) for user in tables.get("users", ())}
    taken: dict[str, int] = {}
    for number, post in enumerate(tables["posts"], start=1):
        item = f"{path}#{unique(slug(_text(post.get('slug'))) or str(number), taken)}"
        try:
            yield _post(item, post, authors, tags, users, pages)
        except Unreadable as reason:
            yield Skipped(item, str(reason))


def _post(
    path: str,
    post: Row,
    authors: Mapping[str, Sequence[str]],
    tags: Mapping[str, Sequence[str]],
    users: Mapping[str, str],
    pages: bool,
) -> Article:
    status = _text(post.get("status"))
    if status not in _PUBLISHED:
        raise Unreadable(f'its status is "{status}", not "published"')
    if not pages and (post.get("type") == "page" or _text(post.get("page")).lower() in YES):
        raise Unreadable("a page, not a post; --pages reads pages too")
    key = _text(post.get("id"))
    text = text_of_html(bounded(_text(post.get("html")))) or clean(bounded(_text(post.get("plaintext"))))
    if not text and (_text(post.get("lexical")) or _text(post.get("mobiledoc"))):
        raise Unreadable("the export has its text in the editor's own format only, and not in HTML")
    return make_article(
        path,
        title=text_of_title(_text(post.get("title"))),
        text=text,
        author=", ".join(authors.get(key, ())) or users.get(_text(post.get("author_id"))),
        day=day_of(post.get("published_at")) or day_of(post.get("created_at")),
        url=_text(post.get("canonical_url")),
        tags=tuple(tag for tag in tags.get(key, ()) if not tag.startswith("#")),  # those are for the site itself
    )


def _joined(tables: Mapping[str, Sequence[Row]], between: str, key: str, named: str) -> dict[str, list[str]]:
    """Of each post the names that a table between it and theirs gives it, in their order."""
    names = {_text(row.get("id")): _text(row.get("name")) for row in tables.get(named, ())}
    found: dict[str, list[str]] = {}
    for row in sorted(tables.get(between, ()), key=_place):
        if name := names.get(_text(row.get(key))):
            found.setdefault(_text(row.get("post_id")), []).append(name)
    return found


def _place(row: Row) -> float:
    place = row.get("sort_order")
    return place if isinstance(place, (int, float)) else 0


def _text(value: object) -> str:
    """A field as text, a number or a truth too; nothing where it is null or no single value."""
    return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else ""
