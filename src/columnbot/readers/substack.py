"""An export of Substack: `posts.csv`, with what is known of each post, beside `posts/`, with the text of each."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from typing import BinaryIO

from columnbot.articles import Article
from columnbot.readers.items import one_line, text_of_title
from columnbot.readers.source import Skipped, Unreadable, decode, find_date

_MOST = 20_000_000  # bytes
_COLUMNS = {"post_id", "post_date", "is_published", "title"}
_POST = re.compile(r"(?P<folder>(?:.*/)?)posts/(?P<id>\d+)(?:\.[^/]*)?\.html")


@dataclass(frozen=True, slots=True)
class Post:
    """What the list says of a post."""

    title: str | None
    day: date | None
    published: bool


@dataclass(frozen=True, slots=True)
class PostList:
    """The list of an export: the folder that it stands in ("" or with a slash behind it), and the posts by number."""

    folder: str
    posts: Mapping[str, Post]


def read_post_list(path: str, stream: BinaryIO) -> PostList | None:
    """The list in a `posts.csv`; None where it is a table of another kind. Leaves the stream at its start."""
    if PurePosixPath(path).name != "posts.csv":
        return None
    content = stream.read(_MOST)
    stream.seek(0)
    try:
        rows = csv.DictReader(io.StringIO(decode(content), newline=""))
        if not set(rows.fieldnames or ()) >= _COLUMNS:
            return None
        posts = {
            row["post_id"].partition(".")[0]: Post(
                one_line(text_of_title(row["title"])),
                find_date(row["post_date"]),
                (row["is_published"] or "").strip().lower() == "true",
            )
            for row in rows
            if row["post_id"]
        }
    except (csv.Error, Unreadable):
        return None
    return PostList(path[: len(path) - len("posts.csv")], posts)


def with_post_lists(
    articles: Mapping[str, Article], lists: Sequence[PostList]
) -> tuple[dict[str, Article], list[Skipped]]:
    """The articles with what the lists say of them; those that were never published are left out, with the reason."""
    by_folder = {each.folder: each.posts for each in lists}
    kept: dict[str, Article] = {}
    skipped: list[Skipped] = []
    for path, article in articles.items():
        name = _POST.fullmatch(path)
        post = by_folder.get(name["folder"], {}).get(name["id"]) if name else None
        if post is None:
            kept[path] = article
        elif not post.published:
            skipped.append(Skipped(path, "a draft: posts.csv says it is not published"))
        else:
            kept[path] = replace(article, title=post.title or article.title, date=post.day or article.date)
    return kept, skipped
