"""XML files, told apart by their root and not by their name: a WordPress export, a feed, or neither."""

from collections.abc import Iterator
from typing import BinaryIO

from columnbot.articles import Article
from columnbot.readers.feed import read_feed
from columnbot.readers.source import Skipped, Unreadable
from columnbot.readers.streams import local_name, root_of
from columnbot.readers.wordpress import read_wordpress

_FEEDS = ("rss", "feed", "rdf")


def read_xml(path: str, stream: BinaryIO, *, pages: bool = False) -> Iterator[Article | Skipped]:
    """The articles of an export, with its pages if asked for, or a feed. Raises `Unreadable` for any other XML."""
    root = root_of(stream)
    name = local_name(root)
    if any("wordpress.org/export/" in address for address in root.nsmap.values()):
        return read_wordpress(path, stream, pages=pages)
    if name.lower() in _FEEDS:
        return read_feed(path, stream)
    raise Unreadable(f"XML with the root <{name}>: neither a WordPress export nor a feed")
