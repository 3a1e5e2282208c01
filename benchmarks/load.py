"""Many readers at once in the running chat, for minutes, with a rebuild in the middle.

    python -m benchmarks.load ARTICLES [--index DIR] [--readers 50] [--minutes 10]

Each reader is a tab as Gradio's own page keeps one: a heartbeat, events that join the queue, and a stream in which they
come. It asks for a column by its title every two to six seconds, sometimes follows up, opens what is quoted, and starts
over after eight questions. Half-way one column is changed and the index brought up to date; what was added must then be
quoted. ARTICLES and DIR are copied, never changed. The readers run on the same machine and take their share of it.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from columnbot import ColumnBot
from columnbot.messages import say

THINKS = (2.0, 6.0)  # seconds between two questions of a reader
ADDED = "De postduif van boekhandel Zevenster heet Kwinkeleer en bezorgt alleen op woensdag."
ASKED_OF_IT = "Hoe heet de postduif van boekhandel Zevenster?"
Events = dict[str, tuple[int, list[Any]]]
_BUSY = tuple(say("chat.busy", language)[:40] for language in ("nl", "en"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a question: how it ended, and after how many seconds its first words and all of it were there."""

    outcome: str
    first: float | None
    whole: float
    html: str


@dataclass(slots=True)
class Reader:
    """A tab of the chat, over Gradio's own protocol."""

    client: httpx.AsyncClient
    events: Events
    name: str = field(default_factory=lambda: f"{random.getrandbits(64):016x}")

    async def ask(self, question: str) -> Asked:
        """Asks, and reads on to the end of the answer."""
        started, first, outcome, html = time.perf_counter(), None, "nothing came", ""
        echoed = False  # the first message has the question below the turns before it; the others, what was added
        try:
            async for message in self.call("submit", first=question):
                kind = message["msg"]
                text = json.dumps(message.get("output") or {}, ensure_ascii=False)
                if echoed and first is None and "cb-answer" in text:
                    first = time.perf_counter() - started
                echoed = echoed or kind == "process_generating"
                if kind == "process_completed":
                    html = text
                    outcome = "answered" if first is not None and message["success"] else "failed"
                    outcome = "busy" if any(line in text for line in _BUSY) else outcome
                elif kind == "unexpected_error":
                    outcome = "broken off"
        except httpx.HTTPStatusError as error:
            outcome = f"status {error.response.status_code}"
        except httpx.HTTPError as error:
            outcome = type(error).__name__
        return Asked(outcome, first, time.perf_counter() - started, html)

    async def open(self, html: str) -> str:
        """Opens the first column that the answer quotes; "opened", or what went wrong."""
        found = re.search(r"\d+:(?:citation|column):\d+", html)
        if not found:
            return "nothing to open"
        try:
            async for message in self.call("reference", event_data={"reference": found.group()}):
                if message["msg"] == "process_completed":
                    return "opened" if "cb-column" in json.dumps(message["output"]) else "not opened"
        except httpx.HTTPError as error:
            return type(error).__name__
        return "not opened"

    async def go_further(self) -> str:
        """What the page asks for by itself after an answer: its subject over the years, and what to ask next."""
        try:
            async for message in self.call("success"):
                if message["msg"] == "process_completed":
                    return "went further" if message["success"] else "went no further"
        except httpx.HTTPError as error:
            return type(error).__name__
        return "went no further"

    async def call(self, event: str, *, first: Any = None, event_data: Any = None) -> AsyncIterator[dict[str, Any]]:
        """The messages that come of an event of the page; its `first` input is set, the others are as they were."""
        number, held = self.events[event]
        data = held if first is None else [first, *held[1:]]
        call = {"data": data, "fn_index": number, "session_hash": self.name, "event_data": event_data, "trigger_id": 1}
        joined = await self.client.post("/gradio_api/queue/join", json=call)
        joined.raise_for_status()
        stream = self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.name})
        async with stream as messages:
            messages.raise_for_status()
            async for line in messages.aiter_lines():
                if line.startswith("data: "):
                    message = json.loads(line.removeprefix("data: "))
                    if message["msg"] == "close_stream":
                        return
                    yield message

    async def heartbeat(self) -> None:
        """What keeps a session alive as long as its tab is open."""
        async with self.client.stream("GET", f"/gradio_api/heartbeat/{self.name}") as beats:
            async for _ in beats.aiter_lines():
                pass


async def enter(client: httpx.AsyncClient) -> Events:
    """The events of the page by their name, as its own client learns them: of each its number and its inputs."""
    await client.get("/")
    config = (await client.get("/config")).json()
    held = {component["id"]: component["props"].get("value") for component in config["components"]}
    found: Events = {}
    for event in config["dependencies"]:
        for _, name in event["targets"]:
            found.setdefault(name, (event["id"], [held[component] for component in event["inputs"]]))
    return found


