"""A language model behind an OpenAI-compatible server: messages in, text as it comes.

Ollama, llama.cpp, vLLM and the hosted ones are the same to us. The `openai` package makes the request;
the stream is read here, byte by byte, so that neither silence, nor keep-alives, nor a flood of something
else can hold a reader longer than `timeout` allows.
"""

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from columnbot.errors import SettingsError, WriterFailed
from columnbot.settings import Settings

if TYPE_CHECKING:
    import openai

TRIES = 3
FIRST_PAUSE = 0.5  # seconds; doubled after each try, with up to half as much again by chance
CONNECT_SECONDS = 5.0
BYTES_A_TOKEN = 2_000  # a chunk of the stream holds a token and some hundred bytes around it
CHARACTERS_A_TOKEN = 2.5  # of Dutch, in vocabularies made for English; fewer tokens in others
_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})

Message = dict[str, str]


def tokens_of(text: str) -> int:
    """How many tokens a text comes to at most, about: no tokenizer is asked, as each model has its own."""
    return int(len(text) / CHARACTERS_A_TOKEN) + 1


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """Where the model is. `timeout` is in seconds, for a whole answer; `context` in tokens, prompt and answer."""

    url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout: float = 60
    context: int = 4096

    def stream(self, messages: Sequence[Message], *, tokens: int) -> Iterator[str]:
        """The answer's text, in pieces as they come; `tokens` is how long it may be.

        Tries again, with pauses, where the server is busy or cannot be reached, until the first byte.
        All tries together wait no longer than `timeout` for that byte, but for the seconds it takes to connect, and
        no answer goes on for longer; a server that falls silent on the way holds it for twice that at most.
        Raises `WriterFailed`: also where the answer breaks off before its end.
        """
        import openai  # noqa: F401 - the first time that takes a while, which is not the server's

        deadline = time.monotonic() + self.timeout
        with ExitStack() as held:
            response = self._request(held, messages, tokens, deadline)
            left = _left(deadline)
            # Where HTTP looks for it at the first read of the body: by now that may wait for less than a try might.
            response.http_response.request.extensions["timeout"]["read"] = left
            limit = BYTES_A_TOKEN * (tokens + 50)
            yield from _texts(_bytes(response, limit, deadline, self.timeout, left))

    def complete(self, messages: Sequence[Message], *, tokens: int) -> str:
        """The whole answer at once. Raises `WriterFailed`."""
        return "".join(self.stream(messages, tokens=tokens))

    def _request(self, held: ExitStack, messages: Sequence[Message], tokens: int, deadline: float) -> Any:
        """The response, its body still to come; `held` closes it."""
        import openai

        # A server on one's own machine wants no key, but the package does.
        key = self.api_key or "none"
        client = held.enter_context(openai.OpenAI(base_url=self.url, api_key=key, max_retries=0))
        create: Callable[..., Any] = client.chat.completions.with_streaming_response.create
        options: dict[str, Any] = {"max_tokens": tokens, "temperature": 0.0}
        pause = FIRST_PAUSE
        for tries_left in reversed(range(TRIES)):
            left = _left(deadline)
            timeout = openai.Timeout(left, connect=min(CONNECT_SECONDS, left))
            asked = {"model": self.model, "messages": list(messages), "stream": True, "timeout": timeout}
            try:
                return held.enter_context(create(**asked, **options))
            except openai.APITimeoutError:
                raise WriterFailed("silent", f"{left:.0f}") from None
            except openai.APIConnectionError:
                failure, wait = WriterFailed("unreachable", self.url), pause
            except openai.APIStatusError as error:
                failure, wait = _refusal(error), max(pause, _asked_to_wait(error))
                if "max_tokens" in options and _wants_other_options(error):
                    options, wait = {"max_completion_tokens": tokens}, 0.0
                elif error.status_code not in _AGAIN:
                    raise failure from None
            wait *= random.uniform(1, 1.5)
            if not tries_left or time.monotonic() + wait > deadline:
                raise failure
            time.sleep(wait)
            pause *= 2
        raise AssertionError("the last try returns or raises")


def open_language_model(settings: Settings) -> LanguageModel | None:
    """The model of the settings; None where no server is set. Raises `SettingsError`."""
    if not settings.llm_url:
        if settings.llm_model:
            raise SettingsError("llm_model is set, but not llm_url: say which server has that model.")
        return None
    if not settings.llm_model:
        raise SettingsError(f"llm_url is {settings.llm_url!r}, but llm_model is not set: say which of its models.")
    return LanguageModel(
        settings.llm_url, settings.llm_model, settings.llm_api_key, settings.llm_timeout, settings.llm_context
    )


def _refusal(error: "openai.APIStatusError") -> WriterFailed:
    """What a status other than 200 means to the keeper."""
    reasons = {401: "key", 403: "key", 404: "no_model", 429: "busy"}
    default = "broken" if error.status_code >= 500 else "refused"
    return WriterFailed(reasons.get(error.status_code, default), str(error.status_code))


def _asked_to_wait(error: "openai.APIStatusError") -> float:
    """Seconds that a busy server asks for, if it gives them as a number."""
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "0")))
    except ValueError:
        return 0.0


def _wants_other_options(error: "openai.APIStatusError") -> bool:
    """Whether it is a reasoning model, which takes neither `max_tokens` nor a temperature."""
    return error.status_code == 400 and any(name in str(error) for name in ("max_tokens", "temperature"))


def _left(deadline: float) -> float:
    """Seconds; a moment where there are none, as HTTP would take none for no limit at all."""
    return max(0.01, deadline - time.monotonic())


def _bytes(response: Any, limit: int, deadline: float, timeout: float, silence: float) -> Iterator[bytes]:
    """The body as it comes, while it keeps within the time and the size; `silence` is how long it waits for a piece."""
    import httpx2  # what `openai` speaks HTTP with; it does not wrap the mistakes of a body

    pieces, read = response.iter_bytes(), 0
    while True:
        try:
            piece = next(pieces, None)
        except httpx2.TimeoutException:
            raise WriterFailed("silent", f"{silence:.0f}") from None
        except (httpx2.HTTPError, httpx2.StreamError):
            raise WriterFailed("broken_off") from None
        if piece is None:
            return
        read += len(piece)
        if read > limit:
            raise WriterFailed("garbage")
        if time.monotonic() > deadline:
            raise WriterFailed("slow", f"{timeout:g}")
        yield piece


def _lines(pieces: Iterator[bytes]) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace").rstrip("\r")
    yield rest.decode("utf-8", "replace").rstrip("\r")


def _texts(pieces: Iterator[bytes]) -> Iterator[str]:
    """The text in a stream of server-sent events. Raises `WriterFailed` where they break off or are none."""
    seen = done = False
    for line in _lines(pieces):
        if not line.startswith("data:"):
            continue
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            done = True
            break
        seen = True
        choice = _choice(data)
        content = choice.get("delta", {}).get("content")
        if isinstance(content, str) and content:
            yield content
        done = done or choice.get("finish_reason") is not None
    if not done:
        raise WriterFailed("broken_off" if seen else "garbage")


def _choice(data: str) -> dict[str, Any]:
    """The first choice of an event; an empty one where the event has none, as the last one with the counts."""
    try:
        event = json.loads(data)
        choice = event["choices"][0] if event.get("choices") else {}
        if "error" in event or not isinstance(choice, dict) or not isinstance(choice.get("delta") or {}, dict):
            raise WriterFailed("garbage")
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        raise WriterFailed("garbage") from None
    return {**choice, "delta": choice.get("delta") or {}}
