"""Builds in processes of their own, forked from one that has everything imported, and so cheap to kill."""

import contextlib
import errno as errors
import logging
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from columnbot import ColumnbotError, build_index
from tests.faults.editions import settings_for
from tests.faults.files import CHANGES, Step, announce

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.warm", "tests.faults.builds"])


@dataclass(frozen=True, slots=True)
class Fault:
    """What befalls a build at its `at`-th step (from 0), of the steps that are of these kinds.

    `errno` None is a SIGKILL. A `lasting` error befalls every later step too, but for removals: a full disk.
    """

    at: int | None = None
    errno: int | None = None
    lasting: bool = False
    kinds: tuple[str, ...] = CHANGES


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a build ended: well, with an error (of ours, or a stranger), or killed; and the steps it took."""

    killed: bool = False
    error: str | None = None
    ours: bool = False
    steps: tuple[str, ...] = field(default=(), repr=False)


def build(
    articles: Path, index: Path, model: Path, fault: Fault | None = None, *, kill_after: float | None = None
) -> Outcome:
    """Builds in a child, with the fault, or killed after so many seconds, counted from its first step."""
    return in_child(_build, articles, index, model, fault or Fault(), kill_after=kill_after)


def in_child(
    work: Callable[..., None],
    *arguments: object,
    kill_after: float | None = None,
    take: Callable[[Any], None] | None = None,
) -> Outcome:
    """Runs `work(connection, *arguments)` in a child.

    It sends "begun", and at its end an `Outcome`; or anything else, for `take`.
    """
    ours, theirs = _context.Pipe(duplex=False)
    child = _context.Process(target=work, args=(theirs, *arguments))
    child.start()
    theirs.close()
    assert child.pid is not None
    handle = None
    if kill_after is not None:
        with contextlib.suppress(ProcessLookupError):  # a fault may have ended it at once, on a busy machine
            handle = os.pidfd_open(child.pid)  # which names no other process once the child has ended
    outcome = Outcome(killed=True)
    try:
        ours.recv()
        if kill_after is not None and handle is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        while True:
            received = ours.recv()
            if isinstance(received, Outcome):
                outcome = received
            elif take is not None:
                take(received)
    except (EOFError, ConnectionResetError):
        pass  # killed
    if handle is not None:
        os.close(handle)
    child.join()
    ours.close()
    child.close()
    return outcome


def _build(connection: Connection, articles: Path, index: Path, model: Path, fault: Fault) -> None:
    import torch

    torch.set_num_threads(1)
    logging.disable()
    steps: list[str] = []

    def before(step: Step) -> None:
        if step.kind not in fault.kinds:
            return
        steps.append(str(step))
        late = len(steps) - 1 - fault.at if fault.at is not None else -1
        if late == 0 and fault.errno is None:
            os.kill(os.getpid(), signal.SIGKILL)
        if late == 0 or (late > 0 and fault.lasting and step.kind not in ("remove", "rmdir", "read")):
            assert fault.errno is not None
            raise OSError(fault.errno, os.strerror(fault.errno), str(step.path))

    announce(index.parent, before)
    connection.send("begun")
    try:
        build_index(articles, index, settings=settings_for(model))
    except ColumnbotError as error:
        outcome = Outcome(error=f"{type(error).__name__}: {error}", ours=True, steps=tuple(steps))
    except Exception as error:  # noqa: BLE001 - which errors come out is what is asked
        outcome = Outcome(error=f"{type(error).__name__}: {error}", steps=tuple(steps))
    else:
        outcome = Outcome(steps=tuple(steps))
    connection.send(outcome)


def moments(count: int, longest: float, seed: int = 0) -> list[float]:
    """Seconds at which to kill a build that takes `longest`, evenly spread, in no order."""
    chance = random.Random(seed)
    return chance.sample([longest * number / count for number in range(count)], count)


FULL, BROKEN = errors.ENOSPC, errors.EIO
