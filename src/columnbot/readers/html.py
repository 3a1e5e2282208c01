"""Web pages, saved by a browser (`.html`, `.mhtml`) or copied by wget or HTTrack, and posts of Jekyll.

The main text and what the page says of itself (JSON-LD, OpenGraph, `<time>`) are found by trafilatura.
"""

import email
import email.policy
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from columnbot.articles import Article
from columnbot.language import language_of
from columnbot.readers.front_matter import (
    address_of,
    author_of,
    first_date,
    require_published,
    split_front_matter,
    tags_of,
    title_of,
)
from columnbot.readers.items import one_line
from columnbot.readers.shortcodes import without_liquid, without_shortcodes
from columnbot.readers.signatures import part_author, part_date
from columnbot.readers.source import (
    Unreadable,
    date_of_path,
    decode,
    find_date,
    first_words,
    text_of_html,
    with_plain_ends,
    words_of_name,
)

LINKED = 0.7  # from this share of words in links on, a page without a running paragraph is an index
_PARAGRAPH = 25  # words
# wget and HTTrack leave the address in the text, browsers in a comment at the top.
_SAVED_FROM = re.compile(r"<!-- (?:saved from url=\(\d+\)(\S+)|Mirrored from (\S+) by HTTrack)")
_MORE = re.compile(r"(?:lees (?:verder|meer)|verder lezen|read more|continue reading|meer lezen)\b", re.IGNORECASE)
_MEDIUM = re.compile(r"Exported from <a href=\"https://medium\.com\"")
_PAGE = re.compile(r"<(?:!doctype|html|head|body|title|meta)\b", re.IGNORECASE)
_WIDGET = re.compile(
    r"(?:subscription|install-substack|poll|button)[\w-]*(?:wrap|embed|widget)|embedded-post|digest-post"
)
_OVERVIEW_PATH = re.compile(r"(?:^|/)(?:tags?|category|categorie|author|auteur|page|archief|archive)/", re.IGNORECASE)


def read_html(path: str, content: bytes) -> tuple[Article, ...]:
    """One article. Raises `Unreadable` when the page holds no words, or only leads to other pages."""
    if any(part.endswith(("_files", "_bestanden")) for part in PurePosixPath(path).parts[:-1]):
        raise Unreadable("a piece of a saved page, not a page")
    page = _decode_page(content)
    matter, body = split_front_matter(page)
    return (_post_of_jekyll(path, matter, body) if matter else _article(path, page),)


def read_page_of_program(path: str, content: bytes) -> tuple[Article, ...]:
    """A page under the name of the program that made it, or no ending at all. Raises `Unreadable` for other files."""
    head = content[:2000].lower()
    if not re.search(rb"<(?:!doctype\s+html|html|head)\b", head) or re.search(rb"<\?php\b|<%", head):
        ending = PurePosixPath(path).suffix
        named = f"ending in {ending}" if ending else "without an ending"
        raise Unreadable(f"files {named} are not read, unless they are web pages")
    return read_html(path, content)


def read_mhtml(path: str, content: bytes) -> tuple[Article, ...]:
    """The page in a web archive as browsers save it (RFC 2557). Raises `Unreadable` when it holds none."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            payload = part.get_payload(decode=True)
            page = _decode_page(payload if isinstance(payload, bytes) else b"", part.get_content_charset())
            article = _article(path, page)
            address = message.get("Snapshot-Content-Location") or part.get("Content-Location")
            if not article.url and address and re.match(r"https?://", str(address)):
                article = replace(article, url=str(address).strip())
            return (article,)
    raise Unreadable("no web page in it")


def _post_of_jekyll(path: str, matter: Mapping[str, Any], body: str) -> Article:
    """A post as Jekyll's importers write it: front matter, as above Markdown, and HTML with tags of programs in it."""
    require_published(matter)
    article = _article(path, without_shortcodes(without_liquid(body)))
    title = title_of(matter)
    return replace(
        article,
        title=title or article.title,
        text=_without_title(article.text, title),
        author=author_of(matter) or article.author,
        date=first_date(matter, path) or article.date,
        url=address_of(matter) or article.url,
        tags=tags_of(matter) or article.tags,
    )


