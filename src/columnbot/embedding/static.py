"""Vectors without a forward pass: a text's is the sum of its tokens', as the bundled model has them before any layer.

For very large archives, which are embedded a hundred times as fast, and by NumPy alone; docs/performance.md says
what it costs. Two things make plain token vectors useful (Arora et al. 2017; Mu & Viswanath 2018): rare tokens
count for more, and the directions that all tokens share for less. model2vec's way, each token's state after a
forward pass by itself, ranks hardly better once it is evened out likewise, and would need PyTorch.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from importlib.resources import files
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding.pooling import (
    WINDOW,
    EmbeddedPassages,
    EmbeddedQuestion,
    Floats,
    PassageInput,
    Spans,
    joined_passages,
    pooled_passage,
    pooled_question,
)
from columnbot.embedding.weights import BundledWeights, FewTextsTokenizer, build_tokenizer, read_weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer

RARE = 3e-5  # a token this likely counts for half
COMMON = 0.8  # of every inner product: so texts are about as near to each other as in the model, by whose nearness
# the confidence of an answer is set. On 359 questions the best passage's is 0.877 where there is an answer and 0.862
# where there is none (medians), in the model 0.879 and 0.855.
EVEN = 0.1  # share of the same variance in all directions, for the sample knows few tokens
FEW = 50  # passages that are tokenised by the pieces that stand in them, while the whole vocabulary would be loading
ANY_LENGTH = 1_000_000  # tokens
_RECIPE = b"static 1"  # to be raised when the vectors change


class StaticEmbedder:
    """The methods are those of `Embedder`. Tokens do not know their context, so neither do words and sentences."""

    name = "multilingual-e5-small, its tokens only (static)"

    def __init__(self, file: Path) -> None:
        self._file = file

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the model's file and of what is made of it."""
        return hashlib.sha256(_RECIPE + self._file.read_bytes()).hexdigest()

    @cached_property
    def dimension(self) -> int:
        """384, as the file says."""
        return self._weights.hidden

    @cached_property
    def _weights(self) -> BundledWeights:
        return read_weights(self._file)

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        return build_tokenizer(self._weights)

    @cached_property
    def _few_tokenizer(self) -> FewTextsTokenizer:
        return FewTextsTokenizer(self._weights)

    @cached_property
    def _evening(self) -> tuple[Floats, Floats]:
        """The mean (d,) of the tokens of some paragraphs of ours; axes (d, d - 1) on which they differ more evenly."""
        text = (files("columnbot.embedding") / "paragraphs.txt").read_text(encoding="utf-8")
        tokens, _ = self._few_tokenizer.encode(text, ANY_LENGTH)
        vectors = self._weights.rows("emb.word", np.unique(tokens), self.dimension)
        mean = vectors.mean(axis=0)
        covariance = np.cov((vectors - mean).T)
        even = np.trace(covariance) / self.dimension * np.eye(self.dimension)
        variances, axes = np.linalg.eigh((1 - EVEN) * covariance + EVEN * even)
        # Halfway to the same variance along all: words keep the axes that say most of them (see `word_vectors.py`).
        # The axis of the least variance leaves its place to what all vectors have in common.
        return mean, np.asarray((axes * variances**-0.25)[:, 1:], np.float32)

    @property
    def untaught(self) -> "StaticEmbedder":
        """See `Embedder`."""
        return self

    def embed_question(self, question: str, words: Spans) -> EmbeddedQuestion:
        """See `Embedder`."""
        ids, places = self._few_tokenizer.encode(question, ANY_LENGTH)
        embedded = pooled_question(self._states(ids), places, words)
        return replace(embedded, vector=_with_common(embedded.vector), words=_with_common(embedded.words))

    def embed_questions(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        vectors = [self.embed_question(question, ()).vector for question in questions]
        return np.array(vectors, np.float32).reshape(-1, self.dimension)

    def embed_passages(self, passages: Iterable[PassageInput]) -> Iterator[EmbeddedPassages]:
        """See `Embedder`."""
        stream = iter(passages)
        first = list(islice(stream, FEW + 1))
        if len(first) <= FEW:
            for item in first:
                ids, places = self._few_tokenizer.encode(item.text, ANY_LENGTH)
                yield _embedded(self._states(ids), places, item)
            return
        stream = chain(first, stream)
        while window := list(islice(stream, WINDOW)):
            encoded = self._tokenizer.encode_batch([item.text for item in window])
            known, numbers = np.unique(np.concatenate([text.ids for text in encoded]), return_inverse=True)
            states = self._states(known)
            ends = np.cumsum([len(text) for text in encoded])[:-1]
            yield joined_passages(
                _embedded(states[of_text], np.array(text.offsets), item)
                for of_text, text, item in zip(np.split(numbers, ends), encoded, window, strict=True)
            )

    def _states(self, ids: NDArray[np.int64]) -> Floats:
        """What each token adds to a text: float32 (tokens, d - 1)."""
        mean, axes = self._evening
        likely = np.exp(self._weights.scores[ids])  # 1 for the marks that open and close a text: they add nothing
        rows = (self._weights.rows("emb.word", ids, self.dimension) - mean) @ axes
        return np.asarray(rows * (RARE / (RARE + likely))[:, None], np.float32)


def _embedded(states: Floats, places: NDArray[np.int64], item: PassageInput) -> EmbeddedPassages:
    pooled = pooled_passage(states, places, item)
    return replace(
        pooled,
        passages=_with_common(pooled.passages),
        sentences=_with_common(pooled.sentences),
        words=_with_common(pooled.words),
    )


def _with_common(vectors: Floats) -> Floats:
    """Unit vectors (..., d - 1) with what they all have in common as their last number: (..., d)."""
    common = np.full((*vectors.shape[:-1], 1), COMMON**0.5, np.float32)
    return np.concatenate([np.float32((1 - COMMON) ** 0.5) * vectors, common], axis=-1)
