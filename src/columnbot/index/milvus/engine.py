"""What is asked of Milvus, one function a request, and where it is: a cluster by its address, or a file of Milvus Lite.

A generation is two collections: the passages, and beside them the papers: what is small, or fetched by name only. An
alias with the index's name points to the passages of the one in force; a build that is done lets it point to its own.
"""

import base64
import hashlib
import json
import logging
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columnbot.errors import IndexDamaged, IndexMissing, IndexUnavailable, SettingsError
from columnbot.filters import Filter
from columnbot.index.manifest import MEND
from columnbot.language import fold

PAPERS = "_papers"
LONGEST = 250  # characters of an author or tag that count
MOST_TAGS = 256
_ANSWER_WITHIN = 10.0  # seconds; building has no such limit
_LOADED_WITHIN = 600.0
_PART = 48_000  # bytes of a paper in one row: Milvus takes 65,535 of text, and text takes four thirds
_AT_ONCE = 1_000  # rows that are fetched together
_PLACE = re.compile(r"milvus(?P<tls>\+tls)?:/{1,2}(?P<host>[^/#?]+)(?:/(?P<name>\w*))?/?")
_NAME = "columnbot"


@dataclass(frozen=True, slots=True)
class Address:
    """Where Milvus is, as pymilvus has it, and the index's name there.

    `shown` is for messages: it leads there as what was given did, but has no password.
    """

    uri: str
    name: str
    shown: str

    @property
    def is_file(self) -> bool:
        """Whether it is one of Milvus Lite, which one process at a time may open."""
        return self.uri.endswith(".db")

    @property
    def workplace(self) -> Path:
        """The folder of this machine that a build keeps what it has embedded in: beside a file, or in the cache."""
        if self.is_file:
            return Path(f"{self.uri}.work")
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        plain = self.shown.replace("milvus+tls:", "milvus:")  # the same index, whichever way it is reached
        return Path(cache) / "columnbot" / hashlib.blake2b(plain.encode(), digest_size=8).hexdigest()


def address_of(place: Path) -> Address | None:
    """The address in `milvus://[user:password@]host:port[/name]` (`milvus+tls://`), or a file of Milvus Lite (`.db`).

    None where it is an ordinary folder. Raises `SettingsError`.
    """
    text = place.as_posix()  # a path has made one slash of two
    if not text.startswith(("milvus:", "milvus+tls:")):
        return Address(str(place.absolute()), _NAME, str(place)) if text.endswith(".db") else None
    match = _PLACE.fullmatch(text)
    if match is None:
        without_password = re.sub(r":/+.*@", "://", text)
        raise SettingsError(
            f"The index {without_password!r} is no address of Milvus; it has to look like milvus://host:19530/name."
        )
    name, host = match["name"] or _NAME, match["host"]
    tls = match["tls"] or ""
    return Address(f"http{'s' if tls else ''}://{host}", name, f"milvus{tls}://{host.rpartition('@')[2]}/{name}")


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """Makes one of our errors of what pymilvus raises, or lets pass of grpc: that no answer came in time."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # read at import: what it would print we say in one line
    from grpc import RpcError
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except (MilvusException, RpcError) as error:
        said = error.message if isinstance(error, MilvusException) else error.details()
        lines = str(said).strip().splitlines() or [type(error).__name__]
        mend = "see whether another process has it open" if address.is_file else "see whether it runs"
        raise IndexUnavailable(
            f"Milvus at {address.shown} does not answer as it should ({lines[0][:200]}); {mend}, then try again."
        ) from error


def client(address: Address) -> Any:
    """The connection of this process. Raises `IndexUnavailable`, or `SettingsError` without the extra [milvus]."""
    if find_spec("pymilvus") is None:
        raise SettingsError(f"For an index in {address.shown} pymilvus is needed: pip install 'columnbot[milvus]'.")
    with explained(address):
        return _connected(address.uri)


@lru_cache
def _connected(uri: str) -> Any:
    from pymilvus import MilvusClient

    for name in ("pymilvus", "milvus_lite"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # they print a traceback of what we say in a line
    if uri.endswith(".db"):
        Path(uri).parent.mkdir(parents=True, exist_ok=True)
    return MilvusClient(uri, timeout=_ANSWER_WITHIN)


def in_force(address: Address) -> str:
    """The collection that the index's alias points to. Raises `IndexMissing` or `IndexUnavailable`."""
    milvus = client(address)
    with explained(address):
        # Asking for an alias that is not there is an error like any other; so which there are is asked first.
        aliases = milvus.list_aliases(timeout=_ANSWER_WITHIN)
        if address.name not in aliases["aliases"]:
            raise IndexMissing(
                f"There is no index in {address.shown} yet; build it with: columnbot index ARTICLES --index "
                f"{address.shown}"
            )
        described = milvus.describe_alias(address.name, timeout=_ANSWER_WITHIN)
    return str(described["collection_name"])


