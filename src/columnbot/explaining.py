"""What brought a passage: the signals, the terms it shares with the question, and the words near in meaning."""

from dataclasses import dataclass

import numpy as np

from columnbot.index import Index, embedded_text
from columnbot.index.word_vectors import closeness
from columnbot.language import content_words, terms_of
from columnbot.passages import Passage
from columnbot.retrieval import Candidate, Hit, Retrieved, hits_of, query_terms


@dataclass(frozen=True, slots=True)
class Match:
    """A word of the question, the word of the passage that is nearest to it in meaning, and their cosine."""

    asked: str
    found: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a hit was found.

    `signals` are what `retrieval.WEIGHTS` weigh, `terms` those of the question that stand in the passage,
    `matches` its words that are nearest to the question's, `sentence` its sentence that is nearest.
    """

    hit: Hit
    signals: dict[str, float]
    terms: tuple[str, ...]
    matches: tuple[Match, ...]
    sentence: str


def explain(index: Index, retrieved: Retrieved, k: int) -> tuple[Explanation, ...]:
    """The best k passages, each with what brought it."""
    query = query_terms(index, retrieved.searched, retrieved.searched.text)
    found = []
    for candidate, hit in zip(retrieved.candidates, hits_of(index, retrieved, k), strict=False):
        article = hit.passage.article
        present = set(terms_of(embedded_text(hit.passage), article.language))
        vectors = index.sentence_vectors.of(np.array([candidate.number]))
        nearest = hit.passage.sentences[int(np.argmax(vectors @ retrieved.asked.vector))]
        found.append(
            Explanation(
                hit,
                candidate.signals,
                tuple(term for term in query if term in present),
                _matches(index, retrieved, candidate, hit.passage),
                article.text[nearest.start : nearest.end],
            )
        )
    return tuple(found)


def _matches(index: Index, retrieved: Retrieved, candidate: Candidate, passage: Passage) -> tuple[Match, ...]:
    words = index.word_vectors.of(np.array([candidate.number]))
    text = embedded_text(passage)
    spans = content_words(text)
    if len(words) == 0:
        return ()
    cosines = closeness(retrieved.asked.words, words)  # (words, question words)
    return tuple(
        Match(asked, text[slice(*spans[row])], float(cosines[row, column]))
        for column, (asked, row) in enumerate(zip(retrieved.asked.texts, cosines.argmax(axis=0), strict=True))
    )
