"""Embedding on Ray, with two workers on this machine: the same vectors, whatever befalls the workers."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from columnbot.build import build_index, embedding_input
from columnbot.embedding import Embedder, PassageInput
from columnbot.embedding.pooling import WINDOW
from columnbot.errors import WorkersFailed
from columnbot.index import VectorBlock, open_index
from columnbot.index.vectors import joined
from columnbot.index.word_vectors import WordAxes, fit_axes
from columnbot.passages import split_article
from columnbot.readers import read_archive
from columnbot.settings import Settings
from columnbot.workers import LOCAL, Done, Item, embed_here, embed_on_ray

ray = pytest.importorskip("ray", reason="NO TESTS OF RAY: the extra [ray] is not installed")

pytestmark = [
    pytest.mark.cluster,
    # Ray's own: sockets that its shutdown leaves to the garbage collector, and what other packages have deprecated.
    *(
        pytest.mark.filterwarnings(f"ignore::{kind}")
        for kind in ("ResourceWarning", "DeprecationWarning", "FutureWarning")
    ),
]


@pytest.fixture(scope="module")
def two_workers() -> Iterator[None]:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(address=LOCAL, num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def items(sample_archive: Path) -> list[Item]:
    """Short passages, in three windows of which the last is not full."""
    articles = read_archive(sample_archive).articles
    passages = [passage for article in articles for passage in split_article(article, words=40)]
    inputs = [embedding_input(passage) for passage in passages[: 2 * WINDOW + 60]]
    return [(number.to_bytes(16, "big"), passage) for number, passage in enumerate(inputs)]


@pytest.fixture(scope="module")
def axes(embedder: Embedder, items: list[Item]) -> WordAxes:
    (block,) = embedder.embed_passages([passage for _, passage in items[:1]])
    return fit_axes(block.words)


@pytest.fixture(scope="module")
def alone(embedder: Embedder, items: list[Item], axes: WordAxes) -> VectorBlock:
    return in_order(list(embed_here(items, embedder, axes)))


def in_order(done: list[Done]) -> VectorBlock:
    """The vectors in the order of their keys, of which each has to be there once."""
    done = sorted(done, key=lambda part: part[0])
    keys = [key for part, _ in done for key in part]
    assert keys == [number.to_bytes(16, "big") for number in range(len(keys))]
    return joined([block for _, block in done])


def assert_alike(one: VectorBlock, other: VectorBlock) -> None:
    assert one.counts.tolist() == other.counts.tolist()
    for mine, theirs in ((one.passages, other.passages), (one.sentences, other.sentences), (one.words, other.words)):
        a, b = (rows.astype(np.float64) for rows in (mine, theirs))
        cosines = (a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
        assert cosines.min() >= 0.9999


def test_a_cluster_that_is_not_there_is_said_in_one_line(axes: WordAxes) -> None:
    # Ahead of the others: what has joined a cluster goes on with that one.
    passage = (bytes(16), PassageInput("Ja.", ((0, 3),)))
    with pytest.raises(WorkersFailed, match=r"^Ray at '127.0.0.1:1' cannot be reached") as raised:
        list(embed_on_ray([passage], "bundled", "", axes, "127.0.0.1:1"))
    assert "\n" not in str(raised.value)


def test_ray_s_client_is_refused_with_what_to_give_instead(axes: WordAxes) -> None:
    with pytest.raises(WorkersFailed, match=r"\(ray://head:10001\).* --ray HOST:6379\.$"):
        list(embed_on_ray([(bytes(16), PassageInput("Ja.", ((0, 3),)))], "bundled", "", axes, "ray://head:10001"))


def test_without_ray_installed_it_is_said_what_to_install(axes: WordAxes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(WorkersFailed, match=r"pip install 'columnbot\[ray\]'"):
        list(embed_on_ray([(bytes(16), PassageInput("Ja.", ((0, 3),)))], "bundled", "", axes, LOCAL))


@pytest.mark.usefixtures("two_workers")
def test_workers_give_the_vectors_that_one_process_gives(
    alone: VectorBlock, items: list[Item], axes: WordAxes, embedder: Embedder
) -> None:
    assert_alike(in_order(list(embed_on_ray(items, "bundled", embedder.fingerprint, axes, LOCAL))), alone)


def workers() -> list[int]:
    """The processes of Ray's workers that this process is the grandparent of."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "cmdline").read_bytes()
            if name.startswith(b"ray::") and b"MapWorker" in name and parent(parent(int(folder.name))) == os.getpid():
                found.append(int(folder.name))
        except OSError:
            continue  # it has ended
    return found


def parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])


@pytest.mark.usefixtures("two_workers")
def test_a_worker_that_is_killed_in_mid_build_loses_nothing(
    alone: VectorBlock, items: list[Item], axes: WordAxes, embedder: Embedder
) -> None:
    done, killed = [], []
    for part in embed_on_ray(items, "bundled", embedder.fingerprint, axes, LOCAL):
        done.append(part)
        if not killed:
            killed = workers()
            for process in killed:
                os.kill(process, signal.SIGKILL)
    assert killed
    assert len(done) == 3
    assert_alike(in_order(done), alone)


@pytest.mark.usefixtures("two_workers")
def test_a_build_on_ray_makes_the_index_that_one_process_makes(
    sample_archive: Path, sample_index: Path, tmp_path: Path
) -> None:
    report = build_index(sample_archive, tmp_path / "index", settings=Settings(ray=LOCAL))
    one, other = open_index(sample_index), open_index(tmp_path / "index")

    assert report.embedded == len(one)
    assert (one.articles, one.keys.tolist()) == (other.articles, other.keys.tolist())
    numbers = np.arange(len(one))
    assert_alike(one.block(numbers), other.block(numbers))


@pytest.mark.usefixtures("two_workers")
def test_workers_with_another_model_than_the_build_has_are_refused(items: list[Item], axes: WordAxes) -> None:
    with pytest.raises(WorkersFailed, match="another one on a worker"):
        list(embed_on_ray(items[:1], "bundled", "another", axes, LOCAL))
