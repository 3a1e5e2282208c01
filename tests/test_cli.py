"""The command line as a keeper and a reader use it: what it prints, its exit status, and its one-line errors."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from columnbot.cli import main
from columnbot.version import VERSION
from tests.faults.damage import age
from tests.servers import playing, refusing

COLUMNS = {
    "2014-05-01-haven.md": """\
---
title: De haven van Muiden
author: Tineke Vos
tags: [water, botters]
---
In de haven van Muiden liggen in mei zestig botters. Ik tel ze elk jaar, en elk jaar is het er één minder.

Mijn buurman zegt dat ik verkeerd tel. Hij telt de zeilen, en die worden juist meer.
""",
    "2016-09-20-oven.md": """\
---
title: De oven van Slot
author: Bram Slot
tags: [brood]
---
De oven van bakker Slot staat al honderd jaar op dezelfde plek. Om drie uur ’s nachts gaat hij aan.

Wie vroeg langskomt, krijgt een warm krentenbrood mee, want Slot houdt niet van oud brood.
""",
    "2019-02-03-fietspomp.md": """\
---
title: De fietspomp
author: Tineke Vos
tags: [fietsen]
---
Op het station staat een fietspomp aan een ketting. Hij is van iedereen, en daarom pompt hij niet meer.
""",
}


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keeper's folder: articles/, and the index/ that `columnbot index` made of it."""
    home = tmp_path_factory.mktemp("home")
    (home / "articles").mkdir()
    for name, text in COLUMNS.items():
        (home / "articles" / name).write_text(text, encoding="utf-8")
    (home / "articles" / "foto.jpg").write_bytes(b"\xff\xd8\xff")
    return home


@pytest.fixture
def columnbot(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the program in the keeper's folder."""
    monkeypatch.chdir(home)

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["columnbot", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def indexed(columnbot: Run, home: Path) -> Run:
    """The same, once there is an index."""
    if not (home / "index").exists():
        assert columnbot("index").status == 0
    return columnbot


def test_index_tells_what_it_read_and_what_it_skipped(columnbot: Run, home: Path) -> None:
    outcome = columnbot("index", "articles", "--index", "index")

    assert (outcome.status, outcome.err) == (0, "")
    assert "foto.jpg" in outcome.out
    assert "3 columns (2014–2019, 2 auteurs" in outcome.out
    assert (home / "index" / "CURRENT").is_file()


def test_index_for_programs_says_that_nothing_changed(indexed: Run) -> None:
    report = indexed("index", "--json").json

    assert (report["unchanged"], report["articles"], report["embedded"]) == (True, 3, 0)
    assert report["index"] == "index"
    assert [skipped["path"] for skipped in report["skipped"]] == ["foto.jpg"]


def test_ask_quotes_the_column_and_names_its_source(indexed: Run) -> None:
    outcome = indexed("ask", "Hoeveel botters liggen er in de haven van Muiden?")

    assert (outcome.status, outcome.err) == (0, "")
    assert "“In de haven van Muiden liggen in mei zestig botters." in outcome.out
    assert "[1] De haven van Muiden – Tineke Vos, 1 mei 2014 – 2014-05-01-haven.md:0-" in outcome.out


def test_ask_for_programs_gives_quotes_that_stand_in_the_column(indexed: Run) -> None:
    answer = indexed("ask", "Hoe laat gaat de oven van bakker Slot aan?", "--json").json
    text = indexed("show", answer["citations"][0]["path"], "--json").json["text"]

    assert answer["found"] is True
    assert answer["mode"] == "quoted"
    assert 0 <= answer["confidence"] <= 1
    assert [citation["number"] for citation in answer["citations"]] == list(range(1, len(answer["citations"]) + 1))
    cited = answer["citations"][0]
    assert text[cited["start"] : cited["end"]] == cited["quote"]
    assert "Om drie uur ’s nachts gaat hij aan." in answer["text"]


def test_ask_says_so_when_the_archive_does_not_know(indexed: Run) -> None:
    outcome = indexed("ask", "Welke hoofdstad heeft Mongolië?")

    assert outcome.status == 0
    assert "In dit archief is hierop geen antwoord gevonden." in outcome.out


def test_search_lists_the_nearest_passages_best_first(indexed: Run) -> None:
    outcome = indexed("search", "fietspomp op het station", "-k", "2")
    hits = indexed("search", "fietspomp op het station", "-k", "2", "--json").json

    assert outcome.out.startswith("1. De fietspomp – Tineke Vos, 3 februari 2019 – 2019-02-03-fietspomp.md (")
    assert "\n2. " in outcome.out
    assert "\n3. " not in outcome.out
    assert [hit["title"] for hit in hits][0] == "De fietspomp"
    assert hits[0]["score"] > hits[1]["score"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["--author", "bram slot"], {"De oven van Slot"}),
        (["--since", "2016"], {"De oven van Slot", "De fietspomp"}),
        (["--until", "2016"], {"De oven van Slot", "De haven van Muiden"}),
        (["--since", "2014-05-02", "--until", "2019-02-02"], {"De oven van Slot"}),
        (["--tag", "water", "--tag", "Botters"], {"De haven van Muiden"}),
    ],
)
def test_search_keeps_to_its_filters(indexed: Run, filters: list[str], found: set[str]) -> None:
    assert {hit["title"] for hit in indexed("search", "de", *filters, "--json").json} == found


