"""What readers thought of answers, in a SQLite file beside the index; nothing of it leaves the machine."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from columnbot.errors import FeedbackProblem

Verdict = Literal["good", "bad"]
# What a reader may say is wrong; `messages` has their texts. No free text: a reader may put anything in it.
REASONS = ("wrong", "beside", "source", "missing")
FILE = "feedback.sqlite"  # in the folder of the index

_TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
    id TEXT PRIMARY KEY, given TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT,
    question TEXT NOT NULL, answer TEXT NOT NULL, confidence REAL NOT NULL, columns TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A reader's verdict on an answer, with a reason of `REASONS` for a bad one.

    `id` is that of the answer, in one conversation; `given` an ISO time in UTC; `columns` the paths of
    the articles quoted.
    """

    id: str
    given: str
    verdict: Verdict
    reason: str | None
    question: str
    answer: str
    confidence: float
    columns: tuple[str, ...]


_NAMES = [field.name for field in fields(Feedback)]  # the columns of the table, in its order


def keep(feedback: Feedback, file: Path) -> None:
    """Adds it; a later verdict on the same answer takes the place of the one before. Raises `FeedbackProblem`."""
    with _database(file) as database, database:
        database.execute(_TABLE)
        database.execute(
            f"INSERT OR REPLACE INTO feedback VALUES ({', '.join(f':{name}' for name in _NAMES)})",
            asdict(feedback) | {"columns": json.dumps(feedback.columns, ensure_ascii=False)},
        )


def kept(file: Path) -> Iterator[Feedback]:
    """All of it, oldest first; nothing where nobody gave any. Raises `FeedbackProblem`."""
    if not file.exists():
        return
    with _database(file) as database:
        database.execute(_TABLE)  # the first to give any may have been cut off before
        for row in database.execute(f"SELECT {', '.join(_NAMES)} FROM feedback ORDER BY given, id"):
            values = dict(zip(_NAMES, row, strict=True))
            yield Feedback(**values | {"columns": tuple(json.loads(values["columns"]))})


@contextmanager
def _database(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file, timeout=10)) as database:
            yield database
    except (sqlite3.Error, OSError) as error:
        raise FeedbackProblem(f"{file} cannot be used for what readers think: {error}.") from error
