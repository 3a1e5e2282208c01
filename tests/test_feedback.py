"""What readers think of answers, kept in a file of its own."""

from dataclasses import replace
from pathlib import Path

import pytest

from columnbot.errors import FeedbackProblem
from columnbot.feedback import Feedback, keep, kept

GIVEN = Feedback("a:0", "2026-03-01T10:00:00+00:00", "bad", "wrong", "Wie?", "Hij. [1]", 0.61, ("a.md", "b/c.md"))


def test_what_was_given_comes_back_oldest_first(tmp_path: Path) -> None:
    file = tmp_path / "feedback.sqlite"
    earlier = replace(GIVEN, id="b:0", given="2026-02-01T10:00:00+00:00", verdict="good", reason=None)
    assert list(kept(file)) == []
    keep(GIVEN, file)
    keep(earlier, file)
    assert list(kept(file)) == [earlier, GIVEN]


def test_a_second_verdict_on_an_answer_takes_the_place_of_the_first(tmp_path: Path) -> None:
    file = tmp_path / "feedback.sqlite"
    keep(GIVEN, file)
    keep(replace(GIVEN, verdict="good", reason=None), file)
    assert [one.verdict for one in kept(file)] == ["good"]


def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "feedback.sqlite"
    file.write_text("Dit is geen database, maar een tekst die iemand hier heeft neergezet.\n" * 30, encoding="utf-8")
    before = file.read_bytes()
    for use in (lambda: keep(GIVEN, file), lambda: list(kept(file))):
        with pytest.raises(FeedbackProblem, match=r"feedback\.sqlite"):
            use()
    assert file.read_bytes() == before


def test_where_nothing_can_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(FeedbackProblem, match="cannot be used"):
        keep(GIVEN, tmp_path / "file" / "feedback.sqlite")
