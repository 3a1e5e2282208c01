"""NumPy arrays on disk: written row by row, mapped back, checked block by block, and their rows in groups."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from columnbot.errors import IndexDamaged


@contextmanager
def growing_array(file: Path, dtype: str, width: int | None = None) -> Iterator[Callable[[NDArray[Any]], None]]:
    """A .npy file of numbers, or of rows (n, width), written as they come; the header is made true at the end."""
    rows = 0
    with file.open("wb") as stream:

        def write_header() -> None:
            shape = (rows,) if width is None else (rows, width)
            np.lib.format.write_array_header_1_0(stream, {"descr": dtype, "fortran_order": False, "shape": shape})

        def add(block: NDArray[Any]) -> None:
            nonlocal rows
            stream.write(np.ascontiguousarray(block, dtype).tobytes())
            rows += len(block)

        write_header()
        yield add
        stream.seek(0)
        write_header()  # of the same length: numpy leaves room for a growing first dimension


def array_at(file: Path) -> NDArray[Any]:
    """A .npy file, mapped from disk."""
    # As an ordinary array: taking a part of a `memmap` costs several times as much.
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))


BLOCK = 1 << 16  # bytes of a file that are checked together
_DIGEST = 16


def digests_of_blocks(file: Path) -> bytes:
    """Of each block of a file its BLAKE2b digest, 16 bytes."""
    with file.open("rb") as stream:
        return b"".join(map(_digest_of, iter(lambda: stream.read(BLOCK), b"")))


def begins_soundly(file: Path, digests: bytes) -> bool:
    """Whether the first block, which says how many rows there are, is what was written."""
    with file.open("rb") as stream:
        return _digest_of(stream.read(BLOCK)) == digests[:_DIGEST]


def _digest_of(block: bytes) -> bytes:
    return hashlib.blake2b(block, digest_size=_DIGEST).digest()


class Rows(Protocol):
    """What is needed of an array of rows: a NumPy array, or one that is checked as it is read."""

    def __len__(self) -> int: ...
    def __getitem__(self, rows: slice | NDArray[np.int64], /) -> NDArray[Any]: ...


class CheckedRows:
    """A mapped .npy file too large to be read through at opening: each block is checked when it is first needed."""

    def __init__(self, file: Path, digests: bytes) -> None:
        self._file, self._digests = file, digests
        self._content = np.asarray(np.memmap(file, np.uint8, "r"))
        self._sound = np.zeros(-(-len(self._content) // BLOCK), bool)
        self._check(0)  # it says how many rows there are
        self._rows = array_at(file)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> NDArray[Any]:
        """Those rows. Raises `IndexDamaged` where they are not what was written."""
        size = self._rows.itemsize * int(np.prod(self._rows.shape[1:]))
        header = len(self._content) - len(self._rows) * size
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(len(self))
            needed = np.arange((header + start * size) // BLOCK, -(-(header + max(start, stop) * size) // BLOCK))
        else:
            first = header + rows * size
            needed = np.unique(np.concatenate([first // BLOCK, (first + max(size, 1) - 1) // BLOCK]))
        for block in needed[~self._sound[needed]]:
            self._check(int(block))
        return self._rows[rows]

    def _check(self, block: int) -> None:
        content = self._content[block * BLOCK : (block + 1) * BLOCK].tobytes()
        if _digest_of(content) != self._digests[block * _DIGEST : (block + 1) * _DIGEST]:
            raise IndexDamaged(f"{self._file} is damaged; build the index again with: columnbot index")
        self._sound[block] = True


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows in groups: group g has rows `first[g]` up to `first[g + 1]`."""

    first: NDArray[np.int64]  # (groups + 1,)
    rows: Rows

    def counts(self, groups: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many rows those groups have."""
        return self.first[groups + 1] - self.first[groups]

    def of(self, groups: NDArray[np.int64]) -> NDArray[Any]:
        """The rows of those groups, one group after another."""
        return self.rows[runs(self.first[groups], self.counts(groups))]


def runs(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of runs, one run after another: int64."""
    return np.arange(lengths.sum()) + np.repeat(starts - begins(lengths), lengths)


def begins(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of successive runs begins."""
    return np.cumsum(lengths) - lengths
