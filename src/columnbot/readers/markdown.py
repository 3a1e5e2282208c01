"""Markdown with YAML front matter, as Jekyll, Hugo and WordPress exporters write it; HTML may stand inside."""

import re
from collections.abc import Mapping
from typing import Any

import yaml
from markdown_it import MarkdownIt

from columnbot.articles import Article
from columnbot.language import language_of
from columnbot.readers.source import Unreadable, clean, decode, find_date, first_words, text_of_html, words_of_name

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_LIQUID = re.compile(r"\{%[^{}]*%\}|\{\{[^{}]*\}\}|\{:[^{}\n]*\}")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CAPTION = re.compile(r"\[caption\b[^\[\]]{0,400}?\bcaption=[\"“”]([^\[\]]{0,2000}?)[\"“”]\s*\]")
# A WordPress shortcode closes (`[/box]`), or carries attributes (`[gallery link="file"]`), or ends in a slash.
_CLOSING_SHORTCODE = re.compile(r"\[/(\w+)\]")
_SHORTCODE_WITH_ATTRIBUTES = re.compile(r"\[\w+(?:\s+\w+=(?:\"[^\"\]]*\"|'[^'\]]*'|[^\s\"'\]]+))+\s*/?\](?![(\[:])")
_BARE_SHORTCODE = re.compile(r"\[(?:gallery|more|toc|nextpage|\w+\s*/)\](?![(\[:])", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:?")
# Markdown inside a block of HTML is left alone by CommonMark; its words still have to come out clean.
_LEFT_IMAGE_OR_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)|\[[^\]\n]*\])"
)
_LEFT_EMPHASIS = re.compile(r"\*{2,}|(?<!\w)[*_]+(?=\S)(?![*_]*\s)|(?<=\S)(?<!\s)_+(?!\w)")

# libyaml, where PyYAML was built with it, is eight times faster.
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_markdown = MarkdownIt("commonmark", {"html": True, "breaks": False}).enable(["table", "strikethrough"])


def read_markdown(path: str, content: bytes) -> tuple[Article, ...]:
    """One article. Raises `Unreadable` for what is not text, holds no words, or says it is not published."""
    source = decode(content)
    matter, body = split_front_matter(source)
    if _says(matter.get("published"), "false", "no") or _says(matter.get("draft"), "true", "yes"):
        raise Unreadable("a draft: its front matter says it is not published")
    text = text_of_markdown(body)
    if not re.search(r"\w", text):
        raise Unreadable("it holds no words besides its front matter")
    return (
        Article(
            path=path,
            title=_title(matter, body, text, path),
            text=text,
            author=_one_line(matter.get("author") or matter.get("post_author")),
            date=_first_date(matter, path),
            url=_one_line(matter.get("permalink") or matter.get("url") or matter.get("link")),
            tags=_tags(matter),
            language=language_of(text),
        ),
    )


def _says(value: object, *words: str) -> bool:
    return isinstance(value, (bool, str)) and str(value).strip().lower() in words


def split_front_matter(source: str) -> tuple[Mapping[str, Any], str]:
    """The front matter's fields and what comes after it; matter that is no YAML is read line by line."""
    match = _FRONT_MATTER.match(source)
    if not match:
        return {}, source
    try:
        fields = yaml.load(match[1], Loader=_YAML_LOADER)  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError):
        # A title with a bare colon, a date that cannot be, a tab: people write this by hand. PyYAML lets
        # the errors that are not its own out of tags such as "!!int ''".
        lines = re.finditer(r"^([\w-]+):[ \t]*(.*?)[ \t]*$", match[1], re.MULTILINE)
        fields = {line[1]: line[2].strip("'\"") for line in lines}
    return fields if isinstance(fields, dict) else {}, source[match.end() :]


def text_of_markdown(body: str) -> str:
    """The words of Markdown as clean paragraphs: markup, shortcodes, Liquid tags and comments gone."""
    body = _COMMENT.sub("", _LIQUID.sub("", body))
    body = _CAPTION.sub(r"\n\n\1\n\n", body)
    for name in set(_CLOSING_SHORTCODE.findall(body)):
        body = re.sub(rf"\[/?{name}\b[^\]\n]*\](?![(\[:])", "", body)
    body = _BARE_SHORTCODE.sub("", _SHORTCODE_WITH_ATTRIBUTES.sub("", body))
    body = _FOOTNOTE.sub("", body)
    text = text_of_html(_markdown.render(body))
    text = _LEFT_IMAGE_OR_LINK.sub(r"\1", _LEFT_IMAGE_OR_LINK.sub(r"\1", text))
    return clean(_LEFT_EMPHASIS.sub("", text))


def _title(matter: Mapping[str, Any], body: str, text: str, path: str) -> str:
    if title := _one_line(matter.get("title")):
        return text_of_html(title) or title
    if heading := re.search(r"^#{1,2}[ \t]+(.+?)[ \t]*#*$", body, re.MULTILINE):
        return text_of_markdown(heading[1]) or heading[1]
    named = words_of_name(path)
    return first_words(text) if named is None else named


def _first_date(matter: Mapping[str, Any], path: str) -> Any:
    candidates = [matter.get(field) for field in ("date", "post_date", "published_at", "created")]
    dates = (find_date(value) for value in [*candidates, path.rpartition("/")[2]])
    return next((found for found in dates if found), None)


def _tags(matter: Mapping[str, Any]) -> tuple[str, ...]:
    found: list[str] = []
    for field in ("tags", "tag", "categories", "category"):
        value = matter.get(field)
        if isinstance(value, str):
            # One string is a list parted by commas, else (Jekyll's rule) by spaces.
            value = value.strip().removeprefix("[").removesuffix("]")
            found += re.split(r"\s*,\s*" if "," in value else r"\s+", value)
        elif isinstance(value, list):
            found += [line for item in value if (line := _one_line(item))]
    return tuple(dict.fromkeys(tag for tag in found if tag))


def _one_line(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        value = ", ".join(line for item in value if (line := _one_line(item)))
    if isinstance(value, int) and abs(value) < 10**18:  # a longer one is no name, and too long for Python to print
        value = str(value)
    return (clean(value).replace("\n", " ") or None) if isinstance(value, str) else None
