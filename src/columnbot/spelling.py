"""Words of a question that the archive does not know, as it spells the nearest one that it does."""

import re
from difflib import SequenceMatcher

import numpy as np

from columnbot.index import Index
from columnbot.index.vocabulary import SHORTEST, letters_of
from columnbot.language import content_words, terms_of

LETTERS_AWAY = 3  # two slips of the usual kinds: a letter doubled, dropped, or another; swapped ones do not count
LIKE = 0.85  # of difflib's ratio: a slip in six letters, two in twelve


def mended(text: str, index: Index) -> str:
    """The text, with the stem of the nearest that the archive knows for each word that it does not, if one is near.

    A word with a capital stays as it is: that the archive does not know a name is an answer too.
    """
    parts, at = [], 0
    for start, end in content_words(text):
        if mend := _mend(text[start:end], index):
            parts += [text[at:start], mend]
            at = end
    return "".join([*parts, text[at:]])


def _mend(word: str, index: Index) -> str | None:
    if word[0].isupper() or len(word) <= SHORTEST or not re.fullmatch(r"[^\W\d_]+", word):
        return None
    terms = [term for language in index.languages for term in terms_of(word, language)]
    if not terms or any(term in index.words.terms for term in terms):
        return None
    term = terms[0]
    away = np.abs(index.vocabulary.letters - letters_of([term])).sum(axis=1)
    near = (index.vocabulary.stems[n] for n in np.flatnonzero(away <= LETTERS_AWAY))
    likeness, stem = max(((SequenceMatcher(None, term, stem).ratio(), stem) for stem in near), default=(0.0, ""))
    # What is searched for is stemmed once more, which some stems do not survive.
    same = any(terms_of(stem, language) == [stem] for language in index.languages)
    return stem if likeness >= LIKE and same else None
