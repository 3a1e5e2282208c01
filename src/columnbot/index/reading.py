"""What retrieval asks of an index, wherever it lives: in a folder (`local`) or in Milvus (`milvus`)."""

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from columnbot.articles import Article
from columnbot.filters import Filter
from columnbot.index.manifest import Manifest
from columnbot.index.vectors import Spread, VectorBlock
from columnbot.index.vocabulary import Vocabulary
from columnbot.index.word_vectors import WordAxes
from columnbot.language import fold
from columnbot.passages import Passage
from columnbot.questions import Archive


@dataclass(frozen=True, slots=True)
class Search:
    """What candidates are sought by: a vector (d,), stems, 5-grams, and out of which columns.

    By each way come the best `candidates` passages, and of each of the `favoured` kinds of columns the `wished`
    nearest.
    """

    vector: NDArray[np.float32]
    stems: Sequence[str]
    grams: Sequence[str]
    where: Filter
    favoured: tuple[Filter, ...]
    candidates: int
    wished: int


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates (n), ascending, and what the index knows of each.

    `near` and `by_words` are those that the vector and the stems brought, best first. `words` and `grams` (n,) are
    BM25 scores as z-scores among all passages; `favoured` (n, f) tells which kinds each is of, and `columns` (n, 2)
    which passages its column has: from the first up to the second.
    """

    numbers: NDArray[np.int64]
    near: NDArray[np.int64]
    by_words: NDArray[np.int64]
    words: NDArray[np.float32]
    grams: NDArray[np.float32]
    favoured: NDArray[np.bool_]
    columns: NDArray[np.int64]


class RowsOf(Protocol):
    """Rows of passages, each of which has some."""

    def counts(self, groups: NDArray[np.int64], /) -> NDArray[np.int64]:
        """How many rows those passages have."""

    def of(self, groups: NDArray[np.int64], /) -> NDArray[Any]:
        """The rows of those passages, one passage after another."""


class Nearness(Protocol):
    """The vectors of all passages."""

    def nearest(self, question: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The k passages nearest to a question (d,), best first, and their inner products."""

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Those of some passages, float32 (n, d)."""


class Words(Protocol):
    """The stems of all passages."""

    @property
    def terms(self) -> Container[str]:
        """All there are."""

    def rarity(self, term: str) -> float:
        """The stem's inverse document frequency; that of one in no passage is the highest there is."""

    def passages(self, term: str) -> NDArray[np.int64]:
        """Passages that have the stem."""


class Index(Protocol):
    """An opened generation, read only. Its passages are numbered from 0 in the order of their articles."""

    @property
    def name(self) -> str:
        """The generation's."""

    @property
    def beside(self) -> Path:
        """The folder on this machine for what is kept beside the index, such as what the last build said."""

    @property
    def manifest(self) -> Manifest:
        """What it says of itself."""

    @property
    def passages(self) -> Sequence[Passage]:
        """All of them."""

    @property
    def passage_vectors(self) -> Nearness:
        """Those of passages."""

    @property
    def sentence_vectors(self) -> RowsOf:
        """Of each passage those of its sentences, float16 (sentences, d), unit length."""

    @property
    def word_vectors(self) -> RowsOf:
        """Of each passage those of its words, int8 (words, a): packed, along `word_axes`."""

    @property
    def word_axes(self) -> WordAxes:
        """Along which words have their numbers."""

    @property
    def words(self) -> Words:
        """The stems of what was embedded."""

    @property
    def passage_spread(self) -> Spread:
        """Mean and covariance of all passages' vectors."""

    @property
    def sentence_spread(self) -> Spread:
        """Mean and covariance of all sentences' vectors."""

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles, oldest first; undated ones last."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the columns."""

    @property
    def archive(self) -> Archive:
        """What a question may name of the archive."""

    @property
    def vocabulary(self) -> Vocabulary:
        """Its stems, to mend a question's spelling by."""

    def __len__(self) -> int: ...

    def article(self, path: str) -> Article:
        """The article of that path. Raises `UnknownArticle`."""

    def find(self, search: Search) -> Found:
        """The candidates for a question."""

    def years_naming(self, stems: Sequence[str], share: float) -> NDArray[np.int64]:
        """The year of each dated column of which a passage holds that share of the stems, by their rarity."""

    def fetch(self, numbers: NDArray[np.int64]) -> None:
        """Has passages at hand that will be asked for one by one."""

    def numbers_of(self, keys: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The numbers of the passages with those keys (n, 16); -1 where there is none."""

    def block(self, numbers: NDArray[np.int64]) -> VectorBlock:
        """All vectors of those passages."""

    def kept_file(self, name: str, aside: Path) -> Path:
        """A file that the build left in the generation; `aside` is a folder to put it in where it is elsewhere."""


def archive_of(articles: Sequence[Article]) -> Archive:
    """What a question may name of these columns."""
    columns = Counter(article.author for article in articles if article.author)
    main = next((author for author, count in columns.most_common(1) if count > len(articles) / 2), None)
    tags = frozenset(fold(tag) for article in articles for tag in article.tags)
    return Archive(tuple(author for author, _ in columns.most_common()), tags, main)


def languages_of(articles: Sequence[Article]) -> tuple[str, ...]:
    """The languages of these columns."""
    return tuple(sorted({article.language for article in articles}))
