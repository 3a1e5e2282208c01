"""An optional last look at the best passages by a model that reads question and passage together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from columnbot.embedding import PassageInput, Reader, open_reader
from columnbot.embedding.reader import UNREAD
from columnbot.errors import ModelUnavailable
from columnbot.evidence import PASSAGES_READ, to_read
from columnbot.index import Index
from columnbot.judging import load_cross_encoder
from columnbot.retrieval import LOOKED_AT, Retrieved

OWN = "reader"  # the name of the model that comes with columnbot


class Reranker(Protocol):
    """What puts passages in an order of its own."""

    @property
    def most(self) -> int:
        """Passages that it is given, at most."""

    def scores(self, question: str, passages: Sequence[PassageInput]) -> list[float]:
        """How well each passage goes with the question; higher is better, on a scale of the model's own."""


def open_reranker(name: str) -> Reranker:
    """`OWN`, or a cross-encoder by its name on the hub or its folder. Raises `ModelUnavailable`."""
    if name != OWN:
        return CrossEncoderReranker(name)
    reader = open_reader()
    if reader is None:
        raise ModelUnavailable(
            f"The re-ranker {name!r} comes with the bundled model, which has no package for this kind of machine; "
            "give --reranker the name of a cross-encoder on the hub, or leave it out"
        )
    return ReadingReranker(reader)


class CrossEncoderReranker:
    """Any cross-encoder of sentence-transformers (Nogueira & Cho 2019)."""

    most = LOOKED_AT

    def __init__(self, name: str) -> None:
        """Loads the model, by its name on the hub or in a folder. Raises `ModelUnavailable` with the reason."""
        from columnbot.embedding.transformer import quiet_libraries

        quiet_libraries()
        self._model = load_cross_encoder(name, "re-ranker", "--reranker")

    def scores(self, question: str, passages: Sequence[PassageInput]) -> list[float]:
        """What the model says of each pair."""
        pairs = [(question, passage.text) for passage in passages]
        return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]


class ReadingReranker:
    """The reader that finds answers: a passage is as good as the best of its sentences."""

    most = PASSAGES_READ

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def scores(self, question: str, passages: Sequence[PassageInput]) -> list[float]:
        """The log-odds that a sentence of each passage answers the question."""
        return [float(odds.max(initial=UNREAD)) for odds in self._reader.read(question, passages)]


def rerank(index: Index, retrieved: Retrieved, reranker: Reranker) -> Retrieved:
    """The best passages in the re-ranker's order.

    They share out the scores they had, so that these still fall from each to the next and stand in
    proportion to those of passages that were not read.
    """
    best, rest = retrieved.candidates[: reranker.most], retrieved.candidates[reranker.most :]
    passages = [to_read(index.passages[candidate.number]) for candidate in best]
    scores = reranker.scores(retrieved.question.text, passages) if best else []
    order = np.argsort(-np.array(scores), kind="stable")
    reread = tuple(
        replace(best[i], score=place.score, signals={**best[i].signals, "reranker": scores[i]})
        for i, place in zip(order.tolist(), best, strict=True)
    )
    return replace(retrieved, candidates=reread + rest)
