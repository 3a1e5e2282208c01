"""What a keeper is told of an archive: how much there is, what was left out and why, and what looks doubtful."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from columnbot.articles import Article
from columnbot.messages import in_digits, say
from columnbot.readers import Archive, Copies, Skipped

VERY_SHORT = 25  # words
NAMED = 20  # articles of one doubt, in the report for people


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about an article to look at.

    `kind` is "no_date", "future_date", "no_author", "very_short" or "same_title"; `detail` names the
    date, the number of words, or the other article.
    """

    path: str
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """What was read from an archive. The counts stand in order of year, and most articles first."""

    files: int
    articles: int
    words: int
    authors: tuple[str, ...]
    years: tuple[int, ...]
    articles_by_year: dict[int, int]
    articles_by_author: dict[str, int]
    skipped: tuple[Skipped, ...]
    copies: tuple[Copies, ...]
    doubtful: tuple[Doubt, ...]
    notes: tuple[str, ...]


def report_of(archive: Archive, *, today: date | None = None) -> ArchiveReport:
    """The report on an archive that was read; `today` decides which dates lie in the future."""
    authors = Counter(article.author for article in archive.articles if article.author)
    years = Counter(article.date.year for article in archive.articles if article.date)
    return ArchiveReport(
        files=archive.files,
        articles=len(archive.articles),
        words=sum(len(article.text.split()) for article in archive.articles),
        authors=tuple(sorted(authors)),
        years=tuple(sorted(years)),
        articles_by_year=dict(sorted(years.items())),
        articles_by_author=dict(sorted(authors.items(), key=lambda item: (-item[1], item[0]))),
        skipped=archive.skipped,
        copies=archive.copies,
        doubtful=_doubts(archive.articles, today or date.today()),
        notes=archive.notes,
    )


def _doubts(articles: tuple[Article, ...], today: date) -> tuple[Doubt, ...]:
    doubts: list[Doubt] = []
    seen: dict[tuple[str, str | None], str] = {}
    for article in articles:
        if article.date is None:
            doubts.append(Doubt(article.path, "no_date"))
        elif article.date > today:
            doubts.append(Doubt(article.path, "future_date", article.date.isoformat()))
        if article.author is None:
            doubts.append(Doubt(article.path, "no_author"))
        words = len(article.text.split())
        if words < VERY_SHORT:
            doubts.append(Doubt(article.path, "very_short", str(words)))
        first = seen.setdefault((article.title.casefold(), article.author), article.path)
        if first != article.path:
            doubts.append(Doubt(article.path, "same_title", first))
    return tuple(doubts)


def report_lines(report: ArchiveReport, archive: Path, language: str) -> list[str]:
    """The whole report in "nl" or "en"; of one kind of doubt at most twenty articles are named."""
    lines = omissions(report, language)
    for kind in dict.fromkeys(doubt.kind for doubt in report.doubtful):
        found = [d.path + (f" ({d.detail})" if d.detail else "") for d in report.doubtful if d.kind == kind]
        paths = ", ".join(found[:NAMED])
        if len(found) > NAMED:
            paths = say("doubts_more", language, paths=paths, number=len(found) - NAMED)
        lines.append(say("doubts", language, doubt=say(f"doubt.{kind}", language), number=len(found), paths=paths))
    names = [f"{author} {number}" for author, number in report.articles_by_author.items()][:5]
    more = ["…"] if len(report.authors) > len(names) else []
    summary = say(
        "archive_read", language, archive=archive, files=report.files, articles=report.articles,
        years=years_of(report, language), words=in_digits(report.words, language), skipped=len(report.skipped),
        authors=", ".join(names + more) or say("unknown_author", language),
    )  # fmt: skip
    return [*lines, summary]


def omissions(report: ArchiveReport, language: str) -> list[str]:
    """A line for each file that was skipped, each column that was there twice, and each thing inferred."""
    skipped = [say("skipped", language, path=skip.path, reason=skip.reason) for skip in report.skipped]
    copies = [say("copies", language, path=c.path, others=", ".join(c.others)) for c in report.copies]
    return [*skipped, *copies, *report.notes]


def doubts_in_short(report: ArchiveReport, language: str) -> list[str]:
    """At most one line: how many articles there are of each kind of doubt."""
    kinds = Counter(doubt.kind for doubt in report.doubtful)
    doubts = ", ".join(f"{say(f'doubt.{kind}', language).lower()} ({number})" for kind, number in kinds.items())
    return [say("doubts_of_build", language, doubts=doubts)] if doubts else []


def years_of(report: ArchiveReport, language: str) -> str:
    """The first and the last year, "2009–2019"."""
    return f"{report.years[0]}–{report.years[-1]}" if report.years else say("undated", language)
