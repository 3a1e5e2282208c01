"""A folder of files → articles, with one report of what was read, what was skipped, and why.

A reader takes a file's path (relative to the archive) and its bytes, and returns the articles in
it, or raises `Unreadable` with the reason. One of a format that holds many articles takes a stream,
and gives articles, and the items it left out with the reason, one by one. A bad file never stops the others.
"""

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from columnbot.articles import Article
from columnbot.errors import ArchiveError
from columnbot.readers.bylines import complete_bylines
from columnbot.readers.copies import Copies, part_copies, sketch_of
from columnbot.readers.documents import read_docx, read_pdf
from columnbot.readers.furniture import SAMPLE, learn_furniture
from columnbot.readers.html import read_html, read_mhtml, read_page_of_program
from columnbot.readers.markdown import read_markdown
from columnbot.readers.movable_type import is_movable_type, read_movable_type
from columnbot.readers.readings import Reading, Readings, digest_of, sketches_by_text
from columnbot.readers.source import SavedText, Skipped, Unreadable, failure
from columnbot.readers.substack import PostList, read_post_list, with_post_lists
from columnbot.readers.tables import read_csv, read_json, read_json_lines
from columnbot.readers.text import read_text
from columnbot.readers.xml import read_xml
from columnbot.readers.zip import Item, read_zip

__all__ = ["Archive", "Copies", "Skipped", "read_archive", "require_folder"]

_READERS: dict[str, Callable[[str, bytes], tuple[Article, ...]]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".mhtml": read_mhtml,
    ".mht": read_mhtml,
    ".pdf": read_pdf,
    ".docx": read_docx,
    **dict.fromkeys((".php", ".asp", ".aspx", ".jsp", ".shtml", ""), read_page_of_program),
}
# Formats of many articles in one file, which may be of any size; of exports among these pages may be read too.
_EXPORTS = {**dict.fromkeys((".xml", ".rss", ".atom", ".rdf"), read_xml), ".json": read_json}
_TABLES = {**dict.fromkeys((".jsonl", ".ndjson"), read_json_lines), **dict.fromkeys((".csv", ".tsv"), read_csv)}
_KINDS = (*_READERS, ".txt", *_EXPORTS, *_TABLES, ".zip")
_MAX_BYTES = 20_000_000
_DRAFTS = re.compile(r"(?:^|[/#])_drafts/")


@dataclass(frozen=True, slots=True)
class Archive:
    """What a folder holds.

    `articles` stand oldest first, undated ones last; `skipped` by path; `notes` tell what was inferred;
    `files` is how many files were met, a zip being one; `copies` names the columns that stood there
    more than once; `readings` are what the files gave, for the next time.
    """

    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    files: int
    copies: tuple[Copies, ...]
    readings: Readings


