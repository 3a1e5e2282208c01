"""A lexical index: which passages hold a term, and how often; BM25 scores come out of that.

BM25 as Lucene has it (Kamphuis et al., "Which BM25 do you mean?", 2020). `segments` writes it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columnbot.index.arrays import Rows, array_at

K1, B = 1.2, 0.75


class Terms(Sequence[str]):
    """Terms in the order of their code points, out of a file with one a line; looked up by bisection.

    A dictionary of the five million 5-grams of a large archive would take ten seconds and a gigabyte to open.
    """

    def __init__(self, lines: NDArray[np.uint8]) -> None:
        self._lines = lines
        self._ends = np.flatnonzero(lines == ord("\n"))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        return self._line(range(len(self))[number]).decode()

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), 10_000):
            ends = self._ends[start : start + 10_000]
            begin = int(self._ends[start - 1]) + 1 if start else 0
            yield from self._lines[begin : int(ends[-1])].tobytes().decode().split("\n")

    def __contains__(self, term: object) -> bool:
        return isinstance(term, str) and self.number(term) is not None

    def number(self, term: str) -> int | None:
        """Where the term stands; None where it does not."""
        wanted, low, high = term.encode("utf-8", "replace"), 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._line(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self._line(low) == wanted else None

    def _line(self, number: int) -> bytes:
        start = int(self._ends[number - 1]) + 1 if number else 0
        return self._lines[start : int(self._ends[number])].tobytes()


@dataclass(frozen=True)
class TermIndex:
    """Postings, term after term.

    Term number t stands in the passages `documents[offsets[t]:offsets[t + 1]]` (int32, ascending) as
    often as the same places of `frequencies` (uint8) say; passage p has `lengths[p]` terms.
    """

    terms: Terms
    offsets: NDArray[np.int64]
    documents: Rows
    frequencies: Rows
    lengths: NDArray[np.int32]

    @property
    def size(self) -> int:
        """How many passages there are."""
        return len(self.lengths)

    def scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """The BM25 score of every passage, float32 (size,); a term that the query repeats counts as often."""
        totals = np.zeros(self.size, np.float32)
        for term, times in Counter(query).items():
            number = self.terms.number(term)
            if number is not None:
                postings = slice(int(self.offsets[number]), int(self.offsets[number + 1]))
                documents, frequencies = self.documents[postings], self.frequencies[postings].astype(np.float32)
                weight = np.float32(times * self._rarity(len(documents)))
                totals[documents] += weight * frequencies / (frequencies + self.norms[documents])
        return totals

    def passages(self, term: str) -> NDArray[Any]:
        """The passages that have the term, ascending."""
        number = self.terms.number(term)
        return self.documents[slice(*self.offsets[number : number + 2])] if number is not None else self.documents[:0]

    def rarity(self, term: str) -> float:
        """The term's inverse document frequency; that of a term in no passage is the highest there is."""
        number = self.terms.number(term)
        return self._rarity(0 if number is None else int(self.offsets[number + 1] - self.offsets[number]))

    def _rarity(self, frequency: int) -> float:
        return rarity_of(frequency, self.size)

    @cached_property
    def norms(self) -> NDArray[np.float32]:
        """What BM25 adds to a frequency below the line: more in a long passage."""
        average = max(float(self.lengths.mean()) if self.size else 1.0, 1e-9)
        return (K1 * (1 - B + B * self.lengths / average)).astype(np.float32)


def rarity_of(frequency: int, size: int) -> float:
    """The inverse document frequency of a term that so many of all passages have."""
    return float(np.log1p((size - frequency + 0.5) / (frequency + 0.5)))


def read_terms(folder: Path, name: str, array: Callable[[Path], Any] = array_at) -> TermIndex:
    """The index that `write_terms` wrote, mapped from disk; `array` opens a .npy file."""
    offsets, documents, frequencies, lengths = (
        array(folder / f"{name}.{part}.npy") for part in ("offsets", "documents", "frequencies", "lengths")
    )
    return TermIndex(_terms_at(folder / f"{name}.terms"), offsets, documents, frequencies, lengths)


def _terms_at(file: Path) -> Terms:
    return Terms(np.asarray(np.memmap(file, np.uint8, "r")) if file.stat().st_size else np.empty(0, np.uint8))
