"""How far a build is, on the terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from columnbot.messages import say


@contextmanager
def progress_bars(language: str) -> Iterator[dict[str, Callable[[int, int], None]]]:
    """Bars on stderr for the files and the passages, with the remaining time; none where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield {}
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:

        def shown(title: str) -> Callable[[int, int], None]:
            task = bar.add_task(say(title, language), total=None)
            return lambda done, total: bar.update(task, completed=done, total=total)

        yield {"reading": shown("reading"), "progress": shown("embedding")}
