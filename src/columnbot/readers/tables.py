"""Tables of articles, a row each: CSV and JSON lines with named columns, in English or in Dutch; and JSON."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from columnbot.articles import Article
from columnbot.readers.feed import read_json_feed
from columnbot.readers.fields import FIELDS, NO, UNPUBLISHED, YES, plain
from columnbot.readers.ghost import read_ghost, tables_of_ghost
from columnbot.readers.items import DEEPEST, day_of, make_article, slug, slug_of_url, text_of_title, unique
from columnbot.readers.source import Skipped, Unreadable, clean, decode, text_of_html
from columnbot.readers.streams import MAX_BYTES, lines, whole
from columnbot.readers.wordpress import text_of_wordpress

_MARKUP = re.compile(
    r"</?(?:p|br|div|em|strong|b|i|a|h[1-6]|ul|ol|li|blockquote|span|figure|img)\b[^<>]*>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}\d?|#\d{2,6}|#[xX][\da-fA-F]{2,5});")
_OWN_BREAKS = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
_UNQUOTED = 'put a text with the delimiter in it between quotation marks, and write one within them twice ("")'
_MAX_JSON = 200_000_000


def read_csv(path: str, stream: BinaryIO) -> Iterator[Article | Skipped]:
    """Each row as `path#slug` or `path#line`. Raises `Unreadable` when no column is called text or the like."""
    csv.field_size_limit(MAX_BYTES)  # the csv module's own limit, 131,072, is shorter than a long column
    source = _short_lines(stream)
    above, header = next(((number, line) for number, line in enumerate(source, start=1) if _is_header(line)), (0, ""))
    delimiter = max(",;\t|", key=lambda mark: (len(_places(_cells(header, mark))), header.count(mark)))
    names = _cells(header, delimiter)
    places = _places(names)
    if "text" not in places:
        raise Unreadable(f"none of its columns is called text, body, content or tekst; they are: {_shown(names)}")
    return _rows(path, _Source(source), delimiter, above, names)


class _Source:
    """Lines, and whether somebody has asked for one behind the last."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.is_over = False

    def __iter__(self) -> Iterator[str]:
        yield from self._lines
        self.is_over = True


def _rows(path: str, source: _Source, delimiter: str, above: int, names: Sequence[str]) -> Iterator[Article | Skipped]:
    rows = csv.reader(source, delimiter=delimiter)
    taken: dict[str, int] = {}
    while True:
        line = above + rows.line_num + 1
        try:
            row = next(rows, None)
        except (csv.Error, Unreadable) as error:
            yield Skipped(path, f"not read from line {line} on: {error}")
            return
        if row is None:
            return
        if source.is_over:  # in the middle of a row
            yield Skipped(path, f"not read from line {line} on: a quotation mark opens there that nothing closes")
            return
        if any(cell.strip() for cell in row[len(names) :]):
            # Where the text was cut cannot be known, and half a column is worse than none.
            reason = f"it has {len(row)} cells and the header {len(names)}: {_UNQUOTED}"
            yield Skipped(f"{path}#{unique(str(line), taken)}", f"line {line}: {reason}")
        elif any(cell.strip() for cell in row):
            yield _article(path, "line", line, _fields(zip(names, row, strict=False)), taken)


def read_json_lines(path: str, stream: BinaryIO) -> Iterator[Article | Skipped]:
    """Each line, a JSON object, as `path#slug` or `path#line`."""
    taken: dict[str, int] = {}
    for number, line in enumerate(lines(stream), start=1):
        if line is None or line.strip():
            try:
                yield _article(path, "line", number, _record(_parsed(line)), taken)
            except Unreadable as reason:
                yield Skipped(f"{path}#{unique(str(number), taken)}", f"line {number}: {reason}")


def read_json(path: str, stream: BinaryIO, *, pages: bool = False) -> Iterator[Article | Skipped]:
    """A JSON Feed, an object that holds an article, or a list of these, which may be the only one in an object.

    Or an export of Ghost, of which the pages are read too if they are asked for. Raises `Unreadable` for other JSON.
    """
    value = _parsed(decode(whole(stream, _MAX_JSON)))
    if isinstance(value, dict) and "jsonfeed.org/version" in str(value.get("version")):
        return read_json_feed(path, value)
    if tables := tables_of_ghost(value):
        return read_ghost(path, tables, pages=pages)
    if isinstance(value, dict):
        lists = [inner for inner in value.values() if isinstance(inner, list) and any(map(_is_object, inner))]
        value = [value] if "text" in _fields(value.items()) else lists[0] if len(lists) == 1 else value
    if isinstance(value, list) and any(map(_is_object, value)):
        return _items(path, value)
    raise Unreadable("JSON that is neither a JSON Feed nor an article, nor a list of articles")


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _items(path: str, items: Sequence[object]) -> Iterator[Article | Skipped]:
    taken: dict[str, int] = {}
    for number, item in enumerate(items, start=1):
        try:
            yield _article(path, "item", number, _record(item), taken)
        except Unreadable as reason:
            yield Skipped(f"{path}#{unique(str(number), taken)}", f"item {number}: {reason}")


