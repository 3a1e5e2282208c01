"""The life of a generation on disk: written, published, opened, damaged, fallen back from, killed half-way."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from numpy.typing import NDArray

from columnbot.articles import Article
from columnbot.errors import IndexBusy, IndexDamaged, IndexMissing, IndexOutdated, IndexUnwritable, UnknownArticle
from columnbot.index import Index, VectorBlock, arrays, keys_of, manifest, open_index, write_index
from columnbot.index.generation import publish, writing
from columnbot.index.manifest import verify
from columnbot.index.word_vectors import WordAxes, pack_words
from columnbot.language import terms_of
from columnbot.passages import Passage, Passages, split_articles
from tests.faults.damage import age

TEXT = """\
De brugwachter van Eefde heet Wim. Hij draait de brug met de hand, want de motor is al sinds maart stuk.

Schippers groeten hem bij zijn voornaam. Wie haast heeft, krijgt koffie; wie geen haast heeft, krijgt er een
verhaal bij. “Een brug is een gesprek met een hek ertussen,” zegt Wim. Op zondag is hij er niet."""
COLUMNS = (
    Article("2011/brug.md", "De brug", TEXT, "Tineke Vos", date(2011, 4, 2), "https://example.org/brug", ("water",)),
    Article("2012/café.md", "Café’s “om de hoek”", "Het café op de hoek is dicht.\n\nDe hoek niet.", None, None),
)
WORDS = 3  # of each passage, with a vector
AXES = WordAxes(np.full(16, 0.01, np.float32), np.eye(16, 4, dtype=np.float32))
LATER = (*COLUMNS, Article("2013/trein.md", "De trein", "De trein naar Zutphen rijdt weer.", tags=("spoor", "oost")))


def passages_of(articles: tuple[Article, ...]) -> list[Passage]:
    return list(split(articles))


def split(articles: tuple[Article, ...]) -> Passages:
    return split_articles(articles, words=20)


def vectors_of(count: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(count).normal(size=(count, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def publish_columns(index: Path, articles: tuple[Article, ...]) -> Path:
    """A generation of these columns; what stands for the model's vectors are random ones."""
    passages = split(articles)
    sentences = passages.sentence_count
    facts = {
        "columnbot": "1", "archive": "columns", "model": "random", "fingerprint": "0", "dimension": 16, "analyser": 1,
        "passage_words": 20, "approximate": False, "articles": len(articles), "passages": len(passages),
        "sentences": sentences,
    }  # fmt: skip
    with writing(index) as folder:
        counts = np.array([(len(passage.sentences), WORDS) for passage in passages])
        vectors = VectorBlock(
            vectors_of(len(passages)).astype(np.float16),
            vectors_of(sentences).astype(np.float16),
            pack_words(AXES.project(vectors_of(WORDS * len(passages)))),
            counts,
        )
        write_index(folder, passages, keys_of(passages), [vectors], AXES)
        return publish(folder, facts)


def names_in(index: Path) -> list[str]:
    return sorted(folder.name for folder in index.glob("gen-*"))


def passages_in(index: Index) -> list[Passage]:
    return [index.passages[number] for number in range(len(index))]


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2 if file.suffix != ".json" else 0] ^= 1
    file.write_bytes(content)


