"""What several commands of the command line are given, and what it means."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from columnbot.errors import SettingsError

IndexOption = Annotated[
    Path | None,
    typer.Option("--index", help="The folder of the index, or milvus://host:port/name.", metavar="DIR"),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help='"bundled", "static", the name of a sentence-transformers model, or its folder.'),
]
RerankerOption = Annotated[
    str | None,
    typer.Option("--reranker", help="A cross-encoder for a last look at the best passages: name or folder."),
]
QuickOption = Annotated[
    bool | None,
    typer.Option("--quick", help="Answer sooner, without reading passages with the question."),
]
CheckerOption = Annotated[
    str | None, typer.Option("--checker", help="An NLI cross-encoder that checks written answers too: name or folder.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
AuthorOption = Annotated[str | None, typer.Option("--author", help="Only columns by this author.")]
SinceOption = Annotated[
    str | None, typer.Option("--since", help="Only columns from this day or year on.", metavar="DATE")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="Only columns up to this day or year.", metavar="DATE")
]
TagOption = Annotated[list[str] | None, typer.Option("--tag", help="Only columns with this tag; repeatable.")]
QuotedOption = Annotated[bool, typer.Option("--quoted", help="Only quote, also where a language model is set.")]
QuestionArgument = Annotated[str, typer.Argument(metavar="QUESTION")]


@dataclass(frozen=True, slots=True)
class _Day:
    """Where a date that leaves things out begins and ends."""

    first: date
    last: date


def filters(author: str | None, since: str | None, until: str | None, tags: list[str] | None) -> dict[str, Any]:
    """The filters of `ColumnBot.search` and `ask`. Raises `SettingsError` for what is no date."""
    return {
        "author": author,
        "since": _day(since, "--since").first if since else None,
        "until": _day(until, "--until").last if until else None,
        "tags": tuple(tags or ()),
    }


def _day(text: str, option: str) -> _Day:
    try:
        if text.isdigit() and len(text) == 4:
            return _Day(date(int(text), 1, 1), date(int(text), 12, 31))
        day = date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{option} is {text!r}; give a year (2012) or a day (2012-05-31).") from None
    return _Day(day, day)
