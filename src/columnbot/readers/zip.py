"""Zip archives, read in place: nothing is written to the disk, and no name leads out of the archive."""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from columnbot.articles import Article
from columnbot.readers.source import SavedText, Skipped, Unreadable, clean, failure
from columnbot.readers.substack import PostList

MAX_ENTRIES = 200_000
MAX_TOTAL = 4_000_000_000  # bytes, unpacked, of the files of kinds that are read
MAX_RATIO = 250  # text shrinks to a tenth, and hardly ever to a hundredth
_SMALL = 1_000_000  # bytes; below it any ratio is harmless
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError)
_MALFORMED = (*_DAMAGED, struct.error, NotImplementedError, ValueError)

# Reads the file of a name and size, which the third argument opens.
Item = Article | Skipped | SavedText | PostList
Read = Callable[[str, int, Callable[[], BinaryIO]], Iterator[Item]]


def read_zip(path: str, stream: BinaryIO, is_read: Callable[[str], bool], read: Read) -> Iterator[Item]:
    """What `read` makes of each file in it, named `archive.zip/folder/name`, in a fixed order.

    `is_read` says by its name whether a file is of a kind that is. Raises `Unreadable` for a zip that is broken
    or cut off, or that would unpack to far too much.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except _MALFORMED as error:
        raise Unreadable(f"a broken or cut-off zip: {error}") from None
    with archive:
        files: dict[str, zipfile.ZipInfo] = {}
        left_out: dict[str, str] = {}
        for info in archive.infolist():
            if info.filename.endswith(("/", "\\")):  # a folder; `is_dir` stumbles over an empty name
                continue
            name, reason = _place(info)
            if reason:
                left_out[name] = reason
                continue
            if name in files:
                left_out[name] = "the zip holds it more than once; the last one is read"
            files[name] = info
        yield from (Skipped(f"{path}/{name}", reason) for name, reason in left_out.items())
        _refuse_a_bomb({name: info for name, info in files.items() if is_read(name)})
        for name, info in sorted(files.items()):
            yield from _read_one(f"{path}/{name}", archive, info, read)


def _read_one(path: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, read: Read) -> Iterator[Item]:
    opened: list[BinaryIO] = []

    def open_it() -> BinaryIO:
        try:
            opened.append(_open(archive, info))
        except _MALFORMED as error:
            raise Unreadable(f"damaged in the zip: {error}") from None
        return opened[0]

    try:
        yield from read(path, info.file_size, open_it)
    except Unreadable as reason:
        yield Skipped(path, str(reason))
    except _DAMAGED as error:
        yield Skipped(path, f"damaged in the zip, read as far as it goes: {error}")
    except Exception as error:  # noqa: BLE001 - as for a file in a folder: a bad one never stops the others
        yield Skipped(path, failure(error))
    finally:
        for stream in opened:
            stream.close()


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    if info.flag_bits & 0x1:
        raise Unreadable("encrypted; unpack the zip with its password first")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # The others cannot be unpacked in small pieces, which is what keeps a bomb from going off.
        raise Unreadable("packed in a way that is not read; pack it again as an ordinary zip")
    if info.file_size > max(_SMALL, MAX_RATIO * info.compress_size):
        raise Unreadable(f"it would unpack to more than {MAX_RATIO} times its size, as a zip bomb does")
    return archive.open(info)  # type: ignore[return-value]


def _refuse_a_bomb(files: dict[str, zipfile.ZipInfo]) -> None:
    # No more than the stated size is ever unpacked, so the stated sizes may be trusted.
    total = sum(info.file_size for info in files.values())
    if len(files) > MAX_ENTRIES:
        raise Unreadable(f"{len(files)} files are too many for one zip (at most {MAX_ENTRIES}); unpack it first")
    if total > MAX_TOTAL:
        raise Unreadable(f"it would unpack to {total / 1e9:.0f} GB (at most {MAX_TOTAL // 10**9}); unpack it first")


def _name(info: zipfile.ZipInfo) -> str:
    """Its name; the Finder of a Mac writes UTF-8 without saying so, which is then taken for that of a DOS machine."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _place(info: zipfile.ZipInfo) -> tuple[str, str | None]:
    """Where in the zip a file stands, and why it is not read, if it is not. Windows writes backslashes."""
    raw = _name(info).replace("\\", "/")
    parts = [words for part in raw.split("/") if (words := clean(part)) not in ("", ".", "..")]
    if not parts:
        return "(no name)", "it has no name"
    name = "/".join(parts)
    if raw.startswith("/") or ".." in raw.split("/") or re.match(r"[A-Za-z]:", raw):
        return name, "its name leads out of the zip"
    if stat.S_ISLNK(info.external_attr >> 16):
        return name, "a link"
    hidden = next((place for place, part in enumerate(parts) if part.startswith((".", "__MACOSX"))), None)
    if hidden is None:
        return name, None
    is_file = hidden == len(parts) - 1
    return (name, "a hidden file") if is_file else ("/".join(parts[: hidden + 1]) + "/", "a hidden folder")
