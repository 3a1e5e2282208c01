"""Exports of Movable Type, whose format Typepad and others took over: entries in one text file, streamed.

An entry ends at a line of eight hyphens, a section of it at one of five. The first is of lines `KEY: value`, the
others open with what they are: BODY, EXTENDED BODY, EXCERPT, COMMENT, PING.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO

from columnbot.articles import Article
from columnbot.readers.items import bounded, make_article, slug, slug_of_url, text_of_title, unique
from columnbot.readers.markdown import text_of_markdown
from columnbot.readers.source import Skipped, Unreadable, find_date
from columnbot.readers.streams import MAX_BYTES, lines
from columnbot.readers.wordpress import text_of_wordpress

_OPENING = 4096  # bytes that are looked at to know an export by
_EXPORT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:-{8}\s+)?(?:[A-Z][A-Z ]+:[^\n]*\n\s*)+-{5}\s*\n"
    rb"\s*(?:BODY|EXTENDED BODY|EXCERPT|KEYWORDS):\s*\n"
)
_FIELD = re.compile(r"([A-Z][A-Z ]+):[ \t]*(.*)")
_SECTION = re.compile(r"(BODY|EXTENDED BODY|EXCERPT|KEYWORDS|COMMENT|PING):\s*?(?:\n|\Z)")
_DAY = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})\b")  # the month stands first, whoever wrote it
_MOST = 10 * MAX_BYTES  # characters of an entry with all that was said about it


def is_movable_type(stream: BinaryIO) -> bool:
    """Whether a text opens as such an export does. Leaves the stream at its start."""
    opening = stream.read(_OPENING).replace(b"\r\n", b"\n")
    stream.seek(0)
    return _EXPORT.match(opening) is not None


def read_movable_type(path: str, stream: BinaryIO) -> Iterator[Article | Skipped]:
    """Each published entry as `path#slug`; drafts are named, comments counted."""
    taken: dict[str, int] = {}
    comments = 0
    for number, entry in enumerate(_entries(stream), start=1):
        if entry is None:
            yield Skipped(f"{path}#{unique(str(number), taken)}", f"entry {number} is too long for an article")
            continue
        sections = _sections(entry)
        comments += sum(kind == "COMMENT" for kind, _ in sections)
        fields = _fields(sections[0][1])
        url = fields.get("UNIQUE URL", [""])[0]
        name = slug(fields.get("BASENAME", [""])[0]) or slug_of_url(url) or str(number)
        item = f"{path}#{unique(name, taken)}"
        try:
            yield _article(item, fields, dict(reversed(sections[1:])), url)
        except Unreadable as reason:
            yield Skipped(item, f"entry {number}: {reason}")
    if comments:
        yield Skipped(path, f'{comments} of the kind "comment" left out: only posts are read')


def _entries(stream: BinaryIO) -> Iterator[str | None]:
    """The entries that have words; None for one that is too long."""
    entry: list[str] = []
    size = 0
    for line in lines(stream):
        if line is not None and line.rstrip() == "--------":
            if size:
                yield None if size > _MOST else "".join(entry)
            entry, size = [], 0
            continue
        size += _MOST + 1 if line is None else len(line.strip()) and len(line)
        if line is not None and size <= _MOST:
            entry.append(line.replace("\r\n", "\n"))
    if size:
        yield None if size > _MOST else "".join(entry)


def _sections(entry: str) -> list[tuple[str, str]]:
    """The sections by what they are, the fields first under no name; a rule that opens no section is text."""
    fields, *parts = re.split(r"^-----[ \t]*(?:\n|\Z)", entry, flags=re.MULTILINE)
    found = [("", fields)]
    for part in parts:
        if opening := _SECTION.match(part):
            found.append((opening[1], part[opening.end() :]))
        elif part.strip():
            kind, before = found[-1]
            found[-1] = kind, f"{before}\n{part}"
    return found


def _fields(lines_of_fields: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for line in lines_of_fields.split("\n"):
        if field := _FIELD.fullmatch(line.strip()):
            fields.setdefault(field[1], []).append(field[2])
    return fields


def _article(path: str, fields: dict[str, list[str]], sections: dict[str, str], url: str) -> Article:
    def first(name: str) -> str:
        return fields.get(name, [""])[0]

    if first("STATUS").lower() not in ("", "publish"):
        raise Unreadable(f'its status is "{first("STATUS")}", not "Publish"')
    to_text = text_of_markdown if first("CONVERT BREAKS").lower().startswith("markdown") else text_of_wordpress
    parts = (sections.get("BODY"), sections.get("EXTENDED BODY"))
    text = "\n\n".join(words for part in parts if (words := to_text(bounded(part))))
    return make_article(
        path,
        title=text_of_title(first("TITLE")),
        text=text or to_text(bounded(sections.get("EXCERPT"))),
        author=first("AUTHOR"),
        day=_day(first("DATE")),
        url=url,
        tags=(*_tags(fields.get("TAGS", [])), *fields.get("PRIMARY CATEGORY", []), *fields.get("CATEGORY", [])),
    )


def _tags(written: Sequence[str]) -> Iterator[str]:
    """Tags parted by commas, one with a comma or a space in it between quotation marks."""
    for row in csv.reader(written, skipinitialspace=True):
        yield from row


def _day(written: str) -> date | None:
    if day := _DAY.match(written):
        return find_date(f"{day[3]}-{day[1]:0>2}-{day[2]:0>2}")
    return find_date(written)