def _article(path: str, page: str) -> Article:
    if _MEDIUM.search(page):
        return _medium_article(path, page)
    if not _PAGE.search(page):
        return _bare_article(path, page)
    import trafilatura  # a third of what it takes to import the readers, and most archives have no pages

    main = trafilatura.extract(
        page, output_format="html", include_comments=False, include_links=False, include_images=False,
        include_tables=True, favor_recall=True,
    )  # fmt: skip
    text = text_of_html(main or "") or text_of_html(page)
    if not re.search(r"\w", text):
        raise Unreadable("the page holds no words")
    if reason := _leads_elsewhere(page, path):
        raise Unreadable(reason)
    # Not the extensive search for a date: it takes any year in the text for one.
    known = trafilatura.extract_metadata(page, extensive=False)
    title = one_line(known.title) if known else None
    author = one_line(known.author) if known else None
    text, author, day = _without_signature(_without_title(text, title), author)
    saved = _SAVED_FROM.search(page[:4096])
    address = (known.url if known else None) or (saved and (saved[1] or f"http://{saved[2]}")) or None
    return Article(
        path=path,
        title=title or _title_of_name(path) or first_words(text),
        text=text,
        author=author,
        date=find_date(known.date if known else None) or day or date_of_path(path),
        url=address,
        tags=tuple(known.tags or ()) if known else (),
        language=language_of(text),
    )


def _medium_article(path: str, page: str) -> Article:
    """A page of an export of Medium, which says by its classes (microformats) what is what."""
    if PurePosixPath(path).name.startswith("draft_"):
        raise Unreadable("a draft: it was never published")
    root = _parsed(page)

    def first(kind: str) -> lxml_html.HtmlElement | None:
        return next(iter(root.find_class(kind)), None)

    body, heading, author = first("e-content"), first("p-name"), first("p-author")
    published, address = first("dt-published"), first("p-canonical")
    if body is None or published is None:
        raise Unreadable("no post of Medium: it has no text or no date")
    title = " ".join(_words(heading)) if heading is not None else ""
    text = _without_title(text_of_html(lxml_html.tostring(body, encoding="unicode")), title)
    if not re.search(r"\w", text):
        raise Unreadable("the page holds no words")
    return Article(
        path=path,
        title=title or first_words(text),
        text=text,
        author=" ".join(_words(author)) or None if author is not None else None,
        date=find_date(published.get("datetime")),
        url=address.get("href") if address is not None else None,
        language=language_of(text),
    )


def _bare_article(path: str, markup: str) -> Article:
    """A text in HTML without a page around it, as Substack exports: all of it is the column, but for its buttons."""
    root = _parsed(f"<div>{markup}</div>")
    for widget in list(root.iter()):
        if isinstance(widget.tag, str) and _WIDGET.search(widget.get("class") or ""):
            widget.drop_tree()
    text = text_of_html(lxml_html.tostring(root, encoding="unicode"))
    if not re.search(r"\w", text):
        raise Unreadable("the page holds no words")
    heading = re.match(r"\s*<h1\b[^>]*>(.*?)</h1>", markup, re.IGNORECASE | re.DOTALL)
    title = text_of_html(heading[1]) if heading else ""
    text, author, day = _without_signature(_without_title(text, title), None)
    return Article(
        path=path,
        title=one_line(title) or _title_of_name(path) or first_words(text),
        text=text,
        author=author,
        date=day or date_of_path(path),
        language=language_of(text),
    )


def _parsed(page: str) -> lxml_html.HtmlElement:
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return lxml_html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        raise Unreadable("the page holds no words") from None