def cut_short(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Two generations: the columns, and in force those and one more."""
    publish_columns(tmp_path / "index", COLUMNS)
    publish_columns(tmp_path / "index", LATER)
    return tmp_path / "index"


def test_an_opened_index_gives_back_what_was_written(index: Path) -> None:
    opened = open_index(index)
    passages = passages_of(LATER)
    sentence_vectors = vectors_of(opened.manifest.sentences).astype(np.float16)

    assert opened.articles == LATER
    assert passages_in(opened) == passages
    assert opened.passage_vectors.of(np.arange(len(passages))) == pytest.approx(vectors_of(len(passages)), abs=1e-3)
    assert opened.sentence_vectors.rows.tolist() == sentence_vectors.tolist()
    assert np.abs(opened.word_vectors.rows / 127 - AXES.project(vectors_of(WORDS * len(passages)))).max() < 0.005
    assert np.diff(opened.word_vectors.first).tolist() == [WORDS] * len(passages)
    assert opened.words.scores(terms_of("Zutphen")).argmax() == len(passages) - 1
    assert opened.article("2012/café.md") == COLUMNS[1]


def test_an_article_that_is_not_in_the_index_is_unknown(index: Path) -> None:
    with pytest.raises(UnknownArticle, match="2012/bestaat-niet.md"):
        open_index(index).article("2012/bestaat-niet.md")


def test_reading_writes_nothing(index: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in index.rglob("*")}
    open_index(index).article("2011/brug.md")

    assert {file: file.stat().st_mtime_ns for file in index.rglob("*")} == before


def test_the_generation_before_stays_and_older_ones_go(index: Path) -> None:
    publish_columns(index, COLUMNS)

    assert sorted(folder.name for folder in index.glob("gen-*")) == ["gen-000002", "gen-000003"]
    assert open_index(index).articles == COLUMNS


@pytest.mark.parametrize("damage", [flip_a_bit, cut_short, Path.unlink])
def test_damage_to_any_file_falls_back_to_the_generation_before_with_a_warning(
    index: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    newest = index / "gen-000002"
    for name in sorted(file.name for file in newest.iterdir()):
        shutil.copytree(newest, index.parent / "sound")
        damage(newest / name)
        caplog.clear()

        assert open_index(index).articles == COLUMNS
        assert name in caplog.text
        assert "gen-000001" in caplog.text
        shutil.rmtree(newest)
        (index.parent / "sound").rename(newest)
    assert open_index(index).articles == LATER


def test_when_both_generations_are_damaged_the_error_names_the_file(index: Path) -> None:
    flip_a_bit(index / "gen-000001" / "articles.jsonl")
    flip_a_bit(index / "gen-000002" / "vectors.faiss")
    with pytest.raises(IndexDamaged, match=r"gen-000002/vectors\.faiss .*columnbot index"):
        open_index(index)


def test_an_index_can_be_written_anew_where_everything_is_damaged(index: Path) -> None:
    for folder in index.glob("gen-*"):
        cut_short(folder / "manifest.json")
    publish_columns(index, COLUMNS)

    assert open_index(index).articles == COLUMNS


@pytest.mark.parametrize("content", [None, b"", b"gen-000009\n", b"../gen-000001\n", b"\xff\xfe\x00", b"x" * 10_000])
def test_without_a_pointer_that_makes_sense_the_newest_generation_is_in_force(
    index: Path, content: bytes | None
) -> None:
    (index / "CURRENT").unlink()
    if content is not None:
        (index / "CURRENT").write_bytes(content)

    assert open_index(index).articles == LATER


def test_an_unpublished_generation_leaves_the_index_as_it_was(index: Path) -> None:
    with pytest.raises(KeyboardInterrupt), writing(index) as folder:
        (folder / "articles.jsonl").write_text("half a li", encoding="utf-8")
        raise KeyboardInterrupt

    assert sorted(folder.name for folder in index.glob("gen-*")) == ["gen-000001", "gen-000002"]
    assert open_index(index).articles == LATER


def test_what_a_killed_build_left_behind_is_not_read_and_is_cleaned_up(index: Path) -> None:
    shutil.copytree(index / "gen-000001", index / "gen-000003.tmp")
    assert open_index(index).articles == LATER

    publish_columns(index, COLUMNS)
    assert not list(index.glob("*.tmp"))


def test_a_second_writer_is_told_to_wait_and_the_first_goes_on(index: Path) -> None:
    with writing(index) as folder:
        command = re.escape(sys.argv[0])
        who = rf"Another build is writing {index} since 20\S+ \(process {os.getpid()} on \S+: {command}"
        with pytest.raises(IndexBusy, match=who):
            publish_columns(index, COLUMNS)
        assert folder.is_dir()
    publish_columns(index, COLUMNS)

    assert open_index(index).articles == COLUMNS


@pytest.mark.parametrize(
    "content", [None, b"", b"\xff", b"[]", b'{"pid": "x", "host": "h", "since": "s", "command": "c"}', "dead"]
)
def test_a_writer_that_left_no_name_is_not_given_that_of_another(index: Path, content: bytes | str | None) -> None:
    if content == "dead":
        with subprocess.Popen([sys.executable, "-c", ""]) as ended:
            pass
        host = socket.gethostname()
        content = json.dumps({"pid": ended.pid, "host": host, "since": "toen", "command": "c"}).encode()
    with writing(index):
        (index / "build.json").unlink()
        if isinstance(content, bytes):
            (index / "build.json").write_bytes(content)
        with pytest.raises(IndexBusy, match=rf"^Another build is writing {index}; wait"):
            publish_columns(index, COLUMNS)


def test_no_file_of_a_generation_is_a_pickle(index: Path) -> None:
    for file in (index / "gen-000002").iterdir():
        if file.suffix in (".npy", ".npz"):
            loaded = np.load(file, allow_pickle=False)
            arrays = loaded.values() if file.suffix == ".npz" else [loaded]
            assert all(array.dtype.kind in "iuf" for array in arrays)
        elif file.suffix == ".faiss":
            assert file.read_bytes()[:2] == b"Ix"
        else:
            lines = file.read_text(encoding="utf-8").splitlines()
            assert file.suffix == ".terms" or json.loads(lines[0] if file.suffix == ".jsonl" else "".join(lines))


@pytest.mark.parametrize("place", ["notes.txt", "notes.txt/index"])
def test_an_index_cannot_be_written_where_a_file_stands(tmp_path: Path, place: str) -> None:
    (tmp_path / "notes.txt").write_text("van mij", encoding="utf-8")
    with pytest.raises(IndexUnwritable, match="is not a folder"):
        publish_columns(tmp_path / place, COLUMNS)

    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "van mij"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_what_fails_in_a_build_but_writes_no_file_is_left_what_it_is(index: Path) -> None:
    with pytest.raises(ConnectionError, match="hub down"), writing(index):
        raise ConnectionError("hub down")
    with pytest.raises(IndexUnwritable, match="full or broken"), writing(index):
        raise OSError("4096 requested and 100 written")  # as numpy says it


def test_a_full_disk_is_explained_and_the_old_index_stays_in_force(index: Path) -> None:
    (index / "CURRENT.tmp").symlink_to("/dev/full")
    with pytest.raises(IndexUnwritable, match="The disk is full"):
        publish_columns(index, COLUMNS)

    assert open_index(index).articles == LATER


@pytest.mark.parametrize("place", ["", "nowhere"])
def test_where_there_is_no_index_yet_the_error_says_how_to_build_one(tmp_path: Path, place: str) -> None:
    with pytest.raises(IndexMissing, match="columnbot index ARTICLES"):
        open_index(tmp_path / place)


@pytest.mark.parametrize("moment", [0.0, 0.01, 0.02, 0.03, 0.05])
def test_a_writer_killed_at_any_moment_leaves_a_whole_index(index: Path, moment: float) -> None:
    writer = (
        "from tests.test_index import *; import itertools\n"
        f"index = Path({str(index)!r}); print(flush=True)\n"
        "for articles in itertools.cycle((COLUMNS, LATER)): publish_columns(index, articles)"
    )
    process = subprocess.Popen([sys.executable, "-c", writer], stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent)
    assert process.stdout and process.stdout.readline()
    sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.communicate()

    opened = open_index(index)
    assert opened.articles in (COLUMNS, LATER)
    assert passages_in(opened) == passages_of(opened.articles)
    publish_columns(index, LATER[1:])
    assert open_index(index).articles == LATER[1:]


def test_what_is_kept_beside_a_new_generation_is_sound(index: Path) -> None:
    flip_a_bit(index / "gen-000002" / "articles.jsonl")
    publish_columns(index, LATER)

    assert sorted(folder.name for folder in index.glob("gen-*")) == ["gen-000001", "gen-000003"]


def test_an_altered_manifest_is_noticed(index: Path) -> None:
    manifest = index / "gen-000002" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"model": "random"', '"model": "rondom"'))

    assert open_index(index).folder.name == "gen-000001"


def test_a_generation_stays_on_disk_for_as_long_as_somebody_reads_it(index: Path) -> None:
    opened = open_index(index)
    for _ in range(3):
        publish_columns(index, COLUMNS)

    assert names_in(index) == ["gen-000002", "gen-000004", "gen-000005"]
    assert passages_in(opened) == passages_of(LATER)
    assert opened.words.scores(terms_of("Zutphen")).max() > 0

    del opened
    publish_columns(index, COLUMNS)
    assert names_in(index) == ["gen-000005", "gen-000006"]


def test_a_generation_is_held_by_readers_in_other_processes_until_they_end(index: Path) -> None:
    reader = (
        "import sys; from pathlib import Path; from columnbot.index import open_index\n"
        f"opened = open_index(Path({str(index)!r})); print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", reader], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline()
        publish_columns(index, COLUMNS)
        publish_columns(index, COLUMNS)
        assert "gen-000002" in names_in(index)
        process.send_signal(signal.SIGKILL)
    publish_columns(index, COLUMNS)

    assert names_in(index) == ["gen-000004", "gen-000005"]


def test_opening_while_generations_come_and_go_gives_one_of_them_whole(index: Path) -> None:
    writer = (
        "from tests.test_index import *; import itertools\n"
        f"index = Path({str(index)!r})\n"
        "for articles in itertools.islice(itertools.cycle((COLUMNS, LATER)), 30): publish_columns(index, articles)"
    )
    process = subprocess.Popen([sys.executable, "-c", writer], cwd=Path(__file__).parent.parent)
    while process.poll() is None:
        opened = open_index(index)
        assert opened.articles in (COLUMNS, LATER)
        assert passages_in(opened) == passages_of(opened.articles)
    assert process.returncode == 0


def test_readers_leave_no_files_open(index: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else None
    if before is None:
        pytest.skip("counts the open files of a process where the system lists them")
    for _ in range(5):
        open_index(index)

    assert len(os.listdir("/proc/self/fd")) == before


def test_an_index_of_another_format_is_not_damaged_and_says_how_it_is_renewed(index: Path) -> None:
    age(index, 2)
    with pytest.raises(
        IndexOutdated, match=rf"format 2, now \d+\); .*columnbot index columns --index {index}"
    ) as raised:
        open_index(index)

    assert (raised.value.archive, raised.value.holds) == (Path("columns"), "2011/brug.md")
    assert (raised.value.model, raised.value.passage_words) == ("random", 20)


def test_an_index_that_does_not_say_where_its_articles_are_leaves_that_to_be_filled_in(index: Path) -> None:
    age(index, 2, without=("archive",))
    with pytest.raises(IndexOutdated, match=rf"columnbot index ARTICLES --index {index}"):
        open_index(index)


def test_what_falls_back_falls_back_on_an_index_of_this_format(index: Path) -> None:
    publish_columns(index, COLUMNS)
    (index / "gen-000003").rename(index.parent / "newest")
    age(index, 2)
    (index.parent / "newest").rename(index / "gen-000003")
    flip_a_bit(index / "gen-000003" / "vectors.faiss")
    with pytest.raises(IndexDamaged, match="gen-000003"):
        open_index(index)


@pytest.mark.parametrize("name", ["sentence_vectors.npy", "word_vectors.npy", "grams.documents.npy", "articles.jsonl"])
def test_of_a_large_index_damage_is_found_when_the_part_that_has_it_is_needed(
    index: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(manifest, "LARGE", 0)
    monkeypatch.setattr(manifest, "LARGE_FILE", 0)
    monkeypatch.setattr(arrays, "BLOCK", 130)  # the header of an array has 128
    publish_columns(index, LATER)
    content = bytearray((index / "gen-000003" / name).read_bytes())
    content[-2] ^= 1
    (index / "gen-000003" / name).write_bytes(content)

    with pytest.raises(IndexDamaged, match=name):
        verify(index / "gen-000003", whole=True)
    opened = open_index(index)
    if name == "articles.jsonl":  # read as a whole, and so checked as a whole: the one before is used
        assert opened.folder.name == "gen-000002"
        return
    assert opened.folder.name == "gen-000003"
    with pytest.raises(IndexDamaged, match=name):
        opened.block(np.arange(len(opened)))
        for term in opened.grams.terms:
            opened.grams.scores([term])


def test_of_a_large_index_damage_that_opening_meets_falls_back_to_the_generation_before(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "LARGE", 0)
    monkeypatch.setattr(manifest, "LARGE_FILE", 0)
    publish_columns(index, LATER)
    content = bytearray((index / "gen-000003" / "sentence_vectors.npy").read_bytes())
    content[9] ^= 1
    (index / "gen-000003" / "sentence_vectors.npy").write_bytes(content)

    assert open_index(index).folder.name == "gen-000002"


def test_what_is_kept_beside_a_new_generation_is_sound_where_opening_does_not_look(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "LARGE", 0)
    monkeypatch.setattr(manifest, "LARGE_FILE", 0)
    monkeypatch.setattr(arrays, "BLOCK", 130)
    publish_columns(index, LATER)
    flip_a_bit(index / "gen-000003" / "sentence_vectors.npy")
    assert open_index(index).folder.name == "gen-000003"
    publish_columns(index, COLUMNS)

    assert names_in(index) == ["gen-000002", "gen-000004"]


def test_a_large_index_that_is_sound_gives_what_a_small_one_does(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = open_index(index)
    monkeypatch.setattr(manifest, "LARGE", 0)
    monkeypatch.setattr(manifest, "LARGE_FILE", 0)
    monkeypatch.setattr(arrays, "BLOCK", 100)
    publish_columns(index, LATER)
    large = open_index(index)
    every = np.arange(len(large))[::-1]

    assert isinstance(large.sentence_vectors.rows, arrays.CheckedRows)
    for part in ("passages", "sentences", "words", "counts"):
        assert getattr(large.block(every), part).tolist() == getattr(small.block(every), part).tolist()
    for term in (*small.grams.terms, "nergens"):
        assert large.grams.scores([term]).tolist() == small.grams.scores([term]).tolist()
    assert verify(large.folder, whole=True) == large.manifest
