"""What an index in Milvus has of its passages: texts and vectors, fetched as they are asked for and kept a while."""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from columnbot.articles import Article, article_from_json
from columnbot.index.milvus.engine import Collections
from columnbot.passages import Passage, Sentence

KEPT = 5_000  # passages whose texts, and whose vectors, stay in memory: some 70 MB

K = TypeVar("K")
V = TypeVar("V")


class _Kept(Generic[K, V]):
    """What was fetched last, for all threads; what is not there is fetched together."""

    def __init__(self, fetch: Callable[[list[K]], Mapping[K, V]]) -> None:
        self._fetch, self._lock = fetch, Lock()
        self._kept: OrderedDict[K, V] = OrderedDict()

    def of(self, keys: Iterable[K]) -> dict[K, V]:
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            found = {key: self._kept[key] for key in wanted if key in self._kept}
        missing = [key for key in wanted if key not in found]
        if missing:
            found.update(self._fetch(missing))
        with self._lock:
            for key in wanted:
                self._kept[key] = found[key]
                self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


class MilvusPassages(Sequence[Passage]):
    """The passages, fetched as they are asked for; with their columns, which are fetched once."""

    def __init__(self, collections: Collections, size: int) -> None:
        self._collections, self._size = collections, size
        self._articles = _Kept(self._fetch_articles)
        self._passages = _Kept(self._fetch)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            numbers = range(self._size)[number]
            found = self._passages.of(numbers)
            return [found[i] for i in numbers]
        number = range(self._size)[number]
        return self._passages.of([number])[number]

    def fetch(self, numbers: Iterable[int]) -> None:
        """Has these at hand."""
        self._passages.of(numbers)

    def articles(self, numbers: Iterable[int]) -> dict[int, Article]:
        """The articles of those numbers."""
        return self._articles.of(numbers)

    def _fetch(self, numbers: list[int]) -> dict[int, Passage]:
        rows = self._collections.numbered(np.array(numbers), ["article", "place"])
        articles = self.articles(int(row["article"]) for row in rows.values())
        return {number: _passage(articles[int(row["article"])], row["place"]) for number, row in rows.items()}

    def _fetch_articles(self, numbers: list[int]) -> dict[int, Article]:
        papers = self._collections.papers_of(f"article/{number}" for number in numbers)
        return {number: article_from_json(json.loads(papers[f"article/{number}"])) for number in numbers}


def place_of(passage: Passage) -> str:
    """Where a passage and its sentences stand, as a row has it."""
    ends = [end for sentence in passage.sentences for end in (sentence.start, sentence.end)]
    return " ".join(map(str, (passage.start, passage.end, *ends)))


def _passage(article: Article, place: str) -> Passage:
    start, end, *ends = map(int, place.split())
    sentences = tuple(map(Sentence, ends[::2], ends[1::2]))
    return Passage(article, start, end, article.text[start:end], sentences)


class MilvusRows:
    """Vectors of passages, or of what is in them, out of papers named after the passages' numbers."""

    def __init__(self, collections: Collections, kind: str, dtype: str, width: int) -> None:
        self._kept: _Kept[int, NDArray[Any]] = _Kept(self._fetch)
        self._collections, self._kind, self._dtype, self._width = collections, kind, np.dtype(dtype), width

    def each(self, numbers: NDArray[np.int64]) -> list[NDArray[Any]]:
        """The rows of each of those passages."""
        found = self._kept.of(numbers.tolist())
        return [found[number] for number in numbers.tolist()]

    def counts(self, numbers: NDArray[np.int64], /) -> NDArray[np.int64]:
        """See `RowsOf`."""
        return np.array([len(rows) for rows in self.each(numbers)], np.int64)

    def of(self, numbers: NDArray[np.int64], /) -> NDArray[Any]:
        """See `RowsOf`."""
        return np.concatenate([np.empty((0, self._width), self._dtype), *self.each(numbers)])

    def _fetch(self, numbers: list[int]) -> dict[int, NDArray[Any]]:
        papers = self._collections.papers_of(f"{self._kind}/{number}" for number in numbers)
        size = max(self._width * self._dtype.itemsize, 1)
        return {
            number: np.frombuffer(content, self._dtype).reshape(len(content) // size, self._width)
            for number in numbers
            for content in (papers[f"{self._kind}/{number}"],)
        }


@dataclass(frozen=True, slots=True)
class MilvusSentences:
    """The rows of a passage but the first, which is its own vector's."""

    rows: MilvusRows

    def counts(self, numbers: NDArray[np.int64], /) -> NDArray[np.int64]:
        """See `RowsOf`."""
        return self.rows.counts(numbers) - 1

    def of(self, numbers: NDArray[np.int64], /) -> NDArray[Any]:
        """See `RowsOf`."""
        return np.concatenate([self.rows.of(numbers[:0]), *(rows[1:] for rows in self.rows.each(numbers))])


@dataclass(frozen=True, slots=True)
class MilvusVectors:
    """The passages' own vectors."""

    collections: Collections
    rows: MilvusRows

    def nearest(
        self, question: NDArray[np.float32], k: int, where: str = ""
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See `Nearness`; out of those that `where` allows."""
        return self.collections.search("vector", np.asarray(question, np.float32), k, where)

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `Nearness`."""
        firsts = [rows[:1] for rows in self.rows.each(numbers)]
        return np.concatenate([self.rows.of(numbers[:0]), *firsts]).astype(np.float32)
