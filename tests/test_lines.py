"""Lists, which an answer shows whole, an item a line; headings, which stand apart."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from columnbot import ColumnBot, build_index
from columnbot.lines import in_lines, is_heading, lists_in

TEXT = "Dit neem je mee:\n\n- een pomp\n\n- een   band\n- licht\n\nEn dan op weg."


def test_a_list_is_found_with_all_of_its_items() -> None:
    ((start, end),) = lists_in(TEXT, 0, len(TEXT))
    assert TEXT[start:end] == "- een pomp\n\n- een   band\n- licht"


@pytest.mark.parametrize("text", ["- een enkel punt", "Een streepje - en nog een - in een zin.", "5\n-3\n-2"])
def test_one_item_or_a_dash_is_no_list(text: str) -> None:
    assert lists_in(text, 0, len(text)) == []


def test_a_list_that_reaches_beyond_the_passage_is_not_one_of_it() -> None:
    assert lists_in(TEXT, 0, TEXT.index("licht")) == []
    assert lists_in(TEXT, TEXT.index("een   band"), len(TEXT)) == []
    assert len(lists_in(TEXT, TEXT.index("een pomp"), len(TEXT))) == 1  # a passage begins behind the marker


def test_a_list_is_shown_an_item_a_line() -> None:
    assert in_lines(TEXT, 0, len(TEXT)) == "Dit neem je mee:\n- een pomp\n- een band\n- licht\nEn dan op weg."
    start = TEXT.index("een pomp")
    assert in_lines(TEXT, start, TEXT.index("\n\nEn dan")) == "- een pomp\n- een band\n- licht"
    assert in_lines(TEXT, start, start + len("een pomp")) == "een pomp"


def test_a_dash_earlier_in_the_line_is_no_marker() -> None:
    text = "Thuis - of elders. Neem mee:\n\n- een pomp\n- een band"
    assert in_lines(text, text.index("Neem"), len(text)) == "Neem mee:\n- een pomp\n- een band"


def test_paragraphs_are_shown_in_one_line() -> None:
    assert in_lines("Een zin.\n\nEn nog\neen zin.", 0, 25) == "Een zin. En nog een zin."


def test_a_heading_does_not_run_into_its_paragraph() -> None:
    text = "Het is gedaan.\n\nDe fiets is niet meer\n\nVoor wie hem niet kende: hij was\nrood.\n\nEn snel."
    assert in_lines(text, 0, len(text)) == (
        "Het is gedaan.\nDe fiets is niet meer\nVoor wie hem niet kende: hij was rood. En snel."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stap 3\n\nDraai de dop los.", True),
        ("Stap 3", False),  # nothing stands below it
        ("Zo is het.\n\nDraai de dop los.", False),
        ("Neem mee:\n\n- een pomp", False),
        ("- een pomp\n- een band", False),
    ],
)
def test_a_heading_is_a_short_paragraph_without_an_end_above_another(text: str, expected: bool) -> None:
    assert is_heading(text, 0, len(text.split("\n")[0])) is expected


@given(st.text(alphabet="a -\n", max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_no_word_is_lost_or_added(text: str, start: int, end: int) -> None:
    shown = in_lines(text, start, end).replace("-", " ").split()
    assert shown == text[start:end].replace("-", " ").split()


def test_an_answer_brings_a_list_whole(tmp_path: Path) -> None:
    (tmp_path / "archief").mkdir()
    (tmp_path / "archief" / "tas.md").write_text(
        "---\ntitle: De fietstas\nauthor: Tineke Vos\ndate: 2019-02-03\n---\n"
        "Al jaren ligt er in mijn fietstas hetzelfde gereedschap voor onderweg.\n\nIn mijn fietstas zitten:\n\n"
        "- een pomp van het station\n- een reserveband\n- een lampje dat knippert\n\n"
        "Wie dat vergeet, loopt naar huis.\n",
        encoding="utf-8",
    )
    build_index(tmp_path / "archief", tmp_path / "index")
    answer = ColumnBot.open(tmp_path / "index").ask("Wat zit er in de fietstas?")

    whole = "In mijn fietstas zitten:\n- een pomp van het station\n- een reserveband\n- een lampje dat knippert"
    assert any(whole in sentence.text for sentence in answer.sentences), answer.text
    for citation in answer.citations:
        assert citation.article.text[citation.start : citation.end] == citation.quote
