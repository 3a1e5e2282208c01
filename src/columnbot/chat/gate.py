"""What of Gradio's routes the chat answers, and to whom.

Gradio brings some eighty: files, uploads, streams, recordings, a proxy that fetches whatever address it is given.
The page needs a handful. The others are shut before Gradio sees the request, so that a hole in them is none here.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, QueryParams
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 64 * 1024  # bytes; a question has 500 characters
_READ = frozenset({"GET", "HEAD"})
_WRITE = frozenset({"POST"})
# What the page asks for, and (/config, info) whoever speaks to it with Gradio's own client.
_OPEN: Mapping[str, frozenset[str]] = {
    r"/(?:assets|static)/[\w./@-]+": _READ,
    r"/(?:config|theme\.css|favicon\.ico|robots\.txt|logout)": _READ,
    r"/login": _WRITE,
    r"/gradio_api/(?:info|app_id|startup-events|queue/data|heartbeat/[\w-]{1,64})": _READ,
    r"/gradio_api/(?:queue/join|cancel|reset)": _WRITE,
}
# What a program asks of the tools, where the keeper opened them.
_TOOLS: Mapping[str, frozenset[str]] = {
    r"/gradio_api/mcp(?:/.*)?": frozenset({"GET", "HEAD", "POST", "DELETE"}),
    r"/gradio_api/call/(?:ask|search|show)": _WRITE,
    r"/gradio_api/call/(?:ask|search|show)/[\w-]{1,64}": _READ,
}
_JOIN = "/gradio_api/queue/join"
_SESSION = re.compile(r"[\w-]{1,64}")


class Gate:
    """Lets through what the page itself asks; `beside` are the paths that the chat has of its own.

    `tools` opens what programs ask of the tools too.
    """

    def __init__(self, app: ASGIApp, beside: tuple[str, ...] = (), *, tools: bool = False) -> None:
        self.app = app
        self.beside = frozenset(beside)
        self.open = {**_OPEN, **_TOOLS} if tools else _OPEN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it. Of what is shut, nothing says whether it is there."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), _path(scope)
        if not self._is_open(path, scope):
            refused = PlainTextResponse("Not found", 404)
        elif _from_elsewhere(headers):
            refused = PlainTextResponse("Only the chat's own page may ask this", 403)
        elif scope["method"] in _READ:
            await self.app(scope, receive, send)
            return
        elif (body := await _body(receive, headers)) is None:
            refused = PlainTextResponse("Too large", 413)
        elif path == _JOIN and not _is_a_call(body, scope["app"].get_blocks()):
            refused = PlainTextResponse("No event of this page", 400)
        else:
            await self.app(scope, _again(body, receive), send)
            return
        await refused(scope, receive, send)

    def _is_open(self, path: str, scope: Scope) -> bool:
        method = scope["method"]
        if path in self.beside:
            return True
        if path.strip("/") in {page for page, *_ in scope["app"].get_blocks().pages}:
            # Gradio fails on a page that there is not, and reads a deep link from a file.
            return method in _READ and not {"page", "deep_link"} & set(QueryParams(scope["query_string"]))
        return any(method in methods and re.fullmatch(opened, path) for opened, methods in self.open.items())


def _path(scope: Scope) -> str:
    """The path within the chat, which may be mounted in another application."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] or "/" if root and path.startswith(root) else path


def _from_elsewhere(headers: Headers) -> bool:
    """Whether a page of another site asks. A link that is followed has no origin.

    A browser itself says which site asks, over https and on this machine; else the origin has to be the host, or the
    one that a proxy was asked for.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None or site is not None:
        return origin is not None and site not in ("same-origin", "none")
    return urlsplit(origin).netloc not in (headers.get("host"), headers.get("x-forwarded-host"))


async def _body(receive: Receive, headers: Headers) -> bytes | None:
    """The whole body; None where it is too large, whatever its length was said to be."""
    if int(headers.get("content-length") or 0) > LARGEST_BODY:
        return None
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + bytes(message.get("body", b"")), bool(message.get("more_body", False))
        if len(body) > LARGEST_BODY:
            return None
    return body


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body once more, and then whatever comes after it: that the reader has gone, for one."""
    first = [True]

    async def receive_again() -> Message:
        if first:
            first.clear()
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return receive_again


def _is_a_call(body: bytes, page: Any) -> bool:
    """Whether that is an event of the page with as many inputs as it takes: Gradio answers another with status 500."""
    try:
        call = json.loads(body)
        event = page.fns[call["fn_index"]]
        return (
            isinstance(call["data"], list)
            and len(call["data"]) == len(event.inputs)
            and bool(_SESSION.fullmatch(call["session_hash"]))
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
