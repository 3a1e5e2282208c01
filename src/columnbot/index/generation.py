"""A generation on disk: written aside, checked, published by a rename, and never changed again.

index/
  CURRENT            the name of the generation in force, and a checksum of that name
  gen-000007/        manifest.json and the files it vouches for
  gen-000006/        the one before, to fall back on; older ones only while somebody reads them
  report.json        what the last build read, skipped and found doubtful
  build.lock         held by the one build that may write, build.json says who that is
"""

import contextlib
import errno
import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from columnbot.errors import IndexDamaged, IndexMissing, IndexOutdated, IndexUnwritable
from columnbot.index.locks import Hold, hold, one_writer, unread
from columnbot.index.manifest import MEND, Manifest, verify, write_manifest

_NAME = re.compile(r"gen-\d{6,}")
_BROKEN = (errno.EIO, errno.EFBIG, errno.ENXIO, errno.ENODEV)
# A write that was cut short reaches us from numpy as an OSError without a number; so does many a library's own.
_CUT_SHORT = re.compile(r"\d+ requested and \d+ written")
_log = logging.getLogger(__name__)


def put_in_force(generation: Path) -> None:
    """Has CURRENT name that generation, if it does not: it was lost or damaged."""
    index = generation.parent
    if read_pointer(index).name != generation.name:
        _write_synced(index / "CURRENT.tmp", _pointing_to(generation.name))
        os.replace(index / "CURRENT.tmp", index / "CURRENT")
        _sync(index)


@contextlib.contextmanager
def writing(index: Path) -> Iterator[Path]:
    """An empty folder to write the next generation into, for one writer at a time.

    When the block ends without having been published, the folder is removed and the index is as it
    was. Raises `IndexBusy` when another build holds the lock, `IndexUnwritable` for a full disk or a
    folder that may not be written.
    """
    with _explained(index):
        _make_folder(index)
        with one_writer(index):
            for left in index.glob("gen-*.tmp"):
                shutil.rmtree(left)  # what a killed build left behind
            folder = index / f"{_next_name(index)}.tmp"
            folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                with contextlib.suppress(OSError):
                    (index / "CURRENT.tmp").unlink(missing_ok=True)


def _make_folder(index: Path) -> None:
    missing = [folder for folder in (index, *index.parents) if not folder.exists()]
    index.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        _sync(folder.parent)  # or a crash could take the whole index with the name of its folder


