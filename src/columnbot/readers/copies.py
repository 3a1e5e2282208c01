"""The same column twice: re-posted, at another address, as a print page or in another export.

Texts are compared by their words alone. The same words in the same order are the same column; so are
texts that share nearly all runs of five words, found by MinHash (Broder 1997; `datasketch`) and then
counted exactly. One is kept: the oldest, unless another is more complete.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from zlib import crc32

from columnbot.articles import Article
from columnbot.language import fold

RUN = 5  # words
SAME = 0.85  # from this share of common runs on (Jaccard), two texts are one column
HELD = 0.9  # from this share on, the shorter of two texts of one title is an excerpt of the longer
LIKELY = 0.5  # pairs below this are not looked at
_FEW = 20  # words: a text this short says too little to be known by it
_CROWD = 50
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Copies:
    """One column that the archive holds more than once: the path that was kept, the others, and their addresses."""

    path: str
    others: tuple[str, ...]
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """What is compared of an article: words, numbers, hashes of the runs of words, folded title, date."""

    words: tuple[str, ...]
    numbers: frozenset[str]
    runs: frozenset[int]
    title: str
    day: date | None


def part_copies(articles: Sequence[Article]) -> tuple[list[Article], tuple[Copies, ...]]:
    """Each column once, in the order given, and what was left out for it.

    What is kept takes over an author, date, address and tags that only a copy has.
    """
    texts = [_text_of(article) for article in articles]
    groups: dict[int, int] = {}  # an article's number → a lower one of the same column

    def first_of(number: int) -> int:
        while number in groups:
            number = groups[number]
        return number

    for one, other in _same_pairs(texts):
        low, high = sorted((first_of(one), first_of(other)))
        if low != high:
            groups[high] = low
    members: dict[int, list[int]] = defaultdict(list)
    for number in range(len(articles)):
        members[first_of(number)].append(number)
    kept: list[tuple[int, Article]] = []
    copies: list[Copies] = []
    for numbers in members.values():
        most = max(len(texts[number].words) for number in numbers)
        numbers.sort(key=lambda n: (len(texts[n].words) < 0.8 * most, _preference(articles[n])))
        first, *others = (articles[number] for number in numbers)
        kept.append((numbers[0], _completed(first, others)))
        if others:
            urls = dict.fromkeys(a.url for a in others if a.url and a.url != first.url)
            copies.append(Copies(first.path, tuple(a.path for a in others), tuple(urls)))
    kept.sort(key=lambda item: item[0])
    return [article for _, article in kept], tuple(sorted(copies, key=lambda copy: copy.path))


def _text_of(article: Article) -> _Text:
    words = tuple(_WORD.findall(fold(article.text)))
    # MinHash takes hashes of four bytes; Python's own differ from one process to the next.
    runs = (" ".join(words[i : i + RUN]) for i in range(max(1, len(words) - RUN + 1)))
    return _Text(
        words=words,
        numbers=frozenset(word for word in words if word.isdigit()),
        runs=frozenset(crc32(run.encode()) for run in runs),
        title=" ".join(_WORD.findall(fold(article.title))),
        day=article.date,
    )


def _same_pairs(texts: Sequence[_Text]) -> Iterator[tuple[int, int]]:
    by_words: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        by_words[text.words].append(number)
    for numbers in by_words.values():
        for one, other in zip(numbers, numbers[1:], strict=False):
            if len(texts[one].words) >= _FEW or _are_one_note(texts[one], texts[other]):
                yield one, other
    distinct = [numbers[0] for words, numbers in by_words.items() if len(words) >= _FEW]
    for one, other in _likely_pairs(texts, distinct):
        if _are_one(texts[one], texts[other]):
            yield one, other


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


def _likely_pairs(texts: Sequence[_Text], numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs that probably share at least half of their runs, and those of one title."""
    from datasketch import MinHash, MinHashLSH  # imports scipy, which takes half a second

    by_title: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        by_title[texts[number].title].append(number)
    for same in by_title.values():
        yield from combinations(same[:20], 2)  # a column that always has the same title is not one column
    if len(numbers) < 2:
        return
    empty = MinHash(num_perm=64, hashfunc=int)
    near = MinHashLSH(threshold=LIKELY, num_perm=64)
    for number in numbers:
        sketch = empty.copy()
        sketch.update_batch(texts[number].runs)
        alike = sorted(int(other) for other in near.query(sketch))
        yield from ((other, number) for other in alike)
        if len(alike) < _CROWD:  # of a form filled in a thousand times the first few stand for all
            near.insert(number, sketch)


def _preference(article: Article) -> tuple[object, ...]:
    missing = (article.author, article.url).count(None)
    return (article.date or date.max, missing, -len(article.text), article.path)


def _completed(article: Article, copies: Sequence[Article]) -> Article:
    def first(field: str) -> object:
        return next((value for copy in copies if (value := getattr(copy, field))), getattr(article, field))

    missing = {field: first(field) for field in ("author", "date", "url", "tags") if not getattr(article, field)}
    return replace(article, **missing) if missing else article  # type: ignore[arg-type]