@contextmanager
def serving(index: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A chat in a process of its own: its address, and the process."""
    command = [sys.executable, "-m", "columnbot", "chat", "--index", str(index), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        if not found:
            raise SystemExit("the chat did not start")
        try:
            yield found.group().rstrip("/"), process
        finally:
            process.terminate()


def megabytes(pid: int) -> float:
    """What a process holds of the machine's memory now."""
    held = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(held.group(1)) / 1024 if held else 0.0


def spread(values: Sequence[float]) -> str:
    """The median, and what 95 and 99 of a hundred stay below, in milliseconds."""
    if len(values) < 2:
        return "–"
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return " / ".join(f"{cuts[cut - 1] * 1000:,.0f}" for cut in (50, 95, 99))


async def read(
    client: httpx.AsyncClient, titles: Sequence[str], until: float, seed: int, seen: list[Asked], opened: Counter[str]
) -> None:
    """One reader, until that time."""
    chance = random.Random(seed)
    events = await enter(client)
    await asyncio.sleep(chance.uniform(0, THINKS[1]))
    while time.perf_counter() < until:
        reader = Reader(client, events)
        beating = asyncio.create_task(reader.heartbeat())
        for _ in range(8):
            if time.perf_counter() >= until:
                break
            follows = seen and chance.random() < 0.1
            asked = await reader.ask("En wanneer was dat?" if follows else chance.choice(titles))
            seen.append(asked)
            if asked.outcome == "answered":
                opened[await reader.go_further()] += 1
            if asked.outcome == "answered" and chance.random() < 0.3:
                opened[await reader.open(asked.html)] += 1
            await asyncio.sleep(chance.uniform(*THINKS))
        beating.cancel()


async def rebuild(articles: Path, index: Path, client: httpx.AsyncClient) -> str:
    """Changes one column, brings the index up to date, and asks after what was added until it is quoted."""
    changed = sorted(file for file in articles.rglob("*") if file.suffix in (".md", ".markdown", ".txt"))[-1]
    with changed.open("a", encoding="utf-8") as column:
        column.write(f"\n\n{ADDED}\n")
    started = time.perf_counter()
    building = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "columnbot", "index", str(articles), "--index", str(index),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    status = await building.wait()
    built = time.perf_counter() - started
    events = await enter(client)
    for attempt in range(60):
        if "Kwinkeleer" in (await Reader(client, events).ask(ASKED_OF_IT)).html:
            quoted = time.perf_counter() - started
            return f"status {status} in {built:.0f} s; quoted {quoted - built:.1f} s later, at attempt {attempt + 1}"
        await asyncio.sleep(1)
    return f"status {status} in {built:.0f} s; what was added was never quoted"


async def watch(pid: int, started: float, held: list[tuple[float, float]]) -> None:
    """Notes the memory of the chat every second."""
    while True:
        held.append((time.perf_counter() - started, megabytes(pid)))
        await asyncio.sleep(1)


async def run(
    address: str, pid: int, titles: Sequence[str], articles: Path, index: Path, readers: int, minutes: float
) -> None:
    """The whole of it, printed."""
    seen: list[Asked] = []
    opened: Counter[str] = Counter()
    held: list[tuple[float, float]] = []
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=readers * 3)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        await Reader(client, await enter(client)).ask(titles[0])
        started = time.perf_counter()
        until = started + minutes * 60
        watching = asyncio.create_task(watch(pid, started, held))
        reading = [asyncio.create_task(read(client, titles, until, seed, seen, opened)) for seed in range(readers)]
        await asyncio.sleep(minutes * 30)
        before = len(seen)
        rebuilt = await rebuild(articles, index, client)
        during = seen[before:]
        await asyncio.gather(*reading)
        watching.cancel()
    print(f"questions: {len(seen)}, {len(seen) / minutes / 60:.1f} a second; " + counted(seen))
    print(f"after the answer: {dict(opened)}")
    print(f"rebuild half-way: {rebuilt}; meanwhile {len(during)} questions, {counted(during)}")
    answered = [asked for asked in seen if asked.outcome == "answered" and asked.first is not None]
    print("ms, p50 / p95 / p99")
    print(f"  the first words: {spread([asked.first for asked in answered if asked.first is not None])}")
    print(f"  the whole answer: {spread([asked.whole for asked in answered])}")
    print(f"  hearing that it is busy: {spread([asked.whole for asked in seen if asked.outcome == 'busy'])}")
    print("memory of the chat, MB (medians of a tenth of the time)")
    tenth = minutes * 60 / 10
    for part in range(10):
        within = [mb for at, mb in held if part * tenth <= at < (part + 1) * tenth]
        print(f"  {part * 10:3d}–{part * 10 + 10} %: {statistics.median(within):,.0f}" if within else "")
    print(f"  most: {max(mb for _, mb in held):,.0f}; load of the machine {os.getloadavg()[1]:.1f}")


def counted(asked: Sequence[Asked]) -> str:
    """How they ended."""
    return ", ".join(f"{number} {outcome}" for outcome, number in Counter(one.outcome for one in asked).most_common())


def main() -> None:
    """Serve a copy of the index, let the readers in, and print what they met with."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10)
    given = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores; {given.readers} readers, {given.minutes} minutes"
    )
    with tempfile.TemporaryDirectory() as scratch:
        articles = shutil.copytree(given.articles, Path(scratch) / "articles")
        index = Path(scratch) / "index"
        if given.index:
            shutil.copytree(given.index, index)
        subprocess.run(
            [sys.executable, "-m", "columnbot", "index", str(articles), "--index", str(index)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        titles = [article.title for article in ColumnBot.open(index).articles() if len(article.title.split()) >= 3]
        with serving(index) as (address, process):
            asyncio.run(run(address, process.pid, titles, articles, index, given.readers, given.minutes))


if __name__ == "__main__":
    main()
