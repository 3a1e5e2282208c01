"""What is embedded of a passage, and the key it is known by from one generation to the next."""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from columnbot.language import ANALYSER_VERSION
from columnbot.passages import Passage


def embedded_text(passage: Passage) -> str:
    """What is embedded of a passage: its column's title above its own text."""
    return f"{passage.article.title}\n{passage.text}"


def embedded_sentences(passage: Passage) -> tuple[tuple[int, int], ...]:
    """Where its sentences stand in that."""
    shift = len(embedded_text(passage)) - len(passage.text) - passage.start
    return tuple((sentence.start + shift, sentence.end + shift) for sentence in passage.sentences)


def keys_of(passages: Iterable[Passage]) -> NDArray[np.uint8]:
    """Of each a hash of everything that its vectors and terms depend on, besides the model: (passages, 16)."""
    return np.frombuffer(b"".join(map(_key_of, passages)), np.uint8).reshape(-1, 16)


def _key_of(passage: Passage) -> bytes:
    places = [(sentence.start - passage.start, sentence.end - passage.start) for sentence in passage.sentences]
    content = f"{ANALYSER_VERSION}\n{passage.article.language}\n{places}\n{embedded_text(passage)}"
    return hashlib.blake2b(content.encode(), digest_size=16).digest()
