"""The author whose columns a question asks for, by rules for Dutch and English."""

import re
from collections.abc import Iterable, Sequence

from columnbot.language import STOP_WORDS, fold, without_accents

# A name beside one of these is that of a writer; elsewhere it may be somebody written about.
_WRITES = (
    r"(?:schreef|schrijft|schreven|heeft|hebben|had|hadden|vindt|vinden|vond|vonden|zegt|zeggen|zei|zeiden|"
    r"denkt|denken|dacht|dachten|raadt|raadde|adviseert|adviseerde|noemt|noemde|beschrijft|beschreef|do|does|did|has|have)"
)
_BY = (
    r"(?:volgens|according to|by|(?:columns?|stuk(?:ken)?|artikel(?:en)?|posts?|geschreven|mening) (?:van|door)|"
    r"(?:columns?|articles?|posts?|opinions?|views?) of)"
)
_PARTICLES = STOP_WORDS | {"den", "der", "von"}


def author_of(question: str, authors: Sequence[str]) -> str | None:
    """The author whose columns the question asks for: named in full, or by a part of the name, as their writer."""
    asked = fold(question)
    near = [author for author in authors if any(part in asked for part in fold(author).split())]
    for author in near:
        if _writes(asked, [fold(author)]):
            return author
    for author in near:
        parts = _parts_of(author)
        # "Jan Terlouw" is not asked of Jan de Vries; what follows a name in lower case cannot be told.
        plain = without_accents(question)
        others = [
            part for part in parts if re.search(_ANOTHER.format(re.escape(part)), plain) or _behind(part, plain, parts)
        ]
        if _writes(asked, [part for part in parts if part not in others]):
            return author
    return None


def authors_named(question: str, authors: Iterable[str]) -> frozenset[str]:
    """The authors whom the question names in full, first name and last."""
    asked = fold(question)
    near = [author for author in authors if " " in author and fold(author) in asked]
    return frozenset(author for author in near if re.search(rf"\b{re.escape(fold(author))}\b", asked))


def names_of(author: str) -> tuple[str, ...]:
    """What an author may be called by, folded, the longest first: the whole name, and each of its parts."""
    return tuple(sorted({fold(author), *_parts_of(author)}, key=lambda name: (-len(name), name)))


_AND_WHO = re.compile(
    r"(?:(?:en|maar|and|but)\W+(?:(?:van|volgens|according to|by|what about|how about|hoe zit het met) )?|"
    r"(?:what|how) about |hoe zit het met )(?P<name>\w.*?)(?: (?:dan|then))?"
)


def of_another_author(asked: str, question: str, author: str | None, authors: Sequence[str]) -> str | None:
    """The question, which names its author, as a bare "En Jan Bos?" asks it of another one; else None."""
    who = _AND_WHO.fullmatch(fold(asked).strip(" ?!."))
    others = [other for other in authors if who and other != author and who["name"] in names_of(other)]
    plain = without_accents(question)
    if not author or len(others) != 1 or len(plain) != len(question):
        return None
    for name in names_of(author):
        if match := re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", plain, re.IGNORECASE):
            return question[: match.start()] + others[0] + question[match.end() :]
    return None


def _parts_of(author: str) -> list[str]:
    return [part for part in fold(author).split() if len(part) > 2 and part not in _PARTICLES]


def _behind(part: str, question: str, own: Sequence[str]) -> bool:
    """Whether another first name stands before it: "Wouter Bos" is not Jan Bos."""
    before = re.search(rf"(?<=[^\W_] )([A-ZÀ-Þ][\w-]+) (?i:{re.escape(part)})\b", question)
    return before is not None and fold(before[1]) not in own


_PARTICLE = r"(?:(?:von|de|den|der|te|ten|ter|la|le|['’]t) )*"
_OF_WHAT = r"(?:vindt|vond|denkt|dacht)"  # what follows with "van" is what is asked about
# Behind a first name another family name. "Jan van Dalen" is one, but "Wat vindt Jan van Dalen?" asks about Dalen.
_ANOTHER = (
    rf"(?i:\b{{0}}) {_PARTICLE}[A-ZÀ-Þ]|"
    rf"(?<!\bvindt )(?<!\bvond )(?<!\bdenkt )(?<!\bdacht )(?i:\b{{0}}) van {_PARTICLE}[A-ZÀ-Þ]|"
    rf"{_OF_WHAT} (?i:{{0}}) van {_PARTICLE}[A-ZÀ-Þ][\w-]* van\b"
)


def _writes(asked: str, names: Sequence[str]) -> bool:
    """Whether one of these names stands where a writer's does, and is no word ("toen de bakker had gebeld")."""
    called = "|".join(map(re.escape, names))
    return bool(names) and bool(
        re.search(rf"\b(?:{_WRITES}|{_BY}) (?:{called})\b|(?<!\bde )(?<!\bhet )(?<!\been )(?<!\bthe )(?<!\ba )"
                  rf"\b(?:{called}) {_WRITES}\b", asked)
    )  # fmt: skip


def is_a_word(name: str, question: str) -> bool:
    """Whether what may be a part of a name is a word of the question's: "het bos", where Kees Bos writes."""
    there = [word for word in re.findall(r"[\w-]+", question) if fold(word) == name]
    with_article = rf"\b(?:de|het|een|the|an?) {re.escape(name)}\b"
    return not any(word[0].isupper() for word in there) and bool(re.search(with_article, fold(question)))


def by_guest(author: str | None, tags: Iterable[str], main_author: str | None) -> bool:
    """Whether a column of that author and tags is by a guest of the archive's main author."""
    return bool(author and author != main_author) or any(_GUEST_TAG.match(fold(tag)) for tag in tags)


_GUEST_TAG = re.compile(r"gast(?:artikel|auteur|bijdrage|blog|column|post|schrijver)|guest")
# "The" guest is one of the archive; "een gastblogger" may be the subject.
GUEST = re.compile(
    r"\b(?:de|deze|the|this) (gast(?:schrijver|schrijfster|auteur|blogger|columnist|redacteur)|"
    r"guest (?:author|writer|blogger|columnist|editor))\b",
    re.IGNORECASE,
)
