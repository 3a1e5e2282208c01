"""Quotes as a weak language model gets them wrong: words that are none, others in their place, halves of two sentences.

What the reader learns of them: that a copy gone wrong is borne out by nothing, however many of its words are there.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

WORD = re.compile(r"[^\W\d_]{4,}")
Alike = Mapping[str, Sequence[str]]  # by their first two letters


def alike(texts: Iterable[str]) -> Alike:
    """The words of the texts that begin alike."""
    found: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for word in WORD.findall(text):
            found[word[:2].lower()].add(word.lower())
    return {beginning: sorted(words) for beginning, words in found.items()}


def shortened(sentence: str) -> str:
    """A quote up to its last comma, if at least five words remain; else as it stands."""
    head, comma, _ = sentence.rpartition(", ")
    return f"{head}." if comma and len(head.split()) > 4 else sentence


def garbled(sentence: str, beside: str, words: Alike) -> str:
    """A quote gone wrong in one way or two; `beside` is another sentence of its passage."""
    ways = random.sample([_misspelt, _another_word, _other_order, _words_lost], random.choice((1, 1, 2)))
    for way in ways:
        sentence = way(sentence, beside, words)
    return _two_halves(sentence, beside) if random.random() < 0.2 else sentence


def _misspelt(sentence: str, _: str, __: Alike) -> str:
    place = _a_word(sentence)
    if place is None:
        return sentence
    word = place.group()
    at = random.randrange(1, len(word) - 1)
    changed = random.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + random.choice("aeioulnrstk") + word[at + 1 :],
            word[:at] + word[at + 1 :] + random.choice(("en", "er", "heid", "ing", "s")),
        )
    )
    return sentence[: place.start()] + changed + sentence[place.end() :]


def _another_word(sentence: str, beside: str, words: Alike) -> str:
    place = _a_word(sentence)
    if place is None:
        return sentence
    word = place.group()
    others = words.get(word[:2].lower(), ()) if random.random() < 0.6 else WORD.findall(beside)
    there = sentence.lower()
    others = [other for other in others if other.lower() not in there]
    return sentence[: place.start()] + random.choice(others or [word + "en"]) + sentence[place.end() :]


def _other_order(sentence: str, _: str, __: Alike) -> str:
    words = sentence.split()
    at = random.randrange(max(1, len(words) - 4))
    part = words[at : at + 4]
    random.shuffle(part)
    return " ".join([*words[:at], *part, *words[at + 4 :]])


def _words_lost(sentence: str, _: str, __: Alike) -> str:
    words = sentence.split()
    lost = set(random.sample(range(len(words)), min(len(words) // 4 + 1, 4)))
    return " ".join(word for n, word in enumerate(words) if n not in lost)


def _two_halves(sentence: str, beside: str) -> str:
    first, second = sentence.split(), beside.split()
    return " ".join([*first[: len(first) // 2], *second[len(second) // 2 :]])


def _a_word(sentence: str) -> re.Match[str] | None:
    places = [*WORD.finditer(sentence)]
    return random.choice(places) if places else None
