"""A generation of the index in a folder: articles, passages, sentences, their vectors and their terms."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columnbot.articles import Article, article_from_json, article_to_json
from columnbot.errors import IndexDamaged, UnknownArticle
from columnbot.filters import EVERYTHING, Columns, Filter
from columnbot.index.arrays import CheckedRows, Groups, array_at, growing_array
from columnbot.index.generation import current_generation
from columnbot.index.keys import embedded_text
from columnbot.index.locks import Hold
from columnbot.index.manifest import MEND, Manifest
from columnbot.index.passage_vectors import PassageVectors, read_vectors, writing_vectors
from columnbot.index.reading import Found, Search, archive_of, languages_of
from columnbot.index.segments import Segment, write_terms
from columnbot.index.terms import TermIndex, read_terms
from columnbot.index.vectors import Spread, Sums, VectorBlock
from columnbot.index.vocabulary import Vocabulary, vocabulary_of
from columnbot.index.word_vectors import WordAxes, read_axes, write_axes
from columnbot.language import ngrams_of, terms_of
from columnbot.passages import Passages
from columnbot.questions import Archive


@dataclass(frozen=True)
class LocalIndex:
    """An opened generation, read only; it stays on disk for as long as this is referred to.

    Passages are numbered from 0 in the order of their articles (oldest first). Their words are those
    that `content_words` finds in what was embedded of them.
    """

    folder: Path
    manifest: Manifest
    passages: Passages
    sentence_vectors: Groups  # of each passage, float16 (sentences, d), unit length
    word_vectors: Groups  # of each passage, int8 (words, a): packed, along `word_axes`
    word_axes: WordAxes
    keys: NDArray[np.uint8]  # (passages, 16): a hash of what was embedded
    words: TermIndex
    grams: TermIndex
    passage_vectors: PassageVectors
    passage_spread: Spread  # mean and covariance of all passages' vectors
    sentence_spread: Spread  # and of all sentences'
    hold: Hold

    def __len__(self) -> int:
        return len(self.passages)

    @property
    def name(self) -> str:
        """That of its folder."""
        return self.folder.name

    @property
    def beside(self) -> Path:
        """See `Index`."""
        return self.folder.parent

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles, oldest first; undated ones last."""
        return self.passages.articles

    def find(self, search: Search) -> Found:
        """See `Index`."""
        allowed = None if search.where == EVERYTHING else self._allowed(search.where)
        near, _ = self.passage_vectors.nearest(search.vector, search.candidates, allowed)
        words, grams = self.words.scores(search.stems), self.grams.scores(search.grams)
        by_words = _best(words, allowed, search.candidates)
        favoured = [self._allowed(favour) for favour in search.favoured]
        wished = [
            self.passage_vectors.nearest(search.vector, search.wished, one if allowed is None else one & allowed)[0]
            for one in favoured
        ]
        numbers = np.unique(np.concatenate([near, by_words, _best(grams, allowed, search.candidates), *wished]))
        owners = self.passages.places[:, 0]
        return Found(
            numbers,
            near,
            by_words,
            _standardise(words, numbers),
            _standardise(grams, numbers),
            np.array([one[numbers] for one in favoured], bool).reshape(len(favoured), len(numbers)).T,
            np.stack([np.searchsorted(owners, owners[numbers], side=side) for side in ("left", "right")], axis=1),
        )

    def years_naming(self, stems: Sequence[str], share: float) -> NDArray[np.int64]:
        """See `Index`."""
        weights = np.zeros(len(self))
        most = 0.0
        for stem in stems:
            holding = self.words.passages(stem)
            if len(holding):
                weights[holding] += self.words.rarity(stem)
                most += self.words.rarity(stem)
        naming = np.unique(self.passages.places[:, 0][weights >= share * most]) if most else np.empty(0, np.int64)
        return np.array([day.year for number in naming.tolist() if (day := self.articles[number].date)], np.int64)

    def fetch(self, numbers: NDArray[np.int64]) -> None:
        """See `Index`: they are."""

    def kept_file(self, name: str, aside: Path) -> Path:
        """See `Index`."""
        return self.folder / name

    def _allowed(self, where: Filter) -> NDArray[np.bool_]:
        """Which passages may be found, bool (passages,)."""
        return np.asarray(self._columns.allowed(where)[self.passages.places[:, 0]])

    def block(self, numbers: NDArray[np.int64]) -> VectorBlock:
        """All vectors of those passages."""
        return VectorBlock(
            self.passage_vectors.of(numbers).astype(np.float16),
            self.sentence_vectors.of(numbers),
            self.word_vectors.of(numbers),
            np.stack([self.sentence_vectors.counts(numbers), self.word_vectors.counts(numbers)], axis=1),
        )

    def article(self, path: str) -> Article:
        """The article of that path. Raises `UnknownArticle`."""
        try:
            return self._by_path[path]
        except KeyError:
            raise UnknownArticle(f"There is no article {path!r} in this index; columnbot search finds paths.") from None

    def numbers_of(self, keys: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The numbers of the passages with those keys (n, 16); -1 where there is none."""
        if len(self) == 0:
            return np.full(len(keys), -1)
        order = self._by_key
        places = np.searchsorted(_short(self.keys), _short(keys), sorter=order)
        numbers = order[np.minimum(places, len(self) - 1)]
        return np.where((self.keys[numbers] == keys).all(axis=1), numbers, -1)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the columns."""
        return languages_of(self.articles)

    @cached_property
    def archive(self) -> Archive:
        """What a question may name of the archive."""
        return archive_of(self.articles)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Its stems, to mend a question's spelling by."""
        return vocabulary_of(self.words.terms, np.diff(self.words.offsets))

    @cached_property
    def _by_key(self) -> NDArray[np.int64]:
        return np.argsort(_short(self.keys), kind="stable")

    @cached_property
    def _columns(self) -> Columns:
        return Columns(self.articles)

    @cached_property
    def _by_path(self) -> Mapping[str, Article]:
        return {article.path: article for article in self.articles}


def _short(keys: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The first half of each key, by which they are sorted; two that share it are as good as impossible."""
    return np.ascontiguousarray(keys).view("<u8")[:, 0]


def _best(scores: NDArray[np.float32], allowed: NDArray[np.bool_] | None, candidates: int) -> NDArray[np.int64]:
    """The numbers of the best passages that match at all, best first."""
    scores = np.where(allowed, scores, 0) if allowed is not None else scores
    k = min(candidates, len(scores))
    best = np.argpartition(-scores, k - 1)[:k] if k else np.empty(0, np.int64)
    best = best[np.lexsort((best, -scores[best]))]
    return np.asarray(best[scores[best] > 0], np.int64)


def _standardise(scores: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.asarray((scores[numbers] - scores.mean()) / max(float(scores.std()), 1e-6))


def write_index(
    folder: Path,
    passages: Passages,
    keys: NDArray[np.uint8],
    vectors: Iterable[VectorBlock],
    axes: WordAxes,
    earlier: LocalIndex | None = None,
    *,
    approximate: bool = False,
) -> None:
    """Writes all files of a generation but its manifest.

    `vectors` are those of the passages in their order; they are written as they come. The terms of
    passages that an earlier index has too are taken over.
    """
    with (folder / "articles.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for article in passages.articles:
            file.write(json.dumps(article_to_json(article), ensure_ascii=False) + "\n")
    np.save(folder / "passages.npy", passages.places)
    np.save(folder / "first_sentence.npy", passages.first_sentence)
    np.save(folder / "sentences.npy", passages.sentence_places)
    np.save(folder / "keys.npy", keys)
    write_axes(axes, folder / "word_axes.npz")
    _write_blocks(folder, vectors, axes, approximate)
    numbers, new = _renumbered(earlier, keys)
    words, grams = (Segment(terms, numbers) for terms in (earlier.words, earlier.grams)) if earlier else (None, None)
    write_terms(words_of(passages, new), len(keys), folder, "words", words)
    write_terms(grams_of(passages, new), len(keys), folder, "grams", grams)


def _renumbered(earlier: LocalIndex | None, keys: NDArray[np.uint8]) -> tuple[NDArray[np.int64], list[int]]:
    """The number that each passage of an earlier index gets, -1 for none, and the numbers that are left over."""
    if earlier is None:
        return np.empty(0, np.int64), list(range(len(keys)))
    # Of two passages of one text the second is left over: a posting stands for one passage.
    taken, numbers = np.unique(earlier.numbers_of(keys), return_index=True)
    renumbered = np.full(len(earlier), -1)
    renumbered[taken[taken >= 0]] = numbers[taken >= 0]
    return renumbered, np.setdiff1d(np.arange(len(keys)), renumbered).tolist()


def _write_blocks(folder: Path, blocks: Iterable[VectorBlock], axes: WordAxes, approximate: bool) -> None:
    """The vectors of passages, sentences and words, and the spread of the first two."""
    dimension, width = axes.axes.shape
    of_passages, of_sentences = Sums(dimension), Sums(dimension)
    counts = [np.zeros(1, np.int64)]
    with (
        writing_vectors(folder, dimension, approximate=approximate) as passages,
        growing_array(folder / "sentence_vectors.npy", "<f2", dimension) as sentences,
        growing_array(folder / "word_vectors.npy", "|i1", width) as words,
    ):
        for block in blocks:
            passages(block.passages)
            of_passages.add(block.passages)
            of_sentences.add(block.sentences)
            sentences(block.sentences)
            words(block.words)
            counts.append(block.counts[:, 1])
    np.save(folder / "first_word.npy", np.cumsum(np.concatenate(counts)))
    for name, sums in (("passage", of_passages), ("sentence", of_sentences)):
        spread = sums.spread()
        np.savez(folder / f"{name}_spread.npz", mean=spread.mean, covariance=spread.covariance)


def words_of(passages: Passages, numbers: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
    """The stems of those passages."""
    for number in numbers:
        passage = passages[number]
        yield number, terms_of(embedded_text(passage), passage.article.language)


def grams_of(passages: Passages, numbers: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
    """The numbers of passages and the 5-grams of each."""
    return ((number, ngrams_of(embedded_text(passages[number]))) for number in numbers)


def open_local(index: Path, *, whole: bool = False) -> LocalIndex:
    """Opens the generation in force, once its files are checked, of a large one with `whole` all of them.

    Raises `IndexMissing`, `IndexDamaged` or `IndexOutdated`.
    """
    generation = current_generation(index, whole=whole)
    folder, manifest = generation.folder, generation.manifest
    with (folder / "articles.jsonl").open(encoding="utf-8", newline="\n") as lines:
        articles = tuple(article_from_json(json.loads(line)) for line in lines)

    def array(file: Path) -> Any:
        if manifest.checked_by_block(file.name):
            return CheckedRows(file, bytes.fromhex(manifest.files[file.name].blocks))
        return array_at(file)

    first_sentence = array(folder / "first_sentence.npy")
    opened = LocalIndex(
        folder=folder,
        manifest=manifest,
        passages=Passages(articles, array(folder / "passages.npy"), first_sentence, array(folder / "sentences.npy")),
        sentence_vectors=Groups(first_sentence, array(folder / "sentence_vectors.npy")),
        word_vectors=Groups(array(folder / "first_word.npy"), array(folder / "word_vectors.npy")),
        word_axes=read_axes(folder / "word_axes.npz"),
        keys=array(folder / "keys.npy"),
        words=read_terms(folder, "words", array),
        grams=read_terms(folder, "grams", array),
        passage_vectors=read_vectors(folder, array),
        passage_spread=_spread(folder, "passage"),
        sentence_spread=_spread(folder, "sentence"),
        hold=generation.hold,
    )
    _check_counts(opened)
    return opened


def _spread(folder: Path, name: str) -> Spread:
    with np.load(folder / f"{name}_spread.npz", allow_pickle=False) as stored:
        return Spread(stored["mean"], stored["covariance"])


def _check_counts(index: LocalIndex) -> None:
    manifest, first_sentence, first_word = index.manifest, index.passages.first_sentence, index.word_vectors.first
    agree = (
        len(index.articles) == manifest.articles
        and len(index) == len(index.keys) == len(index.passage_vectors) == manifest.passages
        and len(index) == index.words.size == index.grams.size
        and len(first_sentence) == len(first_word) == manifest.passages + 1
        and index.passages.sentence_count == len(index.sentence_vectors.rows) == manifest.sentences
        and first_word[-1] == len(index.word_vectors.rows)
        and all(a <= b for a, b in pairwise((0, *first_sentence[[0, -1]].tolist(), manifest.sentences)))
    )
    if not agree:
        raise IndexDamaged(f"The files of {index.folder} do not fit together; {MEND}")