def _parsed(text: str | None) -> Any:
    if text is None:
        raise Unreadable(f"more than {MAX_BYTES // 10**6} million characters are too many for one article")
    try:
        return json.loads(text)
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from None
    except RecursionError:
        raise Unreadable("not JSON of articles: it is nested too deep") from None


def _record(value: object) -> dict[str, Any]:
    """What an object says, by the columns that are known."""
    if not isinstance(value, dict):
        raise Unreadable("not an object with named fields")
    return _fields(value.items())


def _fields(said: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Of each known column what the likeliest of its names says that says anything; null is as good as nothing."""
    by_name: dict[str, Any] = {}
    for name, field in said:
        by_name.setdefault(plain(name), field)
    found: dict[str, Any] = {}
    for column, known in FIELDS.items():
        silent = ("", *YES, *NO) if column == "date" else ("",)  # "published" is a date, or says whether it is
        there = [by_name[name] for name in known if by_name.get(name) is not None]
        if there:
            found[column] = next((field for field in there if str(field).strip().lower() not in silent), there[0])
    return found


def _article(path: str, unit: str, number: int, record: Mapping[str, Any], taken: dict[str, int]) -> Article | Skipped:
    url = _words(record.get("url"))
    name = slug(_words(record.get("name"))) or slug_of_url(url) or str(number)
    item = f"{path}#{unique(name, taken)}"
    try:
        if "text" not in record:
            raise Unreadable("it has no text, body, content or tekst")
        if _words(record.get("draft")).strip().lower() in YES:
            raise Unreadable("a draft")
        if (status := _words(record.get("status")).strip().lower()) in (*UNPUBLISHED, *NO):
            raise Unreadable(f'its status is "{status}", not published')
        if _words(record.get("published")).strip().lower() in NO:
            raise Unreadable("a draft: it says that it is not published")
        parts = record["text"] if isinstance(record["text"], list) else [record["text"]]
        text = "\n\n".join(words for part in parts if (words := _words(part)))
        return make_article(
            item,
            title=text_of_title(_words(record.get("title"))),
            text=_text(text),
            author=_words(record.get("author")),
            day=day_of(day if isinstance(day := record.get("date"), (int, float)) else _words(day)),
            url=url,
            tags=tuple(_tags(record.get("tags"))),
        )
    except Unreadable as reason:
        return Skipped(item, f"{unit} {number}: {reason}")


def _text(cell: str) -> str:
    """Plain text or HTML as clean paragraphs; where lines part these instead of tags, it is WordPress's."""
    if not (_MARKUP.search(cell) or _ENTITY.search(cell)):
        return clean(cell)
    by_lines = re.search(r"[^>\s][ \t\r]*\n[ \t\r]*\n\s*[^<\s]", cell) or not _OWN_BREAKS.search(cell)
    return text_of_wordpress(cell) if by_lines else text_of_html(cell)


def _words(value: object, depth: int = 0) -> str:
    """A field as text: of a list, its members parted by commas; of an object, its name; of lists without end, none."""
    if depth > DEEPEST:
        return ""
    if isinstance(value, list):
        return ", ".join(words for member in value if (words := _words(member, depth + 1)))
    if isinstance(value, dict):
        return _words(value.get("name", value.get("rendered")), depth + 1)  # "rendered" is WordPress's
    if isinstance(value, int) and abs(value) >= 10**18:
        return ""  # no name or date, and too long for Python to print
    return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else ""


def _tags(value: object) -> Iterator[str]:
    members = value if isinstance(value, list) else re.split(r"[,;|]", _words(value))
    return (words for member in members if (words := _words(member)))


def _short_lines(stream: BinaryIO) -> Iterator[str]:
    for line in lines(stream):
        if line is None:
            raise Unreadable(f"a line of more than {MAX_BYTES // 10**6} million characters")
        yield line.replace("\0", "")  # Python 3.10's csv stops at one


def _is_header(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("sep=")  # Excel's way to name the delimiter


def _cells(header: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:
        return []


def _places(names: Sequence[str]) -> dict[str, int]:
    """Where each known column stands among the names; of several, the likeliest."""
    called = [plain(name) for name in names]
    return {
        column: next(called.index(name) for name in known if name in called)
        for column, known in FIELDS.items()
        if not set(known).isdisjoint(called)
    }


def _shown(names: Sequence[str]) -> str:
    return ", ".join(clean(name)[:30] for name in names[:8]) or "none"
