"""Every advisory on Gradio since 2023, replayed against the running chat; and every route of Gradio's probed for files.

`advisories.jsonl` has one a line: what it did, the requests that replay it as they were or as they would be now, and
the status that must come back; `join` is what is asked over the queue, where nothing but a bubble may come of it. Of
the few that no request can replay, `why` says so.
"""

import http.client
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from tests.conftest import ROOT
from tests.routes import routes_of
from tests.serving import event_of

pytestmark = pytest.mark.slow
ADVISORIES = [json.loads(line) for line in (ROOT / "tests" / "advisories.jsonl").read_text("utf-8").splitlines()]
REPLAYED = [advisory for advisory in ADVISORIES if "why" not in advisory]
SECRET = "eekhoorn-in-de-kluis"
PASSWD = Path("/etc/passwd")


@dataclass
class Canary:
    """A server that nobody should ask anything."""

    address: str
    asked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: str


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SECRET.encode())

        do_HEAD = do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Canary(f"http://127.0.0.1:{server.server_port}/")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that stands where a keeper's archive, settings and environment file would."""
    file = tmp_path_factory.mktemp("kluis") / "columnbot.toml"
    file.write_text(SECRET, encoding="utf-8")
    return file


def ask(address: str, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Reply:
    """The reply to a path as it is written here: no client of ours makes it neater on the way."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    kind = {} if body is None else {"Content-Type": "application/json"}
    try:
        connection.request(method, path, body=text, headers=kind | (headers or {}))
        reply = connection.getresponse()
        lowered = {name.lower(): value for name, value in reply.getheaders()}
        return Reply(reply.status, lowered, reply.read().decode("utf-8", "replace"))
    finally:
        connection.close()


def answer_to(address: str, data: list[object]) -> str:
    """Everything that comes of asking that over the queue, as the page does."""
    number, rest = event_of(json.loads(ask(address, "GET", "/config").body), "submit")
    call = {"data": data + rest[len(data) :], "fn_index": number, "session_hash": "vraagsteller", "trigger_id": 1}
    joined = ask(address, "POST", "/gradio_api/queue/join", call)
    assert joined.status == 200, joined
    return ask(address, "GET", "/gradio_api/queue/data?session_hash=vraagsteller").body


def secrets(index: Path) -> list[str]:
    passwd = PASSWD.read_text(encoding="utf-8").splitlines()[0] if PASSWD.exists() else SECRET
    return [
        SECRET,
        passwd,
        f"PATH={os.environ['PATH']}",
        "[project]\nname =",
        (index / "CURRENT").read_text(encoding="utf-8"),
        "Traceback (most",
    ]


def test_the_table_has_each_advisory_once_and_says_what_it_did() -> None:
    assert len({advisory["id"] for advisory in ADVISORIES}) == len(ADVISORIES) >= 55
    for advisory in ADVISORIES:
        assert advisory["what"]
        assert ("requests" in advisory) != ("why" in advisory)


@pytest.mark.parametrize("advisory", REPLAYED, ids=lambda advisory: advisory["id"])
def test_an_advisory_on_gradio_replayed_gets_nothing(
    advisory: dict[str, object], address: str, secret: Path, canary: Canary, sample_index: Path
) -> None:
    filled = json.dumps(advisory)
    for name, value in {
        "{passwd}": str(PASSWD), "{secret}": str(secret), "{SECRET}": str(secret).upper(), "{long}": "9" * 20000,
        "{archive}": str(secret.parent), "{canary}": canary.address,
    }.items():  # fmt: skip
        filled = filled.replace(name, value)
    replayed = json.loads(filled)
    expected = replayed["status"] if isinstance(replayed["status"], list) else [replayed["status"]]
    said = []
    for request in replayed["requests"]:
        method, _, path = request.partition(" ")
        reply = ask(address, method, path, replayed.get("body"), replayed.get("headers"))
        assert reply.status in expected, (request, reply)
        assert "elders.example" not in reply.headers.get("location", "")
        said.append(reply.body)
    if "join" in replayed:
        said.append(answer_to(address, replayed["join"]))
    for text, kept in product(said, [*secrets(sample_index), *replayed.get("absent", [])]):
        assert kept not in text
    assert canary.asked == []


def test_no_header_of_one_reader_changes_the_page_of_another(address: str) -> None:
    for header in ("X-Forwarded-Host", "X-Forwarded-Prefix", "X-Gradio-Server", "X-Direct-Url", "Referer"):
        ask(address, "GET", "/", headers={header: "elders.example"})
        assert "elders.example" not in ask(address, "GET", "/").body


# ------------------------------------------------------------------------------------------- the routes


@pytest.fixture(scope="module")
def routes(sample_index: Path) -> list[tuple[str, str]]:
    """Method and path of every route that Gradio registers for this page, whoever added it."""
    return [(method, path) for methods, path in routes_of(sample_index)["routes"] for method in methods]


def test_all_routes_are_known_to_the_probe(routes: list[tuple[str, str]]) -> None:
    paths = {path for _, path in routes}
    assert {"/", "/health", "/login", "/gradio_api/file={path_or_url:path}", "/gradio_api/queue/join"} <= paths
    assert len(paths) > 60


def test_no_route_gives_a_file_that_a_path_leads_to(
    routes: list[tuple[str, str]], address: str, secret: Path, canary: Canary, sample_index: Path
) -> None:
    targets = [str(PASSWD), str(secret), str(sample_index / "CURRENT"), str(ROOT / "pyproject.toml"),
               "/proc/self/environ", canary.address]  # fmt: skip
    led = ["{0}", "/{0}", "../../../../../../../..{0}", "..%2f..%2f..%2f..%2f..%2f..%2f..{0}",
           "%2e%2e/%2e%2e/%2e%2e/%2e%2e{0}", "....//....//{0}", "..%5c..%5c{0}", "%00{0}", "file://{0}", "{0}%00.js",
           "{0}/."]  # fmt: skip
    probes = [form.format(target) for form, target in product(led, targets)]
    kept, answered, asked = secrets(sample_index), [], 0
    for method, path in routes:
        before, brace, rest = path.partition("{")
        after = rest.partition("}")[2].replace("{", "").replace("}", "")
        paths = (
            [before + probe + after for probe in probes] if brace else [f"{path}?path={probe}" for probe in probes[:12]]
        )
        for probe in paths:
            if "queue/data" in probe or "heartbeat" in probe:
                continue  # these never end; what they take is no path
            reply, asked = ask(address, method, probe.replace(" ", "%20")), asked + 1
            assert reply.status < 500, (method, probe, reply.status)
            if any(text in reply.body for text in kept):
                answered.append((method, probe))
    assert asked > 2000
    assert answered == []
    assert canary.asked == []


def test_the_file_routes_are_shut_to_a_file_that_gradio_itself_would_give(address: str) -> None:
    for path in ("/gradio_api/file=/tmp/gradio/a.png", "/gradio_api/file/a.png", "/file=a", "/gradio_api/upload",
                 "/gradio_api/deep_link?session_hash=vraagsteller", "/gradio_api/token", "/gradio_api/user",
                 "/gradio_api/dev/reload", "/gradio_api/openapi.json", "/pwa_icon",
                 "/manifest.json"):  # fmt: skip
        assert ask(address, "GET", path).status == 404


def test_a_route_is_shut_unless_the_page_needs_it(routes: list[tuple[str, str]], address: str) -> None:
    opened = set()
    for method, path in routes:
        filled = re.sub(r"{[^}]*}", "x", path)
        if filled == "/gradio_api/heartbeat/x":
            opened.add((method, path))  # it never ends, and takes nothing but a name for the reader's own tab
            continue
        reply = ask(address, method, filled)
        if reply.status != 404 or (method != "HEAD" and reply.body != "Not found"):
            opened.add((method, path))
    assert opened == {
        ("GET", "/"), ("HEAD", "/"), ("GET", "/health"), ("HEAD", "/health"), ("GET", "/ready"), ("HEAD", "/ready"),
        ("POST", "/login"), ("GET", "/logout"),
        ("GET", "/config"), ("GET", "/theme.css"), ("GET", "/favicon.ico"), ("GET", "/robots.txt"),
        ("GET", "/static/{path:path}"), ("GET", "/assets/{path:path}"),
        ("GET", "/gradio_api/info"), ("GET", "/gradio_api/app_id"), ("GET", "/gradio_api/startup-events"),
        ("GET", "/gradio_api/heartbeat/{session_hash}"), ("GET", "/gradio_api/queue/data"),
        ("POST", "/gradio_api/queue/join"), ("POST", "/gradio_api/cancel"), ("POST", "/gradio_api/reset"),
    }  # fmt: skip
