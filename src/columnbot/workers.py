"""Who embeds the passages of a build: this process, or the workers of a Ray cluster.

On Ray each worker keeps the model loaded and embeds a window of passages at a time, as one process does, so the
vectors are the same. All windows lie in the store of Ray before the first is embedded. Ray Data starts a worker
that was lost again and gives its window to another; what has come back is on disk before more is waited for, so
a build that is killed itself is gone on with as any other.
"""

import logging
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from columnbot.embedding import EmbeddedPassages, Embedder, PassageInput, open_embedder
from columnbot.embedding.pooling import WINDOW
from columnbot.errors import ModelMismatch, WorkersFailed
from columnbot.index import VectorBlock
from columnbot.index.word_vectors import WordAxes, pack_words

if TYPE_CHECKING:
    import pyarrow as pa

LOCAL = "local"  # the address of a Ray that is started for this build, on this machine

Item = tuple[bytes, PassageInput]  # a passage: its key, and what is embedded of it
Done = tuple[list[bytes], VectorBlock]  # keys of passages, and their vectors


def embed_here(items: Iterable[Item], embedder: Embedder, axes: WordAxes) -> Iterator[Done]:
    """The vectors of all passages, in their order."""
    keys: list[bytes] = []

    def noted() -> Iterator[PassageInput]:
        for key, passage in items:
            keys.append(key)
            yield passage

    for block in embedder.embed_passages(noted()):
        count = len(block.passages)
        yield keys[:count], _packed(block, axes)
        del keys[:count]


def embed_on_ray(items: Iterable[Item], model: str, fingerprint: str, axes: WordAxes, address: str) -> Iterator[Done]:
    """The same of passages by workers that load the model by its setting, in whatever order they are done.

    `address` is that of a Ray cluster's head ("host:6379"), or "local". Raises `WorkersFailed`.
    """
    if address.startswith("ray://"):
        raise WorkersFailed(
            f"A build cannot go through Ray's client ({address}), which has no Ray Data; start it on a machine of the "
            "cluster, with the address of the head: --ray HOST:6379."
        )
    stream = iter(items)
    with _connected(address):
        import ray
        from ray.data import ActorPoolStrategy, DataContext, from_arrow_refs
        from ray.exceptions import RayError

        try:
            context = DataContext.get_current()
            context.enable_progress_bars = context.print_on_execution_start = False
            logging.getLogger("ray.data").setLevel(logging.ERROR)  # the build shows its own progress
            windows = [ray.put(_table(window)) for window in iter(lambda: list(islice(stream, WINDOW)), [])]
            most = max(1, min(len(windows), int(ray.cluster_resources().get("CPU", 1))))
            done = from_arrow_refs(windows).map_batches(
                _Worker, fn_constructor_args=(model, fingerprint, axes), batch_size=None, batch_format="pyarrow",
                compute=ActorPoolStrategy(size=most), num_cpus=1,
            )  # fmt: skip
            for table in done.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                if table.num_rows:
                    yield _block(table, axes)
        except (RayError, ConnectionError) as error:
            raise WorkersFailed(
                f"The workers of Ray at {address!r} could not embed ({_reason(error)}). What they had embedded is "
                "kept; mend that, and build again with the same command, or without --ray."
            ) from error


@contextmanager
def _connected(address: str) -> Iterator[None]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # read at import: nothing is reported to anybody
    try:
        import ray
    except ImportError:
        raise WorkersFailed("Ray is not installed: pip install 'columnbot[ray]', or leave --ray out.") from None
    if ray.is_initialized():
        yield
        return
    only_here: dict[str, Any] = {"include_dashboard": False} if address == LOCAL else {}
    try:
        _knock(address)
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **only_here)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise WorkersFailed(
            f"Ray at {address!r} cannot be reached ({_reason(error)}); see whether it runs there, or leave --ray out."
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Sees whether anything listens at "host:port": Ray itself keeps trying for ten minutes. Raises `OSError`."""
    host, _, port = address.rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=10).close()


class _Worker:
    """A process of Ray's, with the model loaded."""

    def __init__(self, model: str, fingerprint: str, axes: WordAxes) -> None:
        self._embedder, self._axes = open_embedder(model).embedder, axes
        if self._embedder.fingerprint != fingerprint:
            raise ModelMismatch(f"the model {model!r} is another one on a worker than where the build was started")

    def __call__(self, table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        keys, texts, sentences, words = (table.column(name).to_pylist() for name in table.column_names)
        inputs = map(PassageInput, texts, map(_spans, sentences), map(_spans, words))
        blocks = [_packed(block, self._axes) for block in self._embedder.embed_passages(inputs)]
        of_passages = [row.tobytes() for block in blocks for row in block.passages]
        of_sentences = [part.tobytes() for block in blocks for part in _parted(block.sentences, block.counts[:, 0])]
        of_words = [part.tobytes() for block in blocks for part in _parted(block.words, block.counts[:, 1])]
        return pa.table({"key": keys, "passage": of_passages, "sentences": of_sentences, "words": of_words})


def _packed(block: EmbeddedPassages, axes: WordAxes) -> VectorBlock:
    return VectorBlock(
        block.passages.astype(np.float16),
        block.sentences.astype(np.float16),
        pack_words(axes.project(block.words)),
        block.counts,
    )


def _table(window: list[Item]) -> "pa.Table":
    import pyarrow as pa

    return pa.table(
        {
            "key": [key for key, _ in window],
            "text": [passage.text for _, passage in window],
            "sentences": pa.array([np.array(p.sentences, np.int32).ravel() for _, p in window], pa.list_(pa.int32())),
            "words": pa.array([np.array(p.words, np.int32).ravel() for _, p in window], pa.list_(pa.int32())),
        }
    )


def _spans(flat: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(flat[::2], flat[1::2], strict=True))


def _parted(rows: Any, counts: Any) -> list[Any]:
    return np.split(rows, np.cumsum(counts)[:-1])


def _block(table: "pa.Table", axes: WordAxes) -> Done:
    """What a worker gave, as it was packed there."""
    dimension, width = axes.axes.shape
    passages, sentences, words = (table.column(name).to_pylist() for name in ("passage", "sentences", "words"))
    counts = [
        (len(of_sentences) // (2 * dimension), len(of_words) // width if width else 0)
        for of_sentences, of_words in zip(sentences, words, strict=True)
    ]
    return table.column("key").to_pylist(), VectorBlock(
        np.frombuffer(b"".join(passages), np.float16).reshape(-1, dimension),
        np.frombuffer(b"".join(sentences), np.float16).reshape(-1, dimension),
        np.frombuffer(b"".join(words), np.int8).reshape(sum(count for _, count in counts), width),
        np.array(counts),
    )


def _reason(error: Exception) -> str:
    """The last line that says something: Ray puts a remote traceback before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].removesuffix(".") if lines else type(error).__name__
