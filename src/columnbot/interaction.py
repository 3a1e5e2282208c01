"""Late interaction: each word of a question looks for the word of a passage that is nearest to it in meaning.

ColBERT's MaxSim (Khattab & Zaharia 2020) over the states of an ordinary embedding model, a vector a word
instead of one a token, each word weighted by its rarity in the archive. It knows what a passage says that a
single vector has averaged away, and that "fietstocht" is what "fietsen" asks for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding import Embedder
from columnbot.index import Index
from columnbot.index.arrays import begins
from columnbot.index.word_vectors import closeness
from columnbot.language import terms_of
from columnbot.questions import Question, telling_words

FOCUS = 0.6  # share of a follow-up's own words in its vector; the rest is the question it leans on
ASIDE = 0.5  # what a word of the question before counts for in a follow-up


@dataclass(frozen=True, slots=True)
class EmbeddedWords:
    """A question's vector (d,), and of its telling words the texts, vectors (w, a) and weights (w,), which add to 1."""

    vector: NDArray[np.float32]
    texts: tuple[str, ...]
    words: NDArray[np.float32]
    weights: NDArray[np.float32]


def embed(index: Index, embedder: Embedder, question: Question) -> EmbeddedWords:
    """The question's vectors, the words' along the axes of the index."""
    spans = telling_words(question.text, question.aside)
    embedded = embedder.embed_question(question.text, tuple(spans))
    vector = embedded.vector
    if question.is_follow_up:
        (own,) = embedder.embed_questions([question.focus])
        vector = (1 - FOCUS) * vector + FOCUS * own
        vector = vector / np.linalg.norm(vector)
    texts = tuple(question.text[start:end] for start, end in spans)
    own_from = len(question.text) - len(question.focus)
    weights = np.array(
        [
            rarity(index, text) * (1 if start >= own_from else ASIDE)
            for text, (start, _) in zip(texts, spans, strict=True)
        ],
        np.float32,
    )
    vectors = embedded.words if len(embedded.words) else np.zeros((len(texts), len(index.word_axes.mean)), np.float32)
    return EmbeddedWords(
        np.asarray(vector, np.float32),
        texts,
        index.word_axes.project(vectors),
        weights / max(float(weights.sum()), 1e-9),
    )


def rarity(index: Index, word: str) -> float:
    """How rare a word is in the archive: its rarest term's inverse document frequency."""
    terms = {term for language in ("nl", "en") for term in terms_of(word, language)}
    return max((index.words.rarity(term) for term in terms), default=0.0)


def best_matches(index: Index, words: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """Of each passage and each question word (w, a) the cosine of the nearest word in the passage: (n, w)."""
    best = np.zeros((len(numbers), len(words)), np.float32)
    counts = index.word_vectors.counts(numbers)
    filled = counts > 0
    if filled.any() and len(words):
        near = closeness(words, index.word_vectors.of(numbers))
        best[filled] = np.maximum.reduceat(near, begins(counts[filled]), axis=0)
    return best
