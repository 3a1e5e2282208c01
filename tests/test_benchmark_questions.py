"""The questions of our own that benchmarks ask: each known by its id, and answered where it says."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
FILES = ("questions", "more_questions", "strange", "government", "weblogs", "more_weblogs", "leads", "columns")


def questions(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (BENCHMARKS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_no_two_questions_have_one_id() -> None:
    ids = Counter(item["id"] for name in FILES for item in questions(name))
    assert [id_ for id_, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("name", FILES)
def test_a_question_is_asked_once_and_has_places_where_it_has_an_answer(name: str) -> None:
    items = questions(name)
    asked = Counter(item["question"] for item in items)
    assert [question for question, count in asked.items() if count > 1] == []
    for item in items:
        assert item["question"].strip() == item["question"] != ""
        assert bool(item["places"]) == item["answerable"], item["id"]
        assert len(item["hashes"]) == len(item["places"]), item["id"]
        assert all(0 <= start < end for _, start, end in item["places"]), item["id"]
        assert item["answerable"] or not item["answers"], item["id"]
