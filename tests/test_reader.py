"""The reader against PyTorch, and against questions whose answer shares no word with them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from benchmarks.bundled_model import build_sentence_transformer
from hypothesis import given, settings
from hypothesis import strategies as st

from columnbot import ColumnBot
from columnbot.embedding import PassageInput, Reader, open_reader
from columnbot.embedding.reader import PASSAGE, QUESTION, UNREAD
from columnbot.embedding.weights import bundled_file, read_weights
from columnbot.language import sentence_spans

BAKER = (
    "Een maandag in het dorp\n"
    "De bakker opende om zeven uur zijn deuren. Zijn oven had hij in 1987 van zijn oom gekregen. "
    "Op zondag bleef de winkel dicht, omdat zijn vrouw dan zong in het koor."
)
MARKET = "De markt\nOp de markt stonden drie kramen met kaas. Het regende de hele ochtend."


def passage(text: str) -> PassageInput:
    title, own = text.split("\n")
    shift = len(title) + 1
    return PassageInput(text, tuple((start + shift, end + shift) for start, end in sentence_spans(own, "nl")))


@pytest.fixture(scope="module")
def reader() -> Reader:
    opened = open_reader()
    assert opened is not None
    return opened


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Wanneer ging de winkel open?", 0),
        ("Van wie kreeg hij de oven?", 1),
        ("Waarom was het op zondag gesloten?", 2),
        ("Why was the shop closed on Sundays?", 2),
    ],
)
def test_the_sentence_that_answers_is_told_from_those_beside_it(reader: Reader, question: str, answer: int) -> None:
    baker, market = reader.read(question, [passage(BAKER), passage(MARKET)])

    assert baker.dtype == np.float32
    assert (len(baker), len(market)) == (3, 2)
    assert baker.argmax() == answer
    assert baker.max() > market.max()


def test_what_is_read_is_what_the_model_makes_of_question_and_passage_in_pytorch(reader: Reader) -> None:
    import torch

    file = bundled_file()
    assert file is not None
    model = build_sentence_transformer(read_weights(file))
    bert, tokenizer = model[0].model, model.tokenizer  # type: ignore[union-attr]
    learnt = reader._learnt
    bert.encoder.layer = bert.encoder.layer[: int(learnt["layers"])]
    names = {"attention.self.query": "q", "attention.self.key": "k", "attention.self.value": "v"}
    names |= {"attention.output.dense": "ao", "intermediate.dense": "fi", "output.dense": "fo"}
    for number, layer in enumerate(bert.encoder.layer):
        for name, short in names.items():
            if f"l{number}.{short}.w.up" in learnt:
                change = learnt[f"l{number}.{short}.w.up"] @ learnt[f"l{number}.{short}.w.down"]
                layer.get_submodule(name).weight.data += torch.from_numpy(change)
    question, read = "Van wie kreeg hij de oven?", passage(BAKER)
    asked = tokenizer(QUESTION + question)["input_ids"]
    text = tokenizer(PASSAGE + read.text, add_special_tokens=False, return_offsets_mapping=True)
    ids = torch.tensor([[*asked, *text["input_ids"], tokenizer.eos_token_id]])
    with torch.no_grad():
        states = bert(input_ids=ids).last_hidden_state[0]
    head = torch.nn.Sequential(torch.nn.Linear(384, 384), torch.nn.GELU(), torch.nn.Linear(384, 1))
    head.load_state_dict({name[5:]: torch.from_numpy(learnt[name]) for name in learnt if name.startswith("head.")})
    nothing = states[0] @ torch.from_numpy(learnt["null.weight"][0]) + float(learnt["null.bias"][0])
    expected = []
    for start, end in read.sentences:
        own = [
            len(asked) + n for n, (_, last) in enumerate(text["offset_mapping"]) if start < last - len(PASSAGE) <= end
        ]
        with torch.no_grad():
            expected.append(float(head(states[own].mean(dim=0)) - nothing))

    (odds,) = reader.read(question, [read])
    assert odds == pytest.approx(expected, abs=1e-3)


def test_a_sentence_beyond_what_the_model_takes_is_less_likely_than_any_that_is_read(reader: Reader) -> None:
    long = passage("Het kookboek\n" + "De kok roerde in zijn pan met soep. " * 80)
    (odds,) = reader.read("Wie roerde in de soep?", [long])

    assert len(odds) == 80
    assert odds[0] > UNREAD
    assert set(odds[70:]) == {np.float32(UNREAD)}


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=40), max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read(reader: Reader, question: str, sentences: list[str]) -> None:
    text, spans = "t\n", []
    for sentence in sentences:
        spans.append((len(text), len(text) + len(sentence)))
        text += sentence + " "
    (odds,) = reader.read(question, [PassageInput(text, tuple(spans))])

    assert odds.shape == (len(sentences),)
    assert np.isfinite(odds).all()
    assert (odds >= UNREAD).all()


def test_nothing_is_read_where_nothing_is_found(reader: Reader) -> None:
    assert reader.read("Wie is dat?", []) == []


def test_threads_that_ask_at_once_read_the_same(reader: Reader) -> None:
    asked = ["Van wie kreeg hij de oven?", "Wanneer ging de winkel open?"] * 4
    alone = [reader.read(question, [passage(BAKER), passage(MARKET)]) for question in asked]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda question: reader.read(question, [passage(BAKER), passage(MARKET)]), asked))

    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(np.concatenate(one), np.concatenate(other))


def test_a_quick_bot_finds_the_same_and_does_not_read(sample_index: Path) -> None:
    question = "Waarom belt Van Dalen geen onbekende bedrijven meer?"
    reading, quick = ColumnBot.open(sample_index), ColumnBot.open(sample_index, quick=True)

    assert [hit.passage for hit in quick.search(question)] == [hit.passage for hit in reading.search(question)]
    assert quick.ask(question).found
    assert quick.ask(question).confidence != reading.ask(question).confidence
