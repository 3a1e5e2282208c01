"""A folder of files → articles, with one report of what was read, what was skipped, and why.

A reader takes a file's path (relative to the archive) and its bytes, and returns the articles in
it, or raises `Unreadable` with the reason. A bad file never stops the others.
"""

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from columnbot.articles import Article
from columnbot.errors import ArchiveError
from columnbot.readers.bylines import complete_bylines
from columnbot.readers.copies import Copies, part_copies
from columnbot.readers.documents import read_docx, read_pdf
from columnbot.readers.furniture import SAMPLE, learn_furniture
from columnbot.readers.html import read_html, read_mhtml
from columnbot.readers.markdown import read_markdown
from columnbot.readers.source import Unreadable
from columnbot.readers.text import read_text

__all__ = ["Archive", "Copies", "Skipped", "read_archive"]

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
_MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that gave no article, and why."""

    path: str
    reason: str


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
    if not folder.exists():
        raise ArchiveError(f"There is no folder {folder}; name the folder that holds the articles.")
    if not folder.is_dir():
        raise ArchiveError(f"{folder} is a file; name the folder that holds the articles.")
    articles: list[Article] = []
    skipped: list[Skipped] = []
    files = list(_walk(folder, skipped))
    furniture = _learn_from([file for file in files if file.suffix.lower() == ".txt"])
    readers: dict[str, Reader] = {**_READERS, ".txt": partial(read_text, furniture=furniture)}
    for file in files:
        path = _relative(file, folder)
        try:
            articles += _read_file(file, path, readers)
        except Unreadable as reason:
            skipped.append(Skipped(path, str(reason)))
    if not articles:
        kinds = ", ".join(_READERS)
        seen = f"; {len(skipped)} skipped, the first: {skipped[0].path} ({skipped[0].reason})" if skipped else ""
        raise ArchiveError(f"{folder} holds no article that can be read (files ending in {kinds}){seen}.")
    completed, notes = complete_bylines(articles)
    if furniture:
        notes = (*notes, f"{len(furniture)} lines that stand in many of the .txt files are taken for their site's.")
    kept, copies = part_copies(completed)
    kept.sort(key=lambda article: (article.date or date.max, article.path))
    return Archive(tuple(kept), tuple(sorted(skipped, key=lambda skip: skip.path)), notes, len(files), copies)


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
        with contextlib.suppress(Unreadable):  # it is named when it is read
            contents.append(_content_of(file))
    return learn_furniture(contents)


def _read_file(file: Path, path: str, readers: Mapping[str, Reader]) -> tuple[Article, ...]:
    if file.name.startswith("."):
        raise Unreadable("a hidden file")
    reader = readers.get(file.suffix.lower())
    if reader is None:
        kind = f"files ending in {file.suffix}" if file.suffix else "files without an ending"
        raise Unreadable(f"{kind} are not read")
    return reader(path, _content_of(file))


def _content_of(file: Path) -> bytes:
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        if status.st_size > _MAX_BYTES:
            raise Unreadable(
                f"{status.st_size / 1e6:.0f} MB is too large for one article (at most {_MAX_BYTES // 10**6})"
            )
        return file.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error


def _relative(file: Path, folder: Path) -> str:
    # A name that is not UTF-8 still has to be stored and printed.
    return file.relative_to(folder).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
