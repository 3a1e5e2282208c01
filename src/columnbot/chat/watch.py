"""What whoever runs the chat sees of it: a line a question in the log, and figures for Prometheus.

What was asked is nobody's business: its words are logged only where the settings say so.
"""

import logging
from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from columnbot.answering import Answer
from columnbot.bot import ColumnBot
from columnbot.errors import ColumnbotError

_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_log = logging.getLogger(__name__)


class Watch:
    """Counts the questions of one chat. Safe to share between threads."""

    def __init__(self, bot: ColumnBot, *, words: bool) -> None:
        self._bot, self._words = bot, words
        self._registry = CollectorRegistry()
        self._questions = Counter(
            "columnbot_questions", "Questions by what came of them.", ["outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "columnbot_answer_seconds",
            "From a question to its whole answer.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._verdicts = Counter("columnbot_verdicts", "Verdicts of readers.", ["verdict"], registry=self._registry)
        columns = Gauge("columnbot_columns", "Columns in the index.", registry=self._registry)
        columns.set_function(self._columns)
        passages = Gauge("columnbot_passages", "Passages in the index.", registry=self._registry)
        passages.set_function(self._passages)

    def answered(self, typed: str, answer: Answer, seconds: float) -> None:
        """An answer was given, be it that the archive does not know."""
        outcome = answer.mode if answer.found else "not_found"
        self._count(typed, outcome, seconds, f", confidence {answer.confidence:.2f}")

    def failed(self, typed: str, seconds: float) -> None:
        """No answer could be given, and the reader was told why."""
        self._count(typed, "failed", seconds)

    def judged(self, verdict: str) -> None:
        """A reader gave a verdict."""
        self._verdicts.labels(verdict).inc()

    def ready(self) -> bool:
        """Whether there is an index to answer from."""
        try:
            return len(self._bot.index) > 0
        except ColumnbotError:
            return False

    def figures(self) -> bytes:
        """All figures, as Prometheus reads them; those of an index that cannot be reached are NaN."""
        return generate_latest(self._registry)

    def _columns(self) -> float:
        try:
            return len(self._bot.index.articles)
        except ColumnbotError:
            return nan

    def _passages(self) -> float:
        try:
            return len(self._bot.index)
        except ColumnbotError:
            return nan

    def _count(self, typed: str, outcome: str, seconds: float, more: str = "") -> None:
        self._questions.labels(outcome).inc()
        self._seconds.observe(seconds)
        asked = repr(typed) if self._words else f"a question of {len(typed)} characters"
        _log.info("%s: %s%s, %.0f ms", asked, outcome, more, seconds * 1000)
