"""Every operation on the files below a folder, announced before it happens: to be counted, refused or recorded.

For the rest of the life of a process, so for a child that is made for it. Reading and writing are seen where Python
does them (audit events, `open`, `os.write`, `os.fsync`); what C libraries do to files behind its back is not.
"""

import builtins
import io
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
CHANGES = ("open", "write", "fsync", "rename", "remove", "mkdir", "rmdir", "truncate")


@dataclass(frozen=True, slots=True)
class Step:
    """An operation that is about to happen; `target` is what a rename makes of `path`."""

    kind: str  # one of CHANGES, or "read" for a file opened only to be read
    path: Path
    target: Path | None = None

    def __str__(self) -> str:
        name = "/".join(self.path.parts[-2:])
        return f"{self.kind} {re.sub(r'gen-[0-9]+', 'gen-N', name)}"


def announce(root: Path, before: Callable[[Step], None]) -> None:
    """Calls `before` ahead of every operation below the root; what it raises, the operation raises."""
    within = os.path.realpath(root) + os.sep
    busy = False

    def step(kind: str, path: Any, folder: int = -1, target: Any = None) -> None:
        nonlocal busy
        place = _place(path, folder)
        if busy or place is None or not (place + os.sep).startswith(within):
            return
        busy = True  # what `before` itself does to files is not announced
        try:
            before(Step(kind, Path(place), None if target is None else Path(os.path.abspath(os.fsdecode(target)))))
        finally:
            busy = False

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            step("open" if (arguments[2] or 0) & _TO_WRITE else "read", arguments[0])
        elif event == "os.rename":
            step("rename", arguments[0], arguments[2], arguments[1])
        elif event in ("os.remove", "os.rmdir"):
            step(event[3:], arguments[0], arguments[1])
        elif event == "os.mkdir":
            step("mkdir", arguments[0], arguments[2])
        elif event == "os.truncate":
            step("truncate", arguments[0])

    opened, fsync, write = io.open, os.fsync, os.write

    def open_(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        stream = opened(file, mode, *arguments, **options)
        return _Announced(stream, lambda: step("write", stream.fileno())) if set(mode) & set("wax+") else stream

    def fsync_(file: Any) -> None:
        step("fsync", file if isinstance(file, int) else file.fileno())
        fsync(file)

    def write_(file: int, content: bytes) -> int:
        step("write", file)
        return write(file, content)

    sys.addaudithook(hook)
    builtins.open = io.open = open_  # type: ignore[assignment]
    os.fsync = os.fdatasync = fsync_
    os.write = write_  # type: ignore[assignment]


def _place(path: Any, folder: int) -> str | None:
    """The absolute path of what an operation names: a descriptor, or a path from the working or another folder."""
    try:
        if isinstance(path, int):
            return os.readlink(f"/proc/self/fd/{path}").removesuffix(" (deleted)")
        name = os.fsdecode(path)
        base = os.readlink(f"/proc/self/fd/{folder}") if folder >= 0 else os.getcwd()
        return os.path.join(os.path.realpath(os.path.dirname(os.path.join(base, name))), os.path.basename(name))
    except (OSError, TypeError):
        return None


class _Announced:
    """A file whose every write is announced and handed to the system at once."""

    def __init__(self, stream: Any, before: Callable[[], None]) -> None:
        self._stream, self._before = stream, before

    def write(self, content: Any) -> int:
        self._before()
        count: int = self._stream.write(content)
        self._stream.flush()
        return count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> "_Announced":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
