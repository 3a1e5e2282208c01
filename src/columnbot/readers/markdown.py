"""Markdown with front matter, as Jekyll, Hugo, Eleventy, Obsidian and WordPress exporters write it.

HTML may stand inside.
"""

import re
from collections.abc import Sequence
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.token import Token

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
from columnbot.readers.signatures import signed_line
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
# Where a link leads by its label, when Liquid or Hugo has still to say so: without a target it would be no definition.
_TARGET_TO_COME = re.compile(r"^([ ]{0,3}\[(?!\^)[^\[\]\n]+\]:[ \t]*)(?=\{[{%])", re.MULTILINE)
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
_TAG = (
    r"/?(?:a|abbr|article|aside|b|blockquote|body|br|button|code|div|em|figure|footer|form|h[1-6]|head|header|hr|html|i|"
    r"iframe|img|input|li|link|main|meta|nav|ol|p|pre|script|section|small|span|strong|style|sub|sup|table|tbody|td|th|"
    r"thead|title|tr|u|ul|video)"
)
_LEFT_TAGS = re.compile(rf"(?:<{_TAG}(?:\s[^<>]*)?/?>)+", re.IGNORECASE)
# But those that a sentence speaks of are words of it: "zet een `<input>` in een `<form>`".
_NAMED_TAG = re.compile(rf"<({_TAG}(?:\s[^<>]*?)?)\s*/?>", re.IGNORECASE)
_NAMED_TAGS = re.compile(rf"(?:\s*<{_TAG}(?:\s[^<>]*)?/?>)+\s*", re.IGNORECASE)
_BREAKING_TAG = re.compile(
    r"</?(?:article|aside|blockquote|br|div|figure|h[1-6]|hr|li|ol|p|section|table|tr|ul)\b", re.I
)
_ESCAPED_TAG = re.compile(rf"&(?:amp;)*lt;{_TAG}(?:\s(?:[^<>&\n]|&(?:amp;)*quot;)*)?/?&(?:amp;)*gt;", re.IGNORECASE)
# Indented HTML is code to CommonMark; but what opens like this was written by a program that indents, as Drupal does.
_INDENTED_HTML = re.compile(
    r"</?(?:a|b|blockquote|br|center|div|em|figcaption|figure|h[1-6]|hr|i|img|li|ol|p|section|span|strong|table|td|tr|"
    r"ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_LEFT_ADDRESS = re.compile(r" ?<(?:\.{0,2}/)[\w/.-]+/>")  # </blog/>
_LEFT_BARS = re.compile(r"^\|[ |]*$", re.MULTILINE)  # a row of pictures
# Half a mark of bold, where it can be nothing else.
_LEFT_STARS = re.compile(r"^\*\*(?:\n|\Z)|(?<=:)\*\*+$", re.MULTILINE)
# Obsidian: ![[photo.png]], [[note#heading|words]], %%comments%%, ==marks==, > [!note] callouts, ^names of blocks.
_EMBEDDED_FILE = re.compile(r"!\[\[[^\[\]\n]*\.\w{2,4}(?:[#|][^\[\]\n]*)?\]\]")
_WIKI_LINK = re.compile(r"!?\[\[([^\[\]|#^\n]*)#?([^\[\]|\n]*)(?:\|([^\[\]\n]*))?\]\](?!\()")
_OBSIDIAN = re.compile(
    r"(?<!\w)%%[^%\n]+%%|^%%\n(?:[^\n]*\n)*?%%$|(?<=[^\s=])==(?!=)(?=\W|$)|(?<![=\w])==(?=[^\s=])|"
    r"(?<=^> )\[!\w+\][+-]?|(?<=\s)\^[\w-]+$",
    re.MULTILINE,
)

_LEFT_BACKSLASH = re.compile(r"\\(?=\s|$)")  # a hard line break's

_markdown = MarkdownIt("commonmark", {"html": True, "breaks": False}).enable(["table", "strikethrough"])


def read_markdown(path: str, content: bytes) -> tuple[Article, ...]:
    """One article. Raises `Unreadable` for what is not text, holds no words, or says it is not published."""
    matter, body = split_front_matter(decode(content))
    require_published(matter)
    title, text = _part_title(_parsed(body), title_of(matter))
    opening, _, rest = text.partition("\n\n")
    day, signed = (None, None) if matter or not rest else signed_line(opening)
    text = rest if day or signed else text
    if not re.search(r"\w", text):
        raise Unreadable("it holds no words besides its front matter")
    return (
        Article(
            path=path,
            title=title or words_of_name(path) or first_words(text),
            text=text,
            author=author_of(matter) or signed,
            date=day or first_date(matter, path),
            url=address_of(matter),
            tags=tags_of(matter),
            language=language_of(text),
        ),
    )


def text_of_markdown(source: str) -> str:
    """The words of Markdown without front matter as clean paragraphs."""
    return _text_of(_parsed(source))


def _parsed(body: str) -> list[Token]:
    body = without_comments(without_liquid(_TARGET_TO_COME.sub(r"\1#", body)))
    body = _OBSIDIAN.sub("", _EMBEDDED_FILE.sub("", body))
    body = _WIKI_LINK.sub(lambda link: link[3] or link[1] or link[2].partition("^")[0], body)
    body = without_shortcodes(_CAPTION.sub(r"\n\n\1\n\n", body), markdown=True)
    tokens = _markdown.parse(_FOOTNOTE.sub("", body))
    for token, inner in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open" and inner.children and inner.children[-1].type == "text":
            last = inner.children[-1]
            last.content = re.sub(r"(?<=\w)\*\*+$", "", last.content)  # "## Stap 6**"
    for token in tokens:
        if token.type == "code_block" and _INDENTED_HTML.match(token.content):
            token.type = "html_block"
        for code in token.children or ():
            if code.type == "code_inline" and _NAMED_TAGS.fullmatch(code.content):
                code.content = " ".join(tag.lstrip("/") for tag in _NAMED_TAG.findall(code.content))
    return tokens


def _text_of(tokens: Sequence[Token]) -> str:
    text = text_of_html(_markdown.renderer.render(tokens, _markdown.options, {}))
    text = _LEFT_IMAGE_OR_LINK.sub(_words_of_link, _LEFT_IMAGE_OR_LINK.sub(_words_of_link, text))
    if _ESCAPED_TAG.search(text):
        text = "\n".join(_unescaped(line) if _ESCAPED_TAG.search(line) else line for line in text.split("\n"))
    text = _LEFT_BARS.sub("", text)
    text = _LEFT_ADDRESS.sub("", _LEFT_TAGS.sub(_break_of_tags, text))
    text = _LEFT_STARS.sub("", _LEFT_UNDERLINES.sub("", _LEFT_STRONG.sub(r"\2", text)))
    return clean(_LEFT_BACKSLASH.sub("", _LEFT_EMPHASIS.sub(r"\2", text)))


def _words_of_link(match: re.Match[str]) -> str:
    return "" if match[0].startswith("!") else match[1]


def _unescaped(line: str) -> str:
    """A line of which the HTML was escaped once too often, or twice."""
    for _ in range(3):
        line = unescape(line)
    return line


def _break_of_tags(tags: re.Match[str]) -> str:
    """The end of a line, for tags that part words which nothing else parts."""
    around = tags.string[max(0, tags.start() - 1) : tags.start()] + tags.string[tags.end() : tags.end() + 1]
    glued = len(around) == 2 and not re.search(r"\s", around) and around not in ("()", "[]", "“”", "‘’")
    return "\n" if glued and _BREAKING_TAG.search(tags[0]) else ""


def _part_title(tokens: Sequence[Token], title: str | None) -> tuple[str | None, str]:
    """The title and the text below it, where the heading that opens a text is its title; else what there is of both."""
    text = _text_of(tokens)
    if not tokens or tokens[0].type != "heading_open":
        return title, text
    heading = one_line(_text_of(tokens[:3])) or ""
    if not heading or not (heading.casefold() == title.casefold() if title else _is_title(tokens)):
        return title, text
    below = _text_of(tokens[3:])
    return title or heading, below if re.search(r"\w", below) else text


def _is_title(tokens: Sequence[Token]) -> bool:
    """Whether the first heading is no subheading among others, nor a paragraph above a rule of hyphens."""
    first = tokens[0]
    others = (token for token in tokens[1:] if token.type == "heading_open")
    return first.tag == "h1" or (first.markup == "##" and not any(token.tag <= first.tag for token in others))
