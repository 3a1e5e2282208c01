"""Paragraphs, items of lists and quoted blocks of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from columnbot.blocks import blocks_of


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("In\ntwee regels.\n\nNog een.", [("paragraph", "In\ntwee regels."), ("paragraph", "Nog een.")]),
        ("Mee:\n- brood\n- kaas", [("paragraph", "Mee:"), ("item", "brood"), ("item", "kaas")]),
        ("- brood\n\n> - kaas\n\n> Zei hij.", [("item", "brood"), ("quoted", "kaas"), ("quoted", "Zei hij.")]),
        ("-brood >kaas\n\n \n\n- \n\n", [("paragraph", "-brood >kaas")]),
        ("", []),
    ],
)  # fmt: skip
def test_marks_tell_what_a_block_is(text: str, blocks: list[tuple[str, str]]) -> None:
    assert [(block.kind, text[block.start : block.end]) for block in blocks_of(text)] == blocks


@given(st.lists(st.sampled_from(["> ", "- ", "\n", "\n\n", " ", "woord", "zin."])).map("".join))
def test_nothing_is_lost_but_white_space_and_marks(text: str) -> None:
    kept = "".join(text[block.start : block.end] for block in blocks_of(text))
    assert [c for c in kept if c.isalpha()] == [c for c in text if c.isalpha()]
    assert not any(text[block.start : block.end] != text[block.start : block.end].rstrip() for block in blocks_of(text))
