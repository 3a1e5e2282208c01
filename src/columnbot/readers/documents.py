"""PDF and Word documents, by pypdf and python-docx: the extra `[documents]`."""

import io
import re
import zipfile
import zlib
from collections import Counter
from datetime import date
from typing import Any

from columnbot.articles import Article
from columnbot.language import language_of
from columnbot.readers.bylines import is_name
from columnbot.readers.items import one_line
from columnbot.readers.signatures import part_author, part_date
from columnbot.readers.source import Unreadable, clean, date_of_path, find_date, first_words, words_of_name

_UNPACKED = 200_000_000  # bytes of a Word document, unpacked
# What a document with a broken inside makes its reader raise.
_BROKEN = (
    ValueError, LookupError, TypeError, AttributeError, RecursionError, ArithmeticError, NotImplementedError, OSError,
    AssertionError, EOFError, zlib.error,
)  # fmt: skip
# python-docx passes over what stands in a content control, a field or a tracked insertion. What was deleted, moved
# away or put there to be written over is no text; nor are text boxes, whose paragraphs stand within a paragraph.
_BLOCKS = ".//*[self::w:p or self::w:tbl][not(ancestor::w:p or ancestor::w:tbl)]"
_ROWS, _CELLS = ".//w:tr[count(ancestor::w:tbl)=1]", ".//w:tc[count(ancestor::w:tbl)=1]"
_PARAGRAPHS = ".//w:p[not(ancestor::w:p)]"
_RUNS = (
    ".//w:r[not(ancestor::w:del or ancestor::w:moveFrom or ancestor::w:txbxContent or "
    "ancestor::w:sdt[w:sdtPr/w:showingPlcHdr])]"
)
_MISSING = '{kind} need {package}, which is not installed: pip install "columnbot[documents]"'


def read_pdf(path: str, content: bytes) -> tuple[Article, ...]:
    """One article. Raises `Unreadable` when pypdf is missing, or for a document that is broken, locked or a scan."""
    try:
        import pypdf
    except ImportError:
        raise Unreadable(_MISSING.format(kind="PDF files", package="pypdf")) from None
    try:
        document = pypdf.PdfReader(io.BytesIO(content))
        if document.is_encrypted and not document.decrypt(""):
            raise Unreadable("it is locked with a password")
        pages = [clean(page.extract_text()).split("\n") for page in document.pages]
        known = document.metadata
        title, author = (str(known.title or ""), str(known.author or "")) if known else ("", "")
        made = find_date(known.creation_date) if known else None
    except pypdf.errors.DependencyError:
        raise Unreadable(_MISSING.format(kind="Encrypted PDF files", package="cryptography")) from None
    except (pypdf.errors.PyPdfError, *_BROKEN) as error:
        raise Unreadable(f"not a sound PDF: {_one_line(error)}") from error
    paragraphs = _paragraphs([line for page in _without_running_heads(pages) for line in page])
    if not paragraphs:
        raise Unreadable("it holds no words; if its pages are pictures, they need character recognition first")
    return (_article(path, paragraphs, title=_sound_title(title), author=author, made=made),)


def read_docx(path: str, content: bytes) -> tuple[Article, ...]:
    """One article. Raises `Unreadable` when python-docx is missing, or for a document that is broken."""
    try:
        import docx
        from docx.opc.exceptions import PackageNotFoundError
        from docx.oxml.exceptions import XmlchemyError
        from docx.text.paragraph import Paragraph
        from lxml.etree import XMLSyntaxError
    except ImportError:
        raise Unreadable(_MISSING.format(kind="Word documents", package="python-docx")) from None
    paragraphs, title = [], ""
    try:
        if sum(member.file_size for member in zipfile.ZipFile(io.BytesIO(content)).infolist()) > _UNPACKED:
            raise Unreadable(f"unpacked it is larger than {_UNPACKED // 10**6} MB")
        document = docx.Document(io.BytesIO(content))
        for block in document.element.body.xpath(_BLOCKS):
            if block.tag.endswith("}tbl"):
                paragraphs.append(_words_of_table(block))
                continue
            style = Paragraph(block, document).style
            kind, words = (style.name or "") if style else "", _words_of(block)
            if kind.lower().startswith("toc "):
                continue  # a table of contents
            title = title or (words if kind == "Title" else "")
            paragraphs.append(f"- {words}" if kind.startswith("List") and words.strip() else words)
        known = document.core_properties
        title, author, made = title or known.title, known.author, find_date(known.created)
    except (zipfile.BadZipFile, PackageNotFoundError, XmlchemyError, XMLSyntaxError, *_BROKEN) as error:
        raise Unreadable(f"not a sound Word document: {_one_line(error)}") from error
    paragraphs = [text for paragraph in paragraphs if (text := clean(paragraph))]
    if not any(re.search(r"\w", paragraph) for paragraph in paragraphs):
        raise Unreadable("it holds no words")
    return (_article(path, paragraphs, title=_sound_title(title), author=author, made=made),)


