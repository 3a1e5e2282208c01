"""Folders that are not what a reader of files expects: nothing crashes, hangs, or is lost without a word."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from columnbot import build_index
from columnbot.readers import read_archive
from columnbot.readers.readings import write_readings
from tests.conftest import ROOT

SOURCE = ROOT / "src"
COLUMN = "---\ntitle: De stoel\n---\nEr stond een stoel in de hal.\n"
unix = pytest.mark.skipif(sys.platform == "win32", reason="a file system of Unix")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "goed.md").write_text(COLUMN, encoding="utf-8")
    return tmp_path


def reasons(folder: Path) -> dict[str, str]:
    """Why each file was left out; the good one has to be there."""
    archive = read_archive(folder)
    assert "goed.md" in [article.path for article in archive.articles]
    return {skipped.path: skipped.reason for skipped in archive.skipped}


@unix
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pijp.md")

    assert reasons(folder) == {"pijp.md": "not a regular file"}


@unix
def test_an_index_inside_the_archive_is_no_part_of_it(folder: Path) -> None:
    (folder / "weg.md").write_text("Deze column wordt straks weggehaald.", encoding="utf-8")
    build_index(folder, folder / "index")
    (folder / "weg.md").unlink()
    build_index(folder, folder / "index")

    archive = read_archive(folder)
    assert all("weggehaald" not in article.text for article in archive.articles)
    assert [skip.reason for skip in archive.skipped if skip.path == "index/"] == ["an index of columnbot"]


def test_a_device_is_not_read(folder: Path) -> None:
    (folder / "nul.md").symlink_to("/dev/zero")

    assert reasons(folder) == {"nul.md": "not a regular file"}


@unix
def test_what_may_not_be_read_is_named(folder: Path) -> None:
    (folder / "dicht.md").write_text(COLUMN, encoding="utf-8")
    (folder / "dicht.md").chmod(0)
    (folder / "map").mkdir(mode=0)
    folder.chmod(0o755)
    script = (
        "import os; from pathlib import Path; from columnbot import ColumnbotError; "
        "from columnbot.readers import read_archive\n"
        "read_archive(Path('.'))  # so that all modules are there\n"
        "if os.getuid() == 0: os.setuid(65534)  # who may read everything has to become somebody who may not\n"
        "for skipped in read_archive(Path('.')).skipped: print(skipped.path, skipped.reason, sep='|')\n"
        "try: read_archive(Path('map'))\n"
        "except ColumnbotError as error: print(error)\n"
        "try: read_archive(Path('map/in/de/map'))\n"
        "except ColumnbotError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=os.environ | {"PYTHONPATH": str(SOURCE)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert sorted(done.stdout.splitlines()) == [
        "dicht.md|cannot be read: Permission denied",
        "map holds no article that can be read (files ending in "
        + done.stdout.partition("(files ending in ")[2].splitlines()[0],
        "map/in/de/map cannot be opened: Permission denied.",
        "map|the folder cannot be read: Permission denied",
    ]


@unix
def test_links_in_a_circle_are_not_followed(folder: Path) -> None:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    (folder / "terug.md").symlink_to(folder / "terug.md")
    (folder / "omhoog").symlink_to(folder, target_is_directory=True)

    assert set(reasons(folder)) == {"a", "b", "terug.md", "omhoog/"}


@unix
def test_names_that_are_not_utf_8_are_shown_as_well_as_they_can_be(folder: Path) -> None:
    os.close(os.open(os.fsencode(folder) + b"/caf\xe9.md", os.O_CREAT | os.O_WRONLY))
    (folder / os.fsdecode(b"oud\xff.md")).write_text(COLUMN.replace("stoel", "bank"), encoding="utf-8")
    archive = read_archive(folder)

    assert [article.path for article in archive.articles] == ["goed.md", "oud\ufffd.md"]
    assert [skipped.path for skipped in archive.skipped] == ["caf\ufffd.md"]


def test_folders_in_folders_without_end_are_read_to_the_bottom(folder: Path) -> None:
    deep = folder
    for _ in range(60):
        deep = deep / "dieper"
        deep.mkdir()
    (deep / "onder.md").write_text(COLUMN.replace("stoel", "bank"), encoding="utf-8")

    assert len(read_archive(folder).articles) == 2


def test_a_column_of_fifty_megabytes_on_one_line_is_named(folder: Path) -> None:
    for ending in ("md", "txt", "html"):
        (folder / f"lang.{ending}").write_bytes(b"woord " * 8_400_000)

    assert {reason[:36] for reason in reasons(folder).values()} == {"50 MB is too large for one article (at"[:36]}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_of_any_kind_is_no_part_of_the_text(folder: Path, encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    text = "Een bank\n\nOp de bank zat niemand, want de café’s waren open.\n"
    (folder / "bank.txt").write_bytes(mark + text.encode(encoding))
    (bank,) = [article for article in read_archive(folder).articles if article.path == "bank.txt"]

    assert (bank.title, bank.text) == ("Een bank", "Op de bank zat niemand, want de café’s waren open.")


def test_very_many_small_files_are_all_read_or_named(tmp_path: Path) -> None:
    """5,000 here; 100,000 take two minutes, and go the same way."""
    for number in range(5000):
        (tmp_path / f"{number}.{'md' if number % 2 else 'jpg'}").write_text(f"Dit is stuk {number}.", encoding="utf-8")
    archive = read_archive(tmp_path)

    assert (archive.files, len(archive.skipped)) == (5000, 2500)
    assert len(archive.articles) + sum(len(copies.others) for copies in archive.copies) == 2500


DEEP = "[" * 600 + '"Een stoel."' + "]" * 600


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("diep.md", f"---\ntitle: {DEEP}\n---\nEen bank.\n"),
        ("diep.md", f'{{"title": {DEEP}, "tags": {DEEP}}}\nEen bank.\n'),
        ("diep.jsonl", f'{{"text": {DEEP}}}\n{{"text": "Een bank."}}\n'),
        ("diep.json", f'[{{"text": {DEEP}, "url": {DEEP}}}, {{"text": "Een bank."}}]'),
    ],
)
def test_a_field_of_lists_in_lists_without_end_stops_nothing(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with zipfile.ZipFile(folder / "alles.zip", "w") as archive:
        archive.writestr(name, content.replace("bank", "kast"))
    texts = {article.text for article in read_archive(folder).articles}

    assert texts == {"Er stond een stoel in de hal.", "Een bank.", "Een kast."}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("half.json", r'[{"text": "Een bank.", "url": "https://x.nl/\ud83d", "tags": "a\ud800b c"}]'),
        ("half.md", '{"tags": "a\\ud800b c", "url": "https://x.nl/\\ud83d"}\nEen bank.\n'),
    ],
)
def test_half_a_character_is_no_part_of_what_is_written_down(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    archive = read_archive(folder)
    write_readings(archive.readings, archive.articles, folder / "readings.jsonl")
    (bank,) = [article for article in archive.articles if article.text == "Een bank."]

    assert (bank.url, "".join(bank.tags)) == ("https://x.nl/", "abc" if name == "half.md" else "ab c")


def test_what_its_reader_fails_on_is_named_and_the_others_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """lxml stands for any parser that lets out an error that nobody foresaw."""

    def fail(*_: object, **__: object) -> None:
        raise RecursionError("maximum depth\nexceeded")

    monkeypatch.setattr("lxml.html.document_fromstring", fail)
    (folder / "fout.html").write_text("<p>Een bank.</p>", encoding="utf-8")
    (folder / "goed.txt").write_text("Een kast.", encoding="utf-8")
    (folder / "goed.md").write_text("+++\n+++\n", encoding="utf-8")
    with zipfile.ZipFile(folder / "in.zip", "w") as archive:
        archive.writestr("fout.html", "<p>Een bank.</p>")
        archive.writestr("goed.txt", "Een stoel.")
    archive = read_archive(folder)

    assert [article.path for article in archive.articles] == ["goed.txt", "in.zip/goed.txt"]
    assert {skipped.path: skipped.reason for skipped in archive.skipped} == {
        "fout.html": "its reader failed (RecursionError: maximum depth exceeded)",
        "goed.md": "it holds no words besides its front matter",
        "in.zip/fout.html": "its reader failed (RecursionError: maximum depth exceeded)",
    }
