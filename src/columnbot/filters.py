"""Which columns may be found."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache

import numpy as np
from numpy.typing import NDArray

from columnbot.articles import Article
from columnbot.errors import FilterError
from columnbot.language import fold


@dataclass(frozen=True, slots=True)
class Filter:
    """What is None, empty or blank does not restrict. Dates are inclusive; a column has to have every tag.

    `paths` are those of the columns that may be found. A column without a date is found only where
    no date is asked for.
    """

    author: str | None = None
    since: date | None = None
    until: date | None = None
    tags: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    paths: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        tags = (self.tags,) if isinstance(self.tags, str) else self.tags  # one tag, and not one a letter
        object.__setattr__(self, "tags", tuple(tag.strip() for tag in tags if tag.strip()))
        object.__setattr__(self, "author", (self.author or "").strip() or None)

    def require(self, authors: Sequence[str], tags: Collection[str]) -> None:
        """Raises `FilterError` for what an archive of these authors and folded tags cannot have."""
        if self.since and self.until and self.since > self.until:
            raise FilterError(
                f"The filter ends before it begins: since (--since) is {self.since}, until (--until) {self.until}; "
                "swap the two."
            )
        if self.author is not None:
            _require("author", self.author, {fold(author): author for author in authors})
        for tag in self.tags:
            _require("tag", tag, {known: known for known in tags})


def _require(kind: str, asked: str, known: Mapping[str, str]) -> None:
    if fold(asked) in known:
        return
    parts = set(fold(asked).split())
    near = get_close_matches(fold(asked), known, 3, 0.5) + [name for name in known if parts & set(name.split())]
    there = ", ".join(repr(known[name]) for name in list(dict.fromkeys(near))[:3])
    nearest = f"the nearest are {there}" if there else f"it has {'some others' if known else 'none at all'}"
    raise FilterError(f"The archive has no {kind} {asked!r} (--{kind}); {nearest}.")


EVERYTHING = Filter()


class Columns:
    """What filters look at of an archive's columns, so that none of them has to walk past a hundred thousand."""

    def __init__(self, articles: Sequence[Article]) -> None:
        folded = cache(fold)  # the same few authors and tags, again and again
        authors, tags = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
        for number, article in enumerate(articles):
            authors[folded(article.author or "")].append(number)
            for tag in {folded(tag) for tag in article.tags}:
                tags[tag].append(number)
        days = [article.date for article in articles]
        self._authors = {author: np.array(numbers) for author, numbers in authors.items()}
        self._tags = {tag: np.array(numbers) for tag, numbers in tags.items()}
        self._paths = {article.path: number for number, article in enumerate(articles)}
        self._days = np.array([day.toordinal() if day else 0 for day in days], np.int64)
        self._years = np.array([day.year if day else 0 for day in days], np.int64)

    def allowed(self, where: Filter) -> NDArray[np.bool_]:
        """Which of the columns may be found, bool (columns,)."""
        found = np.ones(len(self._days), bool)
        if where.author is not None:
            found &= self._only(self._authors.get(fold(where.author), ()))
        for tag in where.tags:
            found &= self._only(self._tags.get(fold(tag), ()))
        if where.paths:
            found &= self._only([self._paths[path] for path in where.paths if path in self._paths])
        if where.years:
            found &= np.isin(self._years, where.years) & (self._years > 0)
        if where.since is not None:
            found &= self._days >= where.since.toordinal()
        if where.until is not None:
            found &= (self._days <= where.until.toordinal()) & (self._days > 0)
        return found

    def _only(self, numbers: Iterable[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
        only = np.zeros(len(self._days), bool)
        only[np.asarray(numbers, np.int64)] = True
        return only
