"""How long until the first word of a quoted answer stands on the page, beside the same question asked in Python.

    python -m benchmarks.first_word INDEX [--questions 60]

The titles of columns are asked, by turns first, of `ColumnBot.ask`, of the chat over its protocol, and of the chat in a
Chromium, from the Enter key until the answer is in the document. One reader, so nobody waits for another.
"""

import argparse
import asyncio
import os
import platform
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
from benchmarks.load import Reader, enter, serving
from playwright.async_api import Page, async_playwright
from tests.chromium import find_chromium

from columnbot import ColumnBot

# The milliseconds from the Enter key to the first answer that was not there before.
FIRST_ANSWER = """(question) => new Promise((resolve) => {
    const field = document.querySelector("#cb-ask textarea");
    const before = document.querySelectorAll(".cb-answer").length;
    new MutationObserver((_, observer) => {
        if (document.querySelectorAll(".cb-answer").length > before) {
            observer.disconnect();
            resolve(performance.now() - started);
        }
    }).observe(document.body, { childList: true, subtree: true });
    field.value = question;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const started = performance.now();
    field.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
})"""


async def measure(address: str, bot: ColumnBot, questions: Sequence[str]) -> dict[str, list[float]]:
    """Seconds, by the way it was asked."""
    took: dict[str, list[float]] = {"ColumnBot.ask": [], "the protocol": [], "the page": []}
    async with httpx.AsyncClient(base_url=address, timeout=60) as client, async_playwright() as playwright:
        events = await enter(client)
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = await browser.new_page()

        async def in_python(question: str) -> float | None:
            started = time.perf_counter()
            found = bot.ask(question).found
            return time.perf_counter() - started if found else None

        async def over_the_protocol(question: str) -> float | None:
            return (await Reader(client, events).ask(question)).first

        async def on_the_page(question: str) -> float | None:
            seconds: float = await page.evaluate(FIRST_ANSWER, question) / 1000
            await page.wait_for_timeout(300)  # for the rest of the answer
            return seconds

        ways = list(zip(took, (in_python, over_the_protocol, on_the_page), strict=True))
        for number, question in enumerate(questions):
            if number % 10 == 0:  # a new conversation, as a long one is drawn whole
                await open_page(page, address)
                await on_the_page("Wat is dit voor een archief?")
            turned = ways[number % 3 :] + ways[: number % 3]  # so that none has the others warm it up
            seconds = {name: await way(question) for name, way in turned}
            if all(seconds.values()):
                for name, value in seconds.items():
                    took[name].append(value or 0.0)
        await browser.close()
    return took


async def open_page(page: Page, address: str) -> None:
    """A fresh page whose first events are over."""
    await page.goto(address)
    await page.locator("#cb-ask textarea").wait_for()
    await page.wait_for_timeout(1000)


def main() -> None:
    """Print the medians, and what the page adds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--questions", type=int, default=60)
    given = parser.parse_args()
    bot = ColumnBot.open(given.index)
    titles = [article.title for article in bot.articles() if len(article.title.split()) >= 3]
    step = max(1, len(titles) // given.questions)
    with serving(given.index) as (address, _):
        took = asyncio.run(measure(address, bot, titles[::step][: given.questions]))
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    base = statistics.median(took["ColumnBot.ask"])
    for name, seconds in took.items():
        middle = statistics.median(seconds)
        more = f"{middle / base:.2f} times, {(middle - base) * 1000:+.0f} ms"
        print(f"{name}: p50 {middle * 1000:.0f} ms of {len(seconds)}, {more}")


if __name__ == "__main__":
    main()
