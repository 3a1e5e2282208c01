"""WordPress exports (WXR 1.0-1.2): the published posts, streamed, so that an export may be of any size."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO

from lxml import etree

from columnbot.articles import Article
from columnbot.readers.items import bounded, make_article, slug, text_of_title, unique
from columnbot.readers.shortcodes import without_shortcodes
from columnbot.readers.source import Skipped, Unreadable, find_date, text_of_html, without_comments
from columnbot.readers.streams import elements, local_name

_NOT_PUBLISHED = {
    "draft": "a draft",
    "auto-draft": "a draft",
    "pending": "a draft that waits for review",
    "future": "scheduled, not published yet",
    "private": "private",
    "trash": "in the trash",
}


def read_wordpress(path: str, stream: BinaryIO, *, pages: bool = False) -> Iterator[Article | Skipped]:
    """Each published post (with `pages`, page too) as `path#slug`; those left out are named, others counted by kind."""
    names: dict[str, str] = {}
    taken: dict[str, int] = {}
    others: Counter[str] = Counter()
    for element in elements(path, stream, "author", "item"):
        if isinstance(element, Skipped):
            yield element
            continue
        fields = _fields(element)
        if local_name(element) == "author":
            # Only the channel's own list of authors; a login is written in several cases.
            names[_login(fields.get("author_login"))] = _display_name(fields)
            continue
        others["comment"] += sum(local_name(child) == "comment" for child in element.iterchildren("*"))
        kind = fields.get("post_type", "post")
        if kind not in ("post", "page"):
            others[kind] += 1
            continue
        name = slug(fields.get("post_name")) or slug(fields.get("post_id")) or "item"
        item = f"{path}#{unique(name, taken)}"
        try:
            _require_published(fields)
            if kind == "page" and not pages:
                raise Unreadable("a page, not a post; --pages reads pages too")
            yield _post(item, element, fields, names)
        except Unreadable as reason:
            yield Skipped(item, str(reason))
    for kind, number in sorted(others.items()):
        if number:
            yield Skipped(path, f'{number} of the kind "{kind}" left out: only posts are read')


def _require_published(fields: dict[str, str]) -> None:
    status = fields.get("status", "").strip()
    if status != "publish":
        raise Unreadable(_NOT_PUBLISHED.get(status) or f'its status is "{status}", not "publish"')
    if fields.get("post_password", "").strip():
        raise Unreadable("readers need a password for it")


def _post(path: str, element: etree._Element, fields: dict[str, str], names: dict[str, str]) -> Article:
    login = fields.get("creator", "")
    return make_article(
        path,
        title=text_of_title(fields.get("title")),
        text=text_of_wordpress(bounded(fields.get("content"))) or text_of_wordpress(bounded(fields.get("excerpt"))),
        author=names.get(_login(login)) or login.strip(" <>"),
        day=_first_date(fields),
        url=fields.get("link"),
        tags=tuple(
            child.text
            for child in element.iterchildren("{*}category")
            if child.get("domain", "category") in ("category", "tag", "post_tag")
        ),
    )


def _fields(element: etree._Element) -> dict[str, str]:
    """The text of each child by its local name; of `content:encoded` and `excerpt:encoded` by their prefix."""
    fields: dict[str, str] = {}
    for child in element.iterchildren("*"):
        name = local_name(child)
        if name == "encoded":
            name = "excerpt" if "excerpt" in str(child.tag) else "content"
        # A comment, a term or a custom field has children of its own; their words are not the post's.
        if name not in fields and name not in ("comment", "postmeta"):
            fields[name] = "".join(str(text) for text in child.itertext())
    return fields


def _login(name: str | None) -> str:
    return (name or "").strip(" <>\n").casefold()


def _display_name(fields: dict[str, str]) -> str:
    full = f"{fields.get('author_first_name', '')} {fields.get('author_last_name', '')}"
    return fields.get("author_display_name", "").strip() or full.strip() or fields.get("author_login", "").strip()


def _first_date(fields: dict[str, str]) -> date | None:
    """The day by the site's own clock; the other two are in UTC. An unset one is all zeros."""
    dates = (find_date(fields.get(name)) for name in ("post_date", "post_date_gmt", "pubDate"))
    return next((found for found in dates if found), None)


_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|br|caption|center|col|colgroup|dd|details|div|dl|dt|fieldset|figcaption|"
    r"figure|footer|form|h[1-6]|header|hr|legend|li|main|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|"
    r"tr|ul)\b",
    re.IGNORECASE,
)
_WORDLESS_LINE = re.compile(r"^(?:https?://\S+|-)$\n*", re.MULTILINE)


def text_of_wordpress(content: str) -> str:
    """The words of a post as clean paragraphs, from classic markup as well as blocks; shortcodes' words are kept.

    In classic markup (and never harmful in blocks) an empty line parts paragraphs and a line's end is
    a line's end, as WordPress's own `wpautop` has it. A line that is only an address is an embed,
    one that is only a hyphen an item of a gallery.
    """
    markup = without_shortcodes(without_comments(content.replace("\r\n", "\n").replace("\r", "\n")))
    text = text_of_html("".join(_with_breaks(re.split(r"(<[^<>]*>)", markup))))
    return _WORDLESS_LINE.sub("", text).strip() or text


def _with_breaks(tokens: Sequence[str]) -> Iterator[str]:
    """Text and tags by turns, with a tag for every line's end that stands between words."""
    kept_as_is = 0
    for place, token in enumerate(tokens):
        if place % 2:
            if pre := re.match(r"<(/?)pre\b", token, re.IGNORECASE):
                kept_as_is = max(0, kept_as_is + (-1 if pre[1] else 1))
            yield token
            continue
        if kept_as_is:
            yield token
            continue
        if place == 0 or _BLOCK.match(tokens[place - 1]):
            token = token.lstrip()
        if place + 1 == len(tokens) or _BLOCK.match(tokens[place + 1]):
            token = token.rstrip()
        parts = re.split(r"(\n\s*)", token)
        yield "".join(
            part if not number % 2 else "<hr>" if part.count("\n") > 1 else "<br>" for number, part in enumerate(parts)
        )
