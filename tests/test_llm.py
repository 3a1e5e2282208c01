"""The connection to a language model: what comes through, and what each fault of a server becomes."""

import socket
import time

import pytest

from columnbot.errors import SettingsError, WriterFailed
from columnbot.llm import LanguageModel, open_language_model
from columnbot.settings import Settings, load_settings
from tests.servers import (
    Behaviour,
    Visit,
    dying_after,
    dying_within_a_chunk,
    falling_silent_after,
    flooding,
    never_answering,
    only_pinging,
    playing,
    refusing,
    saying,
    sending,
)

ASKED = [{"role": "user", "content": "Wie?"}]
TEXT = "De oven gaat om drie uur aan [1]. Één — “ja”. 🥖"


def test_the_text_comes_whole_and_in_pieces_and_the_request_says_what_is_wanted() -> None:
    with playing(saying(TEXT)) as served:
        pieces = list(served.model().stream(ASKED, tokens=33))
        assert "".join(pieces) == TEXT
        assert len(pieces) > 5
    (body,) = served.visits
    assert body == {"model": "played", "messages": ASKED, "stream": True, "max_tokens": 33, "temperature": 0.0}


def test_the_first_words_are_there_while_the_server_still_writes() -> None:
    with playing(falling_silent_after("Eerst dit. ")) as served:
        assert next(iter(served.model().stream(ASKED, tokens=9))) == "Eerst dit. "


FAULTS: dict[str, tuple[Behaviour, str]] = {
    "killed in mid-answer": (dying_after("De oven "), "broken_off"),
    "killed within what it announced": (dying_within_a_chunk("De oven "), "broken_off"),
    "never answers": (never_answering, "silent"),
    "falls silent": (falling_silent_after("De oven "), "silent"),
    "only pings": (only_pinging, "slow"),
    "a flood without end": (flooding, "garbage"),
    "a page of HTML": (sending(b"<html><h1>It works!</h1></html>", "text/html"), "garbage"),
    "bytes": (sending(bytes(range(256)) * 40), "garbage"),
    "events that are no JSON": (sending(b"data: {oops\n\n"), "garbage"),
    "events of another kind": (sending(b'data: ["a"]\n\n'), "garbage"),
    "choices of another kind": (sending(b'data: {"choices": "abc"}\n\n'), "garbage"),
    "an error among the events": (sending(b'data: {"error": {"message": "out of memory"}}\n\n'), "garbage"),
    "deeply nested": (sending(b"data: " + b"[" * 100_000 + b"\n\n"), "garbage"),
    "an empty body": (sending(b""), "garbage"),
    "429": (refusing(429), "busy"),
    "429 for an hour": (refusing(429, Retry_After="3600"), "busy"),
    "500": (refusing(500), "broken"),
    "503": (refusing(503), "broken"),
    "a wrong key": (refusing(401), "key"),
    "no such model": (refusing(404), "no_model"),
    "too long a prompt": (refusing(400), "refused"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_server_is_told_apart_and_never_lasts(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("columnbot.llm.FIRST_PAUSE", 0.01)
    behaviour, reason = FAULTS[fault]
    started = time.monotonic()
    with playing(behaviour) as served, pytest.raises(WriterFailed) as caught:
        list(served.model(timeout=1).stream(ASKED, tokens=20))
    assert caught.value.reason == reason
    assert time.monotonic() - started < 3


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("columnbot.llm.FIRST_PAUSE", 0.01)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and not listening
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(WriterFailed) as caught:
            list(LanguageModel(url, "m", timeout=3).stream(ASKED, tokens=9))
    assert (caught.value.reason, caught.value.detail) == ("unreachable", url)


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_busy_server_is_asked_again(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("columnbot.llm.FIRST_PAUSE", 0.01)
    with playing(refusing(code, times=2, then=TEXT)) as served:
        assert served.model().complete(ASKED, tokens=9) == TEXT
    assert len(served.visits) == 3


def test_it_waits_as_long_as_a_busy_server_asks() -> None:
    with playing(refusing(429, times=1, then=TEXT, Retry_After="1")) as served:
        started = time.monotonic()
        assert served.model().complete(ASKED, tokens=9) == TEXT
        assert time.monotonic() - started >= 1


def test_all_tries_share_the_time_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda least, _: least)
    tries = []

    def slow(visit: Visit) -> None:
        tries.append(visit)
        if len(tries) == 1:
            visit.status(503, Retry_After="1")
        else:
            visit.over.wait(0.5)
            falling_silent_after("De oven ")(visit)

    started = time.monotonic()
    with playing(slow) as served, pytest.raises(WriterFailed, match="silent"):
        served.model(timeout=2).complete(ASKED, tokens=9)
    assert len(tries) == 2
    assert time.monotonic() - started < 3


def test_a_pause_does_not_outlast_the_time_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda _, most: most)
    started = time.monotonic()
    with playing(refusing(503, Retry_After="1")) as served, pytest.raises(WriterFailed, match="broken"):
        served.model(timeout=1.2).complete(ASKED, tokens=9)
    assert time.monotonic() - started < 1.2


def test_a_model_that_takes_other_options_is_asked_in_its_own_way() -> None:
    def particular(visit: Visit) -> None:
        if "max_tokens" in visit.body:
            visit.status(400, b'{"error": {"message": "Unsupported parameter: max_tokens"}}')
        else:
            saying(TEXT)(visit)

    with playing(particular) as served:
        assert served.model().complete(ASKED, tokens=9) == TEXT
    assert served.visits[1]["max_completion_tokens"] == 9


def test_the_settings_say_which_model() -> None:
    given = {"COLUMNBOT_LLM_URL": "http://x/v1", "COLUMNBOT_LLM_MODEL": "m", "COLUMNBOT_LLM_API_KEY": "geheim"}
    settings = load_settings(environment={**given, "COLUMNBOT_LLM_TIMEOUT": "7", "COLUMNBOT_LLM_CONTEXT": "8192"})
    model = open_language_model(settings)
    assert model == LanguageModel("http://x/v1", "m", "geheim", 7, 8192)
    assert "geheim" not in f"{settings!r} {model!r}"
    assert open_language_model(Settings()) is None


@pytest.mark.parametrize(
    ("settings", "named"),
    [(Settings(llm_url="http://x/v1"), "llm_model"), (Settings(llm_model="m"), "llm_url")],
)
def test_half_a_connection_is_refused_with_what_is_missing(settings: Settings, named: str) -> None:
    with pytest.raises(SettingsError, match=f"but (not )?{named}"):
        open_language_model(settings)
