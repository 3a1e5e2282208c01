"""Authors as a whole archive knows them: one spelling a person, and the only author of unsigned columns."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from columnbot.articles import Article
from columnbot.language import fold


def complete_bylines(articles: Sequence[Article]) -> tuple[list[Article], tuple[str, ...]]:
    """The articles with their authors' names spelled out, and a note on each thing inferred.

    A login ("frankmeeuwsen") becomes the name that other articles write out with the same letters.
    Where at least half of the columns are signed, all by one person, the others are taken for theirs.
    """
    spelled = _spellings([article.author for article in articles if article.author])
    named = [replace(a, author=spelled[_letters(a.author)]) if a.author else a for a in articles]
    notes = [
        f'The author "{login}" is written out as "{name}".'
        for login, name in sorted(
            {(a.author, b.author) for a, b in zip(articles, named, strict=True) if a.author != b.author}
        )
    ]
    authors = {article.author for article in named} - {None}
    unsigned = sum(article.author is None for article in named)
    if len(authors) == 1 and 0 < unsigned <= len(named) / 2:
        (author,) = authors
        notes.append(
            f"{unsigned} unsigned articles are taken for {author}'s, who signed the other {len(named) - unsigned}."
        )
        named = [article if article.author else replace(article, author=author) for article in named]
    return named, tuple(notes)


def _spellings(authors: Sequence[str]) -> dict[str, str]:
    """For the letters of each name its best spelling: of several words before one, then the most frequent."""
    counts = Counter(authors)
    best: dict[str, str] = {}
    for author in sorted(counts, key=lambda name: (len(name.split()) > 1, name != name.lower(), counts[name], name)):
        best[_letters(author)] = author
    return best


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", fold(name))
