"""The passages' vectors in FAISS: scanned exactly, or of very many coarsely first.

docs/index.md has the measurements behind the choice, and the settings it is made by.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from columnbot.index.arrays import Rows, array_at, growing_array

EXACT_UP_TO = 1_000_000  # passages
LOOKED_AT_AGAIN = 2.0  # for each passage that is wanted, and a hundred more
FEW = 20_000  # allowed passages that are compared one by one
_ADDED = 65_536  # passages at a time

Found = tuple[NDArray[np.int64], NDArray[np.float32]]


class PassageVectors(Protocol):
    """The vectors of all passages, unit length, dimension d."""

    def __len__(self) -> int: ...

    def nearest(self, question: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None) -> Found:
        """The k passages nearest to a question (d,), best first, and their inner products; only allowed ones."""

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The stored vectors of those passages, float32 (n, d)."""


class ExactVectors:
    """Two bytes a number, all of them scanned for a question.

    Half precision changes no inner product by more than 0.001 and is scanned four times as fast as
    float32, for it is memory that limits a scan.
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, question: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None) -> Found:
        """See `PassageVectors`."""
        _on_one_thread()
        parameters = None if allowed is None else faiss.SearchParameters(sel=_selected(allowed))  # type: ignore[call-arg]
        products, numbers = self._index.search(question[None, :], min(k, len(self)), params=parameters)
        found = numbers[0] >= 0
        return numbers[0][found], products[0][found]

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `PassageVectors`."""
        if len(numbers) == 0:
            return np.empty((0, self._index.d), np.float32)
        stored: NDArray[np.float32] = self._index.reconstruct_batch(numbers)
        return stored


class ApproximateVectors:
    """A bit a number in memory, all of them scanned for a question; the best are looked at again.

    RaBitQ (Gao & Long 2024) says nearly all of the order; the last word have the vectors in half
    precision, `rows`, on disk.
    """

    def __init__(self, index: Any, rows: Rows) -> None:
        self._index, self._rows = index, rows

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, question: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None) -> Found:
        """See `PassageVectors`. May miss one or two in a thousand; exact when at most `FEW` are allowed."""
        if allowed is not None and np.count_nonzero(allowed) <= FEW:
            likely = np.flatnonzero(allowed)
        else:
            _on_one_thread()
            parameters = None
            if allowed is not None:
                parameters = faiss.RaBitQSearchParameters(sel=_selected(allowed))  # type: ignore[call-arg]
            wanted = min(int(LOOKED_AT_AGAIN * k) + 100, len(self))
            _, numbers = self._index.search(question[None, :], wanted, params=parameters)
            likely = np.sort(numbers[0][numbers[0] >= 0])
        products = self.of(likely) @ question
        best = np.lexsort((likely, -products))[:k]
        return likely[best], products[best]

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `PassageVectors`."""
        return self._rows[numbers].astype(np.float32)


def _on_one_thread() -> None:
    """FAISS parts the questions of a search among threads: for a single one they only wait for each other."""
    faiss.omp_set_num_threads(1)  # of the calling thread


def _selected(allowed: NDArray[np.bool_]) -> Any:
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))  # type: ignore[call-arg, arg-type]


@contextmanager
def writing_vectors(
    folder: Path, dimension: int, *, approximate: bool
) -> Iterator[Callable[[NDArray[np.float16]], None]]:
    """Writes the vectors that it is given block by block. Raises `OSError`."""
    if approximate:
        with growing_array(folder / "passage_vectors.npy", "<f2", dimension) as add:
            yield add
        index = _coarse(array_at(folder / "passage_vectors.npy"))
    else:
        index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        yield lambda block: index.add(block.astype(np.float32))
    with (folder / "vectors.faiss").open("wb") as stream:
        # Left to itself, FAISS makes a RuntimeError of a full disk.
        faiss.write_index(index, faiss.PyCallbackIOWriter(stream.write))  # type: ignore[attr-defined]


def _coarse(rows: NDArray[np.float16]) -> Any:
    """A RaBitQ index of those vectors."""
    index = faiss.IndexRaBitQ(rows.shape[1], faiss.METRIC_INNER_PRODUCT)
    sample = np.linspace(0, len(rows) - 1, min(len(rows), _ADDED)).astype(np.int64)
    index.train(rows[sample].astype(np.float32))  # finds their mean
    for start in range(0, len(rows), _ADDED):
        index.add(rows[start : start + _ADDED].astype(np.float32))
    return index


def read_vectors(folder: Path, array: Callable[[Path], Any] = array_at) -> PassageVectors:
    """The vectors in a folder whose files have been verified: FAISS itself does not notice a flipped bit."""
    file = folder / "vectors.faiss"
    # No stored array can be larger than its file: a length that claims more is refused, not allocated.
    faiss.set_deserialization_vector_byte_limit(file.stat().st_size)
    index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
    if isinstance(index, faiss.IndexRaBitQ):
        return ApproximateVectors(index, array(folder / "passage_vectors.npy"))
    return ExactVectors(index)
