"""What is Milvus's own: addresses, filters in its words, large papers, switching, and an engine that goes away."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from columnbot import ColumnBot, build_index
from columnbot.articles import Article
from columnbot.chat.session import Session, talk
from columnbot.chat.watch import Watch
from columnbot.errors import IndexDamaged, IndexMissing, IndexUnavailable, ModelMismatch, SettingsError
from columnbot.filters import EVERYTHING, Columns, Filter
from columnbot.index import LocalIndex, Search, open_index, read_pointer
from columnbot.index import shown as shown_place
from columnbot.index.milvus import MilvusIndex, address_of, counted_rows, engine, rows, terms, writing
from columnbot.index.milvus.engine import Collections, client, generations, parts_of
from columnbot.messages import say
from columnbot.settings import Settings
from tests.test_embedding import make_tiny_model

pytest.importorskip("pymilvus", reason="NO TESTS OF MILVUS: the extra [milvus] is not installed")
from pymilvus import MilvusClient  # noqa: E402 - where it is installed

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize(
    ("place", "uri", "name", "shown"),
    [
        ("milvus://een.nl:19530", "http://een.nl:19530", "columnbot", "milvus://een.nl:19530/columnbot"),
        ("milvus://een.nl:19530/krant", "http://een.nl:19530", "krant", "milvus://een.nl:19530/krant"),
        ("milvus+tls://ik:geheim@een.nl/krant", "https://ik:geheim@een.nl", "krant", "milvus+tls://een.nl/krant"),
    ],
)
def test_an_address_survives_being_taken_for_a_path_and_never_shows_its_password(
    place: str, uri: str, name: str, shown: str
) -> None:
    address = address_of(Path(place))
    assert address is not None
    assert (address.uri, address.name, address.shown) == (uri, name, shown)
    assert shown_place(Path(place)) == shown


@pytest.mark.parametrize("place", ["milvus://ik:geheim@een.nl:19530/twee/drie", "milvus+tls://ik:ge/h@eim@een.nl"])
def test_a_bad_address_is_refused_without_its_password(place: str) -> None:
    with pytest.raises(SettingsError, match=r"'milvus(\+tls)?://een\.nl") as raised:
        address_of(Path(place))
    assert "eim" not in str(raised.value)


@pytest.mark.parametrize("place", ["index.db", "milvus.db", "./milvus_demo.db", "/data/milvus/index.db"])
def test_a_file_is_one_of_milvus_lite_whatever_it_is_called(place: str) -> None:
    address = address_of(Path(place))
    assert address is not None
    assert (address.uri, address.is_file) == (str(Path(place).absolute()), True)


def test_an_index_of_another_model_is_named_without_its_password(
    tmp_path: Path, settings: Settings, port: int, engine_process: Callable[[], subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    engine_process()
    place = Path(f"milvus://ik:geheim@127.0.0.1:{port}/krant")
    build_index(write_columns(tmp_path / "columns"), place, settings=settings)
    with pytest.raises(ModelMismatch, match=f"milvus://127.0.0.1:{port}/krant was made with") as raised:
        ColumnBot.open(place, model="static")
    assert "geheim" not in str(raised.value)


def test_a_folder_is_no_address_and_a_bad_one_is_refused() -> None:
    assert address_of(Path("index")) is None
    assert address_of(Path("/data/milvus/index")) is None
    with pytest.raises(SettingsError, match="milvus://host:19530/name"):
        address_of(Path("milvus://een.nl:19530/twee/drie"))


COLUMNS = (
    ("brug", "Zoë “de pen” Vos", "2011-05-01", 'met "aanhaling"', "De brug over de beek is te smal voor fietsers."),
    ("haven", "Bram O'Slot", "2014-05-01", "back\\slash", "In de haven liggen zestig botters en een sloep."),
    ("trein", "", "", "", "De trein naar Zutphen rijdt weer op tijd, zegt de conducteur."),
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(model=str(make_tiny_model(tmp_path_factory.mktemp("model"))), passage_words=30)


def write_columns(folder: Path, *edition: str) -> Path:
    """The columns, each with what tells one edition from another."""
    folder.mkdir(exist_ok=True)
    for name, author, day, tag, text in COLUMNS:
        head = {"title": name, "author": author or None, "date": day or None, "tags": [tag] if tag else []}
        said = "\n\n".join([text, *(f"Dit is uitgave {one} van de {name}." for one in edition)])
        (folder / f"{name}.md").write_text(f"---\n{json.dumps(head)}\n---\n{said}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def both_kinds(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> tuple[Path, Path]:
    """The same columns in a folder and in Milvus."""
    home = tmp_path_factory.mktemp("both")
    columns = write_columns(home / "columns")
    for place in (home / "index", home / "index.db"):
        build_index(columns, place, settings=settings)
    return home / "index", home / "index.db"


@pytest.mark.parametrize(
    "where",
    [
        Filter(),
        Filter(author="zoë “DE pen” vos"),
        Filter(author="Bram O'Slot"),
        Filter(author='x" or "1" == "1'),
        Filter(since=date(2012, 1, 1)),
        Filter(until=date(2012, 1, 1)),
        Filter(years=(2011, 2014)),
        Filter(tags=('MET "aanhaling"',)),
        Filter(tags=("back\\slash",)),
        Filter(paths=frozenset({"trein.md", "brug.md"})),
    ],
)
def test_filters_mean_the_same_in_the_engine(both_kinds: tuple[Path, Path], where: Filter) -> None:
    folder, engine_ = (open_index(place) for place in both_kinds)
    question = folder.passage_vectors.of(np.array([0]))[0]
    search = Search(question, ["brug", "haven", "trein"], ["haven"], where, (Filter(years=(2014,)),), 10, 2)
    one, other = folder.find(search), engine_.find(search)

    assert len(one.numbers) == Columns(folder.articles).allowed(where).sum()
    for part in ("numbers", "near", "by_words", "favoured", "columns"):
        assert getattr(other, part).tolist() == getattr(one, part).tolist()
    assert other.words == pytest.approx(one.words, abs=1e-5)
    assert other.grams == pytest.approx(one.grams, abs=1e-5)


def test_a_paper_of_several_rows_comes_back_whole(
    both_kinds: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PART", 5)
    opened = open_index(both_kinds[1])
    assert isinstance(opened, MilvusIndex)
    content = bytes(range(23))
    parts = list(parts_of("groot", content))
    assert len(parts) == 5
    milvus = client(opened.collections.address)
    milvus.insert(opened.collections.papers, parts)
    assert opened.collections.papers_of(["groot", "archive"])["groot"] == content

    with pytest.raises(IndexDamaged, match=r"has \d+ of \d+ rows"):
        counted_rows(opened)
    milvus.delete(opened.collections.papers, ids=[row["name"] for row in parts])
    assert counted_rows(opened) == len(opened) + opened.papers


def test_of_an_archive_larger_than_the_sample_scores_stand_about_where_they_would(
    sample_archive: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("columnbot.index.milvus.writing.SAMPLE", 60)
    (tmp_path / "columns").mkdir()
    for file in sorted(sample_archive.glob("*.md"))[:6]:
        shutil.copy(file, tmp_path / "columns")
    for place in ("index", "index.db"):
        build_index(tmp_path / "columns", tmp_path / place, settings=settings)
    folder, sampled = open_index(tmp_path / "index"), open_index(tmp_path / "index.db")
    assert isinstance(sampled, MilvusIndex)
    assert sampled.stems.sample.size == 60 < len(sampled)
    question = folder.passage_vectors.of(np.array([3]))[0]
    assert isinstance(folder, LocalIndex)
    commonest = [folder.words.terms[number] for number in np.argsort(-np.diff(folder.words.offsets), kind="stable")]
    for stems in (commonest[:1], commonest[3:6], commonest[10:20]):
        search = Search(question, stems, [], Filter(), (), 200, 0)
        one, other = folder.find(search), sampled.find(search)
        assert one.numbers.tolist() == other.numbers.tolist()
        assert np.corrcoef(one.words, other.words)[0, 1] > 0.999
        assert other.words.max() == pytest.approx(one.words.max(), rel=0.5)


def test_only_the_generation_in_force_and_the_one_before_stay(tmp_path: Path, settings: Settings) -> None:
    place = tmp_path / "index.db"
    with pytest.raises(IndexMissing, match="columnbot index ARTICLES"):
        open_index(place)
    names = []
    for edition in "abc":
        build_index(write_columns(tmp_path / "columns", edition), place, settings=settings)
        names.append(open_index(place).name)
    address = address_of(place)
    assert address is not None
    assert generations(address) == names[1:]
    assert read_pointer(place).name == names[2]


@pytest.mark.parametrize("lost", ["manifest/0", "vectors/1/0", "article/0/0", "passage", "papers", "passages"])
def test_rows_that_are_lost_are_named_and_mended_by_a_build(tmp_path: Path, settings: Settings, lost: str) -> None:
    place = tmp_path / "index.db"
    columns = write_columns(tmp_path / "columns")
    build_index(columns, place, settings=settings)
    opened = open_index(place)
    assert isinstance(opened, MilvusIndex)
    collections, milvus = opened.collections, client(opened.collections.address)
    if lost in ("papers", "passages"):
        milvus.drop_collection(getattr(collections, lost))
    elif lost == "passage":
        milvus.delete(collections.passages, ids=[1])
        with pytest.raises(IndexDamaged, match="has no passage 1; build the index again with: columnbot index"):
            opened.fetch(np.arange(3))
    else:
        milvus.delete(collections.papers, ids=[lost])
        with pytest.raises(IndexDamaged, match=f"has no '{lost}'; build the index again with: columnbot index"):
            collections.paper(lost.removesuffix("/0"))

    report = build_index(columns, place, settings=settings)
    assert (report.unchanged, report.embedded) == (False, 3)
    mended = open_index(place)
    assert isinstance(mended, MilvusIndex)
    assert counted_rows(mended) == len(mended) + mended.papers
    assert build_index(columns, place, settings=settings).unchanged


def test_a_build_that_fails_leaves_nothing_behind(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "index.db"
    build_index(write_columns(tmp_path / "columns", "a"), place, settings=settings)
    before = open_index(place).name
    monkeypatch.setattr(Collections, "count", lambda self, name: 0)
    with pytest.raises(IndexUnavailable, match="unchanged"):
        build_index(write_columns(tmp_path / "columns", "b"), place, settings=settings)
    address = address_of(place)
    assert address is not None
    assert generations(address) == [before]
    assert open_index(place).article("brug.md").text.endswith("uitgave a van de brug.")


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def engine_process(tmp_path: Path, port: int) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts Milvus Lite as a server of its own, again and again on the same data."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [
            Path(sys.executable).with_name("milvus-lite"),
            "server",
            "--data-dir",
            tmp_path / "data",
            "--port",
            str(port),
        ]
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return started[-1]
            time.sleep(0.1)
        raise AssertionError("Milvus Lite does not start")

    yield start
    for process in started:
        process.kill()
        process.wait()


def once_it_answers(ask: Callable[[], object]) -> object:
    """What is answered, within a minute: a connection that was refused is tried again after some seconds."""
    for _ in range(60):
        with contextlib.suppress(IndexUnavailable):
            return ask()
        time.sleep(1)
    return ask()


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_while_the_engine_is_away_the_chat_says_so_and_then_goes_on(
    tmp_path: Path, settings: Settings, port: int, engine_process: Callable[[], subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(engine, "_ANSWER_WITHIN", 2.0)
    place = Path(f"milvus://127.0.0.1:{port}/krant")
    process = engine_process()
    build_index(write_columns(tmp_path / "columns", "a"), place, settings=settings)
    bot = ColumnBot.open(place)
    before = bot.search("De haven")
    kill(process)

    with pytest.raises(IndexUnavailable, match=f"milvus://127.0.0.1:{port}/krant does not answer") as raised:
        bot.search("De haven")
    assert "\n" not in str(raised.value)
    session = Session(bot.conversation())
    *_, messages = talk(session, "Wat lag er in de haven?", EVERYTHING, Watch(bot, words=False))
    assert say("chat.out_of_order", "nl") in messages[-1]["content"]
    with pytest.raises(IndexUnavailable):
        build_index(tmp_path / "columns", place, settings=settings)

    engine_process()
    assert once_it_answers(lambda: bot.search("De haven")) == before
    *_, messages = talk(session, "Wat lag er in de haven?", EVERYTHING, Watch(bot, words=False))
    assert say("chat.out_of_order", "nl") not in messages[-1]["content"]


def test_an_engine_that_hangs_is_waited_for_no_longer_than_an_answer_may_take(
    tmp_path: Path, settings: Settings, port: int, engine_process: Callable[[], subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(engine, "_ANSWER_WITHIN", 1.0)
    place = Path(f"milvus://127.0.0.1:{port}/krant")
    process = engine_process()
    build_index(write_columns(tmp_path / "columns"), place, settings=settings)
    opened = open_index(place)
    process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(IndexUnavailable, match="does not answer"):
        opened.fetch(np.arange(3))
    assert time.monotonic() - began < 20


def test_collections_that_are_not_loaded_are_waited_for_no_longer_than_an_answer_may_take(
    both_kinds: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_index(both_kinds[1])
    assert isinstance(opened, MilvusIndex)
    client(opened.collections.address).release_collection(opened.name)
    limits: list[float] = []
    load = MilvusClient.load_collection

    def loading(*given: Any, timeout: float) -> None:
        limits.append(timeout)
        load(*given, timeout=timeout)

    monkeypatch.setattr(MilvusClient, "load_collection", loading)
    opened.fetch(np.arange(3))
    assert limits == [engine._ANSWER_WITHIN] * 2


def test_where_the_alias_was_dropped_a_chat_answers_on_and_nothing_is_opened_anew(
    tmp_path: Path, settings: Settings
) -> None:
    place = tmp_path / "index.db"
    build_index(write_columns(tmp_path / "columns"), place, settings=settings)
    bot = ColumnBot.open(place)
    before = bot.search("De haven")
    address = address_of(place)
    assert address is not None
    client(address).drop_alias(address.name)

    assert read_pointer(place).name == ""
    assert bot.search("De haven") == before
    with pytest.raises(IndexMissing, match="columnbot index ARTICLES"):
        ColumnBot.open(place)


def test_no_term_has_the_number_that_stands_for_none() -> None:
    assert zlib.crc32(b"akndmqss") in writing._NOTHING
    assert terms.dimension_of("akndmqss") not in writing._NOTHING


# Stops the build right before or right after the request that puts a generation in force, or among those before.
STOPS = ("create_collection", "insert", "flush", "create_index", "alter_alias", "drop_collection")


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("request_", STOPS)
def test_a_builder_that_is_killed_leaves_the_old_index_or_the_new_one(
    tmp_path: Path, settings: Settings, port: int, engine_process: Callable[[], subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch, request_: str, moment: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = f"milvus://127.0.0.1:{port}/krant"
    engine_process()
    for edition in "ab":
        build_index(write_columns(tmp_path / "columns", edition), Path(place), settings=settings)
    bot = ColumnBot.open(Path(place))
    write_columns(tmp_path / "columns", "c")
    script = (
        "import os, signal\nfrom pathlib import Path\nfrom pymilvus import MilvusClient\n"
        "from columnbot import Settings, build_index\n"
        f"request = MilvusClient.{request_}\n"
        "def stopping(*given, **named):\n"
        f"    if {moment == 'after'}: request(*given, **named)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        f"MilvusClient.{request_} = stopping\n"
        f"settings = Settings(model={settings.model!r}, passage_words=30)\n"
        f"build_index(Path({str(tmp_path / 'columns')!r}), Path({place!r}), settings=settings)\n"
    )
    address = address_of(Path(place))
    assert address is not None
    there = generations(address)
    ended = subprocess.run([sys.executable, "-c", script], env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL, (there, generations(address))

    new = request_ == "drop_collection" or (request_, moment) == ("alter_alias", "after")
    opened = open_index(Path(place))
    assert isinstance(opened, MilvusIndex)
    editions = {article.text.split("uitgave ")[1][0] for article in opened.articles}
    found = {hit.passage.article.text.split("uitgave ")[1][0] for hit in bot.search("uitgave van de haven")}
    assert editions == found == {"c" if new else "b"}
    assert counted_rows(opened) == len(opened) + opened.papers

    report = build_index(tmp_path / "columns", Path(place), settings=settings)
    assert (report.unchanged, report.embedded) == (new, 0)
    assert {hit.passage.article.text.split("uitgave ")[1][0] for hit in bot.search("uitgave van de haven")} == {"c"}
    # Of no generation the papers are left behind alone: nothing would ever drop them.
    collections = client(address).list_collections()
    assert {name.removesuffix("_papers") for name in collections} <= set(generations(address))


def test_a_file_that_another_process_has_open_is_said_in_one_line(both_kinds: tuple[Path, Path]) -> None:
    open_index(both_kinds[1])
    command = [sys.executable, "-m", "columnbot", "check", "--index", str(both_kinds[1])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"columnbot: Milvus at {both_kinds[1]} does not answer as it should (Open local milvus failed); see whether "
        "another process has it open, then try again."
    ]


def test_what_another_builder_puts_in_force_meanwhile_is_not_dropped(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "index.db"
    address = address_of(place)
    assert address is not None
    create = MilvusClient.create_alias

    def stop(*given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(MilvusClient, "create_alias", stop)
    with pytest.raises(KeyboardInterrupt):
        build_index(write_columns(tmp_path / "columns", "a"), place, settings=settings)
    (first,) = generations(address)

    def be_overtaken(milvus: MilvusClient, name: str, alias: str) -> None:
        create(milvus, name, alias)
        milvus.alter_alias(first, alias)

    monkeypatch.setattr(MilvusClient, "create_alias", be_overtaken)
    build_index(write_columns(tmp_path / "columns", "b"), place, settings=settings)
    assert open_index(place).name == first


def test_of_two_builders_at_once_one_is_in_force_and_whole(
    tmp_path: Path, settings: Settings, port: int, engine_process: Callable[[], subprocess.Popen[bytes]]
) -> None:
    place = f"milvus://127.0.0.1:{port}/krant"
    engine_process()
    builders = []
    for edition in "ab":  # as on two machines: each with a cache of its own
        columns = write_columns(tmp_path / edition, edition)
        script = (
            "from pathlib import Path\nfrom columnbot import Settings, build_index\n"
            f"settings = Settings(model={settings.model!r}, passage_words=30)\n"
            f"build_index(Path({str(columns)!r}), Path({place!r}), settings=settings)\n"
        )
        environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / f"cache-{edition}")}
        builders.append(subprocess.Popen([sys.executable, "-c", script], env=environment))
    ended = [builder.wait() for builder in builders]
    assert 0 in ended
    opened = open_index(Path(place))
    assert isinstance(opened, MilvusIndex)
    assert {article.text.split("uitgave ")[1][0] for article in opened.articles} in ({"a"}, {"b"})
    assert counted_rows(opened) == len(opened) + opened.papers


def test_what_is_looked_at_often_is_fetched_once(
    both_kinds: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_index(both_kinds[1])
    asked: list[object] = []
    fetch = Collections.papers_of
    monkeypatch.setattr(Collections, "papers_of", lambda self, names: fetch(self, asked.append(names) or names))
    monkeypatch.setattr(rows, "KEPT", 2)
    first = [opened.passages[number].text for number in (0, 1, 0, 1)]
    assert len(asked) == 2
    assert [opened.passages[number].text for number in (2, 0)] == [COLUMNS[2][4], first[0]]
    assert len(asked) == 4
    assert isinstance(opened.passages[0].article, Article)
