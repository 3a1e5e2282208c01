"""A folder of files → articles, with one report of what was read, what was skipped, and why.

A reader takes a file's path (relative to the archive) and its bytes, and returns the articles in
it, or raises `Unreadable` with the reason. A bad file never stops the others.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from columnbot.articles import Article
from columnbot.errors import ArchiveError
from columnbot.readers.bylines import complete_bylines
from columnbot.readers.html import read_html
from columnbot.readers.markdown import read_markdown
from columnbot.readers.source import Unreadable
from columnbot.readers.text import read_text

__all__ = ["Archive", "Skipped", "read_archive", "require_folder"]

_READERS: dict[str, Callable[[str, bytes], tuple[Article, ...]]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".txt": read_text,
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

    `articles` stand oldest first, undated ones last; `skipped` by path; `notes` tell what was inferred.
    """

    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]


def read_archive(folder: Path) -> Archive:
    """Reads every file below the folder. Raises `ArchiveError` when it is missing or nothing in it can be read."""
    require_folder(folder)
    articles: list[Article] = []
    skipped: list[Skipped] = []
    for file in _walk(folder, skipped):
        path = _relative(file, folder)
        try:
            articles += _read_file(file, path)
        except Unreadable as reason:
            skipped.append(Skipped(path, str(reason)))
    if not articles:
        kinds = ", ".join(_READERS)
        seen = f"; {len(skipped)} skipped, the first: {skipped[0].path} ({skipped[0].reason})" if skipped else ""
        raise ArchiveError(f"{folder} holds no article that can be read (files ending in {kinds}){seen}.")
    completed, notes = complete_bylines(articles)
    completed.sort(key=lambda article: (article.date or date.max, article.path))
    return Archive(tuple(completed), tuple(sorted(skipped, key=lambda skip: skip.path)), notes)


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


def _read_file(file: Path, path: str) -> tuple[Article, ...]:
    if file.name.startswith("."):
        raise Unreadable("a hidden file")
    reader = _READERS.get(file.suffix.lower())
    if reader is None:
        kind = f"files ending in {file.suffix}" if file.suffix else "files without an ending"
        raise Unreadable(f"{kind} are not read")
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        if status.st_size > _MAX_BYTES:
            raise Unreadable(
                f"{status.st_size / 1e6:.0f} MB is too large for one article (at most {_MAX_BYTES // 10**6})"
            )
        content = file.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error
    return reader(path, content)


def _relative(file: Path, folder: Path) -> str:
    # A name that is not UTF-8 still has to be stored and printed.
    return file.relative_to(folder).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
