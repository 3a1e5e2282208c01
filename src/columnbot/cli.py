"""The command line. What can be mended is said in one line on stderr, with exit status 1."""

import json
import logging
import os
import sys
from dataclasses import asdict
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from columnbot.errors import ColumnbotError, IndexDamaged, IndexOutdated, SettingsError
from columnbot.messages import in_digits, say, signature
from columnbot.options import (
    AuthorOption,
    CheckerOption,
    IndexOption,
    JsonOption,
    ModelOption,
    QuestionArgument,
    QuickOption,
    QuotedOption,
    RerankerOption,
    SinceOption,
    TagOption,
    UntilOption,
    filters,
)
from columnbot.progress import progress_bars
from columnbot.settings import Settings, load_settings
from columnbot.version import VERSION

app = typer.Typer(
    name="columnbot",
    help="Answers questions from an archive of columns, and shows where each sentence stands.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """The entry point: what the user or the machine can mend as one line, everything else as it is."""
    as_json = "--json" in sys.argv[1:]
    # NumPy, not yet imported here, multiplies small matrices for a question: on a busy machine its threads
    # wait for each other ten times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal of another encoding shows "?" for what it has not
            stream.reconfigure(errors="replace")
    try:
        app()
    except (ColumnbotError, OSError) as error:
        if as_json and isinstance(error, ColumnbotError):  # else it may be the output that cannot be written
            _print_json({"error": {"kind": type(error).__name__, "message": str(error)}})
        else:
            sys.stderr.write(f"columnbot: {error}\n")
        raise SystemExit(1) from None


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Take the options that stand before a command."""
    if version:
        _print(VERSION)
        raise typer.Exit


@app.command("index")
def index_command(
    articles: Annotated[Path | None, typer.Argument(help="The folder of the articles.", metavar="ARTICLES")] = None,
    index: IndexOption = None,
    model: ModelOption = None,
    passage_words: Annotated[int | None, typer.Option("--passage-words", help="Words in a passage.")] = None,
    pages: Annotated[
        bool | None,
        typer.Option("--pages", help="Read the pages of an export of WordPress or Ghost too, not only posts."),
    ] = None,
    exact: Annotated[
        bool | None, typer.Option("--exact", help="Scan every passage for a question, however many there are.")
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option("--ray", help='A Ray cluster that embeds: its address, or "local".', metavar="ADDRESS"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read and report; embed and write nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Build the index of a folder of articles, or bring it up to date."""
    flags = {
        "articles": articles,
        "index": index,
        "model": model,
        "passage_words": passage_words,
        "pages": pages,
        "exact": exact,
        "ray": ray,
    }
    settings = load_settings(flags=flags)
    if dry_run:
        _report_archive(settings, as_json)
        return
    from columnbot.build import build_index
    from columnbot.readers.report import doubts_in_short, omissions, years_of

    with progress_bars(settings.language) as bars:
        report = build_index(settings.articles, settings.index, settings=settings, **bars)
    if as_json:
        _print_json(asdict(report))
        return
    for line in (*omissions(report, settings.language), *doubts_in_short(report, settings.language)):
        _print(line)
    key = "index_unchanged" if report.unchanged else "index_built"
    _print(
        say(key, settings.language, index=report.index, articles=report.articles, seconds=f"{report.seconds:.1f}",
            words=in_digits(report.words, settings.language), years=years_of(report, settings.language),
            authors=say("author" if len(report.authors) == 1 else "authors", settings.language,
                        number=len(report.authors)),
            passages=report.passages, embedded=report.embedded, skipped=len(report.skipped))
    )  # fmt: skip


def _report_archive(settings: Settings, as_json: bool) -> None:
    from columnbot.readers import read_archive
    from columnbot.readers.report import report_lines, report_of

    report = report_of(read_archive(settings.articles, pages=settings.pages))
    if as_json:
        _print_json(asdict(report))
        return
    for line in report_lines(report, settings.articles, settings.language):
        _print(line)


@app.command()
def ask(
    question: QuestionArgument,
    index: IndexOption = None,
    model: ModelOption = None,
    reranker: RerankerOption = None,
    quick: QuickOption = None,
    checker: CheckerOption = None,
    author: AuthorOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    tag: TagOption = None,
    quoted: QuotedOption = False,
    as_json: JsonOption = False,
) -> None:
    """Answer a question, with the places it was found."""
    settings = load_settings(flags={"index": index, "reranker": reranker, "quick": quick, "checker": checker})
    where = filters(author, since, until, tag)
    bot = _open(settings, model, quoted)
    answer = bot.ask(question, **where)
    if as_json:
        from columnbot.as_json import answer_as_json

        _print_json(answer_as_json(answer))
        return
    _print(answer.text)
    if answer.notice:
        _print(f"({answer.notice})")
    if answer.citations:
        _print(f"\n{say('sources', answer.language)}")
    for citation in answer.citations:
        article = citation.article
        who = signature(article.author, article.date, answer.language)
        _print(f"[{citation.number}] {article.title} – {who} – {article.path}:{citation.start}-{citation.end}")


@app.command()
def search(
    question: QuestionArgument,
    index: IndexOption = None,
    model: ModelOption = None,
    reranker: RerankerOption = None,
    k: Annotated[int, typer.Option("-k", help="How many passages, 100 at most.", min=1, max=100)] = 10,
    author: AuthorOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    tag: TagOption = None,
    why: Annotated[bool, typer.Option("--explain", help="Show what brought each passage.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the passages nearest to a question."""
    settings = load_settings(flags={"index": index, "reranker": reranker})
    where = filters(author, since, until, tag)
    bot = _open(settings, model, quoted=True)
    explained = bot.explain(question, k, **where) if why else ()
    hits = [item.hit for item in explained] if why else bot.search(question, k, **where)
    if as_json:
        from columnbot.as_json import hit_as_json, why_as_json

        reasons = [why_as_json(item) for item in explained] or [{}] * len(hits)
        _print_json([hit_as_json(hit) | reason for hit, reason in zip(hits, reasons, strict=True)])
        return
    for rank, hit in enumerate(hits, start=1):
        article = hit.passage.article
        who = signature(article.author, article.date, settings.language)
        _print(f"{rank}. {article.title} – {who} – {article.path} ({hit.score:.2f})")
        _print(f"   {_shortened(hit.passage.text)}")
        if why:
            item = explained[rank - 1]
            signals = ", ".join(f"{name} {value:+.1f}" for name, value in item.signals.items())
            near = ", ".join(f"{match.asked} → {match.found} {match.cosine:.2f}" for match in item.matches)
            for line in (signals, " ".join(item.terms), near, f"“{_shortened(item.sentence)}”"):
                _print(f"   {line}")
        _print("")


@app.command()
def show(
    path: Annotated[str, typer.Argument(metavar="PATH")], index: IndexOption = None, as_json: JsonOption = False
) -> None:
    """Print an article as columnbot sees it."""
    from columnbot.index import open_index

    settings = load_settings(flags={"index": index})
    article = open_index(settings.index).article(path)
    if as_json:
        _print_json(asdict(article))
        return
    _print(f"{article.title}\n{signature(article.author, article.date, settings.language)}\n\n{article.text}")


@app.command()
def check(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Verify every file of the index in force."""
    from columnbot.index.generation import named_generation, read_pointer
    from columnbot.index.manifest import MEND, verify
    from columnbot.index.milvus import address_of, counted_rows, open_in_milvus

    settings = load_settings(flags={"index": index})
    address = address_of(settings.index)
    opened = open_in_milvus(address) if address else None
    if opened:
        manifest = opened.manifest
    else:
        folder = named_generation(settings.index)
        manifest = verify(folder, whole=True)
        if read_pointer(settings.index).name != folder.name:
            raise IndexDamaged(
                f"{settings.index / 'CURRENT'} is missing or damaged; answers come from {folder.name}, which is "
                f"sound; {MEND}"
            )
    rows = counted_rows(opened) if opened else 0
    if as_json:
        _print_json(asdict(manifest))
        return
    if address:
        _print(
            say("index_counted", settings.language, index=address.shown, rows=f"{rows:,}", articles=manifest.articles,
                passages=manifest.passages, model=manifest.model, created=manifest.created)
        )  # fmt: skip
        return
    size = sum(file.size for file in manifest.files.values())
    _print(
        say("index_sound", settings.language, index=settings.index, files=len(manifest.files), size=f"{size / 1e6:.1f}",
            articles=manifest.articles, passages=manifest.passages, model=manifest.model, created=manifest.created)
    )  # fmt: skip


@app.command()
def chat(
    index: IndexOption = None,
    model: ModelOption = None,
    reranker: RerankerOption = None,
    quick: QuickOption = None,
    checker: CheckerOption = None,
    host: Annotated[str | None, typer.Option("--host", help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="The port to listen on.")] = None,
    language: Annotated[str | None, typer.Option("--language", help="nl or en.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="What stands at the head of the page.")] = None,
    root_path: Annotated[str | None, typer.Option("--root-path", help="Where a proxy has it, such as /vragen.")] = None,
    embedded_in: Annotated[
        str | None, typer.Option("--embedded-in", help="Sites that may show it in a frame, parted by spaces.")
    ] = None,
    logo: Annotated[
        str | None, typer.Option("--logo", help="A picture beside the title: PNG, SVG, JPEG, WebP.")
    ] = None,
    theme: Annotated[str | None, typer.Option("--theme", help="system, light or dark.")] = None,
    mcp: Annotated[
        bool | None, typer.Option("--mcp", help="Open ask, search and show to programs and language models too.")
    ] = None,
    metrics: Annotated[bool | None, typer.Option("--metrics", help="Figures for Prometheus at /metrics.")] = None,
    log_questions: Annotated[
        bool | None, typer.Option("--log-questions", help="Put what readers ask in the log, not only that they do.")
    ] = None,
    auth_file: Annotated[
        str | None, typer.Option("--auth-file", help="Who may enter: lines that `columnbot password` makes.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = False,
    quoted: QuotedOption = False,
) -> None:
    """Open the chat in the browser."""
    # What a keeper should know while it runs: that it moved to a newer index, or why it could not.
    logging.basicConfig(format="%(asctime)s %(message)s")
    logging.getLogger("columnbot").setLevel(logging.INFO)
    settings = load_settings(
        flags={
            "index": index,
            "reranker": reranker,
            "quick": quick,
            "checker": checker,
            "host": host,
            "port": port,
            "language": language,
            "title": title,
            "root_path": root_path,
            "embedded_in": embedded_in,
            "logo": logo,
            "theme": theme,
            "mcp": mcp,
            "metrics": metrics,
            "log_questions": log_questions,
            "auth_file": auth_file,
        }
    )
    bot = _open(settings, model, quoted)
    from columnbot.chat import serve

    serve(bot, settings, open_browser=browser)


@app.command()
def feedback(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """List what readers thought of the answers in the chat."""
    from columnbot.feedback import FILE, kept
    from columnbot.index import beside
    from columnbot.index.generation import named_generation
    from columnbot.index.milvus import address_of

    settings = load_settings(flags={"index": index})
    if not address_of(settings.index):
        named_generation(settings.index)  # or a folder misspelled would be one without verdicts
    given = list(kept(beside(settings.index) / FILE))
    if as_json:
        _print_json([asdict(one) for one in given])
        return
    if not given:
        _print(say("feedback.none", settings.language))
    for one in given:
        verdict = say(f"chat.bad.{one.reason}" if one.reason else "feedback.good", settings.language)
        _print(say("feedback.line", settings.language, given=one.given, verdict=verdict, question=one.question))
        _print(f"   {_shortened(one.answer)}")


@app.command()
def password(name: Annotated[str, typer.Argument(metavar="NAME", help="Who gets it.")]) -> None:
    """Ask for a password, and print the line for the auth file of the chat."""
    from columnbot.chat.passwords import hashed

    if not name.strip() or ":" in name or name.strip().startswith("#"):
        raise SettingsError(f"The name {name!r} cannot be used: it must not be empty, begin with # or hold a colon.")
    given = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    _print(f"{name.strip()}:{hashed(given)}")


def _open(settings: Settings, model: str | None, quoted: bool) -> Any:
    """The bot of the settings; with `quoted`, without the language model that these name."""
    from columnbot.bot import ColumnBot
    from columnbot.llm import open_language_model

    open_bot = partial(
        ColumnBot.open,
        settings.index,
        model=model,
        reranker=settings.reranker,
        quick=settings.quick,
        writer=None if quoted else open_language_model(settings),
        checker=None if quoted else settings.checker,
    )
    try:
        return open_bot()
    except IndexOutdated as outdated:
        from columnbot.build import rebuild_outdated

        with progress_bars(settings.language) as bars:
            report = rebuild_outdated(outdated, settings.index, settings, **bars)
        sys.stderr.write(say("index_renewed", settings.language, index=report.index, articles=report.articles) + "\n")
        return open_bot()


def _shortened(text: str, limit: int = 240) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else (line[:limit].rpartition(" ")[0] or line[:limit]) + " …"


def _print_json(value: object) -> None:
    _print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def _print(line: str) -> None:
    typer.echo(line)
