"""Question → ranked passages: vectors and words, each put in proportion to the whole archive, then added up.

A column counts as a whole beside its passages. The best are read closer: each word of the question looks for
the word in the passage that is nearest in meaning, in its context (late interaction: ColBERT, Khattab & Zaharia 2020).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columnbot.authors import by_guest
from columnbot.embedding import Embedder
from columnbot.embedding.threads import one_thread_a_product
from columnbot.filters import EVERYTHING, Filter
from columnbot.index import Found, Index, Search
from columnbot.index.arrays import begins, runs
from columnbot.interaction import EmbeddedWords, best_matches, embed
from columnbot.language import ngrams_of, terms_of
from columnbot.passages import Passage
from columnbot.phrasing import rephrased
from columnbot.questions import Question, subject_of
from columnbot.spelling import mended

CANDIDATES = 200  # of each side: by vectors, by words, by 5-grams
SENTENCED = 200  # of all of these together: whose sentences are compared with the question
READ_CLOSER = 100  # and whose words
LOOKED_AT = 30  # whose text may be looked at, by whatever comes next
# What a column is favoured by that the conversation is on, or that is of the year, author or tag asked for. A
# column on a year is often of the next one; who wrote it is certain.
ON_SUBJECT, OF_YEAR, BY_AUTHOR, TAGGED = 3.0, 3.0, 8.0, 8.0
WISHED = 50  # passages of a year or author that the question names
# What each signal counts for. "passage", "sentence", "grams" and "lead" are z-scores: the passage's vector knows the
# subject, its best sentence's the point; 5-grams find compounds and misspellings, and the column's first passage
# says what it is about. "words" and "column_grams" are shares of what the best column has: of the BM25 of its best
# passage by stems, and of that of all its candidates together by 5-grams. "favour" is the worth of the author, year
# and so on that the question names. "meaning" and "column" are weighted means of cosines of words, in the passage and
# in all of its column; "length" is the logarithm of the column's passages, many of which win something by chance.
# A question is after a passage, a mere topic after a whole column.
WEIGHTS = {
    "passage": 0.3, "sentence": 1.0, "words": 1.3, "grams": 0.1, "column_grams": 0.6, "favour": 1.0,
    "meaning": 6.5, "column": 8.5, "lead": 0.0, "length": -0.7,
}  # fmt: skip
TOPIC_WEIGHTS = {
    "passage": 0.5, "sentence": 0.5, "words": 1.3, "grams": 0.0, "column_grams": 2.0, "favour": 1.0,
    "meaning": 2.0, "column": 6.0, "lead": 0.4, "length": -0.9,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. A higher `score` is better; a rank starts at 1 and is None where that side did not find it."""

    passage: Passage
    score: float
    vector_rank: int | None
    term_rank: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with what each signal gave it, its raw cosine and the number it has in the index."""

    number: int
    score: float
    cosine: float
    signals: dict[str, float]
    vector_rank: int | None
    term_rank: int | None


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Candidates, best first; the question as it was searched for, put plainly and its spelling mended; its vectors.

    `where` is the part of the archive that was searched.
    """

    question: Question
    searched: Question
    asked: EmbeddedWords
    candidates: tuple[Candidate, ...]
    where: Filter = EVERYTHING


@one_thread_a_product()
def retrieve(index: Index, embedder: Embedder, question: Question, where: Filter = EVERYTHING) -> Retrieved:
    """The passages that any signal ranks high, scored by all of them.

    Columns that the conversation is on, or of the author, a year or the tags that the question names,
    are favoured, and looked at where nothing else brings them up.
    """
    put = rephrased(question, index.archive.main_author)
    searched = replace(put, text=mended(put.text, index), focus=mended(put.focus, index))
    asked = embed(index, embedder, searched)
    favours = _favours(question, index)
    grams = list(dict.fromkeys(ngrams_of(subject_of(searched.text, searched.aside))))
    stems = query_terms(index, searched, searched.text)
    favoured = tuple(favour for _, favour in favours)
    found = index.find(Search(asked.vector, stems, grams, where, favoured, CANDIDATES, WISHED))
    if len(found.numbers) == 0:
        return Retrieved(question, searched, asked, (), where)
    weights = TOPIC_WEIGHTS if question.is_topic else WEIGHTS
    cosines = index.passage_vectors.of(found.numbers) @ asked.vector
    passage = index.passage_spread.standardise(asked.vector, cosines)
    signals = {"passage": passage, "grams": found.grams} | _words_of_columns(found)
    if favours:
        signals["favour"] = np.asarray(found.favoured @ np.array([worth for worth, _ in favours]))
    pool = _Pool(found.numbers, found.columns, cosines, signals).best(SENTENCED, weights)
    nearest = _best_sentence(index, asked.vector, pool.numbers)
    pool = pool.with_signals(sentence=index.sentence_spread.standardise(asked.vector, nearest))
    pool = pool.best(READ_CLOSER, weights)
    pool = pool.with_signals(**_read_closer(index, asked, pool.numbers, pool.columns))
    if weights["lead"]:
        leads = index.passage_vectors.of(pool.columns[:, 0]) @ asked.vector
        pool = pool.with_signals(lead=index.passage_spread.standardise(asked.vector, leads))
    candidates = _candidates(pool.best(READ_CLOSER, weights), weights, found)
    index.fetch(np.array([candidate.number for candidate in candidates[:LOOKED_AT]]))
    return Retrieved(question, searched, asked, candidates, where)


