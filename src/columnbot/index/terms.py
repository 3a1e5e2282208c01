"""A lexical index: BM25 weights of every term in every passage, ready to be added up.

BM25 as Lucene has it (Kamphuis et al., "Which BM25 do you mean?", 2020), computed at build time
("eager", Lù's BM25S, 2024): a query only adds up the postings of its terms.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class TermIndex:
    """Postings, term after term.

    Term number t stands in the passages `documents[offsets[t]:offsets[t + 1]]` (int32, ascending)
    with the BM25 weights at the same places of `weights` (float32).
    """

    terms: Mapping[str, int]
    offsets: NDArray[np.int64]
    documents: NDArray[np.int32]
    weights: NDArray[np.float32]
    size: int

    def scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """The BM25 score of every passage, float32 (size,); a term that the query repeats counts as often."""
        totals = np.zeros(self.size, np.float32)
        for term, times in Counter(query).items():
            number = self.terms.get(term)
            if number is not None:
                postings = slice(int(self.offsets[number]), int(self.offsets[number + 1]))
                totals[self.documents[postings]] += times * self.weights[postings]
        return totals

    def passages(self, term: str) -> NDArray[np.int32]:
        """The passages that have the term, ascending."""
        number = self.terms.get(term)
        return self.documents[slice(*self.offsets[number : number + 2])] if number is not None else self.documents[:0]

    def rarity(self, term: str) -> float:
        """The term's inverse document frequency; that of a term in no passage is the highest there is."""
        number = self.terms.get(term)
        frequency = 0 if number is None else int(self.offsets[number + 1] - self.offsets[number])
        return float(np.log1p((self.size - frequency + 0.5) / (frequency + 0.5)))


def build_terms(documents: Iterable[Sequence[str]]) -> TermIndex:
    """The index of passages given as lists of terms, in the order of the passages."""
    numbers: dict[str, int] = {}
    term_numbers, frequencies, owners, lengths = [], [], [], []
    for owner, terms in enumerate(documents):
        counts = Counter(terms)
        term_numbers.append(
            np.fromiter((numbers.setdefault(term, len(numbers)) for term in counts), np.int32, len(counts))
        )
        frequencies.append(np.fromiter(counts.values(), np.float32, len(counts)))
        owners.append(np.full(len(counts), owner, np.int32))
        lengths.append(len(terms))
    size = len(lengths)
    term = np.concatenate([*term_numbers, np.empty(0, np.int32)])
    frequency = np.concatenate([*frequencies, np.empty(0, np.float32)])
    owner_of = np.concatenate([*owners, np.empty(0, np.int32)])

    # Sorted by term; a stable sort keeps the passages of a term in ascending order.
    order = np.argsort(term, kind="stable")
    document_frequency = np.bincount(term, minlength=len(numbers))
    offsets = np.concatenate([[0], np.cumsum(document_frequency)]).astype(np.int64)
    idf = np.log1p((size - document_frequency + 0.5) / (document_frequency + 0.5))
    length = np.asarray(lengths, np.float64)
    norm = K1 * (1 - B + B * length / max(float(length.mean()) if size else 1.0, 1e-9))
    weights = idf[term] * frequency / (frequency + norm[owner_of])
    return TermIndex(numbers, offsets, owner_of[order], weights[order].astype(np.float32), size)


def write_terms(index: TermIndex, folder: Path, name: str) -> None:
    """Four files, `{name}.terms` (a term a line, in the order of their numbers) and three arrays."""
    (folder / f"{name}.terms").write_text("".join(f"{term}\n" for term in index.terms), encoding="utf-8")
    np.save(folder / f"{name}.offsets.npy", index.offsets)
    np.save(folder / f"{name}.documents.npy", index.documents)
    np.save(folder / f"{name}.weights.npy", index.weights)


def read_terms(folder: Path, name: str, size: int) -> TermIndex:
    """The index that `write_terms` wrote, its arrays mapped from disk."""
    lines = (folder / f"{name}.terms").read_text(encoding="utf-8").split("\n")[:-1]
    offsets, documents, weights = (
        np.load(folder / f"{name}.{part}.npy", mmap_mode="r", allow_pickle=False)
        for part in ("offsets", "documents", "weights")
    )
    return TermIndex({term: number for number, term in enumerate(lines)}, offsets, documents, weights, size)