def test_show_prints_a_column_clean(indexed: Run) -> None:
    outcome = indexed("show", "2019-02-03-fietspomp.md")

    assert outcome.out.startswith("De fietspomp\nTineke Vos, 3 februari 2019\n\nOp het station staat een fietspomp")


def test_check_says_that_the_index_is_sound(indexed: Run) -> None:
    outcome, manifest = indexed("check"), indexed("check", "--json").json

    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith("index is in orde:")
    assert (manifest["articles"], manifest["model"]) == (3, "bundled")


MISTAKES = {
    "an empty question": (["ask", "  \n "], "QuestionError", ""),
    "a question of 100,000 characters": (["ask", "waarom " * 14_286], "QuestionError", "2,000"),
    "no index yet": (["ask", "Wie?", "--index", "nergens"], "IndexMissing", "columnbot index ARTICLES --index nergens"),
    "no index to check": (["check", "--index", "nergens"], "IndexMissing", "nergens"),
    "another model": (["ask", "Wie?", "--model", "my/model"], "ModelMismatch", "--model my/model"),
    "an unknown article": (["show", "weg.md"], "UnknownArticle", "'weg.md'"),
    "a date that is none": (["search", "brood", "--since", "vorig jaar"], "SettingsError", "--since is 'vorig jaar'"),
    "an author who is none": (["ask", "Wie?", "--author", "Bram Slod"], "FilterError", "'Bram Slot'"),
    "a tag that is none": (["search", "brood", "--tag", "vuur"], "FilterError", "no tag 'vuur'"),
    "an end before the begin": (["search", "x", "--since", "2020", "--until", "2013"], "FilterError", "--since"),
    "no index with verdicts": (["feedback", "--index", "nergens"], "IndexMissing", "nergens"),
    "a day that does not exist": (["search", "brood", "--until", "2019-02-30"], "SettingsError", "2019-02-30"),
    "passages of no length": (["index", "--passage-words", "0"], "SettingsError", "passage_words"),
    "no such archive": (["index", "weg", "--index", "elders"], "ArchiveError", "weg"),
    "a model that is none": (["index", "--model", "articles", "--index", "elders"], "ModelUnavailable", "'articles'"),
    "an index that is a file": (["index", "--index", "articles/foto.jpg"], "IndexUnwritable", "articles/foto.jpg"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_on_stderr_and_an_object_for_programs(indexed: Run, mistake: str) -> None:
    arguments, kind, hint = MISTAKES[mistake]
    outcome = indexed(*arguments)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith("columnbot: ")
    assert outcome.err.count("\n") == 1
    assert hint in outcome.err

    outcome = indexed(*arguments, "--json")
    assert (outcome.status, outcome.err) == (1, "")
    assert outcome.json["error"]["kind"] == kind
    assert hint in outcome.json["error"]["message"]


@pytest.mark.parametrize(
    "arguments", [["ask"], ["vraag", "Wie?"], ["search", "brood", "-k", "0"], ["check", "--luid"]]
)  # fmt: skip
def test_wrong_usage_has_status_2_and_shows_the_usage(columnbot: Run, arguments: list[str]) -> None:
    outcome = columnbot(*arguments)

    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("Usage: ")


def test_version_is_printed(columnbot: Run) -> None:
    assert columnbot("--version").out == f"{VERSION}\n"


def test_an_answer_needs_neither_torch_nor_gradio(indexed: Run, home: Path) -> None:
    script = (
        "import sys; from columnbot.cli import app\n"
        "app(['ask', 'Van wie is de fietspomp op het station?'], standalone_mode=False)\n"
        "print({'torch', 'gradio', 'sentence_transformers'} & set(sys.modules))"
    )
    finished = subprocess.run([sys.executable, "-c", script], cwd=home, capture_output=True, text=True, check=True)

    assert "Op het station staat een fietspomp aan een ketting." in finished.stdout
    assert finished.stdout.endswith("set()\n")


def test_a_mistake_at_the_terminal_shows_no_traceback(indexed: Run, home: Path) -> None:
    command = [sys.executable, "-m", "columnbot", "show", "weg.md"]
    finished = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)

    assert finished.returncode == 1
    assert finished.stdout == ""
    assert finished.stderr == "columnbot: There is no article 'weg.md' in this index; columnbot search finds paths.\n"


def test_check_does_not_make_do_with_the_generation_before(columnbot: Run, home: Path) -> None:
    index = home / "twee"
    columnbot("index", "--index", str(index))
    (home / "articles" / "extra.md").write_text("Een column die er later bij kwam.")
    columnbot("index", "--index", str(index))
    (home / "articles" / "extra.md").unlink()
    with (index / "gen-000002" / "vectors.faiss").open("r+b") as file:
        file.write(b"kapot")

    outcome = columnbot("check", "--index", str(index))
    assert outcome.status == 1
    assert "vectors.faiss" in outcome.err


def test_check_says_that_nothing_points_to_the_index(columnbot: Run, home: Path) -> None:
    columnbot("index", "--index", str(home / "los"))
    (home / "los" / "CURRENT").write_bytes(b"gen-0000")

    outcome = columnbot("check", "--index", str(home / "los"))
    assert outcome.status == 1
    assert "CURRENT is missing or damaged" in outcome.err
    columnbot("index", "--index", str(home / "los"))
    assert columnbot("check", "--index", str(home / "los")).status == 0


def test_search_explains_what_brought_each_passage(indexed: Run) -> None:
    plain = indexed("search", "fietspomp op het station", "--json").json
    best, *_ = explained = indexed("search", "fietspomp op het station", "--explain", "--json").json
    assert [hit["path"] for hit in explained] == [hit["path"] for hit in plain]
    of_passage, of_column = {"passage", "sentence", "grams", "meaning"}, {"words", "column_grams", "column", "length"}
    assert set(best["signals"]) - {"lead"} == of_passage | of_column
    assert "fietspomp" in best["nearest_sentence"]
    assert best["terms"]
    assert "signals" not in plain[0]


def test_ask_tells_why_an_answer_that_was_to_be_written_is_quoted(
    indexed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "Hoeveel botters liggen er in de haven van Muiden?"
    with playing(refusing(401)) as served:
        monkeypatch.setenv("COLUMNBOT_LLM_URL", served.url)
        monkeypatch.setenv("COLUMNBOT_LLM_MODEL", "m")
        notice = "Het taalmodel weigert de sleutel (status 401; instelling llm_api_key); dit zijn citaten."
        assert f"\n({notice})\n" in indexed("ask", question).out
        answer = indexed("ask", question, "--json").json
        assert (answer["mode"], answer["unsupported"], answer["notice"]) == ("quoted", [], notice)
        assert indexed("ask", question, "--quoted", "--json").json["notice"] is None
    assert len(served.visits) == 2


@pytest.mark.slow
@pytest.mark.parametrize("without", [(), ("archive",)])
def test_an_index_of_another_format_is_built_again_where_its_columns_still_are(
    columnbot: Run, home: Path, without: tuple[str, ...]
) -> None:
    columnbot("index", "--passage-words", "60")
    age(home / "index", 2, without=without)
    found = columnbot("ask", "Hoe oud is de oven van bakker Slot?")

    assert found.status == 0
    assert "honderd jaar" in found.out
    assert "opnieuw gebouwd: 3 columns" in found.err
    assert columnbot("check", "--json").json["passage_words"] == 60


def test_an_index_of_another_format_whose_columns_are_gone_says_what_to_do(columnbot: Run, home: Path) -> None:
    columnbot("index")
    age(home / "index", 2)
    (home / "articles").rename(home / "verhuisd")
    found = columnbot("search", "oven")
    (home / "verhuisd").rename(home / "articles")

    assert found.status == 1
    assert "format 2" in found.err
    assert f"columnbot index {home / 'articles'} --index index" in found.err
    assert found.err.count("\n") == 1


def started(*arguments: str, encoding: str = "utf-8", output: Any = subprocess.PIPE) -> Any:
    """The command line in a process of its own, with an output of that encoding."""
    return subprocess.run(
        [sys.executable, "-m", "columnbot", *arguments],
        stdout=output, stderr=subprocess.PIPE, env=os.environ | {"PYTHONIOENCODING": encoding}, check=False,
    )  # fmt: skip


def test_an_output_of_another_encoding_shows_a_question_mark_for_what_it_has_not(sample_index: Path) -> None:
    shown = started("show", "2018-02-15-wij-bellen-niet-meer.md", "--index", str(sample_index), encoding="ascii")
    assert shown.returncode == 0, shown.stderr
    assert b"?" in shown.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_an_output_that_cannot_be_written_is_said_in_one_line(sample_index: Path, form: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        said = started("search", "koude bellen", "--index", str(sample_index), *form, output=full).stderr.decode()
    assert said.startswith("columnbot: ")
    assert "Traceback" not in said
