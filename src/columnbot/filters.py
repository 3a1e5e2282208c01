"""Which columns may be found."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from columnbot.articles import Article
from columnbot.index import Index
from columnbot.language import fold


@dataclass(frozen=True, slots=True)
class Filter:
    """What is None or empty does not restrict. Dates are inclusive; a column has to have every tag.

    `path` is that of the one column that may be found.
    """

    author: str | None = None
    since: date | None = None
    until: date | None = None
    tags: tuple[str, ...] = ()
    path: str | None = None

    def allows(self, article: Article) -> bool:
        """Whether that column may be found; an undated one only where no date is asked for."""
        return (
            (self.author is None or fold(article.author or "") == fold(self.author))
            and (self.since is None or (article.date is not None and article.date >= self.since))
            and (self.until is None or (article.date is not None and article.date <= self.until))
            and {fold(tag) for tag in self.tags} <= {fold(tag) for tag in article.tags}
            and self.path in (None, article.path)
        )

    def allowed(self, index: Index) -> NDArray[np.bool_] | None:
        """Which passages may be found, bool (passages,); None when all may."""
        if self == EVERYTHING:
            return None
        return passages_of(index, [self.allows(article) for article in index.articles])


EVERYTHING = Filter()


def passages_of(index: Index, articles: list[bool]) -> NDArray[np.bool_]:
    """The passages of some articles, both as a mask: bool (passages,)."""
    return np.asarray(np.array(articles, bool)[index.passages.places[:, 0]])
