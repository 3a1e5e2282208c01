"""The chat read aloud, by keyboard, enlarged, narrow and at rest: axe-core finds nothing against WCAG 2.2 A and AA."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.serving import FLAGS
from tests.test_browser import QUESTION, ask

pytestmark = pytest.mark.browser
UNKNOWN = {
    "nl": "Hoe behandel je een tropische koortsaanval bij papegaaien?",
    "en": "What does a recipe for apple pie with cinnamon look like?",
}
WIDTHS = (1280, 320)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
FOCUSED = """() => {
    const node = document.activeElement;
    const around = [node, node.closest("label"), node.closest("#cb-ask")].filter(Boolean)
        .map((one) => getComputedStyle(one));
    return {
        name: node.className,
        inside: node.closest("[id^=cb-]")?.id ?? "",
        seen: around.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    };
}"""


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        driven = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield driven
        driven.close()


def opened(browser: Browser, address: str, *, width: int, height: int, language: str = "nl", **more: Any) -> Page:
    """The chat in that language, once its first events are over."""
    page = browser.new_page(viewport={"width": width, "height": height}, **more)
    with page.expect_response(lambda response: "queue/data" in response.url):
        page.goto(address)
        page.locator("#cb-ask textarea").wait_for()
    page.wait_for_timeout(400)
    if language == "en":
        page.locator("#cb-language label", has_text="EN").click()
        expect(page.locator("#cb-new")).to_have_text("New conversation")
    return page


def against_the_rules(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response
    assert len(found["passes"]) > 10  # it did look
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize("language", ["nl", pytest.param("en", marks=pytest.mark.slow)])
def test_nothing_is_against_the_guidelines(browser: Browser, address: str, language: str, scheme: Any) -> None:
    page = opened(browser, address, width=WIDTHS[0], height=800, language=language, color_scheme=scheme)
    found = {}

    def look_at(what: str) -> None:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found[what, width] = against_the_rules(page)

    look_at("the first screen")
    ask(page, QUESTION)
    expect(page.locator(".cb-footing")).to_be_visible()
    look_at("an answer")
    page.locator("button.cb-marker").first.click()
    page.locator(".cb-column").wait_for()
    look_at("an open column")
    page.keyboard.press("Escape")
    ask(page, UNKNOWN[language])
    expect(page.locator(".cb-unknown")).to_be_visible()
    expect(page.locator(".cb-footing")).to_have_count(2)
    page.wait_for_timeout(500)
    ask(page, "?!")
    expect(page.locator(".cb-problem")).to_be_visible()
    look_at("what is not found, and a refusal")
    for button, what in (("#cb-about", "about the archive"), ("#cb-history", "earlier questions")):
        page.locator(button).click()
        page.locator(".cb-column").wait_for()
        look_at(what)
        page.keyboard.press("Escape")
        expect(page.locator(".cb-column")).to_have_count(0)
    page.close()
    assert {where: what for where, what in found.items() if what} == {}


def test_at_twice_the_size_nothing_has_to_be_scrolled_sideways(browser: Browser, address: str) -> None:
    # What a browser does at 200 %: half the points, each of two by two.
    page = opened(browser, address, width=640, height=400, device_scale_factor=2)
    ask(page, QUESTION)
    expect(page.locator(".cb-footing")).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.locator("button.cb-marker").first.click()
    expect(page.locator("mark.cb-chosen").first).to_be_in_viewport()
    expect(page.locator(".cb-close")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.close()


def test_the_keyboard_alone_asks_opens_a_column_and_comes_back(browser: Browser, address: str) -> None:
    page = opened(browser, address, width=1280, height=860)
    expect(page.locator("#cb-ask textarea")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".cb-following").wait_for()  # the last that comes with an answer
    page.wait_for_timeout(500)
    visited = []
    page.locator("#cb-language input").first.focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        visited.append(at)
        if at["inside"] == "cb-ask":
            break
    order = [at["inside"] for at in visited]
    drawn = page.evaluate("[...document.querySelectorAll('[id^=cb-]')].map((node) => node.id)")
    assert order == sorted(order, key=drawn.index)
    assert {"cb-new", "cb-conversation", "cb-ask"} <= set(order)
    assert all(at["seen"] for at in visited)
    assert (
        sum("cb-open" in at["name"] for at in visited)
        == page.locator("#cb-conversation button.cb-open:visible").count()
    )

    page.locator("button.cb-marker").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cb-close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".cb-column")).to_have_count(0)
    expect(page.locator("button.cb-marker").first).to_be_focused()
    page.close()


def test_who_asked_for_rest_sees_nothing_move(browser: Browser, address: str) -> None:
    page = opened(browser, address, width=1280, height=860, reduced_motion="reduce")
    ask(page, QUESTION)
    expect(page.locator(".cb-footing")).to_be_visible()
    page.locator("button.cb-marker").first.click()
    page.locator(".cb-column").wait_for()
    moving = page.evaluate(
        """() => [...document.querySelectorAll("#cb-head *, #cb-desk, #cb-desk *")].filter((node) => {
            const style = getComputedStyle(node);
            const takes = (times) => times.split(",").some((time) => parseFloat(time) > 0.01);
            return node.checkVisibility() && (takes(style.transitionDuration)
                || (style.animationName !== "none" && takes(style.animationDuration)));
        }).map((node) => `${node.tagName} ${node.className}`)"""
    )
    assert moving == []
    page.close()
