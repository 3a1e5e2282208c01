"""Sentences of a text, and its words as the lexical index sees them, in Dutch and English."""

import re
import threading
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from snowballstemmer.dutch_stemmer import DutchStemmer
from snowballstemmer.english_stemmer import EnglishStemmer

from columnbot.blocks import blocks_of

if TYPE_CHECKING:
    from choppa import SrxDocument

ANALYSER_VERSION = 1  # goes into every index; a change here makes older ones be rebuilt

_WORD = re.compile(r"[^\W_]+(?:['’´`\-‐‑][^\W_]+)*")
_DUTCH_WORDS = frozenset(
    """
    aan al alle allemaal als altijd bij binnen daar daarom dan dat de deze die dit doen door dus een één
    eens elk elke en er ergens geen ging had hadden heb hebben hebt heeft hem hen het hier hij hoe
    hoeveel hun ik in is ja je jij jou jouw jullie kan kon kun kunnen kunt maar me meer men mij mijn
    moest moet moeten na naar niet niets nog nu of om omdat onder ons onze ook op over per sinds te
    tegen ten ter tijdens toch toen tot tussen u uit uw vaak van vanaf vanuit veel via voor waar waarom
    wanneer waren was wat we weer wel welk welke werd werden wie wij wil willen wilde word worden wordt
    zal ze zich zij zijn zo zo'n zoals zonder zou zouden d.w.z
    """.split()
)
_ENGLISH_WORDS = frozenset(
    """
    a about after all also an and any are as at be been but by can could did do does for from had has
    have he her him his how i if in into is it its many me more most much my no not of on or our out she
    should so some than that the their them then there these they this those to up us was we were what
    when where which who whom why will with would you your
    """.split()
)
_PARTICIPLE = re.compile(r"ge(?!\w*(?:nissen|ingen|heden|schappen)$)\w{2,}(?:t|d|en)$")
STOP_WORDS = _DUTCH_WORDS | _ENGLISH_WORDS


def language_of(text: str, default: str = "nl") -> str:
    """ "nl" or "en": whose function words the text has more of (words of both count for neither)."""
    dutch = english = 0
    for word in _WORD.findall(text[:20_000].lower()):
        dutch += word in _DUTCH_WORDS and word not in _ENGLISH_WORDS
        english += word in _ENGLISH_WORDS and word not in _DUTCH_WORDS
    if dutch == english:
        return default
    return "nl" if dutch > english else "en"


def sentence_spans(text: str, language: str = "nl") -> list[tuple[int, int]]:
    """Character spans of the sentences, in order, without the white space around them.

    A blank line always ends a sentence; so does the end of a list item or of a heading's line.
    Within a paragraph LanguageTool's segmentation rules decide (SRX, by `choppa-srx`), mended
    where they part what belongs together.
    """
    spans = []
    for block in blocks_of(text):
        spans += [(block.start + a, block.start + b) for a, b in _split_block(text[block.start : block.end], language)]
    return spans


