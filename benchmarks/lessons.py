"""What the reader learns from: questions, with passages that answer them and passages that do not, in tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]


@dataclass(frozen=True)
class Text:
    """A passage as the reader has it: its tokens, and of each the number of its sentence, -1 if it is in none."""

    tokens: Numbers
    owners: Numbers


@dataclass(frozen=True)
class Lesson:
    """A question as it may be typed, or a claim, and texts, with the numbers of their sentences that answer."""

    asked: tuple[Numbers, ...]
    texts: tuple[tuple[int, frozenset[int]], ...]
    source: str  # what it comes from: a file of questions of ours, `CLAIMS`, `QUOTES` or `OTHERS`
    left_out: bool = False  # to measure with

    @property
    def right(self) -> list[tuple[int, frozenset[int]]]:
        """The texts that answer."""
        return [(text, sentences) for text, sentences in self.texts if sentences]

    @property
    def wrong(self) -> list[tuple[int, frozenset[int]]]:
        """Those that do not."""
        return [(text, sentences) for text, sentences in self.texts if not sentences]


CLAIMS, QUOTES, OTHERS = "claims", "quotes", "others"


def write_lessons(file: Path, lessons: Sequence[Lesson], texts: Sequence[Text]) -> None:
    """All of it in one file, the texts once."""
    pairs = [pair for lesson in lessons for pair in lesson.texts]
    np.savez_compressed(
        file,
        **_flat("tokens", [text.tokens for text in texts]),
        **_flat("owners", [text.owners for text in texts]),
        **_flat("asked", [form for lesson in lessons for form in lesson.asked]),
        **_flat("right", [sorted(sentences) for _, sentences in pairs]),
        text_numbers=np.array([text for text, _ in pairs], np.int32),
        counts=np.array([(len(lesson.asked), len(lesson.texts)) for lesson in lessons], np.int32),
        sources=np.array([lesson.source for lesson in lessons]),
        left_out=np.array([lesson.left_out for lesson in lessons]),
    )


def read_lessons(file: Path) -> tuple[list[Lesson], list[Text]]:
    """What `write_lessons` wrote."""
    with np.load(file) as stored:
        arrays = dict(stored)
    texts = [Text(*both) for both in zip(_ragged(arrays, "tokens"), _ragged(arrays, "owners"), strict=True)]
    asked, right = iter(_ragged(arrays, "asked")), iter(_ragged(arrays, "right"))
    numbers = iter(arrays["text_numbers"].tolist())
    lessons = [
        Lesson(
            tuple(next(asked) for _ in range(forms)),
            tuple((next(numbers), frozenset(next(right).tolist())) for _ in range(beside)),
            source,
            left_out,
        )
        for (forms, beside), source, left_out in zip(
            arrays["counts"].tolist(), arrays["sources"].tolist(), arrays["left_out"].tolist(), strict=True
        )
    ]
    return lessons, texts


def _flat(name: str, rows: Sequence[Any]) -> dict[str, Numbers]:
    values = np.concatenate([np.array(row, np.int32) for row in rows])
    return {name: values, f"{name}_ends": np.cumsum([len(row) for row in rows], dtype=np.int32)}


def _ragged(arrays: dict[str, Any], name: str) -> list[Numbers]:
    return [arrays[name][start:end] for start, end in pairwise([0, *arrays[f"{name}_ends"].tolist()])]
