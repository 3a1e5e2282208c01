"""A generation of the index: articles, passages, sentences, their vectors and their terms.

It knows no model and no format of articles: what it stores was read, split and embedded elsewhere.
"""

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columnbot.articles import Article
from columnbot.errors import IndexDamaged, UnknownArticle
from columnbot.index.generation import MEND, Manifest, Pointer, current_generation, read_pointer
from columnbot.index.locks import Hold
from columnbot.index.terms import TermIndex, build_terms, read_terms, write_terms
from columnbot.index.vectors import (
    Spread,
    Sums,
    VectorBlock,
    empty_vectors,
    growing_array,
    nearest,
    read_vectors,
    vectors_at,
    write_vectors,
)
from columnbot.index.vocabulary import Vocabulary, vocabulary_of
from columnbot.index.word_vectors import WordAxes, read_axes, write_axes
from columnbot.language import ANALYSER_VERSION, fold, ngrams_of, terms_of
from columnbot.passages import Passage, Sentence
from columnbot.questions import Archive

__all__ = ["Index", "Pointer", "TermIndex", "VectorBlock", "open_index", "read_pointer", "write_index"]


@dataclass(frozen=True)
class Index:
    """An opened generation, read only; it stays on disk for as long as this is referred to.

    Passages are numbered from 0 in the order of their articles (oldest first); the sentences of
    passage p are numbers `first_sentence[p]` up to `first_sentence[p + 1]`, and its words, as
    `content_words` finds them in what was embedded of it, `first_word[p]` up to `first_word[p + 1]`.
    """

    folder: Path
    manifest: Manifest
    articles: tuple[Article, ...]
    places: NDArray[np.int64]  # (passages, 3): article, start, end
    first_sentence: NDArray[np.int64]  # (passages + 1,)
    sentence_places: NDArray[np.int64]  # (sentences, 2): start, end in the article's text
    sentence_vectors: NDArray[np.float16]  # (sentences, d), unit length
    first_word: NDArray[np.int64]  # (passages + 1,)
    word_vectors: NDArray[np.int8]  # (words, a): packed, along `word_axes`
    word_axes: WordAxes
    keys: NDArray[np.uint8]  # (passages, 16): a hash of what was embedded
    words: TermIndex
    grams: TermIndex
    faiss_index: Any
    passage_spread: Spread  # mean and covariance of all passages' vectors
    sentence_spread: Spread  # and of all sentences'
    hold: Hold

    def __len__(self) -> int:
        return len(self.places)

    def passage(self, number: int) -> Passage:
        """The passage of that number."""
        owner, start, end = (int(value) for value in self.places[number])
        article = self.articles[owner]
        rows = self.sentence_places[self.first_sentence[number] : self.first_sentence[number + 1]]
        sentences = tuple(Sentence(int(a), int(b)) for a, b in rows)
        return Passage(article, start, end, article.text[start:end], sentences)

    def nearest(
        self, question: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The k passages whose vectors are nearest to the question's, best first, with their inner products."""
        return nearest(self.faiss_index, question, k, allowed)

    def vectors(self, numbers: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of those passages, float32 (n, d)."""
        return vectors_at(self.faiss_index, numbers)

    def article(self, path: str) -> Article:
        """The article of that path. Raises `UnknownArticle`."""
        try:
            return self._by_path[path]
        except KeyError:
            raise UnknownArticle(f"There is no article {path!r} in this index; columnbot search finds paths.") from None

    @cached_property
    def numbers(self) -> Mapping[bytes, int]:
        """The number of the passage with that key."""
        return {key.tobytes(): number for number, key in enumerate(self.keys)}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the columns."""
        return tuple(sorted({article.language for article in self.articles}))

    @cached_property
    def archive(self) -> Archive:
        """What a question may name of the archive."""
        columns = Counter(article.author for article in self.articles if article.author)
        main = next((author for author, count in columns.most_common(1) if count > len(self.articles) / 2), None)
        tags = frozenset(fold(tag) for article in self.articles for tag in article.tags)
        return Archive(tuple(author for author, _ in columns.most_common()), tags, main)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Its stems, to mend a question's spelling by."""
        return vocabulary_of(self.words)

    @cached_property
    def _by_path(self) -> Mapping[str, Article]:
        return {article.path: article for article in self.articles}


def embedded_text(passage: Passage) -> str:
    """What is embedded of a passage: its column's title above its own text."""
    return f"{passage.article.title}\n{passage.text}"


def key_of(passage: Passage) -> bytes:
    """A hash (16 bytes) of everything that a passage's vectors depend on, besides the model."""
    places = [(sentence.start - passage.start, sentence.end - passage.start) for sentence in passage.sentences]
    content = f"{ANALYSER_VERSION}\n{places}\n{embedded_text(passage)}"
    digest = hashlib.blake2b(content.encode(), digest_size=16)
    return digest.digest()


def write_index(
    folder: Path,
    articles: Sequence[Article],
    passages: Sequence[Passage],
    vectors: Iterable[VectorBlock],
    axes: WordAxes,
) -> None:
    """Writes all files of a generation but its manifest. Passages stand in the order of their articles.

    `vectors` are those of the passages in their order; they are written as they come.
    """
    with (folder / "articles.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for article in articles:
            file.write(json.dumps(dataclasses.asdict(article), ensure_ascii=False, default=date.isoformat) + "\n")
    owner = {article.path: number for number, article in enumerate(articles)}
    places = [(owner[passage.article.path], passage.start, passage.end) for passage in passages]
    counts = [len(passage.sentences) for passage in passages]
    sentences = [(sentence.start, sentence.end) for passage in passages for sentence in passage.sentences]
    np.save(folder / "passages.npy", np.asarray(places, np.int64).reshape(-1, 3))
    np.save(folder / "first_sentence.npy", np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
    np.save(folder / "sentences.npy", np.asarray(sentences, np.int64).reshape(-1, 2))
    keys = b"".join(key_of(passage) for passage in passages)
    np.save(folder / "keys.npy", np.frombuffer(keys, np.uint8).reshape(-1, 16))
    write_axes(axes, folder / "word_axes.npz")
    _write_blocks(folder, vectors, axes)
    write_terms(build_terms(_words(passages)), folder, "words")
    write_terms(build_terms(_grams(passages)), folder, "grams")


def _write_blocks(folder: Path, blocks: Iterable[VectorBlock], axes: WordAxes) -> None:
    """The vectors of passages, sentences and words, and the spread of the first two."""
    dimension, width = axes.axes.shape
    index, of_passages, of_sentences = empty_vectors(dimension), Sums(dimension), Sums(dimension)
    counts = [np.zeros(1, np.int64)]
    with (
        growing_array(folder / "sentence_vectors.npy", "<f2", dimension) as sentences,
        growing_array(folder / "word_vectors.npy", "|i1", width) as words,
    ):
        for block in blocks:
            index.add(block.passages.astype(np.float32))
            of_passages.add(block.passages)
            of_sentences.add(block.sentences)
            sentences(block.sentences)
            words(block.words)
            counts.append(block.counts[:, 1])
    np.save(folder / "first_word.npy", np.cumsum(np.concatenate(counts)))
    write_vectors(index, folder / "vectors.faiss")
    for name, sums in (("passage", of_passages), ("sentence", of_sentences)):
        spread = sums.spread()
        np.savez(folder / f"{name}_spread.npz", mean=spread.mean, covariance=spread.covariance)


def _words(passages: Iterable[Passage]) -> Iterable[list[str]]:
    return (terms_of(embedded_text(passage), passage.article.language) for passage in passages)


def _grams(passages: Iterable[Passage]) -> Iterable[list[str]]:
    return (ngrams_of(embedded_text(passage)) for passage in passages)


def open_index(index: Path) -> Index:
    """Opens the generation in force. Raises `IndexMissing` or `IndexDamaged`."""
    generation = current_generation(index)
    folder, manifest = generation.folder, generation.manifest
    lines = (folder / "articles.jsonl").read_text(encoding="utf-8").split("\n")[:-1]

    def array(name: str) -> NDArray[Any]:
        return np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]

    opened = Index(
        folder, manifest, tuple(_article(line) for line in lines),
        array("passages"), array("first_sentence"), array("sentences"), array("sentence_vectors"),
        array("first_word"), array("word_vectors"), read_axes(folder / "word_axes.npz"), array("keys"),
        read_terms(folder, "words", manifest.passages), read_terms(folder, "grams", manifest.passages),
        read_vectors(folder / "vectors.faiss"), _spread(folder, "passage"), _spread(folder, "sentence"),
        generation.hold,
    )  # fmt: skip
    _check_counts(opened)
    return opened


def _spread(folder: Path, name: str) -> Spread:
    with np.load(folder / f"{name}_spread.npz", allow_pickle=False) as stored:
        return Spread(stored["mean"], stored["covariance"])


def _check_counts(index: Index) -> None:
    manifest = index.manifest
    agree = (
        len(index.articles) == manifest.articles
        and len(index.places) == len(index.keys) == index.faiss_index.ntotal == manifest.passages
        and len(index.first_sentence) == manifest.passages + 1
        and len(index.sentence_places) == len(index.sentence_vectors) == manifest.sentences
        and len(index.first_word) == manifest.passages + 1
        and index.first_word[-1] == len(index.word_vectors)
        and all(a <= b for a, b in pairwise((0, *index.first_sentence[[0, -1]].tolist(), manifest.sentences)))
    )
    if not agree:
        raise IndexDamaged(f"The files of {index.folder} do not fit together; {MEND}")


def _article(line: str) -> Article:
    fields = json.loads(line)
    day = fields["date"]
    return Article(**(fields | {"date": date.fromisoformat(day) if day else None, "tags": tuple(fields["tags"])}))
