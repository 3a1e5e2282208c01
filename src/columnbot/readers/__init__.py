"""A folder of files → articles, with one report of what was read, what was skipped, and why.

A reader takes a file's path (relative to the archive) and its bytes, and returns the articles in
it, or raises `Unreadable` with the reason. One of a format that holds many articles takes a stream,
and gives articles, and the items it left out with the reason, one by one. A bad file never stops the others.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
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
from columnbot.readers.source import SavedText, Skipped, Unreadable
from columnbot.readers.tables import read_csv, read_json, read_json_lines
from columnbot.readers.text import read_text
from columnbot.readers.xml import read_xml
from columnbot.readers.zip import read_zip

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
_KINDS = (*_READERS, ".txt", *_STREAMED, ".zip")
_MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Archive:
    """What a folder holds.

    `articles` stand oldest first, undated ones last; `skipped` by path; `notes` tell what was inferred;
    `files` is how many files were met, a zip being one; `copies` names the columns that stood there
    more than once.
    """

    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    files: int
    copies: tuple[Copies, ...]


def read_archive(folder: Path) -> Archive:
    """Reads every file below the folder. Raises `ArchiveError` when it is missing or nothing in it can be read."""
    require_folder(folder)
    skipped: list[Skipped] = []
    files = list(_walk(folder, skipped))
    articles: dict[str, Article] = {}
    texts: list[SavedText] = []
    for item in _read_files(files, folder):
        if isinstance(item, SavedText):
            texts.append(item)
        else:
            _take(item, articles, skipped)
    furniture = learn_furniture(text.content for text in texts[:: -(-len(texts) // SAMPLE) or 1])
    for text in _read_texts(texts, furniture):
        _take(text, articles, skipped)
    if not articles:
        kinds = ", ".join(_KINDS)
        seen = f"; {len(skipped)} skipped, the first: {skipped[0].path} ({skipped[0].reason})" if skipped else ""
        raise ArchiveError(f"{folder} holds no article that can be read (files ending in {kinds}){seen}.")
    completed, notes = complete_bylines(list(articles.values()))
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


def _take(item: Article | Skipped, articles: dict[str, Article], skipped: list[Skipped]) -> None:
    if isinstance(item, Skipped):
        skipped.append(item)
    elif item.path in articles:  # names that are not UTF-8 may come to look the same
        skipped.append(Skipped(item.path, "another article has the same name; rename one of the two"))
    else:
        articles[item.path] = item


def _read_files(files: list[Path], folder: Path) -> Iterator[Article | Skipped | SavedText]:
    for file in files:
        path = _relative(file, folder)
        try:
            yield from _read_file(file, path)
        except Unreadable as reason:
            yield Skipped(path, str(reason))


def _read_texts(texts: list[SavedText], furniture: frozenset[str]) -> Iterator[Article | Skipped]:
    for text in texts:
        try:
            yield from read_text(text.path, text.content, furniture)
        except Unreadable as reason:
            yield Skipped(text.path, str(reason))


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


def _read_file(file: Path, path: str) -> Iterator[Article | Skipped | SavedText]:
    kind = _kind_of(path)
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        if kind != ".zip":
            yield from _read(path, status.st_size, lambda: file.open("rb"))
            return
        with file.open("rb") as stream:
            yield from read_zip(path, stream, {*_READERS, ".txt", *_STREAMED}, _read)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error


def _read(path: str, size: int, opened: Callable[[], BinaryIO]) -> Iterator[Article | Skipped | SavedText]:
    """What is in one file, on the disk or in a zip, by the reader of its ending."""
    kind = _kind_of(path)
    if kind == ".zip":
        raise Unreadable("a zip inside a zip is not opened")
    if kind not in _STREAMED and size > _MAX_BYTES:
        raise Unreadable(f"{size / 1e6:.0f} MB is too large for one article (at most {_MAX_BYTES // 10**6})")
    with opened() as stream:
        if kind == ".txt":
            yield SavedText(path, stream.read())
        elif kind in _READERS:
            yield from _READERS[kind](path, stream.read())
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
