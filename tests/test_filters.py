"""A filter finds the columns that its definition names."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from columnbot.articles import Article
from columnbot.filters import Columns, Filter
from columnbot.language import fold

NAMES = st.sampled_from(["Zoë Vos", "zoe vos", "Bram", "", "BRAM"])
TAGS = st.lists(st.sampled_from(["Water", "water", "één", "Een", "fiets"]), max_size=3).map(tuple)
DAYS = st.dates(date(2009, 12, 30), date(2011, 1, 2))
ARTICLES = st.lists(st.tuples(NAMES, st.none() | DAYS, TAGS), max_size=8).map(
    lambda rows: [
        Article(f"{n}.md", "Een titel", "Een zin.", author or None, day, tags=tags)
        for n, (author, day, tags) in enumerate(rows)
    ]
)
FILTERS = st.builds(
    Filter,
    author=st.none() | NAMES,
    since=st.none() | DAYS,
    until=st.none() | DAYS,
    tags=TAGS,
    years=st.lists(st.integers(0, 2012), max_size=3).map(tuple),
    paths=st.frozensets(st.sampled_from(["0.md", "1.md", "elders.md"])),
)


def allows(where: Filter, article: Article) -> bool:
    day = article.date
    return (
        (where.author is None or fold(article.author or "") == fold(where.author))
        and (where.since is None or (day is not None and day >= where.since))
        and (where.until is None or (day is not None and day <= where.until))
        and (not where.years or (day is not None and day.year in where.years))
        and (not where.paths or article.path in where.paths)
        and {fold(tag) for tag in where.tags} <= {fold(tag) for tag in article.tags}
    )


@given(ARTICLES, FILTERS)
def test_the_allowed_are_those_that_each_condition_allows(articles: list[Article], where: Filter) -> None:
    assert Columns(articles).allowed(where).tolist() == [allows(where, article) for article in articles]
