"""A cross-encoder's last look at the best passages."""

from pathlib import Path

import numpy as np
import pytest

from columnbot import ColumnBot
from columnbot.embedding import Embedder
from columnbot.errors import ModelUnavailable
from columnbot.index import embedded_text
from columnbot.questions import understand
from columnbot.reranking import Reranker, rerank
from columnbot.retrieval import LOOKED_AT, Retrieved, retrieve
from tests.test_embedding import make_tiny_model

QUESTION = "Waarom belt de columnist geen klanten meer?"


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real one, of random weights."""
    from sentence_transformers import CrossEncoder

    folder = tmp_path_factory.mktemp("cross-encoder")
    make_tiny_model(folder / "tiny")
    CrossEncoder(str(folder / "tiny" / "bert"), num_labels=1).save_pretrained(str(folder / "model"))
    return folder / "model"


@pytest.fixture(scope="module")
def retrieved(bot: ColumnBot, embedder: Embedder) -> Retrieved:
    return retrieve(bot.index, embedder, understand(QUESTION))


def test_the_best_passages_stand_in_the_order_of_the_cross_encoder(
    bot: ColumnBot, retrieved: Retrieved, cross_encoder: Path
) -> None:
    from sentence_transformers import CrossEncoder

    reread = rerank(bot.index, retrieved, Reranker(str(cross_encoder)))
    texts = [embedded_text(bot.index.passages[candidate.number]) for candidate in retrieved.candidates[:LOOKED_AT]]
    scores = CrossEncoder(str(cross_encoder)).predict([(QUESTION, text) for text in texts])

    expected = [retrieved.candidates[i].number for i in np.argsort(-scores, kind="stable")]
    assert [candidate.number for candidate in reread.candidates[:LOOKED_AT]] == expected
    assert [c.signals["reranker"] for c in reread.candidates[:LOOKED_AT]] == pytest.approx(sorted(scores, reverse=True))


def test_nothing_is_lost_and_scores_still_fall(bot: ColumnBot, retrieved: Retrieved, cross_encoder: Path) -> None:
    reread = rerank(bot.index, retrieved, Reranker(str(cross_encoder)))

    assert reread.candidates[LOOKED_AT:] == retrieved.candidates[LOOKED_AT:]
    assert {c.number for c in reread.candidates} == {c.number for c in retrieved.candidates}
    assert [c.score for c in reread.candidates] == [c.score for c in retrieved.candidates]


def test_a_bot_opened_with_a_reranker_searches_and_answers_with_it(
    bot: ColumnBot, sample_index: Path, cross_encoder: Path
) -> None:
    reranking = ColumnBot.open(sample_index, reranker=str(cross_encoder))
    best = reranking.explain(QUESTION, 1)[0]

    assert best.signals["reranker"] == max(item.signals["reranker"] for item in reranking.explain(QUESTION, LOOKED_AT))
    assert reranking.ask(QUESTION).hits[0] == best.hit
    assert "reranker" not in bot.explain(QUESTION, 1)[0].signals


def test_a_reranker_that_cannot_be_had_says_so_in_one_line(
    sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelUnavailable, match=r"^The re-ranker 'nobody/no-such-model' .*--reranker") as raised:
        ColumnBot.open(sample_index, reranker="nobody/no-such-model")
    assert "\n" not in str(raised.value)
