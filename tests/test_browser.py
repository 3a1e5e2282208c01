"""The running chat, as a reader meets it: `columnbot chat` in a process of its own, driven by a real Chromium."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from columnbot import ColumnBot, build_index
from columnbot.chat.passwords import hashed
from columnbot.messages import long_date
from tests.conftest import ROOT
from tests.servers import falling_silent_after, playing
from tests.serving import FLAGS, own, running

pytestmark = pytest.mark.browser
QUESTION = "Waarom belt Van Dalen geen onbekende bedrijven meer?"


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        driven = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield driven
        driven.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The open chat. A request to anywhere else than the chat itself, or an error in the console, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    opened = context.new_page()
    elsewhere: list[str] = []
    errors: list[str] = []
    opened.on("request", lambda request: elsewhere.append(request.url) if not own(request.url, address) else None)
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(address)
    opened.locator("#cb-ask textarea").wait_for()
    yield opened
    context.close()
    assert elsewhere == []
    assert errors == []


def ask(page: Page, question: str) -> None:
    expect(page.locator("#cb-ask .submit-button")).to_be_visible()  # and not the one that stops an answer
    page.locator("#cb-ask textarea").fill(question)
    page.keyboard.press("Enter")


def test_an_answer_shows_its_sources_and_a_click_opens_the_column_at_the_quote(page: Page, bot: ColumnBot) -> None:
    ask(page, QUESTION)
    expect(page.locator(".cb-footing")).to_be_visible()
    answer = bot.ask(QUESTION)
    assert answer.found
    first = answer.citations[0]
    expect(page.locator(".cb-source, .cb-card .cb-title").first).to_have_text(first.article.title)
    expect(page.locator(".cb-card .cb-about").first).to_contain_text("Redactie columnbot, ")
    assert len(page.locator(".cb-marker").all()) == sum(len(s.citations) for s in answer.sentences)

    page.locator("button.cb-marker").first.click()
    expect(page.locator(".cb-column h2")).to_have_text(first.article.title)
    marked = page.locator("mark.cb-chosen")
    expect(marked.first).to_be_in_viewport()
    shown = " ".join(" ".join(marked.all_inner_texts()).split())
    assert shown == " ".join(first.quote.split())
    save_screenshot(page, "chat.png")

    page.keyboard.press("Escape")
    expect(page.locator(".cb-column")).to_have_count(0)
    expect(page.locator("button.cb-marker").first).to_be_focused()


def test_the_focus_stays_where_it_is_when_a_bubble_is_drawn_anew(page: Page) -> None:
    ask(page, QUESTION)
    expect(page.locator(".cb-footing")).to_be_visible()
    marker = page.locator("button.cb-marker").first
    marker.focus()
    page.locator(".cb-answer").first.evaluate("answer => { answer.outerHTML = answer.outerHTML; }")
    expect(marker).to_be_focused()


def save_screenshot(page: Page, name: str) -> None:
    """Refreshes a picture of the documentation when asked to: SCREENSHOTS=docs make test."""
    wanted = os.environ.get("SCREENSHOTS")
    if wanted:
        page.screenshot(path=ROOT / wanted / name)


def test_an_example_from_the_archive_is_one_click_away(page: Page) -> None:
    examples = page.locator("#cb-conversation .example")
    expect(examples).to_have_count(4)
    examples.first.click()
    expect(page.locator(".cb-question")).to_have_count(1)
    expect(page.locator(".cb-answer")).to_be_visible()


def test_what_is_not_in_the_archive_gets_the_three_nearest_columns(page: Page) -> None:
    ask(page, "Hoe behandel je een tropische koortsaanval bij papegaaien?")
    expect(page.locator(".cb-unknown")).to_contain_text("In dit archief is hierop geen antwoord gevonden")
    expect(page.locator(".cb-card")).to_have_count(3)
    page.locator(".cb-card").first.click()
    expect(page.locator(".cb-column h2")).to_be_visible()


def test_a_follow_up_says_how_it_was_understood_and_a_new_conversation_forgets(page: Page) -> None:
    ask(page, "Wie volgde Anton van Dalen op als directeur?")
    expect(page.locator(".cb-answer")).to_have_count(1)
    ask(page, "en wanneer was dat?")
    expect(page.locator(".cb-understood")).to_contain_text("Anton van Dalen")
    page.locator("#cb-new").click()
    expect(page.locator(".cb-question")).to_have_count(0)
    expect(page.locator("#cb-conversation .example")).to_have_count(4)


def test_the_page_speaks_dutch_or_english_and_answers_in_the_language_of_the_question(page: Page) -> None:
    expect(page.locator("#cb-new")).to_have_text("Nieuw gesprek")
    page.locator("#cb-language label", has_text="EN").click()
    expect(page.locator("#cb-new")).to_have_text("New conversation")
    ask(page, "What does a recipe for apple pie with cinnamon look like?")
    expect(page.locator(".cb-unknown")).to_contain_text("No answer to that was found in this archive")


@pytest.mark.parametrize(
    "typed", ["???", "<img src=x onerror=alert(1)> waarom?", "{{7*7}} $x$ [a](javascript:alert(1))"]
)
def test_whatever_is_typed_is_shown_as_it_was_typed(page: Page, typed: str) -> None:
    ask(page, typed)
    expect(page.locator(".cb-question")).to_have_text(typed)
    expect(page.locator(".cb-answer, .cb-problem")).to_be_visible()


def test_it_fits_a_telephone_and_the_dark(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 400, "height": 780}, color_scheme="dark")
    page.goto(address)
    ask(page, QUESTION)
    page.locator("button.cb-marker").first.click()
    expect(page.locator("mark.cb-chosen").first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(26, 24, 22)"
    page.locator(".cb-close").click()
    expect(page.locator("#cb-ask textarea")).to_be_in_viewport()
    save_screenshot(page, "chat-phone.png")
    page.set_viewport_size({"width": 1280, "height": 860})
    expect(page.locator(".cb-following")).to_be_visible()
    page.locator(".cb-over-the-years summary").click()
    page.locator(".cb-footing").scroll_into_view_if_needed()
    save_screenshot(page, "chat-dark.png")
    page.close()


def test_nothing_but_the_page_answers_from_outside(address: str) -> None:
    for path in ("/monitoring/summary", "/docs", "/openapi.json", "/gradio_api/file=/etc/passwd"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address + path)
        with refused.value as error:
            assert error.code in (401, 403, 404)
    with urllib.request.urlopen(address + "/gradio_api/info") as info:
        assert json.load(info)["named_endpoints"] == {}
    with urllib.request.urlopen(address) as first:
        assert "default-src 'self'" in first.headers["Content-Security-Policy"]
    elsewhere = urllib.request.Request(address, headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(elsewhere)
    refused.value.close()
    assert refused.value.code == 400
    assert "Content-Security-Policy" in refused.value.headers


def test_an_answer_is_copied_with_its_sources(browser: Browser, address: str, bot: ColumnBot) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address)
    page.locator("#cb-ask textarea").wait_for()
    ask(page, QUESTION)
    expect(page.locator(".cb-following")).to_be_visible()  # after which the bubble is not drawn again
    page.get_by_role("button", name="Kopieer met bronnen").click()
    expect(page.get_by_role("button", name="Gekopieerd")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    answer = bot.ask(QUESTION)

    assert copied[:3] == [QUESTION, "", answer.text]
    assert len(copied[5:]) == len(answer.citations)
    first = answer.citations[0].article
    assert first.date
    assert copied[5].startswith(f"[1] “{first.title}”, Redactie columnbot, {long_date(first.date, 'nl')}, ")
    expect(page.get_by_role("button", name="Kopieer met bronnen")).to_be_visible()
    context.close()


def choose(page: Page, box: str, value: str) -> None:
    page.locator(f"#cb-{box} input").click()
    page.locator(f"#cb-{box}").get_by_role("option", name=value, exact=True).click()


def test_filters_limit_what_is_searched_and_the_answer_says_so(page: Page, bot: ColumnBot) -> None:
    page.get_by_role("button", name="Zoek in een deel van het archief").click()
    choose(page, "since", "2012")
    choose(page, "until", "2014")
    ask(page, "Wat schreef hij over klanten?")
    expect(page.locator(".cb-footing")).to_be_visible()
    expect(page.locator(".cb-understood").first).to_have_text("Alleen gezocht in: 2012–2014")
    years = re.findall(r"\b(?:19|20)\d\d\b", " ".join(page.locator(".cb-about").all_inner_texts()))
    assert years and all("2012" <= year <= "2014" for year in years)


def test_a_bar_of_the_years_asks_for_that_year(page: Page) -> None:
    ask(page, "Wat schreef hij over klanten?")
    page.locator(".cb-over-the-years summary").click()
    bar = page.locator("button.cb-year").first
    year = (bar.get_attribute("value") or "").split(":")[2]
    bar.click()
    expect(page.locator(".cb-answer")).to_have_count(2)
    expect(page.locator(".cb-understood").last).to_have_text(f"Alleen gezocht in: {year}")


def test_a_question_to_go_on_with_is_one_click_away_and_has_an_answer(page: Page) -> None:
    ask(page, QUESTION)
    further = page.locator(".cb-next").first
    question = further.inner_text()
    further.click()
    expect(page.locator(".cb-question").last).to_have_text(question)
    expect(page.locator(".cb-answer")).to_have_count(2)
    expect(page.locator(".cb-answer").last.locator(".cb-marker").first).to_be_visible()


def test_one_steps_from_quote_to_quote_and_asks_about_the_column_that_is_open(page: Page, bot: ColumnBot) -> None:
    question = "Hoeveel bladzijden telde de laatste papieren catalogus?"
    citations = bot.ask(question).citations
    several = next(c for c in citations if sum(o.article.path == c.article.path for o in citations) > 1)
    beside = sorted((c for c in citations if c.article.path == several.article.path), key=lambda c: c.start)
    ask(page, question)
    page.locator(f'button.cb-marker[value="0:citation:{beside[0].number}"]').click()
    for expected in (*beside[1:], beside[0]):
        page.get_by_role("button", name="Volgend citaat").click()
        assert " ".join("".join(page.locator("mark.cb-chosen").all_inner_texts()).split()).startswith(
            expected.quote.split()[0]
        )
        expect(page.locator("mark.cb-chosen").first).to_be_in_viewport()
    page.get_by_role("button", name="Vraag over deze column").click()
    expect(page.locator("#cb-only")).to_contain_text(several.article.title)
    ask(page, "Wat is een klant?")
    expect(page.locator(".cb-understood").last).to_contain_text(several.article.path)
    page.locator("#cb-only").click()
    expect(page.locator("#cb-only")).to_have_count(0)


def test_earlier_questions_stay_in_the_browser_are_found_exported_and_forgotten(page: Page, bot: ColumnBot) -> None:
    for number, question in enumerate((QUESTION, "Wie volgde Anton van Dalen op als directeur?"), start=1):
        ask(page, question)
        expect(page.locator(".cb-footing")).to_have_count(number)
    address = page.url
    page = page.context.new_page()  # of the same browser, as after a day
    page.goto(address)
    page.locator("#cb-history").click()
    expect(page.locator(".cb-turns li")).to_have_count(2)
    page.get_by_label("Zoek in eerdere vragen").fill("onbekende bedrijven")
    expect(page.locator(".cb-turns li")).to_have_count(1)
    expect(page.locator(".cb-asked")).to_have_text(QUESTION)
    exported = {}
    for name in ("Markdown", "BibTeX", "CSL-JSON"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        exported[name] = Path(download.value.path()).read_text(encoding="utf-8")
    titles = {citation.article.title for citation in bot.ask(QUESTION).citations}

    assert exported["Markdown"].startswith(f"## {QUESTION}\n")
    assert {item["title"] for item in json.loads(exported["CSL-JSON"])} == titles
    assert exported["BibTeX"].count("@misc{") == len(titles)

    page.locator(".cb-turns summary").click()
    page.get_by_role("button", name="Vraag opnieuw").click()
    expect(page.locator("#cb-ask textarea")).to_have_value(QUESTION)
    page.get_by_role("button", name="Verwijder", exact=True).click()
    page.get_by_label("Zoek in eerdere vragen").fill("")
    expect(page.locator(".cb-turns li")).to_have_count(1)
    page.get_by_role("button", name="Verwijder alles").click()
    expect(page.locator(".cb-none")).to_be_visible()


def test_a_reader_says_what_is_wrong_and_the_keeper_hears_it(page: Page, sample_index: Path) -> None:
    ask(page, QUESTION)
    expect(page.locator(".cb-next").first).to_be_visible()
    page.locator(".cb-bad summary").click()
    page.get_by_role("button", name="Er ontbreekt iets").click()
    expect(page.locator(".cb-verdict")).to_have_text("Bewaard, dank.")
    command = [sys.executable, "-m", "columnbot", "feedback", "--index", str(sample_index), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    last = json.loads(done.stdout)[-1]
    assert (last["question"], last["verdict"], last["reason"]) == (QUESTION, "bad", "missing")


def test_what_this_archive_is_stands_one_click_away(page: Page) -> None:
    page.locator("#cb-about").click()
    expect(page.locator(".cb-facts")).to_contain_text("Redactie columnbot (40)")
    page.keyboard.press("Escape")
    expect(page.locator("#cb-about")).to_be_focused()


@pytest.mark.slow
def test_after_a_restart_in_mid_chat_what_was_asked_is_not_lost(browser: Browser, sample_index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    page = browser.new_page()
    with running(sample_index, "--port", port) as address:
        page.goto(address)
        ask(page, QUESTION)
        expect(page.locator(".cb-footing")).to_be_visible()
        expect(page.locator("#cb-ask .submit-button")).to_be_visible()  # what there is to go on with has come too
    ask(page, "Wie volgde Anton van Dalen op als directeur?")  # nobody is there to answer
    page.wait_for_timeout(500)
    with running(sample_index, "--port", port):
        expect(page.locator(".cb-question")).to_have_count(0, timeout=20_000)  # the page has loaded itself again
        expect(page.locator("#cb-ask textarea")).to_have_value("Wie volgde Anton van Dalen op als directeur?")
        page.locator("#cb-ask textarea").press("Enter")
        expect(page.locator(".cb-footing")).to_be_visible()
        page.locator("#cb-history").click()
        expect(page.locator(".cb-asked")).to_have_count(2)
        expect(page.locator(".cb-asked").last).to_have_text(QUESTION)
    page.close()


def test_a_link_may_bring_its_question(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/?{urllib.parse.urlencode({'q': QUESTION})}")
    expect(page.locator(".cb-question")).to_have_text(QUESTION)
    expect(page.locator(".cb-footing")).to_be_visible()
    page.close()


# Or as near to it as it can be, with the whole of a short answer below it.
AT_THE_TOP = """() => {
    const last = [...document.querySelectorAll(".cb-question")].at(-1);
    const scroller = last.closest(".panel-wrap");
    const top = last.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    const below = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    return scroller.scrollTop > 0 && top >= 0 && (top < 30 || below < 2);
}"""


def test_the_last_question_stands_at_the_top_of_what_is_seen(page: Page) -> None:
    for number in (1, 2, 3):
        ask(page, QUESTION)
        expect(page.locator(".cb-footing")).to_have_count(number)
    page.wait_for_function(AT_THE_TOP)


def test_a_new_conversation_stays_empty_whatever_was_on_its_way(page: Page) -> None:
    for _ in range(4):
        ask(page, QUESTION)
        expect(page.locator(".cb-question")).to_have_count(1)
        page.locator("#cb-new").click()
        page.wait_for_timeout(800)
        expect(page.locator(".cb-question")).to_have_count(0)


def test_another_language_leaves_the_boxes_as_they_are(page: Page) -> None:
    page.locator("#cb-filters > button").click()
    page.locator("#cb-since input").click()
    page.get_by_role("option", name="2020").click()
    expect(page.locator("#cb-since input")).to_have_value("2020")
    page.get_by_text("EN", exact=True).click()
    expect(page.locator("#cb-filters > button")).to_contain_text("Search a part")
    expect(page.locator("#cb-since input")).to_have_value("2020")


ASK_AT_ONCE = """(question) => {
    let left = 6;
    new MutationObserver(() => {
        if (!left || !document.querySelector("#cb-ask .submit-button")) return;
        const box = document.querySelector("#cb-ask textarea");
        if (box.value) return;    // the one before is still to be taken
        left -= 1;
        box.value = question;
        box.dispatchEvent(new Event("input"));
        box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
    }).observe(document.body, { childList: true, subtree: true });
}"""


def test_a_question_is_taken_from_the_moment_that_the_button_to_ask_is_there(page: Page) -> None:
    ask(page, QUESTION)
    page.evaluate(ASK_AT_ONCE, QUESTION)
    expect(page.locator(".cb-footing")).to_have_count(7)
    expect(page.locator("#cb-ask textarea")).to_have_value("")


@pytest.mark.slow
def test_an_answer_that_is_being_written_can_be_stopped(browser: Browser, sample_index: Path) -> None:
    sentence = "Van Dalen belt geen onbekende bedrijven meer [1]. "
    with playing(falling_silent_after(sentence)) as served:
        model = {"COLUMNBOT_LLM_URL": served.url, "COLUMNBOT_LLM_MODEL": "played"}
        with running(sample_index, environment=model) as address:
            page = browser.new_page()
            page.goto(address)
            page.locator("#cb-ask textarea").wait_for()
            ask(page, QUESTION)
            page.locator("#cb-ask .stop-button").click()
            expect(page.locator("#cb-ask .submit-button")).to_be_visible()
            page.locator("#cb-ask textarea").fill("???")
            page.keyboard.press("Enter")
            expect(page.locator(".cb-problem")).to_be_visible()  # it is this reader's turn again
            page.close()


@pytest.mark.slow
def test_while_the_language_model_is_away_the_reader_gets_quotes_and_why(browser: Browser, sample_index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
    model = {"COLUMNBOT_LLM_URL": nobody, "COLUMNBOT_LLM_MODEL": "m"}
    with running(sample_index, environment=model) as address:
        page = browser.new_page()
        page.goto(address)
        page.locator("#cb-ask textarea").wait_for()
        ask(page, QUESTION)
        expect(page.locator(".cb-notice")).to_contain_text("is niet te bereiken; dit zijn citaten", timeout=20_000)
        expect(page.locator(".cb-quote").first).to_be_visible()
        page.close()


@pytest.mark.slow
def test_a_chat_goes_on_when_its_index_is_built_again(browser: Browser, tmp_path: Path) -> None:
    columns, index = tmp_path / "columns", tmp_path / "index"
    columns.mkdir()
    (columns / "veer.md").write_text("# De veerman\n\nDe veerman Jurre roeit elke ochtend naar de overkant.\n", "utf-8")
    build_index(columns, index)
    with running(index) as address:
        page = browser.new_page()
        page.goto(address)
        page.locator("#cb-ask textarea").wait_for()
        ask(page, "Wie roeit elke ochtend naar de overkant?")
        expect(page.locator(".cb-answer")).to_contain_text("Jurre")
        (columns / "brug.md").write_text("# De brug\n\nDe brugwachter Sjoukje telt alle schepen.\n", "utf-8")
        build_index(columns, index)
        ask(page, "Wie telt alle schepen?")
        expect(page.locator(".cb-answer").last).to_contain_text("Sjoukje")
        page.locator(".cb-marker").first.click()  # of the index before
        expect(page.locator("mark.cb-chosen")).to_contain_text("Jurre")
        page.locator("#cb-new").click()
        expect(page.locator("#cb-masthead")).to_contain_text("2 columns")
        page.close()


def test_whoever_watches_over_the_chat_hears_that_it_runs_and_nothing_else(address: str) -> None:
    with urllib.request.urlopen(address + "/health") as health:
        assert (health.status, health.read()) == (200, b"ok")
    with urllib.request.urlopen(address + "/ready") as ready:
        assert (ready.status, ready.read()) == (200, b"ready")


@pytest.mark.slow
def test_behind_a_password_nobody_reads_anything_without_it(
    browser: Browser, sample_index: Path, tmp_path: Path
) -> None:
    (tmp_path / "wie.txt").write_text(f"tineke:{hashed('een lange zin')}\n", encoding="utf-8")
    with running(sample_index, "--auth-file", str(tmp_path / "wie.txt")) as address:
        for path in ("/config", "/gradio_api/info", "/gradio_api/queue/data?session_hash=x"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(address + path)
            refused.value.close()
            assert refused.value.code == 401
        page = browser.new_page()
        page.goto(address)
        page.locator("input[type=password]").wait_for()
        assert page.locator("#cb-ask").count() == 0
        for password, inside in (("fout", False), ("een lange zin", True)):
            page.locator("input").first.fill("tineke")
            page.locator("input[type=password]").fill(password)
            page.get_by_role("button").first.click()
            if inside:
                page.locator("#cb-ask textarea").wait_for()
            else:
                page.get_by_text("Incorrect").wait_for()
        ask(page, QUESTION)
        expect(page.locator(".cb-footing")).to_be_visible()
        page.close()


MOUNTED = """
import sys, uvicorn
from fastapi import FastAPI
from pathlib import Path
from columnbot import Settings
from columnbot.chat import mount

