"""Answers and their sources for somebody's own document: plain text, Markdown, BibTeX and CSL-JSON."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from columnbot.answering import Answer
from columnbot.articles import Article
from columnbot.messages import say, signature

# In BibTeX's values these begin a command, or end the value.
_BIBTEX = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$",
           "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}  # fmt: skip
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")


@dataclass(frozen=True, slots=True)
class Reference:
    """An article as bibliographies name it; `key` is the same for the same article."""

    key: str
    bibtex: str
    csl: dict[str, Any]


def as_text(answer: Answer) -> str:
    """Question, answer and where it stands, as plain text."""
    sources = [
        f"[{c.number}] “{c.article.title}”, {signature(c.article.author, c.article.date, answer.language)}, "
        f"{c.article.url or c.article.path}"
        for c in answer.citations
    ]
    heading = [say("sources", answer.language)] if sources else []
    return "\n".join([answer.question, "", answer.text, *([""] if sources else []), *heading, *sources])


def as_markdown(answer: Answer) -> str:
    """The same in Markdown, the question as a heading; what the columns say is text, whatever signs it holds."""
    lines = [f"## {_markdown(answer.question)}", ""]
    if answer.found:
        for sentence in answer.sentences:
            markers = "".join(f"[{number}]" for number in sentence.citations)
            lines += [f"{_markdown(sentence.text)} {markers}", ""]
    else:
        lines += [_markdown(answer.text), ""]
    for c in answer.citations:
        who = signature(c.article.author, c.article.date, answer.language)
        where = f"<{c.article.url}>" if _is_address(c.article.url) else _markdown(c.article.path)
        lines.append(f"- [{c.number}] “{_markdown(c.article.title)}”, {_markdown(who)}, {where}")
    return "\n".join(lines).rstrip() + "\n"


def reference_of(article: Article) -> Reference:
    """The article for a bibliography."""
    key = _key(article)
    return Reference(key, _bibtex(article, key), _csl(article, key))


def _bibtex(article: Article, key: str) -> str:
    day = article.date
    fields = {
        "title": article.title,
        "author": (article.author or "").strip(),
        "year": str(day.year) if day else None,
        "date": day.isoformat() if day else None,
        "url": article.url if _is_address(article.url) else None,
        "note": article.path,
    }
    lines = [f"  {name} = {{{value if name == 'url' else _escaped(value)}}}" for name, value in fields.items() if value]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _csl(article: Article, key: str) -> dict[str, Any]:
    item: dict[str, Any] = {"id": key, "type": "article", "title": article.title, "language": article.language}
    if (article.author or "").strip():
        item["author"] = [{"literal": article.author}]
    if article.date:
        item["issued"] = {"date-parts": [[article.date.year, article.date.month, article.date.day]]}
    if _is_address(article.url):
        item["URL"] = article.url
    return item


def _key(article: Article) -> str:
    """Such as "meeuwsen2014-3f2a1b": the last word of the author's name, the year, and a hash of the path."""
    name = (article.author or "").split()[-1:]
    plain = unicodedata.normalize("NFKD", "".join(name)).encode("ascii", "ignore").decode().lower()
    word = re.sub(r"[^a-z]", "", plain) or "column"
    year = str(article.date.year) if article.date else ""
    return f"{word}{year}-{hashlib.blake2b(article.path.encode(), digest_size=3).hexdigest()}"


def _is_address(url: str | None) -> bool:
    return bool(url and re.fullmatch(r"https?://[^\s<>{}\"\\]+", url, re.IGNORECASE))


def _escaped(value: str) -> str:
    return "".join(_BIBTEX.get(sign, sign) for sign in " ".join(value.split()))


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
