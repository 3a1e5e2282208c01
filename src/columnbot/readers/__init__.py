"""A folder of files → articles, with one report of what was read, what was skipped, and why.

A reader takes a file's path (relative to the archive) and its bytes, and returns the articles in
it, or raises `Unreadable` with the reason. One of a format that holds many articles takes a stream,
and gives articles, and the items it left out with the reason, one by one. A bad file never stops the others.
"""

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from columnbot.articles import Article
from columnbot.errors import ArchiveError
from columnbot.readers.bylines import complete_bylines
from columnbot.readers.copies import Copies, part_copies
from columnbot.readers.documents import read_docx, read_pdf
from columnbot.readers.furniture import SAMPLE, learn_furniture
from columnbot.readers.html import read_html, read_mhtml
from columnbot.readers.markdown import read_markdown
from columnbot.readers.source import Skipped, Unreadable
from columnbot.readers.tables import read_csv, read_json, read_json_lines
from columnbot.readers.text import read_text
from columnbot.readers.xml import read_xml
from columnbot.readers.zip import read_zip

__all__ = ["Archive", "Copies", "Skipped", "read_archive", "require_folder"]

Reader = Callable[[str, bytes], tuple[Article, ...]]
_READERS: dict[str, Reader] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".mhtml": read_mhtml,
    ".mht": read_mhtml,
    ".txt": read_text,
    ".pdf": read_pdf,
    ".docx": read_docx,
}
# Formats of many articles in one file, which may be of any size.
_STREAMED: dict[str, Callable[[str, BinaryIO], Iterator[Article | Skipped]]] = {
    ".xml": read_xml,
    ".rss": read_xml,
    ".atom": read_xml,
    ".rdf": read_xml,
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".csv": read_csv,
    ".tsv": read_csv,
}
_KINDS = (*_READERS, *_STREAMED, ".zip")
_MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Archive:
    """What a folder holds.

    `articles` stand oldest first, undated ones last; `skipped` by path; `notes` tell what was inferred;
    `files` is how many files were met; `copies` names the columns that stood there more than once.
    """

    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    files: int
    copies: tuple[Copies, ...]


def read_archive(folder: Path) -> Archive:
    """Reads every file below the folder. Raises `ArchiveError` when it is missing or nothing in it can be read."""
    require_folder(folder)
    articles: list[Article] = []
    skipped: list[Skipped] = []
    taken: set[str] = set()
    files = list(_walk(folder, skipped))
    furniture = _learn_from([file for file in files if file.suffix.lower() == ".txt"])
    readers: dict[str, Reader] = {**_READERS, ".txt": partial(read_text, furniture=furniture)}
    for file in files:
        path = _relative(file, folder)
        try:
            for item in _read_file(file, path, readers):
                if isinstance(item, Skipped):
                    skipped.append(item)
                elif item.path in taken:  # names that are not UTF-8 may come to look the same
                    skipped.append(Skipped(item.path, "another article has the same name; rename one of the two"))
                else:
                    articles.append(item)
                    taken.add(item.path)
        except Unreadable as reason:
            skipped.append(Skipped(path, str(reason)))
    if not articles:
        kinds = ", ".join(_KINDS)
        seen = f"; {len(skipped)} skipped, the first: {skipped[0].path} ({skipped[0].reason})" if skipped else ""
        raise ArchiveError(f"{folder} holds no article that can be read (files ending in {kinds}){seen}.")
    completed, notes = complete_bylines(articles)
    if furniture:
        notes = (*notes, f"{len(furniture)} lines that stand in many of the .txt files are taken for their site's.")
    kept, copies = part_copies(completed)
    kept.sort(key=lambda article: (article.date or date.max, article.path))
    return Archive(tuple(kept), tuple(sorted(skipped, key=lambda skip: skip.path)), notes, len(files), copies)


def require_folder(folder: Path) -> None:
    """Raises `ArchiveError` when there is no such folder."""
    if not folder.exists():
        raise ArchiveError(f"There is no folder {folder}; name the folder that holds the articles.")
    if not folder.is_dir():
        raise ArchiveError(f"{folder} is a file; name the folder that holds the articles.")


def _walk(folder: Path, skipped: list[Skipped]) -> Iterator[Path]:
    """Files in a fixed order; links to folders are not followed, so that no loop can be entered."""

    def note(error: OSError) -> None:
        skipped.append(Skipped(_relative(Path(error.filename), folder), f"the folder cannot be read: {error.strerror}"))

    for parent, folders, names in os.walk(folder, onerror=note):
        for name in list(folders):
            reason = "a hidden folder" if name.startswith(".") else "a link to a folder"
            if name.startswith(".") or Path(parent, name).is_symlink():
                folders.remove(name)
                skipped.append(Skipped(_relative(Path(parent, name), folder) + "/", reason))
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names))


def _learn_from(files: list[Path]) -> frozenset[str]:
    """What repeats over pages saved as text, out of at most `SAMPLE` of them, spread over the archive."""
    contents = []
    for file in files[:: -(-len(files) // SAMPLE) or 1]:
        with contextlib.suppress(OSError):  # it is named when it is read
            if stat.S_ISREG(file.stat().st_mode) and file.stat().st_size <= _MAX_BYTES:
                contents.append(file.read_bytes())
    return learn_furniture(contents)


def _read_file(file: Path, path: str, readers: Mapping[str, Reader]) -> Iterator[Article | Skipped]:
    kind = _kind_of(path)
    read = partial(_read, readers)
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        if kind != ".zip":
            yield from read(path, status.st_size, lambda: file.open("rb"))
            return
        with file.open("rb") as stream:
            yield from read_zip(path, stream, {*_READERS, *_STREAMED}, read)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error


def _read(
    readers: Mapping[str, Reader], path: str, size: int, opened: Callable[[], BinaryIO]
) -> Iterator[Article | Skipped]:
    """What is in one file, on the disk or in a zip, by the reader of its ending."""
    kind = _kind_of(path)
    if kind == ".zip":
        raise Unreadable("a zip inside a zip is not opened")
    if kind in readers and size > _MAX_BYTES:
        raise Unreadable(f"{size / 1e6:.0f} MB is too large for one article (at most {_MAX_BYTES // 10**6})")
    with opened() as stream:
        if kind in readers:
            yield from readers[kind](path, stream.read())
        else:
            yield from _STREAMED[kind](path, stream)


def _kind_of(path: str) -> str:
    """The ending of a file that is read. Raises `Unreadable` for other files."""
    name = PurePosixPath(path)
    if name.name.startswith("."):
        raise Unreadable("a hidden file")
    kind = name.suffix.lower()
    if kind not in _KINDS:
        raise Unreadable(
            f"files ending in {name.suffix} are not read" if kind else "files without an ending are not read"
        )
    return kind


def _relative(file: Path, folder: Path) -> str:
    # A name that is not UTF-8 still has to be stored and printed.
    return file.relative_to(folder).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
