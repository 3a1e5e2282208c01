"""A whole column as HTML, with what an answer quotes from it marked.

It is put on the page as it is: everything of the archive is escaped here. The text of the HTML is
the text of the article, but for white space and the marks of list items and quoted blocks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from columnbot.answering import Citation
from columnbot.articles import Article
from columnbot.blocks import Block, blocks_of
from columnbot.messages import say, signature


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a block, borne by the same citations throughout. `opens` are those that start with it."""

    start: int
    end: int
    citations: tuple[int, ...]
    opens: tuple[int, ...]


def column_html(
    article: Article, citations: Sequence[Citation], chosen: int | None, reference: str, language: str
) -> str:
    """The column, its marks numbered as the citations are, those of the `chosen` citation set apart.

    `reference` is that of the button that opened it; the labels are in `language`.
    """
    about = escape(signature(article.author, article.date, language))
    steps = ("previous_quote", "next_quote") if len(citations) > 1 else ()
    buttons = [(f"cb-{step.partition('_')[0]}", f"chat.{step}") for step in steps]
    content = (
        f'<p class="cb-signature" lang="{language}">{about}{_original(article, language)}</p>'
        f'<div class="cb-body" lang="{article.language}">{_body(article.text, citations, chosen)}</div>'
    )
    title = f'<span lang="{article.language}">{escape(article.title)}</span>'
    return sheet_html(title, content, language, [*buttons, ("cb-ask-here", "chat.ask_here")], reference=reference)


def sheet_html(
    title: str, content: str, language: str, buttons: Sequence[tuple[str, str]] = (), *, reference: str = ""
) -> str:
    """A sheet beside the conversation: a bar of buttons (class, key of their text), a heading, and HTML."""
    bar = "".join(
        f'<button type="button" class="cb-tool {kind}">{escape(say(key, language))}</button>'
        for kind, key in (*buttons, ("cb-close", "chat.close"))
    )
    return (
        f'<article class="cb-column" data-reference="{escape(reference)}" aria-labelledby="cb-column-title">'
        f'<div class="cb-tools" lang="{language}">{bar}</div><div class="cb-page" tabindex="0">'
        f'<h2 id="cb-column-title">{title}</h2>{content}</div></article>'
    )


def stretches_of(block: Block, citations: Sequence[Citation]) -> Iterator[Stretch]:
    """The block cut wherever a citation starts or ends."""
    inside = [c for c in citations if c.start < block.end and c.end > block.start]
    cuts = {block.start, block.end}
    for citation in inside:
        cuts |= {max(citation.start, block.start), min(citation.end, block.end)}
    edges = sorted(cuts)
    for start, end in zip(edges, edges[1:], strict=False):
        bearing = tuple(c.number for c in inside if c.start < end and c.end > start)
        opens = tuple(c.number for c in inside if max(c.start, block.start) == start)
        yield Stretch(start, end, bearing, opens)


def _original(article: Article, language: str) -> str:
    if not article.url or not re.match(r"https?://", article.url, re.IGNORECASE):
        return ""
    label = escape(say("chat.original", language))
    href = escape(article.url)
    return f' <a class="cb-original" href="{href}" target="_blank" rel="noopener noreferrer">{label}</a>'


def _body(text: str, citations: Sequence[Citation], chosen: int | None) -> str:
    parts = []
    for kind, blocks in groupby(blocks_of(text), key=lambda block: block.kind):
        tag = "li" if kind == "item" else "p"
        html = "".join(f"<{tag}>{_block(text, block, citations, chosen)}</{tag}>" for block in blocks)
        around = {"paragraph": "", "item": "ul", "quoted": "blockquote"}[kind]
        parts.append(f"<{around}>{html}</{around}>" if around else html)
    return "".join(parts)


def _block(text: str, block: Block, citations: Sequence[Citation], chosen: int | None) -> str:
    return "".join(_stretch(text, stretch, chosen) for stretch in stretches_of(block, citations))


def _stretch(text: str, stretch: Stretch, chosen: int | None) -> str:
    html = "<br>".join(escape(line) for line in text[stretch.start : stretch.end].split("\n"))
    if not stretch.citations:
        return html
    kind = ' class="cb-chosen"' if chosen in stretch.citations else ""
    numbers = f' data-numbers="{", ".join(map(str, stretch.opens))}"' if stretch.opens else ""
    return f"<mark{kind}{numbers}>{html}</mark>"
