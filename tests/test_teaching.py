"""From questions with the places of their answers to files that columnbot reads and asks with."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from columnbot import ColumnBot
from columnbot.embedding import PassageInput, Reader, bundled
from columnbot.embedding import reader as reading
from columnbot.embedding.bundled import BundledEmbedder
from columnbot.embedding.weights import bundled_file

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
ANSWERED = (
    ("Hoeveel bladzijden mag een offerte tellen?", "2012-09-20-de-offerte-die-niemand-las.md", "Een offerte telt ten"),
    ("Hoeveel bladzijden had de laatste catalogus?", "2018-09-20-de-laatste-catalogus.md", "De laatste heeft er 1.524"),
)
LEFT_OUT = (
    "Hoeveel afspraken leverden de telefoontjes van 2017 op?", "2018-02-15-wij-bellen-niet-meer.md", "Daar kwamen 37",
)  # fmt: skip


def run(script: str, *arguments: object) -> str:
    command = [sys.executable, str(BENCHMARKS / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def question(bot: ColumnBot, number: int, asked: str, path: str, words: str) -> dict[str, object]:
    text = bot.article(path).text
    start = text.index(words)
    end = text.index(".", start + len(words)) + 1
    known = hashlib.sha256(text[start:end].encode()).hexdigest()[:12]
    places = [[path, start, end]]
    return {
        "id": f"t{number}", "question": asked, "answerable": True, "places": places, "hashes": [known], "answers": [],
    }  # fmt: skip


@pytest.mark.slow
def test_lessons_are_gathered_and_what_is_learnt_from_them_is_read_with(
    sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = ColumnBot.open(sample_index, quick=True)
    unanswered = {"question": "Wat kost een kameel?", "answerable": False, "places": [], "hashes": [], "answers": []}
    items = [question(bot, n, *each) for n, each in enumerate(ANSWERED)]
    items += [{"id": f"n{number}", **unanswered} for number in range(8)]  # some are taught, some left out
    file, lessons, learnt = tmp_path / "few.jsonl", tmp_path / "lessons.npz", tmp_path / "learnt.npz"
    file.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")

    gathered = run("gather_lessons.py", lessons, "--questions", sample_index, file)
    assert "few: " in gathered
    assert "left out: the text" not in gathered
    options = ("--layers", 3, "--rank", 2, "--rounds", 0, "--batch", 8)
    assert " readings" in run("train_reader.py", lessons, *options, "--write", learnt)

    model = bundled_file()
    assert model is not None
    monkeypatch.setattr(reading, "LEARNT", str(learnt))
    text = "De kameel\nEen kameel kost duizend euro. Hij drinkt veel."
    taught = Reader(model)
    (odds,) = taught.read("Wat kost een kameel?", [PassageInput(text, ((10, 39), (40, 55)))])
    assert int(taught._learnt["layers"]) == 3  # and not those of the reader that comes with columnbot
    assert odds.shape == (2,)
    assert np.isfinite(odds).all()
    assert len(np.load(learnt)["l2.q.w.down"]) == 2


@pytest.mark.slow
def test_how_to_ask_is_learnt_and_asked_with(
    sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = ColumnBot.open(sample_index, quick=True)
    items = [question(bot, n, *each) for n, each in enumerate((*ANSWERED, LEFT_OUT))]
    file, learnt = tmp_path / "few.jsonl", tmp_path / "learnt.npz"
    file.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")

    options = ("--rank", 2, "--rounds", 10, "--batch", 2, "--write", learnt)
    said = run("train_questions.py", "--questions", sample_index, file, *options)
    assert "2 questions to learn from" in said
    assert "after, few: 1 questions, " in said

    model = bundled_file()
    assert model is not None
    monkeypatch.setattr(bundled, "LEARNT", str(learnt))
    taught, untaught = BundledEmbedder(model), BundledEmbedder(model, taught=False)
    index = bot.index
    for asked, path, words in ANSWERED:
        right = next(
            n for n in range(len(index)) if index.passages[n].article.path == path and words in index.passages[n].text
        )
        before, after = (
            index.passage_spread.standardise(vector, index.passage_vectors.of(np.arange(len(index))) @ vector)[right]
            for vector in (embedder.embed_question(asked, ()).vector for embedder in (untaught, taught))
        )
        assert after > before