app = FastAPI()
app.get("/")(lambda: {"krant": "De Veste"})
settings = Settings(index=Path(sys.argv[1]), title="Vraag het <De Veste>", embedded_in="https://www.de-veste.nl")
mount(app, "/vragen", settings)
server = uvicorn.Server(uvicorn.Config(app, port=int(sys.argv[2]), log_level="error"))
server.run()
"""


@pytest.mark.slow
def test_it_can_be_a_path_of_another_application_and_stand_in_a_frame(browser: Browser, sample_index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    with subprocess.Popen([sys.executable, "-c", MOUNTED, str(sample_index), port]) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{address}/vragen/health").close()
                    break
                except OSError:
                    time.sleep(0.1)
            with urllib.request.urlopen(address) as first, urllib.request.urlopen(f"{address}/vragen/") as chat:
                assert json.load(first) == {"krant": "De Veste"}
                assert "Content-Security-Policy" not in first.headers
                assert chat.headers["Content-Security-Policy"].endswith("frame-ancestors https://www.de-veste.nl")
            page = browser.new_page()
            page.goto(f"{address}/vragen/?{urllib.parse.urlencode({'q': QUESTION})}")
            expect(page.locator("h1")).to_have_text("Vraag het <De Veste>")
            expect(page.locator(".cb-footing")).to_be_visible()
            page.locator(".cb-marker").first.click()
            expect(page.locator("mark.cb-chosen").first).to_be_visible()
            page.close()
        finally:
            server.terminate()


def test_a_port_in_use_is_said_in_one_line(sample_index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "columnbot", "chat", "--index", str(sample_index), "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"columnbot: Poort {port} is al in gebruik; kies een andere met --port."]
