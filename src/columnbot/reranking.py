"""An optional last look at the best passages by a model that reads question and passage together."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from columnbot.embedding import PassageInput
from columnbot.evidence import to_read
from columnbot.index import Index
from columnbot.judging import load_cross_encoder
from columnbot.retrieval import LOOKED_AT, Retrieved


class Reranker:
    """Any cross-encoder of sentence-transformers (Nogueira & Cho 2019)."""

    def __init__(self, name: str) -> None:
        """Loads the model, by its name on the hub or in a folder. Raises `ModelUnavailable` with the reason."""
        from columnbot.embedding.transformer import quiet_libraries

        quiet_libraries()
        self._model = load_cross_encoder(name, "re-ranker", "--reranker")

    def scores(self, question: str, passages: Sequence[PassageInput]) -> list[float]:
        """What the model says of each pair."""
        pairs = [(question, passage.text) for passage in passages]
        return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]


def rerank(index: Index, retrieved: Retrieved, reranker: Reranker) -> Retrieved:
    """The best passages in the re-ranker's order.

    They share out the scores they had, so that these still fall from each to the next and stand in
    proportion to those of passages that were not read.
    """
    best, rest = retrieved.candidates[:LOOKED_AT], retrieved.candidates[LOOKED_AT:]
    passages = [to_read(index.passages[candidate.number]) for candidate in best]
    scores = reranker.scores(retrieved.question.text, passages) if best else []
    order = np.argsort(-np.array(scores), kind="stable")
    reread = tuple(
        replace(best[i], score=place.score, signals={**best[i].signals, "reranker": scores[i]})
        for i, place in zip(order.tolist(), best, strict=True)
    )
    return replace(retrieved, candidates=reread + rest)
