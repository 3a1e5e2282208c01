"""Candidates → those that may answer a question that names an author or a year: nothing else does, however near."""

import re
from collections.abc import Iterable
from dataclasses import replace

from columnbot.authors import authors_named, names_of
from columnbot.index import Index, embedded_text
from columnbot.language import fold
from columnbot.passages import Passage
from columnbot.retrieval import LOOKED_AT, Retrieved
from columnbot.years import names_a_year


def within_bounds(index: Index, retrieved: Retrieved) -> Retrieved:
    """What may answer a question that itself names an author or a year; all of it where it names none.

    What somebody thinks stands in what they wrote, or where they are named; what is told of an author in their columns
    or in those that name them; what happened in a year in columns of that year or the next, or that name it. A
    follow-up is bound by what it names itself, and not by what the question before it named.
    """
    question = retrieved.question
    people = authors_named(question.focus, index.archive.authors)
    author = None if question.is_follow_up or people - {question.author} else question.author
    years = question.years if names_a_year(question.focus) else frozenset()
    if not (author or people or years):
        return retrieved
    writes = _any_of(names_of(author)) if author else None
    spoken = _any_of(name for person in people for name in names_of(person)) if people and not author else None
    dated = _any_of(form for year in years for form in (str(year), f"'{year % 100:02}", f"’{year % 100:02}"))

    def may_answer(passage: Passage) -> bool:
        article, signed = passage.article, fold(passage.article.author or "")
        by_them = any(fold(name) in signed or (signed and signed in fold(name)) for name in people | {author} if name)
        whole = f"{article.title} {article.text}"
        then = article.date is None or bool(years & {article.date.year, article.date.year - 1})
        return (
            (writes is None or by_them or bool(writes.search(fold(embedded_text(passage)))))
            and (spoken is None or by_them or bool(spoken.search(whole)))
            and (not years or then or bool(dated.search(whole)))
        )

    kept = (found for found in retrieved.candidates[:LOOKED_AT] if may_answer(index.passages[found.number]))
    return replace(retrieved, candidates=tuple(kept))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words)))})(?!\w)", re.IGNORECASE)
