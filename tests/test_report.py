"""What a keeper is told of an archive, without and with a build."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from columnbot.cli import app
from columnbot.readers import Skipped, read_archive
from columnbot.readers.report import Doubt, report_of
from tests.test_embedding import make_tiny_model

LONG = "De fiets van de buurman staat al een jaar tegen mijn heg, en iedere ochtend groet ik hem alsof hij van mij is. "
SHORT = "Hij staat er nog, en de heg groeit. "
FILES = {
    "2014-05-01-fiets.md": f"---\ntitle: De fiets\nauthor: Tineke Vos\n---\n{LONG * 2}",
    "2015-05-01-fiets.md": f"---\ntitle: De Fiets\nauthor: Tineke Vos\n---\n{SHORT * 5}",
    "3000-01-01-later.md": "---\ntitle: Later\nauthor: Bram Slot\ndate: 2099-01-01\n---\nIn deze tijd vliegt alles.",
    "los.md": f"---\ntitle: Los\n---\nNiemand weet van wie dit is. {LONG * 3}",
    "foto.jpg": "geen foto",
}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "columns"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_report_counts_what_was_read_and_names_what_looks_doubtful(archive: Path) -> None:
    report = report_of(read_archive(archive), today=date(2026, 1, 1))

    assert (report.files, report.articles, report.words) == (5, 4, 6 + 5 * 23 + 5 * 8 + 5)
    assert (report.authors, report.years) == (("Bram Slot", "Tineke Vos"), (2014, 2015, 2099))
    assert report.articles_by_year == {2014: 1, 2015: 1, 2099: 1}
    assert list(report.articles_by_author.items()) == [("Tineke Vos", 2), ("Bram Slot", 1)]
    assert report.skipped == (Skipped("foto.jpg", "files ending in .jpg are not read"),)
    assert report.doubtful == (
        Doubt("2015-05-01-fiets.md", "same_title", "2014-05-01-fiets.md"),
        Doubt("3000-01-01-later.md", "future_date", "2099-01-01"),
        Doubt("3000-01-01-later.md", "very_short", "5"),
        Doubt("los.md", "no_date"),
        Doubt("los.md", "no_author"),
    )


Index = Callable[..., str]


@pytest.fixture
def index_command(archive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Index:
    """Runs `columnbot index columns` beside the archive and gives what it printed."""
    monkeypatch.chdir(archive.parent)

    def run(*arguments: str) -> str:
        capsys.readouterr()
        app(["index", "columns", *arguments], standalone_mode=False)
        return capsys.readouterr().out

    return run


def test_a_dry_run_reports_and_writes_nothing(index_command: Index, archive: Path) -> None:
    out = index_command("--dry-run")

    assert out.splitlines() == [
        "Overgeslagen: foto.jpg: files ending in .jpg are not read",
        "Titel die al eerder voorkwam (1): 2015-05-01-fiets.md (2014-05-01-fiets.md)",
        "Datum in de toekomst (1): 3000-01-01-later.md (2099-01-01)",
        "Heel kort (1): 3000-01-01-later.md (5)",
        "Zonder datum (1): los.md",
        "Zonder auteur (1): los.md",
        "columns: 5 bestanden, 4 columns (2014–2099; Tineke Vos 2, Bram Slot 1), 166 woorden; "
        "1 overgeslagen. Er is niets geschreven.",
    ]
    assert [file.name for file in archive.parent.iterdir()] == ["columns"]


def test_a_dry_run_for_programs_names_every_doubt(index_command: Index, archive: Path) -> None:
    for number in range(30):
        (archive / f"2016-01-01-kort-{number}.md").write_text(f"Kort stuk {number}.", encoding="utf-8")

    assert "en nog 11 (alle met --json)" in index_command("--dry-run")
    report = json.loads(index_command("--dry-run", "--json"))
    assert sum(doubt["kind"] == "very_short" for doubt in report["doubtful"]) == 31


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_tiny_model(tmp_path_factory.mktemp("model")))


def written(index: Path) -> Any:
    return json.loads((index / "report.json").read_text(encoding="utf-8"))


def test_every_build_leaves_its_report_beside_the_index(
    index_command: Index, archive: Path, model: str, tmp_path: Path
) -> None:
    printed = json.loads(index_command("--model", model, "--json"))
    index = tmp_path / "index"

    assert written(index) == printed
    assert (printed["files"], printed["articles"], printed["unchanged"]) == (5, 4, False)
    (archive / "vuil.md").write_bytes(b"\0")
    assert "Twijfelachtig: titel die al eerder voorkwam (1), " in index_command("--model", model)
    assert written(index)["unchanged"] is True
    assert [skipped["path"] for skipped in written(index)["skipped"]] == ["foto.jpg", "vuil.md"]
    assert [file.name for file in index.glob("*.tmp")] == []
