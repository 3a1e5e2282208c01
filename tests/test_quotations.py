"""Whose words: what a column quotes is told from what it says, and an answer passes it on as a quote."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from columnbot import ColumnBot, build_index
from columnbot.language import sentence_spans
from columnbot.quotations import is_quoted, quoted_block


def quoted(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text) if is_quoted(text, start, end)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wim knikt. Hij zwijgt.", []),
        ("Wim zei:\n\n> Ik ga. Jij blijft.\n\nEn hij ging.", ["Ik ga.", "Jij blijft."]),
        ("“Een brug is een gesprek. Dat weet ik,” zegt Wim.", ["“Een brug is een gesprek."]),
        ("Wim zegt: “Een brug is een gesprek.” Ik zwijg.", []),
        ("Ik las „Ik ga. Jij blijft. Zo is het.” Mooi.", ["Jij blijft.", "Zo is het.”"]),
        ("„Kom binnen“, zei hij. Ik ging zitten.", []),
        ("„Ga. Zit“, zei hij. Ik zat. “Mooi. Zo is het,” zei ik.", ["„Ga.", "“Mooi."]),
        ('"Ik ga. Jij blijft." Dat zei hij.', ['"Ik ga.', 'Jij blijft."']),
        ("Een “open” web is mooi. Het is van ons.", []),
        ("Hij riep: “Ga. Nu.\n\nEen nieuwe alinea is weer van mij.", ["Nu."]),
        ('Hij kocht een 27" scherm van Dell. Dat was het geld waard.', []),  # inches
        ("5 > 3 is waar. En a > b ook.", []),
    ],
)
def test_what_stands_in_a_quoted_block_or_between_marks_is_quoted(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


def test_a_span_that_goes_on_behind_a_quoted_block_is_not_all_quoted() -> None:
    text = "> Ik ga.\n\nDat zei Wim."
    assert is_quoted(text, 2, 8)
    assert not is_quoted(text, 2, len(text))


@given(st.text(alphabet='ab. \n>“”"', max_size=60))
def test_every_sentence_of_a_quoted_block_is_quoted_and_stands_without_its_sign(text: str) -> None:
    for start, end in sentence_spans(text):
        block = quoted_block(text, start)
        if block is not None:
            assert is_quoted(text, start, end)
            assert start >= block + 2


BREAD = """\
---
title: Het brood
author: Jo Zijl
date: 2014-05-03
---
Op zaterdag bak ik twaalf roggebroden, en op zondag geen enkel.

De bakkersvrouw uit Eefde schreef mij:

> Het geheim van een goed roggebrood is dat je het deeg een nacht laat staan.

Dat heb ik nooit gedaan, want wie laat er nu iets een nacht staan.
"""
MILL = """\
---
title: De molen
author: Jo Zijl
date: 2014-06-03
---
De molenaar van Eefde zei:

> Hij maalt boekweit op woensdag en rogge op donderdag.
"""


@pytest.fixture(scope="module")
def bread_bot(sample_archive: Path, sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> ColumnBot:
    """The sample archive with a column that quotes another."""
    folder = tmp_path_factory.mktemp("bread")
    shutil.copytree(sample_archive, folder / "columns")
    shutil.copytree(sample_index, folder / "index")
    (folder / "columns" / "brood.md").write_text(BREAD, encoding="utf-8")
    (folder / "columns" / "molen.md").write_text(MILL, encoding="utf-8")
    build_index(folder / "columns", folder / "index")
    return ColumnBot.open(folder / "index")


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("Wat is het geheim van een goed roggebrood?", "Aangehaald in “Het brood” (Jo Zijl, 3 mei 2014): “Het geheim"),
        ("Op welke dag maalt hij boekweit?", "Aangehaald in “De molen” (Jo Zijl, 3 juni 2014): “Hij maalt boekweit"),
        ("Hoeveel roggebroden worden er op zaterdag gebakken?", "In “Het brood” (Jo Zijl, 3 mei 2014): “Op zaterdag"),
    ],
)
def test_an_answer_says_that_the_column_quotes_what_it_quotes(
    bread_bot: ColumnBot, question: str, opening: str
) -> None:
    answer = bread_bot.ask(question)

    assert answer.found
    assert answer.sentences[0].text.startswith(opening)
    assert all("> " not in citation.quote for citation in answer.citations)
