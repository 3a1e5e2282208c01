"""A sheet that says what this archive is: how much, whose, of when, on what, and what was left out of it."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from itertools import pairwise
from typing import Any

from columnbot.articles import Article
from columnbot.chat.reader import sheet_html
from columnbot.index import Index
from columnbot.messages import in_digits, long_date, say

AUTHORS, SUBJECTS, REASONS = 8, 16, 5  # named at most
_LINE = re.compile(r"^(?:line|item) \d+: ")  # where it stands in its table: not what it is left out for


def about_html(index: Index, language: str) -> str:
    """The sheet. What was left out stands there by reason and number: a draft's name is nobody's business."""
    articles = index.articles
    report = _report(index)
    facts = [
        ("about.columns", in_digits(len(articles), language)),
        ("about.words", in_digits(report["words"], language) if isinstance(report.get("words"), int) else ""),
        ("about.years", _years(articles)),
        ("about.authors", _counted((a.author for a in articles if a.author), AUTHORS)),
        ("about.subjects", _counted((tag for a in articles for tag in a.tags), SUBJECTS)),
        ("about.silence", _longest_silence(articles, language)),
        ("about.left_out", _left_out(report, language)),
        ("about.index", _index(index, language)),
    ]
    rows = "".join(f"<dt>{escape(say(key, language))}</dt><dd>{escape(value)}</dd>" for key, value in facts if value)
    years = Counter(article.date.year for article in articles if article.date)
    content = f'<dl class="cb-facts">{rows}</dl>{_bars(years, language)}'
    return sheet_html(escape(say("chat.about", language)), content, language, reference="about")


def _report(index: Index) -> Mapping[str, Any]:
    """What the last build said of the archive; nothing where its report is gone."""
    try:
        report = json.loads((index.beside / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def _years(articles: Sequence[Article]) -> str:
    years = [article.date.year for article in articles if article.date]
    return f"{min(years)}–{max(years)}" if years else ""


def _counted(names: Iterable[str], most: int) -> str:
    counts = Counter(names).most_common(most + 1)
    named = ", ".join(f"{name} ({number})" for name, number in counts[:most])
    return named + (", …" if len(counts) > most else "")


def _longest_silence(articles: Sequence[Article], language: str) -> str:
    days = sorted({article.date for article in articles if article.date})
    if len(days) < 2:
        return ""
    apart = max(pairwise(days), key=_days_between)
    first, last = (long_date(day, language) for day in apart)
    return say("about.silence_of", language, days=_days_between(apart), first=first, last=last)


def _days_between(days: tuple[date, date]) -> int:
    return (days[1] - days[0]).days


def _left_out(report: Mapping[str, Any], language: str) -> str:
    reasons = (str(item.get("reason", "")) for item in report.get("skipped", []) if isinstance(item, dict))
    skipped = Counter(_LINE.sub("", reason) for reason in reasons)
    parts = [f"{reason} ({number})" for reason, number in skipped.most_common(REASONS)]
    copies = sum(len(item.get("others", [])) for item in report.get("copies", []) if isinstance(item, dict))
    if copies:
        parts.append(say("about.copies", language, number=copies))
    return "; ".join(parts)


def _index(index: Index, language: str) -> str:
    manifest = index.manifest
    day = long_date(date.fromisoformat(manifest.created[:10]), language)
    passages = in_digits(manifest.passages, language)
    return say("about.index_of", language, name=index.name, day=day, passages=passages, model=manifest.model)


def _bars(years: Mapping[int, int], language: str) -> str:
    if len(years) < 2:
        return ""
    most = max(years.values())
    rows = "".join(
        f'<tr><th scope="row">{year}</th>'
        f'<td><span class="cb-line" style="width: {100 * columns / most:.0f}%"></span></td><td>{columns}</td></tr>'
        for year in range(min(years), max(years) + 1)
        for columns in [years.get(year, 0)]
    )
    caption = escape(say("about.columns_a_year", language))
    return f'<table class="cb-a-year"><caption>{caption}</caption>{rows}</table>'
