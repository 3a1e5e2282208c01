"""Passage vectors in FAISS, and what is needed to put a score in proportion to the whole archive."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean (d,) and covariance (d, d) of a set of vectors, float32.

    With them the mean and deviation of a question's inner products with *all* vectors are known
    without computing these: q·μ and √(qᵀΣq).
    """

    mean: NDArray[np.float32]
    covariance: NDArray[np.float32]

    def standardise(self, question: NDArray[np.float32], products: NDArray[np.float32]) -> NDArray[np.float32]:
        """Inner products as z-scores among those of all vectors."""
        deviation = float(np.sqrt(max(float(question @ self.covariance @ question), 1e-12)))
        return np.asarray((products - float(question @ self.mean)) / np.float32(deviation), np.float32)


@dataclass(frozen=True, slots=True)
class VectorBlock:
    """Vectors of a run of passages (n, d), of all their sentences (m, d), and of all their words, packed (w, a).

    `counts` (n, 2) says how many sentences and words each passage has.
    """

    passages: NDArray[np.float16]
    sentences: NDArray[np.float16]
    words: NDArray[np.int8]
    counts: NDArray[np.int64]


class Sums:
    """Adds up vectors block by block, so that they need not be in memory together."""

    def __init__(self, dimension: int) -> None:
        self.count = 0
        self.total = np.zeros(dimension)
        self.products = np.zeros((dimension, dimension))

    def add(self, vectors: NDArray[Any]) -> None:
        """Adds a block (n, d), 8192 at a time."""
        for start in range(0, len(vectors), 8192):
            block = vectors[start : start + 8192].astype(np.float64)
            self.total += block.sum(axis=0)
            self.products += block.T @ block
            self.count += len(block)

    def spread(self) -> Spread:
        """Of all that was added."""
        mean = self.total / max(self.count, 1)
        covariance = self.products / max(self.count, 1) - np.outer(mean, mean)
        return Spread(mean.astype(np.float32), covariance.astype(np.float32))


def empty_vectors(dimension: int) -> Any:
    """An exact FAISS index by inner product of unit vectors that are yet to be added, two bytes a number.

    Half precision changes no inner product by more than 0.001 and is scanned four times as fast as
    float32, for it is memory that limits a scan.
    """
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def nearest(
    index: Any, question: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The k passages nearest to a question (d,), best first, and their inner products; only allowed ones."""
    parameters: Any = None
    if allowed is not None:
        bitmap: Any = np.packbits(allowed, bitorder="little")
        parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))  # type: ignore[call-arg]
    products, numbers = index.search(question[None, :], min(k, index.ntotal), params=parameters)
    found = numbers[0] >= 0
    return numbers[0][found], products[0][found]


def vectors_at(index: Any, numbers: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
    """The stored vectors of those passages, float32 (n, d)."""
    wanted = np.asarray(numbers, dtype=np.int64)
    if len(wanted) == 0:
        return np.empty((0, index.d), np.float32)
    stored: NDArray[np.float32] = index.reconstruct_batch(wanted)
    return stored


@contextmanager
def growing_array(file: Path, dtype: str, width: int) -> Iterator[Callable[[NDArray[Any]], None]]:
    """A .npy file of rows (n, width) that are written as they come; the header is made true at the end."""
    rows = 0
    with file.open("wb") as stream:

        def write_header() -> None:
            header = {"descr": dtype, "fortran_order": False, "shape": (rows, width)}
            np.lib.format.write_array_header_1_0(stream, header)

        def add(block: NDArray[Any]) -> None:
            nonlocal rows
            stream.write(np.ascontiguousarray(block, dtype).tobytes())
            rows += len(block)

        write_header()
        yield add
        stream.seek(0)
        write_header()  # of the same length: numpy leaves room for a growing first dimension


def write_vectors(index: Any, file: Path) -> None:
    """Writes the FAISS index. Raises `OSError`; left to itself, FAISS makes a RuntimeError of a full disk."""
    with file.open("wb") as stream:
        faiss.write_index(index, faiss.PyCallbackIOWriter(stream.write))  # type: ignore[attr-defined]


def read_vectors(file: Path) -> Any:
    """Reads an index file whose checksum has been verified: FAISS itself does not notice a flipped bit."""
    # No stored array can be larger than its file: a length that claims more is refused, not allocated.
    faiss.set_deserialization_vector_byte_limit(file.stat().st_size)
    return faiss.read_index(str(file))
