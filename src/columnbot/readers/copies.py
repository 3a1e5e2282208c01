"""The same column twice: re-posted, at another address, as a print page or in another export.

Texts are compared by their words alone. The same words in the same order are the same column; so are
texts that share nearly all runs of five words, found by MinHash (Broder 1997) and then counted exactly.
One is kept: the oldest, unless another is more complete. (`datasketch` finds the same pairs in forty
times the memory, and takes half a second to be imported.)
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import sha1
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from columnbot.articles import Article
from columnbot.language import fold

RUN = 5  # words
SAME = 0.85  # from this share of common runs on (Jaccard), two texts are one column
HELD = 0.9  # from this share on, the shorter of two texts of one title is an excerpt of the longer
SKETCH, BAND = 64, 4  # values in a sketch, and of these so many have to be the same in a row
_FEW = 20  # words: a text this short says too little to be known by it
_CROWD = 50
_TITLED = 20
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ over the golden ratio: it spreads what it multiplies
_FACTORS = np.random.default_rng(0).integers(1, 2**64, SKETCH, np.uint64) | np.uint64(1)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Copies:
    """One column that the archive holds more than once: the path that was kept, the others, and their addresses."""

    path: str
    others: tuple[str, ...]
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """What of a text is compared with all others: how many words it has, their digest, and the least of its runs.

    `least` is uint32 (SKETCH,): of each of as many hash functions the least value that a run of the words has
    (MinHash); two texts share so many of these as they share of their runs. It is empty for a text of few words.
    """

    words: int
    digest: bytes
    least: NDArray[np.uint32]

    def __str__(self) -> str:
        return f"{self.words} {self.digest.hex()} {self.least.astype('<u4').tobytes().hex()}"


def sketch_from(text: str) -> Sketch:
    """The sketch that was written as that."""
    words, digest, least = text.split(" ")
    return Sketch(int(words), bytes.fromhex(digest), np.frombuffer(bytes.fromhex(least), "<u4"))


@dataclass(frozen=True, slots=True)
class _Text:
    """What is compared of an article: words and runs of words, as hashes, numbers, folded title, date."""

    words: NDArray[np.uint64]
    runs: frozenset[int]
    numbers: frozenset[str]
    title: str
    day: date | None


def sketch_of(article: Article) -> Sketch:
    """The sketch of an article's text, by which near copies are found."""
    words = _words_of(article)
    least = np.empty(0, np.uint32)
    if len(words) >= _FEW:
        values = _runs_of(words)[:, None] * _FACTORS + _FACTORS[::-1]
        least = np.asarray(values.min(axis=0) >> np.uint64(32), np.uint32)
    return Sketch(len(words), sha1(words.tobytes()).digest(), least)


def part_copies(
    articles: Sequence[Article], sketches: Sequence[Sketch] | None = None
) -> tuple[list[Article], tuple[Copies, ...]]:
    """Each column once, in the order given, and what was left out for it.

    What is kept takes over an author, date, address and tags that only a copy has. `sketches` are
    those of the articles, where they are known.
    """
    sketches = sketches or [sketch_of(article) for article in articles]
    pairs = _pairs_among(articles, sketches)
    groups: dict[int, int] = {}  # an article's number → a lower one of the same column

    def first_of(number: int) -> int:
        while number in groups:
            number = groups[number]
        return number

    for one, other in pairs:
        low, high = sorted((first_of(one), first_of(other)))
        if low != high:
            groups[high] = low
    members: dict[int, list[int]] = defaultdict(list)
    for number in range(len(articles)):
        members[first_of(number)].append(number)
    kept: list[tuple[int, Article]] = []
    copies: list[Copies] = []
    for numbers in members.values():
        most = max(sketches[number].words for number in numbers)
        numbers.sort(key=lambda n: (sketches[n].words < 0.8 * most, _preference(articles[n])))
        first, *others = (articles[number] for number in numbers)
        kept.append((numbers[0], _completed(first, others)))
        if others:
            urls = dict.fromkeys(a.url for a in others if a.url and a.url != first.url)
            copies.append(Copies(first.path, tuple(a.path for a in others), tuple(urls)))
    kept.sort(key=lambda item: item[0])
    return [article for _, article in kept], tuple(sorted(copies, key=lambda copy: copy.path))