@dataclass(frozen=True, slots=True)
class _Pool:
    """Passages that may answer: numbers, the spans of passages of their columns, cosines, and signals so far."""

    numbers: NDArray[np.int64]
    columns: NDArray[np.int64]
    cosines: NDArray[np.float32]
    signals: dict[str, NDArray[Any]]

    def total(self, weights: dict[str, float]) -> NDArray[np.float64]:
        """What the signals come to, (n,)."""
        return np.asarray(sum(weights[name] * values for name, values in self.signals.items()), np.float64)

    def best(self, most: int, weights: dict[str, float]) -> "_Pool":
        """At most so many of them, best first."""
        kept = np.argsort(-self.total(weights), kind="stable")[:most]
        signals = {name: values[kept] for name, values in self.signals.items()}
        return _Pool(self.numbers[kept], self.columns[kept], self.cosines[kept], signals)

    def with_signals(self, **signals: NDArray[Any]) -> "_Pool":
        """The same passages, with more known of them."""
        return replace(self, signals=self.signals | signals)


def _candidates(pool: _Pool, weights: dict[str, float], found: Found) -> tuple[Candidate, ...]:
    vector_ranks = {number: rank for rank, number in enumerate(found.near.tolist(), start=1)}
    term_ranks = {number: rank for rank, number in enumerate(found.by_words.tolist(), start=1)}
    signals = [dict(zip(pool.signals, row, strict=True)) for row in np.column_stack([*pool.signals.values()]).tolist()]
    rows = zip(pool.numbers.tolist(), pool.total(weights).tolist(), pool.cosines.tolist(), signals, strict=True)
    return tuple(
        Candidate(number, score, cosine, given, vector_ranks.get(number), term_ranks.get(number))
        for number, score, cosine, given in rows
    )


def _words_of_columns(found: Found) -> dict[str, NDArray[Any]]:
    """What each candidate's column has by words, from 0 to 1, as a share of what the best column has."""
    _, starts, column_of = np.unique(found.columns[:, 0], return_index=True, return_inverse=True)
    of_columns = {
        "words": np.maximum.reduceat(np.maximum(found.words, 0), starts),
        "column_grams": np.add.reduceat(np.maximum(found.grams, 0), starts),
    }
    return {name: (values / max(float(values.max()), 1e-9))[column_of] for name, values in of_columns.items()}


def _read_closer(
    index: Index, asked: EmbeddedWords, numbers: NDArray[np.int64], columns: NDArray[np.int64]
) -> dict[str, NDArray[np.float32]]:
    """How near in meaning passages and their columns come to the question's words, and how long the columns are."""
    distinct, column_of = np.unique(columns, axis=0, return_inverse=True)
    starts, lengths = distinct[:, 0], distinct[:, 1] - distinct[:, 0]
    every = runs(starts, lengths)  # all passages of those columns
    matches = best_matches(index, asked.words, every)
    return {
        "meaning": matches[np.searchsorted(every, numbers)] @ asked.weights,
        "column": (np.maximum.reduceat(matches, begins(lengths), axis=0) @ asked.weights)[column_of],
        "length": np.log(lengths)[column_of],
    }


def _favours(question: Question, index: Index) -> list[tuple[float, Filter]]:
    """Of each thing that the question names apart from its subject, its worth and the columns it favours."""
    main = index.archive.main_author
    guests = (
        [column.path for column in index.articles if by_guest(column.author, column.tags, main)]
        if question.of_guest
        else []
    )
    named = (
        (ON_SUBJECT, Filter(paths=question.about)),
        (OF_YEAR, Filter(years=tuple(question.years))),
        (BY_AUTHOR, Filter(author=question.author or None)),
        (BY_AUTHOR, Filter(paths=frozenset(guests))),
        (TAGGED, Filter(tags=tuple(question.tags))),
    )
    return [(worth, favour) for worth, favour in named if favour != EVERYTHING]


def query_terms(index: Index, question: Question, part: str) -> list[str]:
    """The terms that a part of a question is looked up by, each once, in every language of the archive."""
    subject = subject_of(part, question.aside)
    return list(dict.fromkeys(term for language in index.languages for term in terms_of(subject, language)))


def hits_of(index: Index, retrieved: Retrieved, k: int) -> tuple[Hit, ...]:
    """The best k passages, `READ_CLOSER` at most. Raises ValueError for a k below 1."""
    if k < 1:
        raise ValueError(f"k is {k}; it must be 1 or more")
    return tuple(
        Hit(index.passages[candidate.number], candidate.score, candidate.vector_rank, candidate.term_rank)
        for candidate in retrieved.candidates[:k]
    )


def _best_sentence(index: Index, vector: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    products = index.sentence_vectors.of(numbers).astype(np.float32) @ vector
    return np.asarray(np.maximum.reduceat(products, begins(index.sentence_vectors.counts(numbers))), np.float32)
