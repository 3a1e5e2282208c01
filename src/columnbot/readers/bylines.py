"""Authors as a whole archive knows them: one spelling a person, the only author of unsigned columns, and guests."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from columnbot.articles import Article
from columnbot.language import fold

_PARTICLES = {"de", "den", "der", "het", "ten", "ter", "te", "van", "von", "la", "le", "du", "el", "al", "in", "'t"}
_GUEST = re.compile(
    r"(?i:(?:dit|deze|this)?\s*(?:is (?:een|a) )?"
    r"(?:gast(?:blog|column|artikel|bijdrage|post|stuk)|guest (?:post|column|blog)))"
    r"\s*(?:(?:is|was)\s+)?(?:(?:geschreven|written)\s+)?(?:door|van|by|:)\s+(?:[a-zà-ÿ]+,?\s+){0,4}?"
    r"((?:[A-ZÀ-Þ][\w'’-]+|[A-Z]\.)(?:\s+(?:[A-ZÀ-Þ][\w'’-]+|van|de|den|der|ten|ter|het|'t))*\s+[A-ZÀ-Þ][\w'’-]+)",
)


def complete_bylines(articles: Sequence[Article]) -> tuple[list[Article], tuple[str, ...]]:
    """The articles with their authors' names spelled out, and a note on each thing inferred.

    A login ("frankmeeuwsen") becomes the name that other articles write out with the same letters.
    Where at least half of the columns are signed, all by one person, the others are taken for theirs;
    but a column that says that a guest wrote it is the guest's, whoever posted it.
    """
    spelled = _spellings([article.author for article in articles if article.author])
    named = [replace(a, author=spelled[letters(a.author)]) if a.author else a for a in articles]
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
        articles_are = "article is" if unsigned == 1 else "articles are"
        notes.append(
            f"{unsigned} unsigned {articles_are} taken for {author}'s, who signed the other {len(named) - unsigned}."
        )
        named = [article if article.author else replace(article, author=author) for article in named]
    for number, article in enumerate(named):
        guest = _guest_of(article.text)
        if guest and guest != article.author:
            other = f", not {article.author}" if article.author else ""
            notes.append(f"{article.path} calls itself a guest's: its author is {guest}{other}.")
            named[number] = replace(article, author=guest)
    return named, tuple(notes)


def _guest_of(text: str) -> str | None:
    """The guest whom the first paragraph or the last names as the writer: "Dit gastblog is geschreven door …"."""
    for paragraph in (text.partition("\n\n")[0], text.rpartition("\n\n")[2]):
        match = _GUEST.match(paragraph)
        if match and is_name(match[1]):
            return match[1]
    return None


# What closes a column, too, in capitals now and then.
_GREETING = re.compile(
    r"(?:(?:nog )?(?:een |a )?(?:heel |hele |very )?"
    r"(?:(?:gelukkige?|fijne?|prettige?|zalige?|vrolijke?|goede?|mooie?) .+|(?:happy (?:new|holi)|merry (?:chr|xm)).*)|"
    r"(?:met |with )?(?:vriendelijke|hartelijke|lieve|warme|kind|best|warm) (?:groet(?:en|jes)?|regards|wishes).*|"
    r"met groet.*|tot (?:de )?(?:volgende|morgen|straks|dan|ziens)\b.*|until (?:next|then)\b.*|"
    r"veel (?:plezier|succes|sterkte|geluk|leesplezier)\b.*|good (?:luck|night)\b.*|wordt vervolgd|the end)",
    re.IGNORECASE,
)


def is_name(line: str) -> bool:
    """Two to five words that look like a person's name: capitals, but for particles such as "van der"; no greeting."""
    words = line.split()
    if not 2 <= len(words) <= 5 or not re.fullmatch(r"[^\W\d_][\w.'’ -]*", line) or _GREETING.fullmatch(line):
        return False
    capitals = [word for word in words if word.lower() not in _PARTICLES]
    return len(capitals) >= 2 and all(word[0].isupper() for word in capitals) and not line.endswith(" ")


def _spellings(authors: Sequence[str]) -> dict[str, str]:
    """For the letters of each name its best spelling: of several words before one, then the most frequent."""
    counts = Counter(authors)
    best: dict[str, str] = {}
    for author in sorted(counts, key=lambda name: (len(name.split()) > 1, name != name.lower(), counts[name], name)):
        best[letters(author)] = author
    return best


def letters(name: str) -> str:
    """What is left of a name without spaces, marks, accents and capitals: a login and a name may share it."""
    return re.sub(r"[\W_]", "", fold(name))
