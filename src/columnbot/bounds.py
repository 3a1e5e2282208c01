"""Candidates → those that may answer a question that names an author or years: nothing else does, however near."""

import re
from collections.abc import Iterable
from dataclasses import replace

from columnbot.authors import authors_named, names_of
from columnbot.index import Index, embedded_text
from columnbot.language import fold
from columnbot.passages import Passage
from columnbot.retrieval import LOOKED_AT, Retrieved


def within_bounds(index: Index, retrieved: Retrieved) -> Retrieved:
    """What may answer a question that names an author or years; all of it where it names none.

    What somebody thinks stands in what they wrote, or where they are named; what is told of an author in their columns
    or in those that name them; what happened in a year in columns of that year or the next, or that name it.
    """
    author, years = retrieved.question.author, retrieved.question.years
    spoken_of = authors_named(retrieved.question.focus, index.archive.authors) - {author}
    if not (author or years or spoken_of):
        return retrieved
    writes = _any_of(names_of(author)) if author else None
    spoken = _any_of(name for person in spoken_of for name in names_of(person)) if spoken_of else None
    dated = _any_of(map(str, years)) if years else None

    def may_answer(passage: Passage) -> bool:
        article = passage.article
        whole = fold(f"{article.title} {article.text}")
        then = article.date is None or bool(years & {article.date.year, article.date.year - 1})
        return (
            (writes is None or article.author == author or bool(writes.search(fold(embedded_text(passage)))))
            and (spoken is None or article.author in spoken_of or bool(spoken.search(whole)))
            and (dated is None or then or bool(dated.search(whole)))
        )

    kept = (found for found in retrieved.candidates[:LOOKED_AT] if may_answer(index.passages[found.number]))
    return replace(retrieved, candidates=tuple(kept))


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b")
