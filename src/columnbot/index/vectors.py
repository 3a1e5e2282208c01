"""Vectors of runs of passages, and what is needed to put a score in proportion to the whole archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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


def joined(blocks: Sequence[VectorBlock]) -> VectorBlock:
    """Successive blocks as one."""
    parts = zip(*((block.passages, block.sentences, block.words, block.counts) for block in blocks), strict=True)
    return VectorBlock(*map(np.concatenate, parts))


class Sums:
    """Adds up vectors block by block, so that they need not be in memory together."""

    def __init__(self, dimension: int) -> None:
        self.count = 0
        self.total = np.zeros(dimension)
        self.products = np.zeros((dimension, dimension))

    def add(self, vectors: NDArray[Any]) -> None:
        """Adds a block (n, d), 8192 at a time."""
        for start in range(0, len(vectors), 8192):
            block = vectors[start : start + 8192].astype(np.float32)
            self.total += block.sum(axis=0, dtype=np.float64)
            self.products += block.T @ block  # added up in double precision: in single it would be lost
            self.count += len(block)

    def spread(self) -> Spread:
        """Of all that was added."""
        mean = self.total / max(self.count, 1)
        covariance = self.products / max(self.count, 1) - np.outer(mean, mean)
        return Spread(mean.astype(np.float32), covariance.astype(np.float32))
