"""The chat over HTTP, asked whatever schemathesis makes of Gradio's own schema: no answer has status 500."""

import http.client
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.schemas import BaseSchema

from columnbot.chat.gate import LARGEST_BODY
from tests.routes import routes_of


@pytest.fixture(scope="module")
def schema(sample_index: Path) -> BaseSchema:
    """That of all the routes, as the application would give it if it gave it to anybody.

    Without the heartbeat of a tab, which never ends, and the events of one, which end in mid-air where it has none.
    """
    made: BaseSchema = schemathesis.openapi.from_dict(routes_of(sample_index)["schema"])
    return made.exclude(path_regex="heartbeat|queue/data")


@pytest.mark.slow
def test_no_call_makes_the_server_fail(schema: BaseSchema, address: str) -> None:
    asked: Counter[str] = Counter()
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def check(case: schemathesis.Case) -> None:
            reply = case.call(base_url=address, timeout=20)
            assert reply.status_code < 500, (case.method, case.formatted_path, case.body, reply.text)
            assert "Traceback" not in reply.text
            asked[f"{case.method} {case.path}"] += 1

        check()
    assert len(asked) > 60


def test_a_tab_without_events_hears_so(address: str) -> None:
    with (
        urllib.request.urlopen(address + "/gradio_api/queue/data?session_hash=niemand", timeout=20) as events,
        pytest.raises(http.client.IncompleteRead) as broken_off,
    ):
        events.read()
    assert b'"session_not_found":true' in broken_off.value.partial


@pytest.mark.parametrize(
    "call",
    [
        b"",
        b"[]",
        b"[" * 60_000,
        b'{"data": [], "fn_index": 0, "session_hash": "a"}',
        b'{"data": [1, 2, 3], "fn_index": 99, "session_hash": "a"}',
        b'{"data": [1, 2, 3], "fn_index": [], "session_hash": "a"}',
        b'{"data": ["a", null, "nl"], "fn_index": 0, "session_hash": "../../a"}',
        b'{"data": ["a", null, "nl"], "fn_index": 0, "session_hash": null}',
        b'{"data": {"0": "a"}, "fn_index": 0, "session_hash": "a"}',
    ],
)
def test_what_is_no_event_of_the_page_is_refused(address: str, call: bytes) -> None:
    asked = urllib.request.Request(address + "/gradio_api/queue/join", call, {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=20)
    with refused.value as error:
        assert (error.code, error.read()) == (400, b"No event of this page")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),  # let in, and then no event of the page
        ({"Origin": "https://elders.example"}, 403),
        ({"Origin": "https://elders.example", "X-Forwarded-Host": "elders.example"}, 400),  # behind a proxy
        ({"Origin": "https://elders.example", "Sec-Fetch-Site": "same-origin"}, 400),
        ({"Origin": "https://elders.example", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://krant.elders.example", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_the_chats_own_page_may_ask(address: str, headers: dict[str, str], status: int) -> None:
    asked = urllib.request.Request(address + "/gradio_api/queue/join", b"{}", headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=20)
    with refused.value as error:
        assert error.code == status
        assert error.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("length_is_told", [True, False])
def test_a_body_larger_than_any_question_is_refused(address: str, length_is_told: bool) -> None:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    large = b" " * (LARGEST_BODY + 1)
    connection.request("POST", "/gradio_api/queue/join", large if length_is_told else iter([large]))
    assert connection.getresponse().status == 413
    connection.close()
