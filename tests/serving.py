"""The chat in a process of its own, and how a browser is started to visit it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip

expect.set_options(timeout=20_000)  # milliseconds: a machine that tests may have other work


@contextmanager
def running(index: Path, *options: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of a chat in a process of its own."""
    command = [sys.executable, "-m", "columnbot", "chat", "--index", str(index), "--port", "0", *options]
    variables = {**os.environ, **(environment or {})}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=variables) as chat:
        assert chat.stdout is not None
        said = chat.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found, f"the chat said {said!r}"
        try:
            yield found.group().rstrip("/")
        finally:
            chat.terminate()


def own(url: str, address: str) -> bool:
    """Whether a request of the page goes to the chat itself, and to nobody else."""
    return url.startswith((address, "data:", "blob:"))


def event_of(config: dict[str, Any], name: str) -> tuple[int, list[Any]]:
    """The number of an event of the page, and what its inputs hold at first."""
    held = {component["id"]: component["props"].get("value") for component in config["components"]}
    event = next(one for one in config["dependencies"] if any(target[1] == name for target in one["targets"]))
    return event["id"], [held[component] for component in event["inputs"]]
