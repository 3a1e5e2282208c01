"""An index in Milvus, as retrieval asks for it: the engine searches, and what is found is fetched and kept a while."""

import io
import json
import zlib
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from columnbot.articles import Article, article_from_json
from columnbot.errors import IndexDamaged, IndexOutdated, UnknownArticle
from columnbot.index.manifest import FORMAT, MEND, Manifest
from columnbot.index.milvus.engine import Address, Collections, both, expression, in_force, quoted
from columnbot.index.reading import Found, Search
from columnbot.index.terms import TermIndex, Terms, rarity_of
from columnbot.index.vectors import Spread, VectorBlock
from columnbot.index.vocabulary import Vocabulary, vocabulary_of
from columnbot.index.word_vectors import WordAxes
from columnbot.passages import Passage, Sentence
from columnbot.questions import Archive

KEPT = 5_000  # passages whose texts, and whose vectors, stay in memory: some 70 MB
SAMPLE = 16_384  # passages that tell how BM25 scores are spread; up to so many that is all, and exact
_NAMED_AT = 20  # passages that are looked at for how a word is written
_KEYS_AT_ONCE = 500
MOST_HOLDING = 16_384  # passages that one search of Milvus gives at most
_HALF = 0.45  # about what a term is worth beside its rarity: f / (f + norm)

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
        return self.collections.search(self.field, _sparse(query), k, where)[0]

    def standing(self, query: Sequence[str], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The scores of those passages, as z-scores among all."""
        matching, matched = self.collections.search(
            self.field, _sparse(query), len(numbers), f"number in {numbers.tolist()}"
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


def _sparse(query: Sequence[str]) -> dict[int, float]:
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
        return np.sort(self.collections.search("stems", _sparse([term]), _NAMED_AT)[0])


@dataclass(frozen=True)
class MilvusIndex:
    """See `Index`."""

    collections: Collections
    manifest: Manifest
    papers: int  # rows of the second collection
    passages: MilvusPassages
    passage_vectors: MilvusVectors
    sentence_vectors: MilvusSentences
    word_vectors: MilvusRows
    word_axes: WordAxes
    words: MilvusWords
    stems: MilvusTerms
    grams: MilvusTerms
    passage_spread: Spread
    sentence_spread: Spread
    languages: tuple[str, ...]
    archive: Archive

    def __len__(self) -> int:
        return len(self.passages)

    @property
    def name(self) -> str:
        """That of the passages' collection."""
        return self.collections.passages

    @property
    def beside(self) -> Path:
        """See `Index`."""
        return self.collections.address.workplace

    @cached_property
    def articles(self) -> tuple[Article, ...]:
        """See `Index`; fetched once, and then in memory."""
        step = 1_000
        starts = range(0, self.manifest.articles, step)
        found = {}
        for start in starts:
            found.update(self.passages.articles(range(start, min(start + step, self.manifest.articles))))
        return tuple(found[number] for number in range(self.manifest.articles))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """See `Index`."""
        return vocabulary_of(self.words.terms, self.words.frequencies.astype(np.int64))

    def article(self, path: str) -> Article:
        """See `Index`."""
        rows = self.collections.rows(f"path == {quoted(path)}", ["article"], limit=1)
        if not rows:
            raise UnknownArticle(f"There is no article {path!r} in this index; columnbot search finds paths.")
        number = int(rows[0]["article"])
        return self.passages.articles([number])[number]

    def find(self, search: Search) -> Found:
        """See `Index`."""
        where = expression(search.where)
        favoured = [expression(favour) for favour in search.favoured]
        near, _ = self.passage_vectors.nearest(search.vector, search.candidates, where)
        by_words = self.stems.best(search.stems, search.candidates, where)
        by_grams = self.grams.best(search.grams, search.candidates, where)
        wished = [
            self.passage_vectors.nearest(search.vector, search.wished, both(where, favour))[0] for favour in favoured
        ]
        numbers = np.unique(np.concatenate([near, by_words, by_grams, *wished]))
        known = self.collections.numbered(numbers, ["first", "end"])
        of_kinds = [self._of_kind(numbers, favour) for favour in favoured]
        columns = [(known[number]["first"], known[number]["end"]) for number in numbers.tolist()]
        return Found(
            numbers,
            near,
            by_words,
            self.stems.standing(search.stems, numbers),
            self.grams.standing(search.grams, numbers),
            np.array(of_kinds, bool).reshape(len(favoured), len(numbers)).T,
            np.array(columns, np.int64).reshape(-1, 2),
        )

    def years_naming(self, stems: Sequence[str], share: float) -> NDArray[np.int64]:
        """See `Index`; of a stem in very many passages those count in which it weighs most."""
        weights: defaultdict[int, float] = defaultdict(float)
        columns: dict[int, tuple[int, int]] = {}
        most = 0.0
        for stem in stems:
            rows = self.collections.holding("stems", _sparse([stem]), MOST_HOLDING)
            for row in rows:
                weights[row["number"]] += self.words.rarity(stem)
                columns[row["number"]] = row["article"], row["year"]
            most += self.words.rarity(stem) if rows else 0.0
        naming = {columns[number] for number, weight in weights.items() if weight >= share * most}
        return np.array([year for _, year in sorted(naming) if year], np.int64)

    def _of_kind(self, numbers: NDArray[np.int64], favour: str) -> NDArray[np.bool_]:
        rows = self.collections.rows(both(f"number in {numbers.tolist()}", favour), ["number"])
        return np.isin(numbers, [row["number"] for row in rows])

    def fetch(self, numbers: NDArray[np.int64]) -> None:
        """See `Index`."""
        self.passages.fetch(numbers.tolist())

    def numbers_of(self, keys: NDArray[np.uint8]) -> NDArray[np.int64]:
        """See `Index`."""
        names = [key.tobytes().hex() for key in keys]
        numbers: dict[str, int] = {}
        for start in range(0, len(names), _KEYS_AT_ONCE):
            where = f"key in {quoted(names[start : start + _KEYS_AT_ONCE])}"
            for row in self.collections.rows(where, ["number", "key"]):
                numbers[row["key"]] = min(int(row["number"]), numbers.get(row["key"], len(self)))
        return np.array([numbers.get(name, -1) for name in names], np.int64)

    def block(self, numbers: NDArray[np.int64]) -> VectorBlock:
        """See `Index`."""
        return VectorBlock(
            self.passage_vectors.of(numbers).astype(np.float16),
            self.sentence_vectors.of(numbers),
            self.word_vectors.of(numbers),
            np.stack([self.sentence_vectors.counts(numbers), self.word_vectors.counts(numbers)], axis=1),
        )

    def kept_file(self, name: str, aside: Path) -> Path:
        """See `Index`."""
        file = aside / name
        file.write_bytes(self.collections.paper(name))
        return file


def counted_rows(index: MilvusIndex) -> int:
    """How many rows the index has. Raises `IndexDamaged` where that is not what was written."""
    expected = {index.collections.passages: len(index), index.collections.papers: index.papers}
    for name, rows in expected.items():
        there = index.collections.count(name)
        if there != rows:
            raise IndexDamaged(f"{name} in {index.collections.address.shown} has {there} of {rows} rows; {MEND}")
    return sum(expected.values())


def open_in_milvus(address: Address) -> MilvusIndex:
    """Opens the generation in force. Raises `IndexMissing`, `IndexDamaged`, `IndexOutdated` or `IndexUnavailable`."""
    collections = Collections(address, in_force(address))
    if lost := collections.lost():
        raise IndexDamaged(f"{lost[0]} is no longer in {address.shown}; {MEND}")
    collections.load()
    fields = json.loads(collections.paper("manifest"))
    papers_there = fields.pop("papers")
    if fields["format"] != FORMAT:
        raise IndexOutdated(
            f"{address.shown} was made by columnbot {fields['columnbot']} (format {fields['format']}, now {FORMAT}); "
            f"{MEND} {fields['archive']} --index {address.shown}",
            archive=Path(fields["archive"]), holds=json.loads(collections.paper("article/0"))["path"],
            model=fields["model"], passage_words=fields["passage_words"],
            pages=fields.get("pages"), exact=fields.get("exact"),
        )  # fmt: skip
    manifest = Manifest(**fields)
    papers = collections.papers_of(PAPERS_TO_OPEN)
    arrays = {name: np.load(io.BytesIO(papers[f"{name}.npz"]), allow_pickle=False) for name in _ARRAYS}
    axes = WordAxes(arrays["word_axes"]["mean"], arrays["word_axes"]["axes"])
    of_passages, of_sentences = (Spread(arrays[name]["mean"], arrays[name]["covariance"]) for name in _ARRAYS[1:])
    facts = json.loads(papers["archive"])
    size = manifest.passages
    vectors = MilvusRows(collections, "vectors", "<f2", manifest.dimension)
    return MilvusIndex(
        collections,
        manifest,
        papers_there,
        MilvusPassages(collections, size),
        MilvusVectors(collections, vectors),
        MilvusSentences(vectors),
        MilvusRows(collections, "words", "|i1", axes.axes.shape[1]),
        axes,
        MilvusWords(collections, _terms(papers["words.terms"]), np.frombuffer(papers["words.counts"], "<i4"), size),
        MilvusTerms(collections, "stems", _term_index(papers, "sample-words"), size),
        MilvusTerms(collections, "grams", _term_index(papers, "sample-grams"), size),
        of_passages,
        of_sentences,
        tuple(facts["languages"]),
        Archive(tuple(facts["authors"]), frozenset(facts["tags"]), facts["main"]),
    )


_ARRAYS = ("word_axes", "passage_spread", "sentence_spread")
SAMPLE_FILES = tuple(
    f"sample-{kind}.{part}"
    for kind in ("words", "grams")
    for part in ("terms", "offsets.npy", "documents.npy", "frequencies.npy", "lengths.npy")
)
PAPERS_TO_OPEN = ("archive", "words.terms", "words.counts", *(f"{name}.npz" for name in _ARRAYS), *SAMPLE_FILES)


def _terms(content: bytes) -> Terms:
    return Terms(np.frombuffer(content, np.uint8))


def _term_index(papers: Mapping[str, bytes], name: str) -> TermIndex:
    offsets, documents, frequencies, lengths = (
        np.load(io.BytesIO(papers[f"{name}.{part}.npy"]), allow_pickle=False)
        for part in ("offsets", "documents", "frequencies", "lengths")
    )
    return TermIndex(_terms(papers[f"{name}.terms"]), offsets, documents, frequencies, lengths)
