"""What every reader does with a source: bytes to text, markup to paragraphs, dates out of what people write."""

import codecs
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from pathlib import PurePosixPath

from lxml import etree
from lxml import html as lxml_html

from columnbot.blocks import ITEM, QUOTED


class Unreadable(Exception):
    """Why a file gives no article; the text goes into the report."""


@dataclass(frozen=True, slots=True)
class SavedText:
    """A file of plain text, to be read when all have been seen: what repeats over them is not the column's."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or an item in a file, that gave no article or was read only in part, and why."""

    path: str
    reason: str


def failure(error: Exception) -> str:
    """Why there is no article where a reader, or a parser that it uses, stumbled over what nobody had foreseen."""
    words = " ".join(str(error).split())[:120]
    return f"its reader failed ({type(error).__name__}{': ' if words else ''}{words})"


AS_WINDOWS_1252 = "as-windows-1252"  # to decode with, as `errors`: what is no UTF-8 is read so


def decode(content: bytes) -> str:
    """UTF-8, with or without a mark; else windows-1252, in which most older Dutch pages were written.

    Where most of the text is UTF-8, bytes pasted in from windows-1252 are read as such.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
        content = content[: len(content) // 2 * 2]  # a cut-off last character is not worth the rest
    else:
        encodings = ("utf-8-sig", "cp1252")
    if b"\0" in content and encodings[0] != "utf-16":
        raise Unreadable("not text: it holds NUL bytes")
    for encoding in encodings:
        try:
            return with_plain_ends(content.decode(encoding))
        except UnicodeDecodeError:
            sequences = _UTF8_SEQUENCE.findall(content)
            stray = len(_HIGH_BYTE.findall(content)) - sum(map(len, sequences))
            if encoding == "utf-8-sig" and len(sequences) > stray:
                return with_plain_ends(content.decode(encoding, AS_WINDOWS_1252))
            if encoding == "cp1252" and len(_NOT_IN_1252.findall(content)) <= FEW_STRAY * len(content):
                return with_plain_ends(content.decode(encoding, "replace"))
    raise Unreadable("not text: its bytes fit neither UTF-8 nor windows-1252")


_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_NOT_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
FEW_STRAY = 0.01  # share of bytes that may be broken in a text that is one


def with_plain_ends(text: str) -> str:
    """The text with lines that end as Python's do, and no characters that were encoded twice."""
    return _encoded_once(text.replace("\r\n", "\n").replace("\r", "\n"))


# UTF-8 that was read as windows-1252 and stored like that: "vÃ³Ã³r", "â€œhalloâ€".
_ENCODED_TWICE = re.compile(r"[ÂÃÅ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ ]|â€")


def _encoded_once(text: str) -> str:
    if not _ENCODED_TWICE.search(text):
        return text
    from ftfy import fix_encoding  # seldom needed, and slow to import

    return fix_encoding(text)


def _stray(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(AS_WINDOWS_1252, _stray)
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})
_OTHER_BREAKS = re.compile("[\x0b\x0c\x85\u2028\u2029]")  # Word's line, and pages
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n[ \n]*\n")


