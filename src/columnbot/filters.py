"""Which columns may be found."""

from dataclasses import dataclass
from datetime import date

from columnbot.articles import Article
from columnbot.language import fold


@dataclass(frozen=True, slots=True)
class Filter:
    """What is None or empty does not restrict. Dates are inclusive; a column has to have every tag.

    `paths` are those of the columns that may be found.
    """

    author: str | None = None
    since: date | None = None
    until: date | None = None
    tags: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    paths: frozenset[str] = frozenset()

    def allows(self, article: Article) -> bool:
        """Whether that column may be found; an undated one only where no date is asked for."""
        day = article.date
        return (
            (self.author is None or fold(article.author or "") == fold(self.author))
            and (self.since is None or (day is not None and day >= self.since))
            and (self.until is None or (day is not None and day <= self.until))
            and (not self.years or (day is not None and day.year in self.years))
            and (not self.paths or article.path in self.paths)
            and {fold(tag) for tag in self.tags} <= {fold(tag) for tag in article.tags}
        )


EVERYTHING = Filter()
