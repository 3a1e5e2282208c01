"""Threads that ask while generations come and go."""

import gc
import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from columnbot import Answer, ColumnBot
from tests.faults.editions import QUESTIONS, Known


@dataclass(frozen=True, slots=True)
class Footprint:
    """What this process holds: descriptors, mapped files that are gone from disk, and resident megabytes."""

    handles: int
    ghosts: int
    megabytes: float


@dataclass(slots=True)
class Heard:
    """What the threads heard: answers by the edition they belong to (None: no edition gives them), and errors."""

    answers: Counter[int | None] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def footprint() -> Footprint:
    """After what is no longer used has been let go."""
    gc.collect()
    maps = Path("/proc/self/maps").read_text()
    ghosts = len({line.split(maxsplit=5)[-1] for line in maps.splitlines() if "gen-" in line and "(deleted)" in line})
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return Footprint(len(os.listdir("/proc/self/fd")), ghosts, resident)


def ask_through(index: Path, known: Known, rebuild: Callable[[], None], *, threads: int = 8) -> Heard:
    """Threads ask the fixed questions over and over while `rebuild` runs.

    Half of them share one bot for as long as it takes, the others open one anew for every round. Every
    one of them is asked at least a round after the last rebuild.
    """
    heard = Heard()
    writing = threading.Lock()
    over = threading.Event()
    shared = ColumnBot.open(index, quick=True)
    editions = {(number, answer): edition for edition, telling in enumerate(known.tellings)
                for number, answer in enumerate(telling)}  # fmt: skip

    def ask(opens_anew: bool) -> None:
        while True:
            last = over.is_set()
            try:
                bot = ColumnBot.open(index, quick=True) if opens_anew else shared
                answers: list[Answer] = [bot.ask(question) for question in QUESTIONS]
            except Exception as error:  # noqa: BLE001 - no error at all is expected
                with writing:
                    heard.errors.append(f"{type(error).__name__}: {error}")
            else:
                with writing:
                    heard.answers.update(editions.get(told) for told in enumerate(answers))
            if last:
                return

    asking = [threading.Thread(target=ask, args=(number % 2 == 1,)) for number in range(threads)]
    for thread in asking:
        thread.start()
    try:
        rebuild()
    finally:
        over.set()
        for thread in asking:
            thread.join()
    return heard
