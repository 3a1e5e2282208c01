"""The archive's stems by the letters in them, so that those like a misspelt word are found at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHORTEST = 4  # letters of a stem; a shorter one has too many that are near


@dataclass(frozen=True)
class Vocabulary:
    """The archive's stems, and how often each has each letter, (stems, 26)."""

    stems: tuple[str, ...]
    letters: NDArray[np.int16]


def vocabulary_of(terms: Iterable[str], passages: NDArray[np.int64]) -> Vocabulary:
    """The stems of some length that stand in more than one passage: a slip of the archive's own is no spelling."""
    stems = tuple(stem for stem, count in zip(terms, passages, strict=True) if count > 1 and len(stem) >= SHORTEST)
    return Vocabulary(stems, letters_of(stems))


def letters_of(words: Sequence[str]) -> NDArray[np.int16]:
    """How often each has each of 26 letters, (words, 26); other characters do not count."""
    characters = np.frombuffer("\n".join(words).encode("ascii", "replace"), np.uint8)
    owners = np.cumsum(characters == ord("\n"))
    letters = characters.astype(np.int64) - ord("a")
    counts = np.zeros((len(words), 26), np.int16)
    there = (letters >= 0) & (letters < 26)
    np.add.at(counts, (owners[there], letters[there]), 1)
    return counts
