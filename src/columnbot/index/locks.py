"""Who writes an index, and who still reads a generation of it. Both are the kernel's locks: they end with a process.

build.lock      locked by the one build that writes
build.json      who that is; what it says counts only while build.lock is locked
gen-000007/     the folder itself is locked, shared, by all who have the generation open
"""

import contextlib
import errno
import json
import os
import socket
import sys
import weakref
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from filelock import FileLock, Timeout

from columnbot.errors import IndexBusy

if sys.platform != "win32":
    import fcntl

_LONGEST_COMMAND = 200


@contextlib.contextmanager
def one_writer(index: Path) -> Iterator[None]:
    """Makes this the only build of the index. Raises `IndexBusy`, at once, with who else it is and since when."""
    lock = FileLock(index / "build.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise IndexBusy(
            f"Another build is writing {index}{_writer(index)}; wait until it is done, then try again."
        ) from None
    try:
        # A file of its own: Windows cannot read a locked one, and older filelocks empty theirs at every attempt.
        _sign(index / "build.json")
        yield
    finally:
        (index / "build.json").unlink(missing_ok=True)
        lock.release()


def _sign(file: Path) -> None:
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    who = {"pid": os.getpid(), "host": socket.gethostname(), "since": now, "command": " ".join(sys.argv)}
    file.write_text(json.dumps(who) + "\n", encoding="utf-8")


def _writer(index: Path) -> str:
    """Who holds the lock, to be read in a sentence; nothing where that is not known."""
    try:
        who = json.loads((index / "build.json").read_text(encoding="utf-8"))
        pid, host, since, command = int(who["pid"]), who["host"], who["since"], str(who["command"])
        left_behind = host == socket.gethostname() and not _runs(pid)  # by a build that was killed
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return ""
    command = " ".join(command.split())[:_LONGEST_COMMAND]
    return "" if left_behind else f" since {since} (process {pid} on {host}: {command})"


def _runs(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # there is no signal there that only asks
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except ProcessLookupError:
        return False
    return True


class Hold:
    """A generation that is being read: its folder stays where it is until the last reference to this is gone."""

    __slots__ = ("__weakref__",)


def hold(folder: Path) -> Hold:
    """Holds a generation for reading. Raises `FileNotFoundError` when it is gone, or just being removed.

    Where folders cannot be locked (Windows, some network file systems) it holds nothing: there, what is
    open cannot be removed, or is still there for who has it open.
    """
    held = Hold()
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        weakref.finalize(held, os.close, descriptor)
        if not _lock(descriptor, fcntl.LOCK_SH) or not _still_there(folder, descriptor):
            raise FileNotFoundError(errno.ENOENT, "has been removed", str(folder))
    return held


@contextlib.contextmanager
def unread(folder: Path) -> Iterator[bool]:
    """Whether nobody holds the generation; while the block lasts, nobody can."""
    if sys.platform == "win32":
        yield True
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield _lock(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, kind: int) -> bool:
    """False where another holds it. Where there are no such locks it is had, for nobody can hold it."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _still_there(folder: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(folder.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