def clean(text: str) -> str:
    """NFC; what was encoded twice mended; invisible and control characters out; one blank line between paragraphs."""
    text = unicodedata.normalize("NFC", _encoded_once(text))
    text = _OTHER_BREAKS.sub("\n", text)
    unseen = {ord(c): None for c in set(text) if unicodedata.category(c) in _UNSEEN and c not in "\n\t"}
    text = text.translate(unseen) if unseen else text
    text = _SPACES.sub(" ", text)
    text = "\n".join(line.strip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip()


# What a column has struck out it no longer says; a tag that is not closed strikes out nothing.
_STRUCK = ("s", "strike", "del")
_DROPPED = frozenset(
    """
    script style iframe svg noscript form button select textarea object embed head nav template video
    audio canvas math
    """.split()
)
_BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption
    figure footer h1 h2 h3 h4 h5 h6 header hr html legend main menu ol p pre section summary table tbody
    tfoot thead ul
    """.split()
)


def text_of_html(markup: str) -> str:
    """The words of HTML as clean paragraphs: a list item a line behind "- ", a table's row a line.

    A paragraph of a block that is quoted stands behind "> ".
    """
    if not markup.strip():
        return ""
    markup = _without_open_comment(markup.translate(_NO_MARKS))
    # A page of a few hundred elements in one another is no attack, and libxml2 has a bound for larger ones too.
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return ""
    dropped = _DROPPED.union(tag for tag in _STRUCK if _is_closed(tag, markup))
    out: list[str] = []
    # A stack instead of recursion: pages can be nested deeper than Python's call stack.
    stack: list[tuple[etree._Element | None, str, bool]] = [(root, "", False)]
    while stack:
        element, words, as_is = stack.pop()
        out.append(words)
        if element is None:
            continue
        tag = element.tag if isinstance(element.tag, str) else ""
        before, after = _surroundings(element, tag)
        out.append(before)
        stack.append((None, after + _inline(element.tail, as_is), False))
        if tag in dropped or not tag:
            continue
        if tag == "img":
            out.append(" ")  # not its alt text: that describes what is to be seen, and seldom in the columnist's words
        as_is = as_is or tag == "pre"  # a line is a line in it, in what stands inside it too
        out.append(_inline(element.text, as_is))
        stack += [(child, "", as_is) for child in reversed(element)]
    return _with_quotes_marked(_with_items_marked("".join(out)))


def _is_closed(tag: str, markup: str) -> bool:
    opened, closed = (len(re.findall(rf"<{mark}{tag}[\s>]", markup, re.IGNORECASE)) for mark in ("", "/"))
    return opened == closed


# Around what is quoted and around an item of a list, while the text is put together.
_QUOTE, _UNQUOTE, _ITEM, _END_OF_ITEM = "\x02", "\x03", "\x04", "\x05"
_NO_MARKS = dict.fromkeys(map(ord, (_QUOTE, _UNQUOTE, _ITEM, _END_OF_ITEM)))


def without_comments(markup: str) -> str:
    """Without `<!-- … -->`, among them the marks of WordPress's blocks; one that is not closed is no comment."""
    kept: list[str] = []
    start = 0
    while (opening := markup.find("<!--", start)) >= 0 and (closing := markup.find("-->", opening)) >= 0:
        kept.append(markup[start:opening])
        start = closing + 3
    return "".join([*kept, _without_open_comment(markup[start:])])


def _without_open_comment(markup: str) -> str:
    """Without the mark of a comment that nothing closes: a parser would take all that follows for the comment."""
    closed = markup.rfind("-->") + 1
    return markup[:closed] + markup[closed:].replace("<!--", "")


def _with_items_marked(text: str) -> str:
    """A hyphen before the first words of an item, in whatever block these stand; an item without words is none."""
    if _ITEM not in text:
        return text
    text = re.sub(f"{_ITEM}\\s*(?=[{_ITEM}{_END_OF_ITEM}{_QUOTE}{_UNQUOTE}])", "", text)
    return re.sub(f"{_ITEM}\\s*", ITEM, text).replace(_END_OF_ITEM, "")


def _with_quotes_marked(text: str) -> str:
    paragraphs, depth = [], 0
    for piece in re.split(f"([{_QUOTE}{_UNQUOTE}])", text):
        depth += (piece == _QUOTE) - (piece == _UNQUOTE)
        words = clean(piece)
        if words and depth:
            words = "\n\n".join(QUOTED + paragraph.removeprefix(QUOTED) for paragraph in words.split("\n\n"))
        paragraphs.append(words)
    return "\n\n".join(filter(None, paragraphs))


def _surroundings(element: etree._Element, tag: str) -> tuple[str, str]:
    if tag == "li":
        return f"\n{_ITEM}", f"{_END_OF_ITEM}\n"
    if tag == "blockquote" and not _is_pull_quote(element):
        return _QUOTE, _UNQUOTE
    parent = element.getparent()
    if tag == "p" and parent is not None and parent.tag == "li":
        return " ", " "  # Markdown's loose lists: still one line an item
    if tag in _BLOCKS:
        return "\n\n", "\n\n"
    if tag in ("br", "tr"):
        return "\n", ""
    return ("", " | ") if tag in ("td", "th") and element.getnext() is not None else ("", "")


def _is_pull_quote(element: etree._Element) -> bool:
    """The columnist's own words, set large."""
    parent = element.getparent()
    return any("pullquote" in (some.get("class") or "") for some in (element, parent) if some is not None)


def _inline(text: str | None, as_is: bool = False) -> str:
    return (text if as_is else re.sub(r"\s+", " ", text)) if text else ""


_ISO_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:([-/._])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:\d{4}(?:\d\d)?)?)(?!\d)"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb",
            "maart march mrt mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "augustus august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_DAY_FIRST = re.compile(r"(?<![\d./-])(\d{1,2})([-/.])(\d{1,2})\2((?:19|20)\d\d)(?!\d)")
