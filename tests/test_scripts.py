"""Columns and questions that try to run a script in the reader's browser: none does, all are shown as text."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from columnbot import ColumnBot, build_index
from tests.payloads import payloads
from tests.serving import FLAGS, own, running
from tests.test_browser import ask

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAYLOADS = payloads()
EACH, AT_ONCE = 20, 5  # payloads a column, and a question
NAMES = ("Verhoeven", "Vandijken", "Termolens", "Opvelden", "Uitbruggen", "Verduinen", "Vanbossen", "Termeeren",
         "Opzanden", "Uithorsten")  # fmt: skip
OURS = {"DIV", "P", "SPAN", "BUTTON", "H2", "H4", "UL", "LI", "Q", "ARTICLE", "MARK", "BR", "A", "BLOCKQUOTE",
        "DETAILS", "SUMMARY"}  # fmt: skip
WATCH = "window.__ran = []; window.ran = (number) => { window.__ran.push(number); };"
# What of the page came of text: its elements, and whatever could run or lead away.
AUDIT = """() => {
    const text = [...document.querySelectorAll(".cb-question, .cb-answer, .cb-problem, .cb-column, #cb-masthead h1")];
    const made = text.flatMap((part) => [...part.querySelectorAll("*")]);
    const all = [...document.querySelectorAll("*")];
    const leading = ["href", "src", "action", "data", "style", "srcdoc"];
    const attributes = (nodes) => nodes.flatMap((node) => [...node.attributes]);
    return {
        ran: window.__ran,
        elements: [...new Set(made.map((node) => node.tagName))],
        handlers: attributes(all).filter((one) => /^on/i.test(one.name)).map((one) => one.name),
        addresses: attributes(made).filter((one) => leading.includes(one.name)).map((one) => one.value),
        scripts: [...document.scripts].map((one) => one.textContent + one.src)
            .filter((code) => /ran\\(|elders/.test(code) && !/^\\s*window\\.gradio_config = /.test(code)),
    };
}"""


@dataclass
class Watched:
    """A page, and what it did that it should not."""

    page: Page
    wrong: list[str] = field(default_factory=list)


def of_column(number: int) -> list[str]:
    return PAYLOADS[number * EACH : (number + 1) * EACH]


def question_of(number: int) -> str:
    return f"Hoe laat gaat de oven van bakker {NAMES[number]} aan?"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose every field is hostile: the payloads of a column in its title, author, text, tags and address,
    one in its file name. JSON Feed says of a text that it is no HTML, so the reader leaves them in."""
    folder = tmp_path_factory.mktemp("hostile")
    for number, name in enumerate(NAMES):
        its = of_column(number)
        file_name = its[number % EACH].replace("/", "\N{DIVISION SLASH}")
        story = f"De oven van bakker {name} gaat elke nacht om drie uur aan."
        item = {
            "id": f"{number}", "title": f"Bakker {name} {escape(' '.join(its))}", "authors": [{"name": " ".join(its)}],
            "date_published": "2020-01-02T09:00:00Z", "tags": its,
            "url": f"https://elders.example/?\"><img/onerror=\"ran({number})\"/onclick=\"ran({number})",
            "content_text": "\n\n".join([story, *(f"Hij schreef op de deur: {one} en liep door." for one in its)]),
        }  # fmt: skip
        write_feed(folder / f"{number:02d} {file_name}.json", item)
    write_feed(
        folder / "kort.json",
        {"id": "k", "title": escape(PAYLOADS[1]), "content_text": "Een korte column over een klok."},
    )
    build_index(folder, folder / "index")
    return folder / "index"


def write_feed(file: Path, item: dict[str, object]) -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Bakkers", "items": [item]}
    file.write_text(json.dumps(feed), encoding="utf-8")


@pytest.fixture(scope="module")
def address(hostile: Path) -> Iterator[str]:
    with running(hostile, "--quick", "--title", f"{PAYLOADS[0]}{PAYLOADS[1]}") as address:
        yield address


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        driven = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield driven
        driven.close()


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[Watched]:
    page = browser.new_page()
    watched = Watched(page)
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: (watched.wrong.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: watched.wrong.append(str(error)))
    page.on("console", lambda said: watched.wrong.append(said.text) if "Content Security" in said.text else None)
    page.on("popup", lambda other: watched.wrong.append(f"a window: {other.url}"))
    page.on("request", lambda request: None if own(request.url, address) else watched.wrong.append(request.url))
    yield watched
    page.close()
    assert watched.wrong == []


def assert_nothing_came_of_it(page: Page) -> None:
    found = page.evaluate(AUDIT)
    assert found["ran"] == []
    assert set(found["elements"]) <= OURS
    assert found["handlers"] == []
    assert found["scripts"] == []
    assert all(value.startswith("https://elders.example/") for value in found["addresses"])


def as_seen(text: str | None) -> str:
    return " ".join((text or "").split())


def test_the_payloads_would_run_if_they_were_markup(browser: Browser) -> None:
    """Else the tests below show nothing: a page that takes the same text for markup runs many of them."""
    page = browser.new_page()
    page.add_init_script(WATCH)
    page.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("http://zonder.example/")
    page.evaluate("(texts) => texts.forEach((text) => document.body.insertAdjacentHTML('beforeend', text))", PAYLOADS)
    page.wait_for_timeout(500)
    assert len(set(page.evaluate("window.__ran"))) >= 40
    page.close()


def test_the_archive_is_as_hostile_as_it_was_meant(hostile: Path) -> None:
    articles = ColumnBot.open(hostile).articles()
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 200
    for whole in (
        "\n".join(article.text for article in articles),
        "\n".join(article.title for article in articles),
        "\n".join(article.author or "" for article in articles),
        "\n".join("\n".join(article.tags) for article in articles),
    ):
        assert all(as_seen(payload) in as_seen(whole) for payload in PAYLOADS)
    assert sum('"><img/onerror="' in (article.url or "") for article in articles) == len(NAMES)
    assert sum("ran(" in article.path for article in articles) >= len(NAMES) - 2  # the others fetch a script


def test_the_first_screen_shows_what_it_is_called_and_asks_as_text(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(address)
    expect(page.locator("#cb-masthead h1")).to_have_text(f"{PAYLOADS[0]}{PAYLOADS[1]}")
    expect(page.locator("#cb-conversation .example", has_text=PAYLOADS[1])).to_have_count(1)
    assert_nothing_came_of_it(page)


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_no_payload_runs_and_each_is_shown_as_it_stands(
    number: int, watched: Watched, address: str, hostile: Path
) -> None:
    page, its = watched.page, of_column(number)
    questions = [f"{question_of(number)} {' '.join(its[at : at + AT_ONCE])}" for at in range(0, EACH, AT_ONCE)]
    questions.append(question_of(number))  # with nothing in it that is not asked, so that it is answered
    page.goto(f"{address}/?{urlencode({'q': questions[0]})}")
    for turn, question in enumerate(questions):
        if turn:
            ask(page, question)
        expect(page.locator(".cb-question").nth(turn)).to_have_text(question)
        expect(page.locator(".cb-footing, .cb-problem")).to_have_count(turn + 1)
        assert_nothing_came_of_it(page)

    page.locator(".cb-card", has_text=f"Bakker {NAMES[number]}").first.click()
    page.locator(".cb-column").wait_for()
    article = next(one for one in ColumnBot.open(hostile).articles() if one.title.startswith(f"Bakker {NAMES[number]}"))
    assert as_seen(page.locator(".cb-column h2").text_content()) == as_seen(article.title)
    shown = as_seen(page.locator(".cb-body").inner_text())
    assert all(as_seen(line) in shown for line in article.text.splitlines())
    assert as_seen(article.author) in as_seen(page.locator(".cb-signature").text_content())
    page.evaluate("() => document.querySelectorAll('.cb-copy-answer').forEach((button) => button.click())")
    assert_nothing_came_of_it(page)
