"""NumPy's matrix products on one thread each, while the model runs and an answer is sought.

Its own threads wait for each other where the machine has other work, ten times as long as one alone takes, and are
too many for matrices so small where it has many cores; between products so small they keep a core busy with waiting.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from threading import Lock
from typing import Any

import numpy as np  # noqa: F401 - whose library is what the controller finds
from threadpoolctl import OpenBLASController, ThreadpoolController

_lock = Lock()
_within: list[Any] = []  # of those who are within: the limit that the first has set, once for each


@cache
def _products() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")


@contextmanager
def one_thread_a_product() -> Iterator[None]:
    """The setting is the whole process's: it is as before once the last of those who are within has left."""
    with _lock:
        _within.append(_within[-1] if _within else _change(partial(_products().limit, limits=1)))
    try:
        yield
    finally:
        with _lock:
            limit = _within.pop()
            if not _within:
                _change(limit.restore_original_limits)


def _change(change: Callable[[], Any]) -> Any:
    """Makes a change that the controller would else leave to the thread that made one first."""
    OpenBLASController.clear_controlling_thread(force=True)
    changed = change()
    OpenBLASController.clear_controlling_thread(force=True)
    return changed
