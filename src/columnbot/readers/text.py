"""Plain text: a column typed as such, or a web page that a browser saved as text.

Front matter and labels above it go first. A saved page has no markup to go by: its title may be the first line,
the file's name or the closing sentence, its author the name above a biography, and around it stands what the site
adds to every page.
"""

import re
from collections.abc import Collection

from columnbot.articles import Article
from columnbot.language import language_of, sentence_spans
from columnbot.readers.fields import FIELDS
from columnbot.readers.front_matter import (
    address_of,
    author_of,
    first_date,
    require_published,
    split_front_matter,
    tags_of,
    title_of,
)
from columnbot.readers.furniture import without_furniture
from columnbot.readers.signatures import line_above_signature, part_author, part_date, signatures
from columnbot.readers.source import Unreadable, clean, date_of_path, decode, first_words, words_of_name

# A capitalised word in mid-sentence that opens no name and hardly a title: there a subheading ran into its paragraph.
_OPENER = r"(?:Als|Want|Maar|Omdat|Wanneer|Toch|Natuurlijk|Misschien|Er|Hij|Wij|We|Ik|Je|U|Daarom|Dus|Daarnaast|Bovendien|If|But|Because|When|However|There)"  # noqa: E501
_RUN_IN = re.compile(rf"((?:[^\W\d_]|\d)[^.!?;:…\"“”‘’()\n]{{2,70}}?)\s+(?={_OPENER}\s+[a-zà-ÿ])")
_REPEATED = re.compile(r"([A-ZÀ-Þ][^.!?;:…\"“”()\n]{4,70}?)\s+(?=\1[\s,]+[a-zà-ÿ])")
_CLAUSE = re.compile(
    r"\b(?:ik|je|jij|hij|zij|ze|we|wij|jullie|men|er|is|was|zijn|waren|heeft|had|hebben|wordt|werd|kan|kon|zal|zou|moet|"
    r"zei|zegt|las|en|of|maar|dat|die|i|you|he|she|they|are|were|has|have|had|said|and|or|but|that)\s*$|"
    r"\b(?:ik|jij|hij|wij|i|he|they|zei|zegt|las|dacht|denkt|vond|vindt|riep|vroeg|schreef|heette?)\b",
    re.IGNORECASE,
)

_WIDEST = 120  # characters of a line that was broken off at a margin


def read_text(path: str, content: bytes, furniture: Collection[str] = frozenset()) -> tuple[Article, ...]:
    """One article; `furniture` are the lines learnt to be the site's. Raises as `read_markdown` does."""
    source = decode(content)
    matter, body = split_front_matter(source)
    if not any(matter.get(name) for field in ("title", "author", "date") for name in FIELDS[field]):
        matter, body = {}, source  # a talk between two rules
    require_published(matter)
    paragraphs = _paragraphs(clean(body))
    paragraphs = without_furniture(paragraphs, furniture, own=signatures(paragraphs))
    titled = line_above_signature(paragraphs)
    paragraphs, found_date, signed = part_date(paragraphs)
    paragraphs, author = part_author(paragraphs) if paragraphs else (paragraphs, None)
    if not any(re.search(r"\w", paragraph) for paragraph in paragraphs):
        raise Unreadable("it holds no words")
    if title := title_of(matter):
        paragraphs = paragraphs[len(paragraphs) > 1 and paragraphs[0].casefold() == title.casefold() :]
    elif titled and len(paragraphs) > 1 and titled in paragraphs[:2]:
        paragraphs, title = paragraphs[paragraphs.index(titled) + 1 :], titled
    else:
        paragraphs, title = _part_title(paragraphs, path)
    text = "\n\n".join(part for paragraph in paragraphs for part in _part_subheading(paragraph))
    return (
        Article(
            path=path,
            title=title,
            text=text,
            author=author_of(matter) or author or signed,
            date=first_date(matter, "") or found_date or date_of_path(path),
            url=address_of(matter),
            tags=tags_of(matter),
            language=language_of(text),
        ),
    )


def _paragraphs(text: str) -> list[str]:
    """Paragraphs are parted by blank lines where lines are short; else, or where there are none, each line is one."""
    lines = text.split("\n")
    long = [line for line in lines if _could_be_broken(line)]
    # Among lines broken off at a margin a few may be longer, and in a page with one line a paragraph many are short.
    short = sum(map(len, long)) <= 0.1 * len(text)
    if "\n\n" in text and short:
        return text.split("\n\n")
    lines = [line for line in lines if line]
    broken = sum(len(line) >= 50 and not re.search(r"[.!?…:\"”’']$", line) for line in lines)
    if not short or broken <= len(lines) / 2:
        return lines
    # Lines broken off at the margin: one that stops short of it ends a paragraph.
    margin = max((len(line) for line in lines if len(line) <= _WIDEST), default=_WIDEST)
    paragraphs = [""]
    for line in lines:
        paragraphs[-1] = f"{paragraphs[-1]} {line}".strip()
        if len(line) < 0.75 * margin:
            paragraphs.append("")
    return [paragraph for paragraph in paragraphs if paragraph]


def _could_be_broken(line: str) -> bool:
    """Whether a line is too long for any margin, and not for an address in it alone."""
    return len(line) > _WIDEST and len(re.sub(r"\S{40,}", "", line)) > _WIDEST


def _part_title(paragraphs: list[str], path: str) -> tuple[list[str], str]:
    first = paragraphs[0]
    if (
        len(paragraphs) > 1
        and "\n" not in first
        and len(first.split()) <= 14
        and not re.search(r"(?<!\.\.)[.;,]$", first)
    ):
        return paragraphs[1:], first
    if named := words_of_name(path):
        return paragraphs, named
    last = paragraphs[-1]
    start, end = sentence_spans(last)[-1]
    closing = " ".join(last[start:end].split()).rstrip(".")
    return paragraphs, closing if 3 <= len(closing.split()) <= 12 else first_words(first)


def _part_subheading(paragraph: str) -> tuple[str, ...]:
    """A subheading that ran into its paragraph and the paragraph, where that is beyond doubt; else the paragraph.

    "Interne post Interne post is …" repeats it; in "Het nut van regels Als niemand …" a capital stands
    where no sentence has ended, before a word that opens sentences, behind words that are no clause.
    """
    if len(paragraph.split()) < 20:
        return (paragraph,)
    if (match := _REPEATED.match(paragraph)) and (" " in match[1] or len(match[1]) >= 8):
        return match[1], paragraph[match.end() :]
    match = _RUN_IN.match(paragraph)
    if match and match[1][0].isupper() and not match[1].endswith(",") and not _CLAUSE.search(match[1]):
        return match[1], paragraph[match.end() :]
    return (paragraph,)
