"""The same column twice: re-posted, at another address, as a print page or in another export.

Texts are compared by their words alone. The same words in the same order are the same column; so are
texts that share nearly all runs of five words, found by MinHash (Broder 1997; `datasketch`) and then
counted exactly. One is kept: the oldest, unless another is more complete.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
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
LIKELY = 0.5  # pairs below this are not looked at
_FEW = 20  # words: a text this short says too little to be known by it
_CROWD = 50
_TITLED = 20
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ over the golden ratio: it spreads what it multiplies
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Copies:
    """One column that the archive holds more than once: the path that was kept, the others, and their addresses."""

    path: str
    others: tuple[str, ...]
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """What is compared of an article: words and runs of words, as hashes, numbers, folded title, date."""

    words: NDArray[np.uint64]
    runs: frozenset[int]
    numbers: frozenset[str]
    title: str
    day: date | None


def part_copies(articles: Sequence[Article]) -> tuple[list[Article], tuple[Copies, ...]]:
    """Each column once, in the order given, and what was left out for it.

    What is kept takes over an author, date, address and tags that only a copy has.
    """
    lengths, pairs = _compare(articles)
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
        most = max(lengths[number] for number in numbers)
        numbers.sort(key=lambda n: (lengths[n] < 0.8 * most, _preference(articles[n])))
        first, *others = (articles[number] for number in numbers)
        kept.append((numbers[0], _completed(first, others)))
        if others:
            urls = dict.fromkeys(a.url for a in others if a.url and a.url != first.url)
            copies.append(Copies(first.path, tuple(a.path for a in others), tuple(urls)))
    kept.sort(key=lambda item: item[0])
    return [article for _, article in kept], tuple(sorted(copies, key=lambda copy: copy.path))


def _compare(articles: Sequence[Article]) -> tuple[list[int], list[tuple[int, int]]]:
    """How many words each article has, and the pairs that are one column.

    Of an article only a sketch stays in memory: the few that may be copies are looked at again.
    """
    from datasketch import MinHash, MinHashLSH  # imports scipy, which takes a third of a second

    text_of = lru_cache(maxsize=1000)(lambda number: _text_of(articles[number]))
    empty = MinHash(num_perm=64, hashfunc=int)
    near = MinHashLSH(threshold=LIKELY, num_perm=64)
    lengths: list[int] = []
    pairs: list[tuple[int, int]] = []
    same_words: dict[bytes, int] = {}
    same_title: dict[str, list[int]] = defaultdict(list)

    for number, article in enumerate(articles):
        words = _words_of(article)
        lengths.append(len(words))
        digest = sha1(words.tobytes()).digest()
        before = same_words.get(digest)
        same_words[digest] = number
        if before is not None:
            if len(words) >= _FEW or _are_one_note(text_of(before), text_of(number)):
                pairs.append((before, number))
            continue
        if len(words) < _FEW:
            continue
        sketch = empty.copy()
        sketch.update_batch(_runs_of(words).tolist())
        alike = sorted(int(other) for other in near.query(sketch))
        titled = same_title[_title_of(article)]
        likely = {*alike, *titled}
        pairs += [(other, number) for other in sorted(likely) if _are_one(text_of(other), text_of(number))]
        if len(alike) < _CROWD:  # of a form filled in a thousand times the first few stand for all
            near.insert(number, sketch)
        if len(titled) < _TITLED:  # a column that always has the same title is not one column
            titled.append(number)
    return lengths, pairs


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
    """Hashes of all runs of words, each once, in the four bytes that MinHash takes."""
    length = min(RUN, len(words))
    hashes = np.zeros(len(words) - length + 1, np.uint64)
    for place in range(length):
        hashes = hashes * _FACTOR + words[place : place + len(hashes)]  # wraps around, and may
    return np.unique(hashes * _FACTOR >> np.uint64(32))


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
