"""Vectors of words in their context, a byte a number along the axes on which words of this model differ most.

Token states of a language model crowd into a narrow cone (Ethayarajh 2019): they say more once their
mean is taken away. And their differences lie in few dimensions: 64 of 384 rank passages as well as all.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

AXES = 64
_SCALE = 127  # of a unit vector's numbers as int8


@dataclass(frozen=True, slots=True)
class WordAxes:
    """The mean (d,) of word vectors and their principal axes (d, a), float32."""

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]

    def project(self, words: NDArray[np.float32]) -> NDArray[np.float32]:
        """Word vectors (n, d) along the axes, float32 (n, a), unit length."""
        along = (words - self.mean) @ self.axes
        return np.asarray(along / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9), np.float32)


def fit_axes(words: NDArray[np.float32]) -> WordAxes:
    """The mean and principal axes of a sample of word vectors (n, d), those of most variance first."""
    mean = words.mean(axis=0)
    away = words - mean
    _, axes = np.linalg.eigh(away.T @ away)
    return WordAxes(mean, np.ascontiguousarray(axes[:, ::-1][:, :AXES], np.float32))


def no_axes(dimension: int) -> WordAxes:
    """For a model that gives no vectors of words: each then has no numbers."""
    return WordAxes(np.zeros(dimension, np.float32), np.zeros((dimension, 0), np.float32))


def pack_words(projected: NDArray[np.float32]) -> NDArray[np.int8]:
    """Projected vectors as int8, which loses less than 0.01 of an inner product."""
    return np.rint(projected * _SCALE).astype(np.int8)


def closeness(question: NDArray[np.float32], packed: NDArray[np.int8]) -> NDArray[np.float32]:
    """Cosines of projected question words (q, a) with packed words (w, a): float32 (w, q)."""
    return np.asarray(packed.astype(np.float32) @ (question.T / np.float32(_SCALE)))


def write_axes(axes: WordAxes, file: Path) -> None:
    """As .npz, without pickle."""
    np.savez(file, mean=axes.mean, axes=axes.axes)


def read_axes(file: Path | IO[bytes]) -> WordAxes:
    """What `write_axes` wrote."""
    stored: Any
    with np.load(file, allow_pickle=False) as stored:
        return WordAxes(stored["mean"], stored["axes"])
