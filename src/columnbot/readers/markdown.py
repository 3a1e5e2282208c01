"""Markdown with front matter, as Jekyll, Hugo, Eleventy, Obsidian and WordPress exporters write it.

HTML may stand inside.
"""

import re
from collections.abc import Mapping
from typing import Any

from markdown_it import MarkdownIt

from columnbot.articles import Article
from columnbot.language import language_of
from columnbot.readers.front_matter import (
    author_of,
    first_date,
    first_line,
    require_published,
    split_front_matter,
    tags_of,
    title_of,
)
from columnbot.readers.shortcodes import without_liquid
from columnbot.readers.source import (
    Unreadable,
    clean,
    decode,
    first_words,
    text_of_html,
    without_comments,
    words_of_name,
)

_CAPTION = re.compile(r"\[caption\b[^\[\]]{0,400}?\bcaption=[\"“”]([^\[\]]{0,2000}?)[\"“”]\s*\]")
# A WordPress shortcode closes (`[/box]`), or carries attributes (`[gallery link="file"]`), or ends in a slash.
_CLOSING_SHORTCODE = re.compile(r"\[/(\w+)\]")
_SHORTCODE_WITH_QUOTES = re.compile(r"\[\w+\s+\w+=[\"“”'][^\[\]\n]*\](?![(\[:])")  # and quotes within its quotes
_SHORTCODE_WITH_ATTRIBUTES = re.compile(r"\[\w+(?:\s+\w+=(?:\"[^\"\]]*\"|'[^'\]]*'|[^\s\"'\]]+))+\s*/?\](?![(\[:])")
_BARE_SHORTCODE = re.compile(r"\[(?:gallery|more|toc|nextpage|\w+\s*/)\](?![(\[:])", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:?")
# Markdown inside a block of HTML is left alone by CommonMark; its words still have to come out clean.
_LEFT_IMAGE_OR_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"(?:\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)|\((?:https?:|\.*/)[^()\n]*\)|\[[^\]\n]*\])"
)
# A mark goes only with its other half, as in "**Kop: **tekst": one by itself may be part of a name (Moddr_, *.txt) or
# stand for letters (f**k). But two underlines mean nothing else.
_LEFT_STRONG = re.compile(r"(?<![^\W_])(?<!\*)(\*{2,3})(?!\*)([^*\n]+)(?:(?<![^\W_])\1|\1(?![^\W_]))(?!\*)")
_LEFT_UNDERLINES = re.compile(r"(?<!\w)__(?!_)|(?<!_)__(?!\w)")
_LEFT_EMPHASIS = re.compile(
    r"(?<![^\s(\[\"'“‘>])([*_])(?=[^\s*_])([^*_\n]+)(?:(?<=\S)\1(?![^\W_])|(?<=\s)\1(?=[^\W_]|$))",
    re.MULTILINE,
)
# HTML that stood as code: the words stay, the tags go.
_LEFT_TAG = re.compile(
    r"</?(?:a|abbr|article|aside|b|blockquote|body|br|button|code|div|em|figure|footer|form|h[1-6]|head|header|hr|html|i|"
    r"iframe|img|input|li|link|main|meta|nav|ol|p|pre|script|section|small|span|strong|style|sub|sup|table|tbody|td|th|"
    r"thead|title|tr|u|ul|video)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# Obsidian: ![[photo.png]], [[note#heading|words]], %%comments%%, ==marks==, > [!note] callouts, ^names of blocks.
_EMBEDDED_FILE = re.compile(r"!\[\[[^\[\]\n]*\.\w{2,4}(?:[#|][^\[\]\n]*)?\]\]")
_WIKI_LINK = re.compile(r"!?\[\[([^\[\]|#^\n]*)[^\[\]|\n]*(?:\|([^\[\]\n]*))?\]\](?!\()")
_OBSIDIAN = re.compile(
    r"%%[^%\n]+%%|^%%\n(?:[^\n]*\n)*?%%$|(?<=[^\s=])==(?!=)(?=\W|$)|(?<![=\w])==(?=[^\s=])|"
    r"(?<=^> )\[!\w+\][+-]?|(?<=\s)\^[\w-]+$",
    re.MULTILINE,
)

_LEFT_BACKSLASH = re.compile(r"\\(?=\s|$)")  # a hard line break's

_markdown = MarkdownIt("commonmark", {"html": True, "breaks": False}).enable(["table", "strikethrough"])


def read_markdown(path: str, content: bytes) -> tuple[Article, ...]:
    """One article. Raises `Unreadable` for what is not text, holds no words, or says it is not published."""
    matter, body = split_front_matter(decode(content))
    require_published(matter)
    text = text_of_markdown(body)
    if not re.search(r"\w", text):
        raise Unreadable("it holds no words besides its front matter")
    return (
        Article(
            path=path,
            title=_title(matter, body, text, path),
            text=text,
            author=author_of(matter),
            date=first_date(matter, path),
            url=first_line(matter, "url"),
            tags=tags_of(matter),
            language=language_of(text),
        ),
    )


def text_of_markdown(body: str) -> str:
    """The words of Markdown as clean paragraphs: markup, shortcodes, Liquid tags and comments gone."""
    body = without_comments(without_liquid(body))
    body = _OBSIDIAN.sub("", _EMBEDDED_FILE.sub("", body))
    body = _WIKI_LINK.sub(lambda link: link[2] or link[1], body)
    body = _CAPTION.sub(r"\n\n\1\n\n", body)
    for name in set(_CLOSING_SHORTCODE.findall(body)):
        body = re.sub(rf"\[/{name}\]|\[{name}\s[^\]\n]*=[^\]\n]*\]|\[{name}\](?![(\[:])", "", body)
    for shortcode in (_SHORTCODE_WITH_ATTRIBUTES, _SHORTCODE_WITH_QUOTES, _BARE_SHORTCODE):
        body = shortcode.sub("", body)
    body = _FOOTNOTE.sub("", body)
    text = text_of_html(_markdown.render(body))
    text = _LEFT_IMAGE_OR_LINK.sub(r"\1", _LEFT_IMAGE_OR_LINK.sub(r"\1", text))
    text = _LEFT_UNDERLINES.sub("", _LEFT_STRONG.sub(r"\2", _LEFT_TAG.sub("", text)))
    return clean(_LEFT_BACKSLASH.sub("", _LEFT_EMPHASIS.sub(r"\2", text)))


def _title(matter: Mapping[str, Any], body: str, text: str, path: str) -> str:
    if title := title_of(matter):
        return title
    heading = re.search(r"^#{1,2}[ \t]+(.+?)[ \t]*#*$", body, re.MULTILINE)
    if heading and (words := text_of_markdown(heading[1]) or clean(heading[1])):
        return words
    named = words_of_name(path)
    return first_words(text) if named is None else named
