"""Vectors of tokens only: the same shape as any model's, without PyTorch, and still about what a text is about."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from columnbot import ColumnBot, Settings, build_index
from columnbot.embedding import Embedder, PassageInput, open_embedder, weights
from columnbot.embedding.pooling import EmbeddedPassages
from columnbot.errors import ModelMismatch, ModelUnavailable
from columnbot.language import content_words

TEXTS = (
    "De conciërge heeft de sleutels van de zaal. Hij geeft ze aan niemand.",
    "Op vrijdag is de markt dicht.",
    "Een retourtje naar Zutphen kost met de trein bijna twintig euro.",
    "In de herfst plukken wij paddenstoelen in het bos bij Ruurlo.",
)


@pytest.fixture(scope="module")
def static() -> Embedder:
    return open_embedder("static").embedder


def inputs(count: int) -> list[PassageInput]:
    """The texts, over and over, each with a sentence and its words."""
    texts = [TEXTS[number % len(TEXTS)] for number in range(count)]
    return [PassageInput(text, ((0, text.index(".") + 1),), tuple(content_words(text))) for text in texts]


def embed(embedder: Embedder, count: int) -> EmbeddedPassages:
    blocks = list(embedder.embed_passages(inputs(count)))
    names = ("passages", "sentences", "words", "counts")
    return EmbeddedPassages(*(np.concatenate([getattr(block, name) for block in blocks]) for name in names))


def test_passages_sentences_and_words_all_have_vectors_of_unit_length(static: Embedder) -> None:
    embedded = embed(static, 4)

    assert embedded.counts.tolist() == [[1, len(content_words(text))] for text in TEXTS]
    for rows in (embedded.passages, embedded.sentences, embedded.words):
        assert rows.shape[1] == static.dimension == 384
        assert rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


def test_many_passages_have_the_vectors_that_few_have(static: Embedder) -> None:
    few, many = embed(static, 4), embed(static, 100)

    assert len(many.passages) == 100
    assert many.passages[96:] == pytest.approx(few.passages, abs=1e-5)
    assert many.sentences[96:] == pytest.approx(few.sentences, abs=1e-5)
    assert many.words[-len(few.words) :] == pytest.approx(few.words, abs=1e-5)


def test_a_word_has_one_vector_wherever_it_stands(static: Embedder) -> None:
    alone = static.embed_question("paddenstoelen", ((0, 13),))
    among = static.embed_question("Waar staan paddenstoelen?", ((11, 24),))

    assert among.words[0] == pytest.approx(alone.words[0], abs=1e-5)
    assert alone.vector == pytest.approx(alone.words[0], abs=1e-3)


def test_a_question_is_nearest_to_the_passage_that_answers_it(static: Embedder) -> None:
    questions = [
        "Wie heeft de sleutels?",
        "Wanneer is er geen markt?",
        "Wat kost de trein?",
        "Waar staan paddenstoelen?",
    ]

    products = static.embed_questions(questions) @ embed(static, 4).passages.T

    assert products.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_words_that_stand_everywhere_hardly_count(static: Embedder) -> None:
    texts = ["paddenstoelen", "wat is er met de paddenstoelen in het", "wat is er met de trein in het"]
    plain, wordy, other = static.embed_questions(texts)

    assert plain @ wordy > 0.99
    assert plain @ other < 0.9


@pytest.mark.slow
def test_an_index_made_with_it_is_not_taken_for_one_of_the_bundled_model(
    static: Embedder, sample_archive: Path, tmp_path: Path
) -> None:
    build_index(sample_archive, tmp_path / "index", settings=Settings(model="static"))
    bot = ColumnBot.open(tmp_path / "index")

    assert bot.index.manifest.fingerprint == static.fingerprint != open_embedder("bundled").embedder.fingerprint
    assert bot.search("klanten")
    with pytest.raises(ModelMismatch, match="'static'"):
        ColumnBot.open(tmp_path / "index", model="bundled")


@pytest.mark.slow
def test_neither_building_nor_asking_loads_torch(sample_archive: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from columnbot import ColumnBot, Settings, build_index; "
        "build_index(Path(sys.argv[1]), Path(sys.argv[2]), settings=Settings(model='static')); "
        "ColumnBot.open(Path(sys.argv[2])).ask('Wat is dit?'); print('torch' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(sample_archive), str(tmp_path / "index")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert ran.stdout == "False\n"


def test_where_the_bundled_model_has_no_package_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(ModelUnavailable, match="leave --model out"):
        open_embedder("static")
