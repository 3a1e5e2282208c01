"""A written sentence and the passages it rests on → whether it is copied from them, and what went wrong in that.

What a weak model garbles keeps the look of what it had before it, and gets past a check of meaning.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from columnbot.language import fold
from columnbot.passages import Passage

SHARED, IN_A_ROW = 0.55, 5  # words that make a copy: their share, and how many in a row
OWN = 3  # words of its own that a sentence has at least which is no copy: a check has too little to go by in fewer
# What who tells of somebody else's "I" puts in: words for them, and other forms of verbs.
_THIRD_PERSON = frozenset("hij zij ze hem haar zijn zich is heeft he she him her his they them their has".split())
_ENDINGS = ("", "t", "s")


@dataclass(frozen=True, slots=True)
class Copy:
    """A sentence that is copied: whether word by word, and the words that the sentence it is copied from lacks."""

    is_verbatim: bool
    strays: tuple[str, ...]


def copy_of(text: str, passages: Sequence[Passage]) -> Copy | None:
    """What is copied of the text; None where it is in words of its own."""
    words = _words(text)
    row = f" {' '.join(words)} "
    most, source, author, in_a_row = 0, "", "", 0
    for passage in passages:
        article = passage.article
        for part in (article.title, *(article.text[s.start : s.end] for s in passage.sentences)):
            blocks = SequenceMatcher(None, words, _words(part), autojunk=False).get_matching_blocks()
            shared = sum(block.size for block in blocks)
            if shared > most:
                most, source, author = shared, part, article.author or ""
        longest = SequenceMatcher(None, words, _words(passage.text), autojunk=False).find_longest_match().size
        in_a_row = max(in_a_row, longest)
    if most < SHARED * len(words) and in_a_row < IN_A_ROW and len(words) - most >= OWN:
        return None
    is_verbatim = any(row in f" {' '.join(_words(part))} " for p in passages for part in (p.article.title, p.text))
    forms = {stem + ending for word in _words(source) for stem in _stems(word) for ending in _ENDINGS}
    there = {*forms, *_words(author), *_THIRD_PERSON}
    return Copy(is_verbatim, tuple(word for word in words if word not in there))


def _stems(word: str) -> list[str]:
    """A word without each ending that it may have."""
    return [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]


def _words(text: str) -> list[str]:
    return [fold(word) for word in re.findall(r"\w+", text)]
