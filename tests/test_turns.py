"""Limits: who is answered when many ask, and what is said to whoever cannot be."""

import asyncio
import json
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html import escape
from urllib.parse import urlencode

import pytest

from columnbot import ColumnBot
from columnbot.chat.layout import LONGEST_QUESTION
from columnbot.chat.render import answer_html, nearest_articles
from columnbot.chat.session import Message, Session, Turn, column_at, kept
from columnbot.chat.turns import MOST_TURNS, Turns, in_turn
from columnbot.chat.watch import Watch
from columnbot.filters import EVERYTHING
from columnbot.messages import say
from tests.serving import event_of

QUESTION = "Waarom belt Van Dalen geen onbekende bedrijven meer?"
UNKNOWN = "Hoe behandel je een tropische koortsaanval bij papegaaien?"


@pytest.fixture(scope="module")
def watch(bot: ColumnBot) -> Watch:
    return Watch(bot, words=False)


def shown(
    watch: Watch, turns: Turns, session: Session, asked: str, language: str = "nl"
) -> list[tuple[list[Message], str]]:
    async def collect() -> list[tuple[list[Message], str]]:
        return [step async for step in in_turn(turns, session, asked, EVERYTHING, watch, language)]

    return asyncio.run(collect())


@pytest.mark.parametrize("language", ["nl", "en"])
def test_where_the_line_is_full_the_reader_hears_so_and_keeps_the_question(
    bot: ColumnBot, watch: Watch, language: str
) -> None:
    turns, session = Turns(1), Session(bot.conversation())
    with turns.place():
        ((messages, left),) = shown(watch, turns, session, QUESTION, language)
    assert left == QUESTION
    assert [message["role"] for message in messages] == ["user", "assistant"]
    assert say("chat.busy", language) in messages[1]["content"]
    assert (session.messages, session.turns) == ([], [])
    *_, (messages, left) = shown(watch, turns, session, QUESTION, language)
    assert left == ""
    assert "cb-sentences" in messages[1]["content"]


def test_a_question_that_is_too_long_is_not_asked(bot: ColumnBot, watch: Watch) -> None:
    session = Session(bot.conversation())
    ((messages, left),) = shown(watch, Turns(1), session, "a" * (LONGEST_QUESTION + 1))
    assert escape(say("chat.long_question", "nl")) in messages[1]["content"]
    assert len(left) == LONGEST_QUESTION + 1
    assert session.messages == []


def test_a_conversation_ends_and_says_how_to_go_on(bot: ColumnBot, watch: Watch) -> None:
    session = Session(bot.conversation())
    session.turns = [Turn(UNKNOWN, EVERYTHING, bot.ask(UNKNOWN))] * MOST_TURNS
    ((messages, _),) = shown(watch, Turns(1), session, QUESTION, "en")
    assert escape(say("chat.long_conversation", "en")) in messages[1]["content"]


def test_questions_that_fail_make_a_conversation_long_too(bot: ColumnBot, watch: Watch) -> None:
    session = Session(bot.conversation())
    for _ in range(MOST_TURNS):
        *_, (messages, _) = shown(watch, Turns(1), session, "???", "en")
    assert escape(say("chat.long_conversation", "en")) not in messages[-1]["content"]
    *_, (messages, _) = shown(watch, Turns(1), session, "???", "en")
    assert escape(say("chat.long_conversation", "en")) in messages[-1]["content"]


def test_nothing_typed_is_nothing_asked(bot: ColumnBot, watch: Watch) -> None:
    assert shown(watch, Turns(1), Session(bot.conversation()), "") == []


def test_a_conversation_that_is_over_shows_nothing_more_and_gives_the_turn_on(bot: ColumnBot, watch: Watch) -> None:
    turns, session = Turns(2), Session(bot.conversation())

    async def play() -> list[str]:
        seen = []
        async for messages, _ in in_turn(turns, session, QUESTION, EVERYTHING, watch, "nl"):
            seen.append(messages[-1]["content"])
            session.over = True
        return seen

    (alone,) = asyncio.run(play())
    assert "cb-question" in alone
    *_, (messages, _) = shown(watch, turns, Session(bot.conversation()), QUESTION)
    assert "cb-sentences" in messages[1]["content"]