def _decode_page(content: bytes, charset: str | None = None) -> str:
    """The page's text: by its byte order mark, what it or its mail part declares, or as any other text."""
    # Only the families that browsers know: Python has codecs of its own that are no encodings of a page.
    declared = re.search(
        rb"(?:<meta[^>]+charset|<\?xml[^>]+encoding)=[\"']?\s*((?:utf-8|iso-8859-|windows-12|latin|us-ascii|koi8-)[\w-]*)",
        content[:4096], re.IGNORECASE,
    )  # fmt: skip
    named = declared[1].decode("ascii").lower() if declared else (charset or "").lower()
    # What calls itself Latin-1 is windows-1252, as every browser knows.
    named = "cp1252" if re.fullmatch(r"iso-8859-1|latin-?1|us-ascii", named) else named
    if re.fullmatch(r"(?:utf-8|iso-8859-|windows-12|cp1252|latin|koi8-)[\w-]*", named) and not content.startswith(
        (b"\xff\xfe", b"\xfe\xff")
    ):
        try:
            return with_plain_ends(content.decode("utf-8-sig" if named == "utf-8" else named))
        except (LookupError, UnicodeError):
            pass  # pages lie about their encoding
    return decode(content)


def _leads_elsewhere(page: str, path: str) -> str | None:
    """Why a page is no column: an index has nearly all its words in links, an overview opens several other pages."""
    root = _parsed(page)
    linked = sum(len(_words(link)) for link in root.iter("a"))
    if linked >= LINKED * max(1, len(_words(root))) and not _has_running_text(root):
        return "an index page: nearly all of its words are links"
    if any(meta.get("property") == "og:type" and meta.get("content") == "article" for meta in root.iter("meta")):
        return None
    headings = [h for h in root.iter("h1", "h2", "h3", "h4") if h.find(".//a[@href]") is not None]
    more = sum(bool(_MORE.match(" ".join(_words(link)))) for link in root.iter("a"))
    overview = len(headings) >= 3 and (more >= 3 or _OVERVIEW_PATH.search(path))
    if overview and _paragraphs_above(headings[0], root) < 2:
        return f"an overview page: it holds the openings of {len(headings)} others"
    return None


def _paragraphs_above(heading: lxml_html.HtmlElement, root: lxml_html.HtmlElement) -> int:
    """Running paragraphs above a heading; an article has some above those of others that it names below."""
    above = takewhile(lambda element: element is not heading, root.iter())
    return sum(element.tag == "p" and len(_words(element)) >= _PARAGRAPH for element in above)


def _has_running_text(root: lxml_html.HtmlElement) -> bool:
    """Whether some paragraph has the length of one without its links."""
    unlinked = deepcopy(root)
    for link in list(unlinked.iter("a")):
        link.drop_tree()
    lines = text_of_html(lxml_html.tostring(unlinked, encoding="unicode")).split("\n")
    return any(len(line.split()) >= _PARAGRAPH for line in lines)


def _words(element: lxml_html.HtmlElement) -> list[str]:
    pieces = [element.text or ""]
    for inner in element.iterdescendants():
        if inner.tag not in ("script", "style"):
            pieces.append(inner.text or "")
        pieces.append(inner.tail or "")
    return " ".join(pieces).split()


def _without_title(text: str, title: str | None) -> str:
    """The text without its own title above it, which some pages have twice."""
    rest = text
    while title and rest.startswith(f"{title}\n"):
        rest = rest.removeprefix(title).lstrip()
    return rest or text


def _without_signature(text: str, author: str | None) -> tuple[str, str | None, date | None]:
    """The text without its by-line and date, with the author and the day they give."""
    paragraphs = text.split("\n\n")
    rest, day, signed = part_date(paragraphs) if len(paragraphs) > 1 else (paragraphs, None, None)
    author = author or signed
    if len(rest) > 1:
        without, named = part_author(rest)
        if named and (author is None or named == author):
            rest, author = without, named
    rest = rest or paragraphs
    return "\n\n".join(rest), author, day


def _title_of_name(path: str) -> str | None:
    """A site's copy has its pages as `de-lege-hal/index.html`."""
    place = PurePosixPath(path)
    if place.stem.lower() in ("index", "default") and place.parent.name:
        place = place.parent
    return words_of_name(str(place))
