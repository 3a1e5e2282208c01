"""An index in Milvus, as retrieval asks for it."""

import io
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from columnbot.articles import Article
from columnbot.errors import IndexDamaged, IndexOutdated, UnknownArticle
from columnbot.index.manifest import FORMAT, MEND, Manifest
from columnbot.index.milvus.engine import Address, Collections, both, expression, in_force, quoted
from columnbot.index.milvus.rows import MilvusPassages, MilvusRows, MilvusSentences, MilvusVectors
from columnbot.index.milvus.terms import MilvusTerms, MilvusWords, as_sparse
from columnbot.index.reading import Found, Search
from columnbot.index.terms import TermIndex, Terms
from columnbot.index.vectors import Spread, VectorBlock
from columnbot.index.vocabulary import Vocabulary, vocabulary_of
from columnbot.index.word_vectors import WordAxes
from columnbot.questions import Archive

_KEYS_AT_ONCE = 500
MOST_HOLDING = 16_384  # passages that one search of Milvus gives at most


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
            rows = self.collections.holding("stems", as_sparse([stem]), MOST_HOLDING)
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
