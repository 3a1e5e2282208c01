"""The terms of an index in Milvus: BM25 by the engine, and what has to be known beside it."""

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from columnbot.index.milvus.engine import Collections
from columnbot.index.terms import TermIndex, Terms, rarity_of

SAMPLE = 16_384  # passages that tell how BM25 scores are spread; up to so many that is all, and exact
_NAMED_AT = 20  # passages that are looked at for how a word is written
_HALF = 0.45  # about what a term is worth beside its rarity: f / (f + norm)


def dimension_of(term: str) -> int:
    """The number of a term in a sparse vector; some two in a million of an archive's share one."""
    return zlib.crc32(term.encode("utf-8", "replace")) % (2**32 - 2)


@dataclass(frozen=True, slots=True)
class MilvusTerms:
    """One kind of terms: BM25 by the engine, of which the rows have the weights, and how it is spread by a sample."""

    collections: Collections
    field: str
    sample: TermIndex
    size: int

    def best(self, query: Sequence[str], k: int, where: str) -> NDArray[np.int64]:
        """The passages with the highest scores, best first."""
        return self.collections.search(self.field, as_sparse(query), k, where)[0]

    def standing(self, query: Sequence[str], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The scores of those passages, as z-scores among all."""
        matching, matched = self.collections.search(
            self.field, as_sparse(query), len(numbers), f"number in {numbers.tolist()}"
        )
        scores = np.zeros(len(numbers), np.float32)
        scores[np.searchsorted(numbers, matching)] = matched
        mean, deviation = self._spread(query)
        return np.asarray((scores - np.float32(mean)) / max(deviation, 1e-6), np.float32)

    def _spread(self, query: Sequence[str]) -> tuple[float, float]:
        """Mean and deviation of all passages' scores.

        A term that the sample has not is taken to stand in one of twice as many passages as the sample has.
        """
        scores = self.sample.scores(query)
        mean, variance = float(scores.mean()), float(scores.std()) ** 2
        if self.size > self.sample.size:
            share = 1 / (2 * self.sample.size)
            worth = _HALF * rarity_of(max(1, round(self.size * share)), self.size)
            unknown = sum(term not in self.sample.terms for term in dict.fromkeys(query))
            mean, variance = mean + unknown * share * worth, variance + unknown * share * worth**2
        return mean, variance**0.5


def as_sparse(query: Sequence[str]) -> dict[int, float]:
    """A query as the engine takes it: how often each term stands in it, by the number of the term."""
    return {dimension: float(times) for dimension, times in Counter(map(dimension_of, query)).items()}


@dataclass(frozen=True)
class MilvusWords:
    """The stems and in how many passages each stands, in memory; the passages themselves are the engine's."""

    collections: Collections
    terms: Terms
    frequencies: NDArray[np.int32]
    size: int

    def rarity(self, term: str) -> float:
        """See `Words`."""
        number = self.terms.number(term)
        return rarity_of(0 if number is None else int(self.frequencies[number]), self.size)

    def passages(self, term: str) -> NDArray[np.int64]:
        """See `Words`; of a common one the twenty in which it weighs most."""
        return np.sort(self.collections.search("stems", as_sparse([term]), _NAMED_AT)[0])
