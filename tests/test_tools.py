"""What a program or a language model gets of a running chat that was asked to open its tools."""

import asyncio
import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from columnbot import ColumnBot
from columnbot.chat.tools import add_tools
from columnbot.errors import IndexDamaged
from columnbot.messages import say
from tests.test_browser import running

QUESTION = "Waarom belt Van Dalen geen onbekende bedrijven meer?"


@pytest.fixture(scope="module")
def address(sample_index: Path) -> Iterator[str]:
    with running(sample_index, "--mcp", "--metrics") as address:
        yield address


@pytest.mark.slow
def test_gradios_client_gets_answers_passages_and_columns(address: str, bot: ColumnBot) -> None:
    with closing(Client(address, verbose=False)) as client:
        answer = json.loads(client.predict(QUESTION, api_name="/ask"))
        found = json.loads(client.predict(QUESTION, 3, api_name="/search"))
        column = json.loads(client.predict(found[0]["path"], api_name="/show"))
        with pytest.raises(AppError, match=r"There is no article"):
            client.predict("../../etc/passwd", api_name="/show")
        with pytest.raises(AppError, match="question"):
            client.predict("   ", api_name="/ask")
    expected = bot.ask(QUESTION)

    assert answer["text"] == expected.text
    assert [c["quote"] for c in answer["citations"]] == [c.quote for c in expected.citations]
    assert [hit["path"] for hit in found] == [hit.passage.article.path for hit in bot.search(QUESTION, 3)]
    assert column["text"] == bot.article(found[0]["path"]).text


def test_what_is_wrong_with_the_server_is_told_to_its_log_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Damaged:
        def _fail(self, *_: object) -> Any:
            raise IndexDamaged("/srv/columns/index/gen-000001/words.terms is missing")

        ask = search = article = _fail

    tools: list[Callable[[str], str]] = []
    monkeypatch.setattr("columnbot.chat.tools.api", lambda tool, **_: tools.append(tool))
    add_tools(cast("ColumnBot", Damaged()))
    for tool in tools:
        with pytest.raises(gr.Error) as caught:
            tool("Waarom?")
        assert "/srv" not in str(caught.value)
        assert say("chat.out_of_order", "en") in str(caught.value)
    assert len(tools) == 3
    assert caplog.text.count("words.terms is missing") == 3


def test_a_language_model_finds_three_tools_and_what_they_are_for(address: str, bot: ColumnBot) -> None:
    async def call() -> tuple[list[Any], dict[str, Any]]:
        async with (
            streamable_http_client(f"{address}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = (await session.list_tools()).tools
            name = next(tool.name for tool in tools if tool.name.endswith("ask"))
            result = await session.call_tool(name, {"question": QUESTION})
            return tools, json.loads(result.content[0].text)  # type: ignore[union-attr]

    tools, answer = asyncio.run(call())
    assert sorted(tool.name.rpartition("_")[2] for tool in tools) == ["ask", "search", "show"]
    assert all("columns" in tool.description or "column" in tool.description for tool in tools)
    assert answer["text"] == bot.ask(QUESTION).text


def test_the_figures_count_what_was_asked_in_the_page_and_say_nothing_else(address: str) -> None:
    with urllib.request.urlopen(f"{address}/metrics") as figures:
        text = figures.read().decode()
    assert "columnbot_columns 40.0" in text
    assert "Dalen" not in text
