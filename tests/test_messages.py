"""The texts a reader sees: the same set in both languages."""

import string
from datetime import date

import pytest

from columnbot.messages import _MESSAGES, long_date, say, signature


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", sorted(_MESSAGES))
def test_a_message_says_the_same_in_dutch_and_english(key):
    texts = _MESSAGES[key]
    assert set(texts) == {"nl", "en"}
    assert all(text.strip() == text != "" for text in texts.values())
    assert placeholders(texts["nl"]) == placeholders(texts["en"])


def test_a_message_is_said_in_the_language_asked_for():
    assert say("skipped", "nl", path="a.md", reason="leeg") == "Overgeslagen: a.md: leeg"
    assert say("skipped", "en", path="a.md", reason="empty") == "Skipped: a.md: empty"


def test_braces_in_a_value_are_left_as_they_stand():
    assert say("chat.about_title", "nl", title="{x} en {}") == "Wat staat er in “{x} en {}”?"


@pytest.mark.parametrize(
    ("month", "dutch", "english"),
    [(1, "januari", "January"), (3, "maart", "March"), (5, "mei", "May"), (10, "oktober", "October"),
     (12, "december", "December")],
)  # fmt: skip
def test_a_date_is_written_out(month, dutch, english):
    assert long_date(date(2019, month, 4), "nl") == f"4 {dutch} 2019"
    assert long_date(date(2019, month, 4), "en") == f"4 {english} 2019"


@pytest.mark.parametrize(
    ("author", "day", "dutch", "english"),
    [
        ("Petra Smit", date(2019, 2, 14), "Petra Smit, 14 februari 2019", "Petra Smit, 14 February 2019"),
        (None, date(2019, 2, 14), "14 februari 2019", "14 February 2019"),
        ("Petra Smit", None, "Petra Smit, zonder datum", "Petra Smit, undated"),
        (None, None, "auteur en datum onbekend", "author and date unknown"),
    ],
)
def test_a_signature_says_who_and_when_and_what_is_not_known(author, day, dutch, english):
    assert signature(author, day, "nl") == dutch
    assert signature(author, day, "en") == english