def generations(address: Address) -> list[str]:
    """The passages' collections of this index, those built first first."""
    ours = re.compile(rf"{address.name}_\d{{6,}}_[0-9a-f]{{6}}")
    with explained(address):
        return sorted(name for name in client(address).list_collections() if ours.fullmatch(name))


def next_name(address: Address) -> str:
    """For a collection of the next generation; of two builders that begin at once each has one of its own."""
    there = [int(name.rsplit("_", 2)[1]) for name in generations(address)]
    return f"{address.name}_{max(there, default=0) + 1:06d}_{secrets.token_hex(3)}"


@dataclass(frozen=True, slots=True)
class Collections:
    """The two collections of a generation."""

    address: Address
    passages: str

    @property
    def papers(self) -> str:
        """The second one's name."""
        return self.passages + PAPERS

    def lost(self) -> list[str]:
        """Those of the two that are not there: somebody dropped them."""
        milvus = client(self.address)
        with explained(self.address):
            both = (self.passages, self.papers)
            return [name for name in both if not milvus.has_collection(name, timeout=_ANSWER_WITHIN)]

    def load(self, within: float = _LOADED_WITHIN) -> None:
        """Has Milvus make them ready to be searched, each step in so many seconds; does nothing where they are."""
        milvus = client(self.address)
        with explained(self.address):
            for name in (self.passages, self.papers):
                milvus.load_collection(name, timeout=within)
            # Milvus Lite reads its index of a field when that is first searched, which no question should wait for.
            for field in ("stems", "grams"):
                milvus.search(self.passages, data=[{0: 1.0}], anns_field=field, limit=1, timeout=within)

    def _ask(self, request: str, name: str, **given: Any) -> Any:
        """What Milvus answers to a request; an engine that was started again may first have to load the collections."""
        from pymilvus.exceptions import MilvusException

        with explained(self.address):
            ask = getattr(client(self.address), request)
            try:
                return ask(name, **given, timeout=_ANSWER_WITHIN)
            except MilvusException:
                self.load(_ANSWER_WITHIN)  # somebody waits for it; what takes longer is ready for a later question
                return ask(name, **given, timeout=_ANSWER_WITHIN)

    def count(self, name: str) -> int:
        """How many rows that collection has, all that were written counted."""
        with explained(self.address):
            (row,) = client(self.address).query(name, output_fields=["count(*)"], consistency_level="Strong")
        return int(row["count(*)"])

    def search(
        self, field: str, query: NDArray[np.float32] | Mapping[int, float], k: int, where: str = ""
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The numbers of the k passages with the highest inner product that `where` allows, best first, and these."""
        empty = np.empty(0, np.int64), np.empty(0, np.float32)
        if k == 0 or not len(query):
            return empty
        (hits,) = self._ask(
            "search", self.passages, data=[query], anns_field=field, limit=k, filter=where, output_fields=["number"]
        )
        numbers = np.array([hit["number"] for hit in hits], np.int64)
        scores = np.array([hit["distance"] for hit in hits], np.float32)
        order = np.lexsort((numbers, -scores))
        return numbers[order], scores[order]

    def holding(self, field: str, query: Mapping[int, float], k: int) -> list[dict[str, Any]]:
        """Number, column and year of the k passages that hold most of a term."""
        (hits,) = self._ask(
            "search", self.passages, data=[query], anns_field=field, limit=k,
            output_fields=["number", "article", "year"],
        )  # fmt: skip
        return [hit["entity"] for hit in hits]

    def rows(self, where: str, fields: Sequence[str], limit: int | None = None) -> list[dict[str, Any]]:
        """The rows of passages that `where` names."""
        limited = {"limit": limit} if limit else {}
        return list(self._ask("query", self.passages, filter=where, output_fields=[*fields], **limited))

    def numbered(self, numbers: NDArray[np.int64], fields: Sequence[str]) -> dict[int, dict[str, Any]]:
        """Those fields of the passages of those numbers. Raises `IndexDamaged` where one is not there."""
        parts = (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
        rows = (row for part in parts for row in self.rows(f"number in {part.tolist()}", ["number", *fields]))
        found = {int(row["number"]): row for row in rows}
        if lost := set(numbers.tolist()) - found.keys():
            raise IndexDamaged(f"{self.passages} in {self.address.shown} has no passage {min(lost)}; {MEND}")
        return found

    def paper(self, name: str) -> bytes:
        """The paper of that name. Raises `IndexDamaged` where it is not there."""
        return self.papers_of([name])[name]

    def papers_of(self, names: Iterable[str]) -> dict[str, bytes]:
        """The papers of those names. Raises `IndexDamaged` where one is not there."""
        first = self._parts([f"{name}/0" for name in dict.fromkeys(names)])
        heads = {part.removesuffix("/0"): content.split(":", 1) for part, content in first.items()}
        rest = self._parts([f"{name}/{i}" for name, (count, _) in heads.items() for i in range(1, int(count))])
        return {
            name: b"".join(map(base64.b64decode, (text, *(rest[f"{name}/{i}"] for i in range(1, int(count))))))
            for name, (count, text) in heads.items()
        }

    def _parts(self, names: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        wanted = iter(names)
        while batch := list(islice(wanted, _AT_ONCE)):
            rows = self._ask("query", self.papers, ids=batch, output_fields=["name", "content"])
            found.update((row["name"], row["content"]) for row in rows)
        if len(found) < len(set(names)):
            lost = next(name for name in names if name not in found)
            raise IndexDamaged(f"{self.papers} in {self.address.shown} has no {lost!r}; {MEND}")
        return found


def parts_of(name: str, content: bytes) -> Iterator[dict[str, Any]]:
    """The rows of a paper."""
    count = max(1, -(-len(content) // _PART))
    for i in range(count):
        text = base64.b64encode(content[i * _PART : (i + 1) * _PART]).decode()
        # Every collection of Milvus has to have a vector; nothing is ever sought by this one.
        yield {"name": f"{name}/{i}", "content": text if i else f"{count}:{text}", "unused": [1.0, 0.0]}


def shortened(text: str) -> str:
    """An author or tag as it is compared."""
    return fold(text)[:LONGEST]


def expression(where: Filter) -> str:
    """The filter as Milvus has it; empty where everything is allowed."""
    parts = []
    if where.author is not None:
        parts.append(f"author == {quoted(shortened(where.author))}")
    if where.since is not None:
        parts.append(f"day >= {where.since.toordinal()}")
    if where.until is not None:
        parts.append(f"(day >= 1 and day <= {where.until.toordinal()})")  # an undated column has 0
    if where.years:
        parts.append(f"year in {sorted(where.years)}")
    if where.paths:
        parts.append(f"path in {quoted(sorted(where.paths))}")
    parts += [f"array_contains(tags, {quoted(shortened(tag))})" for tag in where.tags]
    return " and ".join(parts)


def both(*expressions: str) -> str:
    """What all of these allow."""
    return " and ".join(f"({one})" for one in expressions if one)


def quoted(value: object) -> str:
    """A text, or a list of them, as an expression has it."""
    return json.dumps(value, ensure_ascii=False)