def test_readers_are_answered_in_the_order_they_came_and_who_leaves_makes_room(bot: ColumnBot, watch: Watch) -> None:
    turns, order = Turns(3), []

    async def ask(name: str, session: Session) -> None:
        async for messages, _ in in_turn(turns, session, QUESTION, EVERYTHING, watch, "nl"):
            if "cb-answer" in messages[-1]["content"] and name not in order:
                order.append(name)

    async def play() -> None:
        leaves = in_turn(turns, Session(bot.conversation()), QUESTION, EVERYTHING, watch, "nl")
        await anext(leaves)
        await anext(leaves)  # the first words: this one holds the turn
        waiting = [asyncio.create_task(ask(name, Session(bot.conversation()))) for name in ("eerst", "dan")]
        while not turns.full:
            await asyncio.sleep(0.01)
        assert order == []
        gives_up = waiting.pop(0)
        gives_up.cancel()
        await asyncio.gather(gives_up, return_exceptions=True)
        assert not turns.full
        waiting.append(asyncio.create_task(ask("later", Session(bot.conversation()))))
        await leaves.aclose()
        await asyncio.gather(*waiting)
        assert not turns.full

    asyncio.run(play())
    assert order == ["dan", "later"]


@pytest.mark.parametrize("left", [0, 1])
def test_who_leaves_in_mid_answer_gives_the_turn_on_unless_too_many_did(
    bot: ColumnBot, watch: Watch, left: int
) -> None:
    turns, session = Turns(3, left=left), Session(bot.conversation())

    async def play() -> None:
        asking = in_turn(turns, session, QUESTION, EVERYTHING, watch, "nl")
        await anext(asking)  # the question
        making = asyncio.ensure_future(anext(asking))
        while not turns.turn.locked():
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
        assert turns.turn.locked() is (left == 0)  # a thread is at work on it still
        assert not turns.busy
        await asyncio.sleep(0.5)
        async with turns.turn:
            assert session.turns == []  # what it made is not shown

    asyncio.run(play())


@pytest.mark.parametrize("question", [QUESTION, UNKNOWN])
def test_what_a_session_keeps_of_an_answer_is_what_its_buttons_open(bot: ColumnBot, question: str) -> None:
    answer = bot.ask(question)
    slim = kept(answer)
    assert len(slim.hits) == (0 if answer.found else 3)
    assert answer_html(slim, 0, question, where=EVERYTHING) == answer_html(answer, 0, question, where=EVERYTHING)
    whole, session = (Session(bot.conversation(), [Turn(question, EVERYTHING, one)]) for one in (answer, slim))
    kind, many = ("citation", len(answer.citations)) if answer.found else ("column", len(nearest_articles(answer)))
    assert many > 0
    for number in range(many):
        reference = f"0:{kind}:{number + answer.found}"
        assert column_at(session, reference, "nl") == column_at(whole, reference, "nl") is not None


@pytest.mark.slow
def test_of_many_questions_at_once_each_is_answered_or_told_that_it_is_busy(address: str) -> None:
    with urllib.request.urlopen(address + "/config") as config:
        asking, rest = event_of(json.load(config), "submit")

    def ask(number: int, *, to_the_end: bool = True) -> str:
        data = [QUESTION, None, "en", *rest[3:]]
        call = {"data": data, "fn_index": asking, "session_hash": f"reader{number}", "trigger_id": 1}
        joined = urllib.request.Request(
            address + "/gradio_api/queue/join", json.dumps(call).encode(), {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(joined, timeout=60).close()
        where = f"{address}/gradio_api/queue/data?{urlencode({'session_hash': f'reader{number}'})}"
        with urllib.request.urlopen(where, timeout=60) as messages:
            if not to_the_end:
                messages.readline()
                return "left"
            text = messages.read().decode()
        return "busy" if say("chat.busy", "en") in text else "answered" if "cb-footing" in text else text

    with ThreadPoolExecutor(60) as crowd:
        leaving = [crowd.submit(ask, number, to_the_end=False) for number in range(20)]
        came_of_it = Counter(crowd.map(ask, range(20, 60)))
        assert {future.result() for future in leaving} == {"left"}
    assert set(came_of_it) <= {"answered", "busy"}
    assert came_of_it["answered"] > 0
    assert ask(99) == "answered"  # who left keeps nobody waiting
