"""Question → ranked passages: vectors and words, each put in proportion to the whole archive, then added up.

The best of these are read closer: each word of the question looks for the word in the passage that is
nearest in meaning, in its context (late interaction: ColBERT, Khattab & Zaharia 2020).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding import Embedder
from columnbot.index import Index, embedded_text
from columnbot.interaction import EmbeddedWords, best_matches, embed
from columnbot.language import fold, ngrams_of, terms_of
from columnbot.passages import Passage
from columnbot.questions import Question, subject_of

CANDIDATES = 200
READ_CLOSER = 100
# What each signal's z-score counts for. The passage's vector knows the subject, its best sentence's
# the point; stems find inflections, 5-grams compounds and misspellings.
WEIGHTS = {"passage": 0.1, "sentence": 1.4, "words": 0.1, "grams": 0.3, "meaning": 19.0}
FAVOUR = 3.0  # of the columns that a conversation is on
IN_YEAR = 3.0  # of the columns written in a year that the question names


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. A higher `score` is better; a rank starts at 1 and is None where that side did not find it."""

    passage: Passage
    score: float
    vector_rank: int | None
    term_rank: int | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which columns may be found; what is None or empty does not restrict. Dates are inclusive."""

    author: str | None = None
    since: date | None = None
    until: date | None = None
    tags: tuple[str, ...] = ()

    def allowed(self, index: Index) -> NDArray[np.bool_] | None:
        """Which passages, bool (passages,); None when everything is allowed."""
        if self == EVERYTHING:
            return None
        tags = {fold(tag) for tag in self.tags}
        articles = np.array(
            [
                (self.author is None or fold(article.author or "") == fold(self.author))
                and (self.since is None or (article.date is not None and article.date >= self.since))
                and (self.until is None or (article.date is not None and article.date <= self.until))
                and tags <= {fold(tag) for tag in article.tags}
                for article in index.articles
            ],
            dtype=bool,
        )
        return np.asarray(articles[index.places[:, 0]])


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What brought a hit: the z-score of each signal, the question's terms in it, and its nearest sentence."""

    hit: Hit
    signals: dict[str, float]
    terms: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with the z-score each signal gave it, its raw cosine and the number it has in the index."""

    number: int
    score: float
    cosine: float
    signals: dict[str, float]
    vector_rank: int | None
    term_rank: int | None


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Candidates, best first, and the question's vectors, so that nobody embeds it twice."""

    question: Question
    asked: EmbeddedWords
    candidates: tuple[Candidate, ...]


def retrieve(index: Index, embedder: Embedder, question: Question, where: Filter = EVERYTHING) -> Retrieved:
    """The passages that any signal ranks high, scored by all of them.

    In a conversation the passages of the columns it is on are looked at too, and favoured.
    """
    asked = embed(index, embedder, question)
    vector = asked.vector
    allowed = where.allowed(index)
    near, _ = index.nearest(vector, CANDIDATES, allowed)
    words = index.words.scores(query_terms(index, question.text))
    grams = index.grams.scores(list(dict.fromkeys(ngrams_of(subject_of(question.text)))))
    by_words, by_grams = _best(words, allowed), _best(grams, allowed)
    about = _passages_of(index, question.about, allowed)
    numbers = np.unique(np.concatenate([near, by_words, by_grams, about]))
    if len(numbers) == 0:
        return Retrieved(question, asked, ())
    cosines = index.vectors(numbers) @ vector
    signals = {
        "passage": index.passage_spread.standardise(vector, cosines),
        "sentence": index.sentence_spread.standardise(vector, _best_sentence(index, vector, numbers)),
        "words": _standardise(words, numbers),
        "grams": _standardise(grams, numbers),
    }
    total = FAVOUR * np.isin(numbers, about) + IN_YEAR * _written_in(index, question.years, numbers)
    for name, values in signals.items():
        total = total + WEIGHTS[name] * values
    closer = np.argsort(-total, kind="stable")[:READ_CLOSER]
    numbers, total, cosines = numbers[closer], total[closer], cosines[closer]
    signals = {name: values[closer] for name, values in signals.items()}
    signals["meaning"] = best_matches(index, asked.words, numbers) @ asked.weights
    total = total + WEIGHTS["meaning"] * signals["meaning"]
    vector_ranks = {int(number): rank for rank, number in enumerate(near, start=1)}
    term_ranks = {int(number): rank for rank, number in enumerate(by_words, start=1)}
    order = np.argsort(-total, kind="stable")
    candidates = tuple(
        Candidate(
            number=int(numbers[i]),
            score=float(total[i]),
            cosine=float(cosines[i]),
            signals={name: float(values[i]) for name, values in signals.items()},
            vector_rank=vector_ranks.get(int(numbers[i])),
            term_rank=term_ranks.get(int(numbers[i])),
        )
        for i in order
    )
    return Retrieved(question, asked, candidates)


def query_terms(index: Index, question: str) -> list[str]:
    """The terms that a question is looked up by, each once, in every language of the archive."""
    languages = sorted({article.language for article in index.articles})
    subject = subject_of(question)
    return list(dict.fromkeys(term for language in languages for term in terms_of(subject, language)))


def hits_of(index: Index, retrieved: Retrieved, k: int) -> tuple[Hit, ...]:
    """The best k passages."""
    return tuple(
        Hit(index.passage(candidate.number), candidate.score, candidate.vector_rank, candidate.term_rank)
        for candidate in retrieved.candidates[:k]
    )


def explain(index: Index, retrieved: Retrieved, k: int) -> tuple[Explanation, ...]:
    """The best k passages, each with what brought it."""
    query = query_terms(index, retrieved.question.text)
    found = []
    for candidate, hit in zip(retrieved.candidates, hits_of(index, retrieved, k), strict=False):
        article = hit.passage.article
        present = set(terms_of(embedded_text(hit.passage), article.language))
        first = int(index.first_sentence[candidate.number])
        vectors = index.sentence_vectors[first : first + len(hit.passage.sentences)]
        nearest = hit.passage.sentences[int(np.argmax(vectors @ retrieved.asked.vector))]
        terms = tuple(term for term in query if term in present)
        found.append(Explanation(hit, candidate.signals, terms, article.text[nearest.start : nearest.end]))
    return tuple(found)


def _best(scores: NDArray[np.float32], allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    """The numbers of the best passages that match at all, best first."""
    scores = np.where(allowed, scores, 0) if allowed is not None else scores
    k = min(CANDIDATES, len(scores))
    best = np.argpartition(-scores, k - 1)[:k] if k else np.empty(0, np.int64)
    best = best[np.lexsort((best, -scores[best]))]
    return np.asarray(best[scores[best] > 0], np.int64)


def _passages_of(index: Index, paths: frozenset[str], allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    owners = [number for number, article in enumerate(index.articles) if article.path in paths] if paths else []
    wanted = np.isin(index.places[:, 0], owners)
    return np.flatnonzero(wanted & allowed if allowed is not None else wanted)


def _written_in(index: Index, years: frozenset[int], numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    if not years:
        return np.zeros(len(numbers), bool)
    dates = [index.articles[owner].date for owner in index.places[numbers, 0]]
    return np.array([day is not None and day.year in years for day in dates])


def _best_sentence(index: Index, vector: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    starts, ends = index.first_sentence[numbers], index.first_sentence[numbers + 1]
    return np.array(
        [(index.sentence_vectors[a:b] @ vector).max() for a, b in zip(starts, ends, strict=True)], np.float32
    )


def _standardise(scores: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.asarray((scores[numbers] - scores.mean()) / max(float(scores.std()), 1e-6))
