"""What a language model writes, taken apart: sentences as they come, the numbers they cite, and no markup."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from columnbot.addressed import seen_text
from columnbot.language import sentence_spans

_NUMBERS = r"[#^]?(\d{1,2}(?:\s*(?:,|;|en|and|&|[-–])\s*\d{1,2})*)"
_SOURCE = r"(?:bron(?:nen)?|fragment(?:en)?|passages?|sources?):?\s*"
_MARK = re.compile(  # in round brackets only with the word, or at the end: "Lotte (5) leerde fietsen" cites nothing
    rf"\s*(?:[\[【](?:{_SOURCE})?{_NUMBERS}[\]】](?!\()|\({_SOURCE}{_NUMBERS}\)|\({_NUMBERS}\)(?=\W*$|\s*[\[【(]))",
    re.IGNORECASE,
)
_BARE_MARK = re.compile(r"\s*(?:[\[【]\s*[#^]?\d[\d\s,;–-]*[\]】]|\(\d{1,2}\))")
_BULLET = re.compile(r"(?<=\n)\s*(?:[-*•]|\d{1,2}[.)])\s+$")
_ENDED = re.compile(r"(?:[.!?…][\"'”’)*_]*(?:\s*\(\d{1,2}\))?|[\]】])\s*$")
_MAY_END = frozenset(".!?…:]】)\"'”’*_")  # the last mark of a word that may end a sentence
THOUGHTS = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>\s*", re.DOTALL)


def sentences_of(pieces: Iterator[str]) -> Iterator[str]:
    """The sentences of a text that comes in pieces, each with the marks that stand behind it.

    A sentence is given once the next one has begun, so that an abbreviation does not end it and no
    mark is left behind.
    """
    text = ""
    for piece in pieces:
        text = THOUGHTS.sub("", re.sub(r"\n{3,}", "\n\n", text + piece))  # weak models go on with empty lines for ever
        if re.match(r"\s*<(?:t(?:h(?:i(?:n(?:k\w*)?)?)?)?)?(?:>|$)", text) or not _has_more(text):
            continue
        *whole, text = _split(text)
        yield from whole
    if re.match(r"\s*<think", text):
        return  # it was cut off while it thought
    *whole, last = _split(text)
    yield from whole
    if _ENDED.search(last):  # else it was cut off, and half a sentence may say the opposite
        yield last


def _has_more(text: str) -> bool:
    """Whether there may be more in it than one sentence."""
    there = text.strip()
    return "\n" in there or any(word[-1] in _MAY_END for word in there.split()[:-1])


def _split(text: str) -> list[str]:
    """The text cut into sentences; marks at the head of one belong to the one before. Joined, they are the text."""
    starts = [start for start, _ in sentence_spans(text)]
    bounds = []
    for start in starts[1:]:
        after = start
        while mark := _BARE_MARK.match(text, after):
            after = mark.end()
        rest = text[after:].lstrip()
        # At the end of what has come, a mark may be half there, or more of them may follow.
        if after == start and (bullet := _BULLET.search(text, 0, start)):
            after = bullet.start()
        if rest and not re.match(r"[\[【(]\s*[#^]?\d*[\d\s,;–-]*$", rest) and after not in bounds:
            bounds.append(after)
    return [text[a:b] for a, b in zip([0, *bounds], [*bounds, len(text)], strict=True)]


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as written, without its marks and without markup, and the numbers it cites."""

    text: str
    numbers: tuple[int, ...]
    had_link: bool


_IMAGE = re.compile(r"!\[[^\]]*\]\s*(?:\([^)]*\)|\[[^\]]*\])?")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\s*\[[^\]\d][^\]]*\])|\[(?![#^\d])([^\]]*)\]\s+\([^)]*\)")
_TAG = re.compile(r"<!--.*?(?:-->|$)|</?[a-zA-Z!?][^>]*(?:>|$)", re.DOTALL)
ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,15}:(?://|\S+@)|\bwww\.)\S+|\bdata:\w+/\S+|\bjavascript:\S*|\b[\w.+-]+@[\w-]+\.[\w.-]+|"
    # Of a name in capitals only what is hardly anything else: "ASP.NET", and "klaar.De" without its space, are none.
    r"(?<![\w@.])(?-i:(?:[A-Za-z0-9-]+\.)+(?:com|net|org|nl|be|eu|de|io|ai|app|dev|info|biz|me|co|uk|ru|cn|xyz|test|"
    r"example|invalid|local|site|online|shop|link|click|top|tk|ly|gl|COM|ORG|NL|RU|CN|XYZ))\b(?:/\S*)?",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|>\s+|[-*•]\s+|\d{1,2}[.)]\s+)|[*_`~]{2,}|(?<!\w)[*_`](?=\S)|(?<=\S)[*_`](?!\w)")


def _cited(mark: str) -> Iterator[int]:
    for first, last in re.findall(r"(\d+)(?:\s*[-–]\s*(\d+))?", mark):
        yield from range(int(first), int(last or first) + 1)


def written(sentence: str) -> Written:
    """Takes a sentence apart; links, images and HTML of the model's making are dropped."""
    plain = seen_text(sentence)
    bare = _TAG.sub(" ", _LINK.sub(r"\1\2", _IMAGE.sub(" ", plain)))
    bare, dropped = ADDRESS.subn(" ", bare)
    had_link = bool(dropped) or bool(_IMAGE.search(plain) or _LINK.search(plain) or _TAG.search(plain))
    numbers = dict.fromkeys(n for mark in _MARK.finditer(bare) for n in _cited(mark.group()))
    text = _MARKUP.sub("", _MARK.sub("", bare))
    text = re.sub(r"\s+([.,;:!?…])", r"\1", " ".join(text.split()))
    return Written(text, tuple(numbers), had_link)