def _pairs_among(articles: Sequence[Article], sketches: Sequence[Sketch]) -> list[tuple[int, int]]:
    """The pairs that are one column.

    Of an article only its sketch stays in memory: the few that may be copies are looked at again.
    """
    text_of = lru_cache(maxsize=1000)(lambda number: _text_of(articles[number]))
    pairs: list[tuple[int, int]] = []
    same_words: dict[bytes, int] = {}
    numbers: list[int] = []
    for number, sketch in enumerate(sketches):
        before = same_words.get(sketch.digest)
        same_words[sketch.digest] = number
        if before is not None:
            if sketch.words >= _FEW or _are_one_note(text_of(before), text_of(number)):
                pairs.append((before, number))
        elif sketch.words >= _FEW:
            numbers.append(number)
    likely = _likely_pairs(np.array([sketches[number].least for number in numbers], np.uint32).reshape(-1, SKETCH))
    likely |= _titled_pairs([_title_of(articles[number]) for number in numbers])
    for one, other in sorted(likely, key=lambda pair: (pair[1], pair[0])):
        if _are_one(text_of(numbers[one]), text_of(numbers[other])):
            pairs.append((numbers[one], numbers[other]))
    return pairs


def _likely_pairs(sketches: NDArray[np.uint32]) -> set[tuple[int, int]]:
    """Pairs of sketches that are the same in one of their bands: of two that share half of their runs, two thirds."""
    pairs: set[tuple[int, int]] = set()
    for start in range(0, SKETCH, BAND):
        band = np.ascontiguousarray(sketches[:, start : start + BAND]).view(np.dtype((np.void, 4 * BAND)))[:, 0]
        _, which, counts = np.unique(band, return_inverse=True, return_counts=True)
        crowded = np.flatnonzero(counts[which] > 1)
        groups: dict[int, list[int]] = defaultdict(list)
        for number in crowded.tolist():
            groups[int(which[number])].append(number)
        pairs |= _pairs_of(groups.values(), _CROWD)
    return pairs


def _titled_pairs(titles: Sequence[str]) -> set[tuple[int, int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for number, title in enumerate(titles):
        groups[title].append(number)
    return _pairs_of(groups.values(), _TITLED)


def _pairs_of(groups: Iterable[list[int]], most: int) -> set[tuple[int, int]]:
    """Each of a group with the first few: of a form filled in a thousand times these stand for all."""
    return {(one, other) for group in groups for one in group[:most] for other in group if one < other}


def _text_of(article: Article) -> _Text:
    words = _words_of(article)
    return _Text(
        words=words,
        runs=frozenset(_runs_of(words).tolist()),
        numbers=frozenset(filter(str.isdigit, _WORD.findall(article.text))),
        title=_title_of(article),
        day=article.date,
    )


def _title_of(article: Article) -> str:
    return " ".join(_WORD.findall(fold(article.title)))


def _words_of(article: Article) -> NDArray[np.uint64]:
    return np.fromiter(map(_hash_of, _WORD.findall(article.text)), np.uint64)


@lru_cache(maxsize=200_000)
def _hash_of(word: str) -> int:
    # Python's own hashes differ from one process to the next.
    return crc32(fold(word).encode())


def _runs_of(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hashes of all runs of words, each once."""
    length = min(RUN, len(words))
    hashes = np.zeros(len(words) - length + 1, np.uint64)
    for place in range(length):
        hashes = (hashes + words[place : place + len(hashes)]) * _FACTOR  # wraps around, and may
    return np.unique(hashes)


def _are_one_note(one: _Text, other: _Text) -> bool:
    """Whether two texts of the same few words are one: there is little to know them by."""
    return one.title == other.title and one.day is not None and one.day == other.day


def _are_one(one: _Text, other: _Text) -> bool:
    # A form filled in anew (the results of week 12, and of week 13) differs little, but both ways in its numbers.
    if one.numbers - other.numbers and other.numbers - one.numbers:
        return False
    common = len(one.runs & other.runs)
    shorter, longer = sorted((len(one.words), len(other.words)))
    if common >= SAME * len(one.runs | other.runs) and shorter >= 0.75 * longer:
        return True
    return one.title == other.title and common >= HELD * min(len(one.runs), len(other.runs))


def _preference(article: Article) -> tuple[object, ...]:
    missing = (article.author, article.url).count(None)
    return (article.date or date.max, missing, -len(article.text), article.path)


def _completed(article: Article, copies: Sequence[Article]) -> Article:
    def first(field: str) -> object:
        return next((value for copy in copies if (value := getattr(copy, field))), getattr(article, field))

    missing = {field: first(field) for field in ("author", "date", "url", "tags") if not getattr(article, field)}
    return replace(article, **missing) if missing else article  # type: ignore[arg-type]
