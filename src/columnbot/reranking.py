"""An optional last look at the best passages by a cross-encoder, which reads question and passage together."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from columnbot.errors import unloadable
from columnbot.index import Index, embedded_text
from columnbot.retrieval import Retrieved

READ = 30  # passages


class Reranker:
    """A cross-encoder by its name on the hub, or in a folder (Nogueira & Cho 2019)."""

    def __init__(self, name: str) -> None:
        """Loads the model. Raises `ModelUnavailable` with the reason in one line."""
        from sentence_transformers import CrossEncoder

        from columnbot.embedding.transformer import quiet_libraries

        quiet_libraries()
        try:
            self._model = CrossEncoder(name)
        except Exception as error:  # noqa: BLE001 - a name can fail in a dozen libraries, each with its own errors
            kind = "CrossEncoder of sentence-transformers"
            raise unloadable("re-ranker", name, error, kind=kind, flag="--reranker") from error

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """How well each passage goes with the question; higher is better, on a scale of the model's own."""
        pairs = [(question, passage) for passage in passages]
        return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]


def rerank(index: Index, retrieved: Retrieved, reranker: Reranker) -> Retrieved:
    """The best passages in the re-ranker's order.

    They share out the scores they had, so that these still fall from each to the next and stand in
    proportion to those of passages that were not read.
    """
    best, rest = retrieved.candidates[:READ], retrieved.candidates[READ:]
    texts = [embedded_text(index.passages[candidate.number]) for candidate in best]
    scores = reranker.scores(retrieved.question.text, texts) if best else []
    order = np.argsort(-np.array(scores), kind="stable")
    reread = tuple(
        replace(best[i], score=place.score, signals={**best[i].signals, "reranker": scores[i]})
        for i, place in zip(order.tolist(), best, strict=True)
    )
    return replace(retrieved, candidates=reread + rest)