@contextlib.contextmanager
def _explained(index: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            why = f"The disk is full: {index} could not be written. Free some space and build again"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            why = f"{index} may not be written ({error.strerror}). Choose another folder with --index"
        elif error.errno in (errno.EEXIST, errno.ENOTDIR):
            why = f"{index} is not a folder. Choose another one with --index"
        elif error.errno in _BROKEN or (error.errno is None and _CUT_SHORT.search(str(error))):
            why = f"{index} could not be written ({error.strerror or error}). See whether the disk is full or broken"
        else:
            raise
        raise IndexUnwritable(f"{why}; the index that was there is unchanged.") from error


def publish(folder: Path, facts: Mapping[str, Any]) -> Path:
    """Turns a written folder into the generation in force, and keeps only the newest sound one before it.

    `facts` are the manifest's fields but for format, creation and files. Each step is on disk before
    the next begins, so that a crash at any moment leaves the old generation or the new one in force.
    """
    index = folder.parent
    write_manifest(folder, facts)
    for file in sorted(folder.iterdir()):
        _sync(file)
    _sync(folder)
    generation = folder.with_suffix("")
    # Written ahead of the renames, so that a disk that is full here leaves no generation that nothing points to.
    _write_synced(index / "CURRENT.tmp", _pointing_to(generation.name))
    folder.rename(generation)
    _sync(index)
    previous = _newest_sound(index, besides=generation, whole=True)
    os.replace(index / "CURRENT.tmp", index / "CURRENT")
    _sync(index)
    for old in _generations(index):
        if old != generation and (previous is None or old != previous.folder):
            _remove_unread(old)
    return generation


@contextlib.contextmanager
def reporting(index: Path, report: Mapping[str, Any]) -> Iterator[None]:
    """Writes `report.json` aside, and puts it in place when the block has ended well. For the holder of the lock."""
    aside = index / "report.json.tmp"
    try:
        _write_synced(aside, json.dumps(report, ensure_ascii=False, indent=1, default=str) + "\n")
        yield
        os.replace(aside, index / "report.json")
    finally:
        aside.unlink(missing_ok=True)
    _sync(index)


def _remove_unread(folder: Path) -> None:
    """Removes a generation; one that somebody reads is left to the next build."""
    with contextlib.suppress(OSError), unread(folder) as nobody_reads_it:  # Windows refuses to remove what is open
        if nobody_reads_it:
            gone = folder.with_suffix(".tmp")  # in one step, so that nobody meets half a generation
            folder.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation that has been checked, and that stays where it is while this does."""

    folder: Path
    manifest: Manifest
    hold: Hold


def current_generation(index: Path, *, whole: bool = False) -> Generation:
    """The generation in force, every file of it checked; a damaged one falls back, with a warning, to the one before.

    With `whole` that is all of a large one too. Raises `IndexMissing` where there is none, `IndexDamaged`
    where none is sound, `IndexOutdated` where the one in force has another format.
    """
    while True:
        named = named_generation(index)
        try:
            return _sound(named, whole=whole)
        except IndexDamaged as error:
            if named_generation(index) != named:
                continue  # builds went by since it was named
            before = _newest_sound(index, besides=named, whole=whole)
            if before is None:
                raise
            _log.warning("%s. The generation before it, %s, is used instead.", error, before.folder.name)
            return before


@dataclass(frozen=True, slots=True)
class Pointer:
    """What CURRENT says and which file said it; a build makes a new file of it, and so another pointer."""

    name: str
    file: int = 0
    written: int = 0


def read_pointer(index: Path) -> Pointer:
    """CURRENT as it now is, in some 20 µs; without a name where there is none, or it is damaged."""
    try:
        with (index / "CURRENT").open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(200).decode("ascii", "replace")
            name = content.split(" ")[0]
            # One flipped bit makes gen-000003 of gen-000002, so a name counts only with its checksum.
            return Pointer(name if content == _pointing_to(name) else "", status.st_ino, status.st_mtime_ns)
    except OSError:
        return Pointer("")


def _pointing_to(name: str) -> str:
    """What CURRENT holds when that generation is in force."""
    return f"{name} {hashlib.sha256(name.encode()).hexdigest()}\n"


def named_generation(index: Path) -> Path:
    """The generation that CURRENT names; the newest where it names none. Raises `IndexMissing`."""
    generations = _generations(index)
    if not generations:
        raise IndexMissing(f"There is no index in {index} yet; build it with: columnbot index ARTICLES --index {index}")
    name = read_pointer(index).name
    return next((folder for folder in generations if folder.name == name), generations[0])


def _newest_sound(index: Path, *, besides: Path, whole: bool) -> Generation | None:
    for folder in _generations(index):
        try:
            if folder != besides:
                return _sound(folder, whole=whole)
        except (IndexDamaged, IndexOutdated):
            continue
    return None


def _sound(folder: Path, *, whole: bool) -> Generation:
    try:
        held = hold(folder)
    except OSError as error:
        raise IndexDamaged(f"{folder} cannot be opened ({error.strerror}); {MEND}") from error
    return Generation(folder, verify(folder, whole=whole), held)


def _generations(index: Path) -> list[Path]:
    """Newest first."""
    found = [folder for folder in index.glob("gen-*") if _NAME.fullmatch(folder.name) and folder.is_dir()]
    return sorted(found, key=_number, reverse=True)


def _number(generation: Path) -> int:
    return int(generation.name.removeprefix("gen-"))


def _next_name(index: Path) -> str:
    return f"gen-{max(map(_number, _generations(index)), default=0) + 1:06d}"


def _write_synced(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    _sync(file)


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # Windows cannot open a folder; its renames are journalled
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
