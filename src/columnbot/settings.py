"""One frozen settings object: defaults < `columnbot.toml` < environment (`COLUMNBOT_…`) < flags."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from columnbot.errors import SettingsError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BUNDLED_MODEL, STATIC_MODEL = "bundled", "static"
THEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set, with the defaults.

    `pages` takes the pages of an export of WordPress or Ghost for articles too.
    `model` is "bundled" (multilingual-e5-small, no network), "static" (its tokens only, for very large
    archives), the name of a sentence-transformers model, or a folder with one. `passage_words` is the
    aimed length of a passage in words.
    `exact` scans every passage's vector for a question, also of an archive of over a million passages.
    `ray` is the address of a Ray cluster that embeds for a build, or "local"; without one, this process does.
    `reranker` is a cross-encoder for a last look at the best passages, by name or folder; none by
    default. `quick` answers sooner, and less often right: without reading the passages together with the
    question. `language` is that of the chat and the command line, "nl" or "en"; answers follow the question.
    `title` stands at the head of the chat; `root_path` is where a proxy has it ("/vragen"); `embedded_in`
    names the sites, parted by spaces, that may show it in a frame. `logo` is a picture beside the title, and
    `theme` "system", "light" or "dark". `mcp` opens the tools for programs, `metrics` the figures for
    Prometheus; `log_questions` puts what readers ask in the log.
    `auth_file` has the names and hashed passwords of those who may use the chat; without one, all may.
    `llm_url` is the base address of an OpenAI-compatible server, up to and with `/v1`; without one,
    answers only quote. `llm_timeout` is in seconds, for a whole answer; `llm_context` the tokens that
    a prompt and its answer may come to. `checker` is an NLI cross-encoder that reads what the model
    wrote beside its source, by name or folder; none by default.
    """

    articles: Path = Path("articles")
    pages: bool = False
    index: Path = Path("index")
    model: str = BUNDLED_MODEL
    passage_words: int = 130
    exact: bool = False
    reranker: str | None = None
    quick: bool = False
    language: str = "nl"
    host: str = "127.0.0.1"
    port: int = 7860
    title: str = "columnbot"
    root_path: str = ""
    embedded_in: str = ""
    logo: str = ""
    theme: str = "system"
    mcp: bool = False
    metrics: bool = False
    log_questions: bool = False
    auth_file: str | None = None
    llm_url: str = ""
    llm_model: str = ""
    llm_api_key: str = field(default="", repr=False)  # so that no log shows it
    llm_timeout: int = 60
    llm_context: int = 4096
    checker: str | None = None
    ray: str = ""

    def __post_init__(self) -> None:
        _require(20 <= self.passage_words <= 400, "passage_words", self.passage_words, "from 20 to 400")
        _require(self.language in ("nl", "en"), "language", self.language, '"nl" or "en"')
        _require(self.theme in THEMES, "theme", self.theme, "one of " + ", ".join(THEMES))
        _require(0 <= self.port <= 65535, "port", self.port, "from 0 to 65535")
        _require(bool(self.model.strip()), "model", self.model, "a model's name or folder")
        _require(
            not self.root_path or (self.root_path.startswith("/") and not self.root_path.endswith("/")),
            "root_path", self.root_path, "a path that begins with a slash and does not end in one",
        )  # fmt: skip
        _require(
            bool(re.fullmatch(r" *(?:https?://[\w.*:-]+(?: +|$))*", self.embedded_in, re.ASCII)),
            "embedded_in", self.embedded_in, "addresses of sites, such as https://www.krant.nl, parted by spaces",
        )  # fmt: skip
        _require(
            not self.llm_url or self.llm_url.startswith(("http://", "https://")),
            "llm_url", self.llm_url, "an address that begins with http:// or https://",
        )  # fmt: skip
        _require(1 <= self.llm_timeout <= 3600, "llm_timeout", self.llm_timeout, "from 1 to 3600")
        _require(self.llm_context >= 1024, "llm_context", self.llm_context, "1024 or more")


def load_settings(
    *,
    file: Path = Path("columnbot.toml"),
    environment: Mapping[str, str] = os.environ,
    flags: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings in force; a flag that is None was not given. Raises `SettingsError`, which names the source."""
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    settings = Settings()
    sources = [(str(file), _from_file(file)), *_from_environment(environment), ("the command line", given)]
    for source, values in sources:
        converted = {name: _converted(name, value, source) for name, value in values.items()}
        try:
            settings = replace(settings, **converted)
        except SettingsError as error:
            raise SettingsError(f"{error} It is set by {source}.") from None
    return settings


def _from_file(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file} cannot be read as TOML: {error}") from error


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for variable, value in sorted(environment.items()):
        if variable.startswith("COLUMNBOT_"):
            yield f"the environment ({variable})", {variable.removeprefix("COLUMNBOT_").lower(): value}


def _converted(name: str, value: object, source: str) -> Any:
    kinds = {field.name: field.type for field in fields(Settings)}
    defaults = {field.name: field.default for field in fields(Settings)}
    if name not in kinds:
        raise SettingsError(f"{source} sets {name!r}, which is no setting; there are: {', '.join(sorted(kinds))}.")
    kind = kinds[name]
    if kind is int:
        try:
            return int(str(value))
        except ValueError:
            raise SettingsError(f"{source} sets {name} to {value!r}; it must be a whole number.") from None
    if kind is bool:
        if str(value).lower() not in _TRUTHS:
            raise SettingsError(f"{source} sets {name} to {value!r}; it must be true or false.")
        return _TRUTHS[str(value).lower()]
    if isinstance(value, str) and not value.strip() and defaults[name] in ("", None):
        return defaults[name]  # as Docker Compose hands on a variable that is not set
    if not isinstance(value, (str, Path)) or not str(value).strip():
        raise SettingsError(f"{source} sets {name} to {value!r}; it must be text.")
    if kind is not Path:
        return str(value)
    try:
        return Path(value).expanduser()
    except RuntimeError as error:  # "~somebody", whom this machine does not know
        raise SettingsError(f"{source} sets {name} to {str(value)!r}: {error}") from None


_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _require(holds: bool, name: str, value: object, allowed: str) -> None:
    if not holds:
        raise SettingsError(f"The setting {name} is {value!r}; it must be {allowed}.")