def _split_block(block: str, language: str) -> list[tuple[int, int]]:
    from choppa import SrxTextIterator

    cuts, at = set(), 0
    for piece in SrxTextIterator(_rules(), f"{language}_two", block):
        at += len(piece)
        if not any(a.search(block[max(0, at - 60) : at]) and b.match(block[at:].lstrip()) for a, b in _NO_CUT):
            cuts.add(at)
    for aside in _ASIDE.finditer(block):
        cuts -= set(range(aside.start() + 1, aside.end()))
    for pattern in _CUT_BEHIND:
        cuts |= {match.end() for match in pattern.finditer(block)}
    bounds = [0, *sorted(cuts - {0, len(block)}), len(block)]
    spans = []
    for start, end in pairwise(bounds):
        piece = block[start:end]
        if piece.strip():
            spans.append((start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
    return spans


# Where the SRX rules cut and should not: (what stands before, what stands after).
_NO_CUT = (
    # "2." alone is a list's number.
    (re.compile(r"(?:^|[.!?…:]\s)\s*\d{1,2}\.\s*$"), re.compile(r"[^\W\d_]|[\"“‘'(]")),
    # An abbreviation or month that runs on in lower case or in a number: "dec. 2012".
    (
        re.compile(
            r"\b(?:(?i:dr|mr|drs|ir|ing|prof|mevr|dhr|st|nr|blz|pag|art|bijv|evt|resp|ca|vs|incl|excl|min|max|tel|"
            r"jan|feb|mrt|apr|aug|sept|okt|nov|dec)|\w{3,}str|Inc|Ltd|Corp|Co)\.\s*$"
        ),
        re.compile(r"[a-zà-ÿ0-9]"),
    ),
)
# An aside in mid-sentence (with a stop of its own!) stays in its sentence.
_ASIDE = re.compile(r"(?<![.!?…:])(?<![.!?…][\"”’'])(?<=\S)\s\([^()]{1,200}\)")
# Words that open a Dutch sentence; "De" and "Het" open names too (De Vries), unless a lower-case word follows.
_OPENER = (
    r"(?:(?:Ik|Je|Jij|Hij|Zij|Ze|We|Wij|Jullie|Dit|Dat|Deze|Die|Er|Daar|Hier|Maar|En|Of|Want|Dus|Als|Toen|Nu|Ook|Om|"
    r"Omdat|Sinds|Zo|Wat|Wie|Waar|Hoe|Waarom|Natuurlijk|Eigenlijk|Niet|Geen|Daarna|Daarom|Toch|Misschien|Zoals|Verder)"
    r"\b(?![.'’\-])|(?:De|Het|Een|Van)\s+(?!(?:de[nr]?|het|te[nr]?|['’]t)\s+[A-Z])[a-zà-ÿ])"
)
_CUT_BEHIND = (
    re.compile(r"(?<=\s)[:;=]['’]?-?[)(DPp]+\s+(?=[\"“‘'(]?[A-ZÀ-Þ0-9])"),  # a smiley
    re.compile(r"\b(?:[A-Z]|(?:[A-Z]\.)+[A-Z]|e\.d|c\.s)\.\s+(?=" + _OPENER + ")"),  # an initial or acronym at the end
    re.compile(r"(?<=[\w!?…])[\"”]\s+(?=" + _OPENER + ")"),  # a quotation without a stop of its own
)


@cache
def _rules() -> "SrxDocument":
    from choppa import SrxDocument

    return SrxDocument(ruleset=str(files("choppa") / "data" / "srx" / "languagetool_segment.srx"))


def fold(text: str) -> str:
    """Lower case, accents off, typographic apostrophes and hyphens made plain."""
    return without_accents(text.lower().translate(_PLAIN_MARKS))


def without_accents(text: str) -> str:
    """Accents off, and one way to write each letter."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


_PLAIN_MARKS = str.maketrans({"’": "'", "´": "'", "`": "'", "‐": "-", "‑": "-"})


def terms_of(text: str, language: str = "nl") -> list[str]:
    """The stems of the words that carry meaning, in order, repeated as they stand.

    A hyphenated word gives its parts and the whole ("e-mail": email; "it-afdeling": it, afdeling,
    itafdeling); a possessive or plural 's is dropped.
    """
    return [term for word in _WORD.findall(text) for term in _terms_of_word(word, language)]


def stems_of(text: str) -> frozenset[str]:
    """The stems of a text in either language, for one that may be in both."""
    return frozenset(term for language in ("nl", "en") for term in terms_of(text, language))


def content_words(text: str) -> list[tuple[int, int]]:
    """Character spans of the words that carry meaning, in order."""
    return [match.span() for match in _WORD.finditer(text) if _terms_of_word(match.group(), "nl")]


def content_terms(text: str, language: str = "nl") -> list[tuple[int, tuple[str, ...]]]:
    """Where each word that carries meaning begins, and its stems."""
    words = ((match.start(), _terms_of_word(match.group(), language)) for match in _WORD.finditer(text))
    return [(start, stems) for start, stems in words if stems]


@lru_cache(maxsize=200_000)
def _terms_of_word(word: str, language: str) -> tuple[str, ...]:
    word = re.sub(r"'s?$|'s(?=-)", "", fold(word).removeprefix("'"))
    parts = [part for part in re.split(r"[-']", word) if part]
    whole = "".join(parts)
    candidates = [whole, *parts] if len(parts) > 1 else parts
    telling = [part for part in candidates if part not in STOP_WORDS and (len(part) > 1 or part.isdigit())]
    return tuple(stem for part in telling for stem in stems(part, language))


@lru_cache(maxsize=200_000)
def stems(word: str, language: str) -> tuple[str, ...]:
    """Snowball's stem of a word; for Dutch Kraaij-Pohlmann's.

    That takes off any *ge-*, which joins "gewerkt" to "werken" but also "geweldig" to "wel" and parts
    "getal" from "getallen". A word keeps its *ge-* here; one that may be a participle gets both stems.
    """
    if language == "en":
        return (str(_stemmers.english.stemWord(word)),)
    stemmed = str(_stemmers.dutch.stemWord(word))
    if not word.startswith("ge") or stemmed.startswith("ge"):
        return (stemmed,)
    whole = f"ge{stemmed}"
    return (whole, stemmed) if _PARTICIPLE.match(word) else (whole,)


class _Stemmers(threading.local):
    """Each thread's own: a stemmer keeps the word it is at work on in itself.

    Taken by their classes: where PyStemmer is installed, `snowballstemmer.stemmer` hands out that one's, of whatever
    version, and an index made without it would be asked for other stems.
    """

    def __init__(self) -> None:
        self.dutch, self.english = DutchStemmer(), EnglishStemmer()


_stemmers = _Stemmers()


NGRAM = 5


def ngrams_of(text: str) -> list[str]:
    """Character 5-grams of the words that carry meaning, marked at both ends: they find compounds and typos."""
    return [gram for word in _WORD.findall(text) for gram in _ngrams_of_word(word)]


@lru_cache(maxsize=200_000)
def _ngrams_of_word(word: str) -> tuple[str, ...]:
    plain = fold(word).replace("-", "").replace("'", "")
    if plain in STOP_WORDS or len(plain) < 2:
        return ()
    marked = f"_{plain}_"
    return tuple(marked[i : i + NGRAM] for i in range(max(1, len(marked) - NGRAM + 1)))