def read_archive(
    folder: Path,
    *,
    pages: bool = False,
    known: Readings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Archive:
    """Reads every file below the folder; of those that have not changed it takes what is known.

    With `pages` the pages of an export of WordPress or Ghost are articles too, not only its posts. `progress` is
    called with how many files have been read, and how many there are. Raises `ArchiveError` when the
    folder is missing or nothing in it can be read.
    """
    require_folder(folder)
    skipped: list[Skipped] = []
    files = list(_walk(folder, skipped))
    articles: dict[str, Article] = {}
    readings: dict[str, Reading] = {}
    texts: list[SavedText] = []
    lists: list[PostList] = []
    for number, file in enumerate(files):
        if progress:
            progress(number, len(files))
        items = _read_file(file, _relative(file, folder), pages, readings, known or {})
        texts += [item for item in items if isinstance(item, SavedText)]
        lists += [item for item in items if isinstance(item, PostList)]
        _take(items, articles, skipped)
    if progress:
        progress(len(files), len(files))
    articles, drafts = with_post_lists(articles, lists)
    skipped += drafts
    furniture = learn_furniture(text.content for text in texts[:: -(-len(texts) // SAMPLE) or 1])
    for text in texts:
        _take(_read_saved_text(text, furniture, readings, known or {}), articles, skipped)
    if not articles:
        kinds = ", ".join(filter(None, _KINDS))
        seen = f"; {len(skipped)} skipped, the first: {skipped[0].path} ({skipped[0].reason})" if skipped else ""
        raise ArchiveError(f"{folder} holds no article that can be read (files ending in {kinds}){seen}.")
    completed, notes = complete_bylines(list(articles.values()))
    if furniture:
        lines_are = "line that stands" if len(furniture) == 1 else "lines that stand"
        are_taken = "is taken for its" if len(furniture) == 1 else "are taken for their"
        notes = (*notes, f"{len(furniture)} {lines_are} in many of the .txt files {are_taken} site's.")
    sketches = sketches_by_text(readings)
    kept, copies = part_copies(completed, [sketches.get(item.text) or sketch_of(item) for item in completed])
    kept.sort(key=lambda article: (article.date or date.max, article.path))
    skipped.sort(key=lambda skip: skip.path)
    return Archive(tuple(kept), tuple(skipped), notes, len(files), copies, readings)


def require_folder(folder: Path) -> None:
    """Raises `ArchiveError` when there is no such folder, or it may not be opened."""
    try:
        kind = folder.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise ArchiveError(f"There is no folder {folder}; name the folder that holds the articles.") from None
    except (OSError, ValueError) as error:  # a ValueError where a name has a NUL in it
        reason = error.strerror if isinstance(error, OSError) else error
        raise ArchiveError(f"{folder} cannot be opened: {reason}.") from None
    if not stat.S_ISDIR(kind):
        raise ArchiveError(f"{folder} is a file; name the folder that holds the articles.")


def _take(items: Iterable[Item], articles: dict[str, Article], skipped: list[Skipped]) -> None:
    for item in items:
        if isinstance(item, Skipped):
            skipped.append(item)
        elif isinstance(item, Article) and item.path in articles:  # names that are not UTF-8 may come to look the same
            skipped.append(Skipped(item.path, "another article has the same name; rename one of the two"))
        elif isinstance(item, Article):
            articles[item.path] = item


def _walk(folder: Path, skipped: list[Skipped]) -> Iterator[Path]:
    """Files in a fixed order; links to folders are not followed, so that no loop can be entered."""

    def note(error: OSError) -> None:
        skipped.append(Skipped(_relative(Path(error.filename), folder), f"the folder cannot be read: {error.strerror}"))

    for parent, folders, names in os.walk(folder, onerror=note):
        for name in list(folders):
            reason = _why_not_entered(Path(parent, name))
            if reason:
                folders.remove(name)
                skipped.append(Skipped(_relative(Path(parent, name), folder) + "/", reason))
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names))


def _why_not_entered(folder: Path) -> str | None:
    if folder.name.startswith("."):
        return "a hidden folder"
    if folder.is_symlink():
        return "a link to a folder"
    if re.fullmatch(r"gen-\d+", folder.name) and (folder / "manifest.json").is_file():
        return "a generation of an index of columnbot"
    if any(folder.glob("gen-*")) and any((folder / name).is_file() for name in ("CURRENT", "build.lock")):
        return "an index of columnbot"  # which holds the columns' texts, also of those that are gone
    return None


def _read_file(file: Path, path: str, pages: bool, readings: dict[str, Reading], known: Readings) -> list[Item]:
    """What is in a file of the archive; with the reason, if it cannot be read or only in part."""
    try:
        kind = _kind_of(path)
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        with file.open("rb") as stream:
            read_one = partial(_read, pages=pages)
            if kind == ".zip":
                read = partial(read_zip, path, stream, lambda name: _ending(name) in _KINDS, read_one)
            else:
                read = partial(read_one, path, status.st_size, lambda: stream)
            return _read_anew(path, digest_of(stream, f"{pages=}"), read, readings, known)
    except OSError as error:
        return [Skipped(path, f"cannot be read: {error.strerror}")]
    except Unreadable as reason:
        return [Skipped(path, str(reason))]


def _read_saved_text(
    text: SavedText, furniture: frozenset[str], readings: dict[str, Reading], known: Readings
) -> list[Item]:
    digest = digest_of(BytesIO(text.content), *sorted(furniture))
    return _read_anew(text.path, digest, partial(read_text, text.path, text.content, furniture), readings, known)


def _read_anew(
    path: str, digest: str, read: Callable[[], Iterable[Item]], readings: dict[str, Reading], known: Readings
) -> list[Item]:
    """What a file gives, unless what it gave is known; noted where all of it is articles."""
    before = known.get(path)
    if before is not None and before.digest == digest:
        readings[path] = before
        return list(before.articles)
    items: list[Item] = []
    try:
        items += read()
    except Unreadable as reason:
        items.append(Skipped(path, str(reason)))
    except OSError as error:
        items.append(Skipped(path, f"cannot be read any further: {error.strerror}"))
    except Exception as error:  # noqa: BLE001 - whatever a parser lets out: a bad file never stops the others
        items.append(Skipped(path, failure(error)))
    articles = tuple(item for item in items if isinstance(item, Article))
    if len(articles) == len(items):
        readings[path] = Reading(digest, articles, tuple(map(sketch_of, articles)))
    return items


def _read(path: str, size: int, opened: Callable[[], BinaryIO], *, pages: bool = False) -> Iterator[Item]:
    """What is in one file, on the disk or in a zip, by the reader of its ending."""
    kind = _kind_of(path)
    if kind == ".zip":
        raise Unreadable("a zip inside a zip is not opened")
    with opened() as stream:
        many = kind in _EXPORTS or kind in _TABLES or (kind == ".txt" and is_movable_type(stream))
        if not many and size > _MAX_BYTES:
            raise Unreadable(f"{size / 1e6:.0f} MB is too large for one article (at most {_MAX_BYTES // 10**6})")
        if kind == ".txt":
            yield from read_movable_type(path, stream) if many else [SavedText(path, stream.read())]
        elif kind in _READERS:
            yield from _READERS[kind](path, stream.read())
        elif kind == ".csv" and (posts := read_post_list(path, stream)):
            yield posts
        elif kind in _TABLES:
            yield from _TABLES[kind](path, stream)
        else:
            yield from _EXPORTS[kind](path, stream, pages=pages)


def _kind_of(path: str) -> str:
    """The ending of a file that is read. Raises `Unreadable` for other files."""
    name = PurePosixPath(path)
    if name.name.startswith("."):
        raise Unreadable("a hidden file")
    if _DRAFTS.search(path):
        raise Unreadable("a draft: Jekyll publishes nothing of the folder _drafts")
    kind = _ending(path)
    if kind not in _KINDS:
        raise Unreadable(f"files ending in {name.suffix} are not read")
    return kind


def _ending(path: str) -> str:
    """The ending that tells how a file is read. wget keeps a page's query behind it: index.html?p=12, or @p=12."""
    name = PurePosixPath(path)
    before_query = PurePosixPath(re.split(r"[?@]", name.name, maxsplit=1)[0]).suffix.lower()
    is_page = before_query and _READERS.get(before_query) in (read_html, read_page_of_program)
    return before_query if is_page else name.suffix.lower()


def _relative(file: Path, folder: Path) -> str:
    # A name that is not UTF-8 still has to be stored and printed.
    return file.relative_to(folder).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
