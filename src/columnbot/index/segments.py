"""Writing a lexical index: merged from segments, as Lucene does, each sorted by term and then by passage.

The new passages are segments, and so is the earlier index, whose passages only get other numbers. So
bringing an index up to date analyses no text twice, memory does not grow with the archive, and what
comes out depends on the passages alone.
"""

import tempfile
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, repeat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columnbot.index.arrays import growing_array
from columnbot.index.terms import TermIndex, Terms, read_terms

SEGMENT = 4_000_000  # postings that are held in memory; a segment's dictionary takes about as much again
MERGED = 2_000_000  # postings that are merged at a time
MOST = 255  # occurrences that count: more change a weight by less than a hundredth


@dataclass(frozen=True, slots=True)
class Segment:
    """An index of some of the passages, and which number each gets (int64 (size,)); -1 leaves it out."""

    index: TermIndex
    numbers: NDArray[np.int64]


def write_terms(
    new: Iterable[tuple[int, Sequence[str]]], size: int, folder: Path, name: str, earlier: Segment | None = None
) -> None:
    """Writes an index of `size` passages: `new` ones (ascending number, terms), and the postings taken from `earlier`.

    Five files: `{name}.terms` and arrays. Raises `OSError`.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix=f"{name}-segments-") as aside:
        segments = [*([earlier] if earlier else []), *_segments(new, Path(aside))]
        lengths = np.zeros(size, np.int32)
        for segment in segments:
            kept = segment.numbers >= 0
            lengths[segment.numbers[kept]] = segment.index.lengths[kept]
        np.save(folder / f"{name}.lengths.npy", lengths)
        _merge(segments, folder, name)


def _segments(new: Iterable[tuple[int, Sequence[str]]], aside: Path) -> Iterator[Segment]:
    """The new passages in segments; all but the last wait on disk."""
    gathered = _Gathered()
    for number, terms in new:
        if len(gathered.terms) >= SEGMENT:
            folder = aside / str(number)
            folder.mkdir()
            full = gathered.segment()
            gathered = _Gathered()
            _merge([Segment(full.index, np.arange(full.index.size))], folder, "segment")
            np.save(folder / "segment.lengths.npy", full.index.lengths)
            yield Segment(read_terms(folder, "segment"), full.numbers)
            del full
        gathered.add(number, terms)
    yield gathered.segment()


class _Gathered:
    """Passages as they come: of each its terms, numbered as they are met, and how often it has them."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self.terms, self.frequencies = array("q"), array("B")
        self.counts, self.lengths, self.numbers = array("q"), array("i"), array("q")

    def add(self, number: int, terms: Sequence[str]) -> None:
        counts, known = Counter(terms), self.known
        self.terms.extend([known.setdefault(term, len(known)) for term in counts])
        self.frequencies.extend([min(count, MOST) for count in counts.values()])
        self.counts.append(len(counts))
        self.lengths.append(len(terms))
        self.numbers.append(number)

    def segment(self) -> Segment:
        """All of it, sorted by term and then by passage."""
        ordered = sorted(self.known)
        rank = np.empty(len(ordered), np.int64)
        rank[[self.known[term] for term in ordered]] = np.arange(len(ordered))
        term = rank[np.array(self.terms)]
        owners = np.repeat(np.arange(len(self.counts), dtype=np.int32), self.counts)
        order = np.argsort(term, kind="stable")  # of one term the passages stay in their order
        lines = np.frombuffer("".join(f"{term}\n" for term in ordered).encode(), np.uint8)
        index = TermIndex(
            Terms(lines),
            _offsets(np.bincount(term, minlength=len(ordered))),
            owners[order],
            np.array(self.frequencies)[order],
            np.array(self.lengths),
        )
        return Segment(index, np.array(self.numbers))


def _offsets(counts: NDArray[Any]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _merge(segments: Sequence[Segment], folder: Path, name: str) -> None:
    """One index out of several, some millions of postings at a time; a term that no passage has is left out."""
    counts: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    with (
        (folder / f"{name}.terms").open("wb") as terms,
        growing_array(folder / f"{name}.documents.npy", "<i4") as documents,
        growing_array(folder / f"{name}.frequencies.npy", "|u1") as frequencies,
    ):
        for block in _blocks(segments):
            term, document, frequency = (np.concatenate(parts) for parts in zip(*block.postings, strict=True))
            # Runs that are each in order: what a merge sort is quick at.
            order = np.argsort(term << 32 | document, kind="stable")
            documents(document[order])
            frequencies(frequency[order])
            count = np.bincount(term, minlength=len(block.terms))
            kept = [block.terms[number] for number in np.flatnonzero(count)]
            terms.write("".join(f"{term}\n" for term in kept).encode())
            counts.append(count[count > 0])
    np.save(folder / f"{name}.offsets.npy", _offsets(np.concatenate(counts)))


@dataclass(frozen=True, slots=True)
class _Block:
    """Successive terms, and of each segment the postings of these: the term's number here, passage, frequency."""

    terms: list[str]
    postings: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]]


def _blocks(segments: Sequence[Segment]) -> Iterator[_Block]:
    starts = [0] * len(segments)
    terms: list[str] = []
    places: list[list[int]] = [[] for _ in segments]  # the numbers here of each segment's terms since its start
    size = 0
    found = merge(*(_counted(segment.index, which) for which, segment in enumerate(segments)))
    for term, same in groupby(found, key=lambda item: item[0]):
        if size >= MERGED:
            yield _block(segments, starts, terms, places)
            starts = [start + len(here) for start, here in zip(starts, places, strict=True)]
            terms, places, size = [], [[] for _ in segments], 0
        for _, which, count in same:
            places[which].append(len(terms))
            size += count
        terms.append(term)
    yield _block(segments, starts, terms, places)


def _counted(index: TermIndex, which: int) -> Iterator[tuple[str, int, int]]:
    """Each term, the segment's number, and in how many passages the term stands."""
    return zip(index.terms, repeat(which), np.diff(index.offsets).tolist())


def _block(segments: Sequence[Segment], starts: list[int], terms: list[str], places: list[list[int]]) -> _Block:
    postings = []
    for segment, start, here in zip(segments, starts, places, strict=True):
        bounds = segment.index.offsets[start : start + len(here) + 1]
        span = slice(int(bounds[0]), int(bounds[-1]))
        document = segment.numbers[segment.index.documents[span]]
        kept = document >= 0
        term = np.repeat(np.array(here, np.int64), np.diff(bounds))
        postings.append((term[kept], document[kept], segment.index.frequencies[span][kept]))
    return _Block(terms, postings)