_WRITTEN_DATE = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?[ .-]+([a-z]{3,9})\.?[ ,.-]+((?:19|20)\d\d)\b", re.IGNORECASE)
_ENGLISH_DATE = re.compile(r"\b([a-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +((?:19|20)\d\d)\b", re.IGNORECASE)


def find_date(value: object) -> date | None:
    """A date out of a date, or of text that holds one: 2018-4-8T0012CEST, 8-4-2018, 8 april 2018, April 8, 2018.

    Of 8/4/2018 the day stands first, unless that cannot be. Only days since 1900: programs write an
    unset date as one in the year 1.
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value if 1900 <= value.year < 2100 else None
    if not isinstance(value, str):
        return None
    if match := _ISO_DATE.search(value):
        year, _, month, day, packed_month, packed_day = match.groups()
        return _date(int(year), int(month or packed_month), int(day or packed_day))
    if match := _DAY_FIRST.search(value):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
        return _date(year, day, month) if month > 12 else _date(year, month, day)
    if match := _WRITTEN_DATE.search(value):
        return _date(int(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1]))
    if match := _ENGLISH_DATE.search(value):
        return _date(int(match[3]), _MONTHS.get(match[1].lower(), 0), int(match[2]))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_DAY_IN_FOLDERS = re.compile(r"(?:^|/)((?:19|20)\d\d/\d\d/\d\d)(?=[/._-])")


def date_of_path(path: str) -> date | None:
    """The day in a file's name, or in its folders, as the addresses of WordPress and Jekyll have it: 2014/03/06/hal."""
    folders = _DAY_IN_FOLDERS.search(path)
    return find_date(path.rpartition("/")[2]) or (find_date(folders[1]) if folders else None)


_DAY_IN_NAME = r"(?:19|20)\d{6}(?:\d{4}(?:\d\d)?)?(?!\d)|\d{4}([-._])\d{1,2}\1\d{1,2}|\d{1,2}([-._])\d{1,2}\2\d{4}"


def words_of_name(path: str) -> str | None:
    """A title out of a file's name, "Bellen of mailen" of "2014-03-06-bellen-of-mailen.md"; None if it has no words."""
    name = re.sub(rf"^(?:{_DAY_IN_NAME})[-_ .]*", "", PurePosixPath(path).stem)
    words = re.sub(r"[-_+\s]+", " ", unescape(name)).strip()
    if not re.search(r"[^\W\d_]{3,}", words) or re.search(r"\b(?=\w*\d)(?=\w*[a-f])[0-9a-f]{8,}\b", words):
        return None
    return words[0].upper() + words[1:]


def first_words(text: str, limit: int = 70) -> str:
    """The text's opening as a title: its first sentence-like part, cut at a word."""
    opening = re.split(r"(?<=\w[.!?…])\s|\n", text.strip().removeprefix(QUOTED).removeprefix(ITEM), maxsplit=1)[
        0
    ].strip(". ") or " ".join(text.split())
    if len(opening) <= limit:
        return opening
    return opening[: opening.rfind(" ", 0, limit) if " " in opening[:limit] else limit].rstrip(" ,;:-") + "…"
