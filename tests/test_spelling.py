"""A question's spelling, mended by the archive's words."""

import numpy as np
import pytest

from columnbot import ColumnBot, build_index
from columnbot.index.vocabulary import letters_of
from columnbot.spelling import mended

TEXTS = (
    "Op het station stond een fietspomp, en iedereen vroeg wie de fietspomp betaalde.",
    "De fietspomp van het station is gestolen. Er hangt nu een briefje van de conciërge op de muur.",
    "De conciërge heeft een nieuw station voor de duiven gemaakt, zegt hij, en noemt dat een hotel.",
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> ColumnBot:
    folder = tmp_path_factory.mktemp("spelling")
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.md").write_text(f"# Stukje {number}\n\n{text}\n", encoding="utf-8")
    build_index(folder, folder.with_suffix(".index"))
    return ColumnBot.open(folder.with_suffix(".index"))


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("Wie betaalde de fietspmop?", "Wie betaalde de fietspomp?"),
        ("Waar is het statiion?", "Waar is het station?"),
        ("Wie betaalde de fietspomp op het station?", "Wie betaalde de fietspomp op het station?"),
        ("Wat is een paspoort?", "Wat is een paspoort?"),  # nothing like it
        ("Wat kost een hottel?", "Wat kost een hottel?"),  # "hotel" stands there once, and may be a slip itself
        ("Wie is Statiion?", "Wie is Statiion?"),  # a name
        ("1234567 stations2", "1234567 stations2"),
        ("", ""),
    ],
)
def test_a_word_that_the_archive_does_not_know_becomes_one_that_it_does(
    archive: ColumnBot, question: str, searched: str
) -> None:
    assert mended(question, archive.index) == searched


def test_a_misspelt_question_finds_what_the_right_one_does_and_is_shown_as_it_was_asked(archive: ColumnBot) -> None:
    best = archive.explain("Wie heeft de fietspmop gestolen?", 1)[0]

    assert best.hit.passage.article.path == "1.md"
    assert "fietspomp" in best.terms
    assert archive.ask("Wie heeft de fietspmop gestolen?").question == "Wie heeft de fietspmop gestolen?"


def test_letters_are_counted_of_each_word() -> None:
    counts = letters_of(["banaan", "", "één-2", "zz"])

    assert counts.shape == (4, 26)
    assert counts[0, [0, 1, 13]].tolist() == [3, 1, 2]
    assert np.flatnonzero(counts[1]).size == 0
    assert counts[2].sum() == 1  # of its letters only the n is one of the 26
    assert counts[3, 25] == 2
