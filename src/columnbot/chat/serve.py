"""Serving the page to a browser on this machine: Gradio's launch, with everything shut that is not needed."""

import asyncio
import errno
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from columnbot.bot import ColumnBot
from columnbot.chat.gate import Gate
from columnbot.chat.page import build_page
from columnbot.chat.passwords import Doorkeeper, read_passwords
from columnbot.chat.watch import Watch
from columnbot.errors import ChatError
from columnbot.llm import open_language_model
from columnbot.messages import say
from columnbot.settings import Settings, load_settings

_LOOPBACK = ("127.0.0.1", "localhost")
_REMEMBERED = 300  # conversations, of 50 kB and 20 more for each answer; then the one unused for longest is forgotten
_log = logging.getLogger(__name__)
# Gradio writes inline scripts and compiles templates; nothing may come from or go to elsewhere.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors "
)


_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
# The first thing that runs in the page: its language, and dark or light where the keeper chose.
_FIRST = """() => {{
    document.documentElement.lang = "{language}";
    if ("{theme}" !== "system") document.body.classList.toggle("dark", "{theme}" === "dark");
}}"""


def serve(bot: ColumnBot, settings: Settings, *, open_browser: bool = False) -> None:
    """Serves the chat until Ctrl+C. Raises `ChatError` where the host or port cannot be had."""
    doorkeeper = _doorkeeper(settings)
    host, port = settings.host, _free_port(settings)
    if host not in _LOOPBACK and doorkeeper is None:
        _log.warning("%s", say("chat.open_to_all", settings.language, host=host))
    watch = Watch(bot, words=settings.log_questions)
    page = build_page(bot, settings, watch)
    try:
        with redirect_stdout(StringIO()):  # the MCP server is announced there, quiet or not
            _, url, _ = page.launch(
                server_name=host,
                server_port=port,
                inbrowser=open_browser,
                prevent_thread_lock=True,
                quiet=True,
                auth=doorkeeper,  # type: ignore[arg-type]  # Gradio awaits it, which its types do not say
                **launch_options(settings, watch),
            )
    except OSError as error:
        raise ChatError(say("chat.port_taken", settings.language, port=port)) from error
    sys.stdout.write(say("chat.serving", settings.language, url=url) + "\n")
    if settings.mcp:
        sys.stdout.write(say("chat.serving_tools", settings.language, url=f"{url}gradio_api/mcp/") + "\n")
    sys.stdout.flush()
    try:
        page.server.thread.join()
    except KeyboardInterrupt:
        page.close(verbose=False)


def mount(app: FastAPI, path: str, settings: Settings | None = None, *, bot: ColumnBot | None = None) -> FastAPI:
    """Puts the chat into another application, at a path such as "/vragen", and gives that application back.

    Settings are those of `load_settings`, and the bot is that of the index these name, unless given. Who may
    enter is the application's to say, unless the settings have an auth file. Raises what `ColumnBot.open` raises.
    """
    settings = settings or load_settings()
    opened = bot or ColumnBot.open(
        settings.index,
        reranker=settings.reranker,
        quick=settings.quick,
        writer=open_language_model(settings),
        checker=settings.checker,
    )
    watch = Watch(opened, words=settings.log_questions)
    options = launch_options(settings, watch, by_itself=False)
    del options["share"]
    page = build_page(opened, settings, watch)
    page.state_session_capacity = options.pop("state_session_capacity")
    gr.mount_gradio_app(app, page, path, auth=_doorkeeper(settings), **options)
    return app


def _doorkeeper(settings: Settings) -> Callable[[str, str], Awaitable[bool]] | None:
    if not settings.auth_file:
        return None
    doorkeeper = Doorkeeper(read_passwords(Path(settings.auth_file)))
    one_at_a_time = asyncio.Lock()  # here, or those who wait would take all the threads that answers are made in

    async def let_in(name: str, password: str) -> bool:
        # Hashing takes a fifth of a second, in which Gradio would answer nobody else.
        async with one_at_a_time:
            return await run_in_threadpool(doorkeeper, name, password)

    return let_in


def launch_options(settings: Settings, watch: Watch, *, by_itself: bool = True) -> dict[str, Any]:
    """How the page is launched, but for where: its looks, and what is shut.

    `by_itself` is whether it has an address of its own, and not a path in another application.
    """
    policy = _POLICY + (settings.embedded_in or "'none'")
    routes = [Route("/health", _health), Route("/ready", lambda _: _readiness(watch))]
    if settings.metrics:
        routes.append(Route("/metrics", lambda _: PlainTextResponse(watch.figures(), media_type=_PROMETHEUS)))
    beside = tuple(route.path for route in routes)
    middleware = [
        Middleware(_Headers, policy=policy),
        Middleware(Gate, beside=beside, tools=settings.mcp),
    ]
    # So that no name elsewhere can be pointed at this machine's chat.
    if by_itself and settings.host in _LOOPBACK and not settings.root_path:
        middleware.insert(1, Middleware(TrustedHostMiddleware, allowed_hosts=list(_LOOPBACK)))
    return {
        "root_path": settings.root_path or None,
        "theme": theme(),
        "css": (files("columnbot.chat") / "chat.css").read_text(encoding="utf-8"),
        "js": _FIRST.format(language=settings.language, theme=settings.theme),
        "footer_links": [],
        "share": False,
        "show_error": False,
        "enable_monitoring": False,
        "run_history": False,
        "ssr_mode": False,
        "mcp_server": settings.mcp,
        "pwa": False,
        "max_file_size": "1kb",
        "state_session_capacity": _REMEMBERED,
        "app_kwargs": {
            "middleware": middleware,
            "routes": routes,
            "docs_url": None,
            "redoc_url": None,
            "openapi_url": None,
        },
    }


def _readiness(watch: Watch) -> Response:
    """Whether a question could be answered now: an index in Milvus may be away while the chat runs on."""
    return PlainTextResponse("ready") if watch.ready() else PlainTextResponse("not ready", 503)


async def _health(_: Request) -> Response:
    """For whoever watches over the chat: the process runs. `/ready` says whether it can answer."""
    return PlainTextResponse("ok")


def theme() -> gr.themes.Base:
    """Quiet, and with fonts that the reader's machine has: nothing is fetched from elsewhere."""
    sans = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
    return gr.themes.Base(
        primary_hue=gr.themes.colors.stone,
        secondary_hue=gr.themes.colors.stone,
        neutral_hue=gr.themes.colors.stone,
        font=sans,
        font_mono=("ui-monospace", "monospace"),
    )


def _free_port(settings: Settings) -> int:
    """The port of the settings, or any free one for 0. Raises `ChatError`."""
    host, language = settings.host, settings.language
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no name of a machine"
        raise ChatError(say("chat.host_unknown", language, host=host, reason=reason)) from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            return int(probe.getsockname()[1])
        except PermissionError as error:
            raise ChatError(say("chat.port_forbidden", language, port=settings.port)) from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ChatError(say("chat.port_taken", language, port=settings.port)) from error
            raise ChatError(say("chat.host_unknown", language, host=host, reason=error.strerror)) from error


class _Headers:
    """Puts the security headers on every response."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": policy,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, send_with_headers)