def _words_of(paragraph: Any) -> str:
    """What a paragraph of a Word document says when all its tracked changes are accepted."""
    return "".join(run.text for run in paragraph.xpath(_RUNS))


def _words_of_table(table: Any) -> str:
    """A line for each row, its cells parted by bars; what is merged stands there once."""
    rows = []
    for row in table.xpath(_ROWS):
        cells = (cell.xpath(_PARAGRAPHS) for cell in row.xpath(_CELLS))
        rows.append(" | ".join("\n".join(map(_words_of, paragraphs)) for paragraphs in cells))
    return "\n".join(rows)


def _article(path: str, paragraphs: list[str], *, title: str | None, author: str, made: date | None) -> Article:
    """The document's own words go before its properties, which often name a computer's owner and a day of copying."""
    first = paragraphs[0]
    if len(paragraphs) > 1 and (first == title or (len(first.split()) <= 14 and not re.search(r"[.;,]$", first))):
        title, paragraphs = first, paragraphs[1:]
    rest, day, signed = part_date(paragraphs)
    rest, named = part_author(rest) if len(rest) > 1 else (rest, None)
    text = "\n\n".join(rest or paragraphs)
    return Article(
        path=path,
        title=one_line(title) or words_of_name(path) or first_words(text),
        text=text,
        author=named or signed or (author if is_name(author) else None),
        date=day or date_of_path(path) or made,
        language=language_of(text),
    )


def _without_running_heads(pages: list[list[str]]) -> list[list[str]]:
    """The pages' lines without page numbers and without what stands at the top or foot of most of them."""
    edges = Counter(_edge(line) for page in pages for line in {*page[:2], *page[-2:]})
    running = {edge for edge, number in edges.items() if len(pages) > 2 and number > len(pages) / 2} | {
        "",
        "0",
        "page 0",
    }
    kept = []
    for page in pages:
        last = len(page) - 1
        kept.append([line for i, line in enumerate(page) if 1 < i < last - 1 or _edge(line) not in running])
    return kept


def _edge(line: str) -> str:
    return re.sub(r"\d+(?: ?(?:/|van|of) ?\d+)?", "0", line.casefold()).strip(" -–—|.").replace("pagina", "page")


def _paragraphs(lines: list[str]) -> list[str]:
    """Lines of a page as paragraphs: one that ends a sentence short of the margin ends a paragraph."""
    margin = max(map(len, lines), default=0)
    paragraphs = [""]
    for line in lines:
        before = paragraphs[-1]
        if re.search(r"\w-$", before) and re.match(r"[^\W\d_A-Z]", line):
            paragraphs[-1] = before[:-1] + line  # a word broken off at the margin
        else:
            paragraphs[-1] = f"{before} {line}".strip()
        if not line or (len(line) < 0.8 * margin and re.search(r"[.!?…:\"”’)]$|^.{0,60}$", line)):
            paragraphs.append("")
    return [paragraph for paragraph in paragraphs if re.search(r"\w", paragraph)]


def _sound_title(title: str) -> str | None:
    """A title out of a document's properties; None for what a program put there."""
    title = clean(re.sub(r"^Microsoft Word - |\.(?:docx?|pdf|indd|odt)$", "", title.strip(), flags=re.IGNORECASE))
    return (
        title
        if " " in title and not re.fullmatch(r"(?:untitled|naamloos|document)\W*\d*", title, re.IGNORECASE)
        else None
    )


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
