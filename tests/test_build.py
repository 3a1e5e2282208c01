"""From a folder of columns to an index: what is embedded, what is taken over, and what survives a failure."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import columnbot.build
import columnbot.readers.readings
from columnbot.articles import Article
from columnbot.build import BuildReport, build_index, computed_axes, rebuild_outdated
from columnbot.embedding import open_embedder
from columnbot.errors import ArchiveError, IndexBusy, IndexMissing, IndexOutdated, ModelUnavailable, SettingsError
from columnbot.filters import Filter
from columnbot.index import LocalIndex, Search, arrays, manifest, open_index
from columnbot.index.embedded import embedded_so_far
from columnbot.index.manifest import verify
from columnbot.index.word_vectors import WordAxes, no_axes
from columnbot.language import ngrams_of
from columnbot.readers.markdown import read_markdown
from columnbot.settings import Settings
from tests.faults.damage import age
from tests.test_embedding import make_tiny_model
from tests.test_index import flip_a_bit

HAVEN = """\
---
title: De haven van Muiden
author: Tineke Vos
date: 2014-05-01
---
In de haven van Muiden liggen in mei zestig botters. Ik tel ze elk jaar, en elk jaar is het er één minder.

Mijn buurman zegt dat ik verkeerd tel. Hij telt de zeilen, en die worden juist meer. Samen komen wij al jaren
op hetzelfde getal uit, want wat hij te veel heeft, kom ik tekort. Zo hoort het ook tussen buren.
"""
OVEN = """\
---
title: De oven
author: Bram Slot
date: 2016-11-20
---
De oven van bakker Slot staat al honderd jaar op dezelfde plek. Om drie uur ’s nachts gaat hij aan.
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A model of random weights: here it matters what is embedded, not what it means."""
    return Settings(model=str(make_tiny_model(tmp_path_factory.mktemp("model"))), passage_words=30)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "columns"
    folder.mkdir()
    (folder / "haven.md").write_text(HAVEN, encoding="utf-8")
    (folder / "oven.md").write_text(OVEN, encoding="utf-8")
    return folder


@pytest.fixture(params=["folder", pytest.param("milvus", marks=pytest.mark.cluster)])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """In a folder, and in a file of Milvus Lite."""
    if request.param == "folder":
        return tmp_path / "index"
    pytest.importorskip("pymilvus", reason="NO TESTS ON MILVUS: the extra [milvus] is not installed")
    return tmp_path / "index.db"


@pytest.fixture
def workplace(index: Path) -> Path:
    """Where a build keeps what it has embedded."""
    return Path(f"{index}.work") if index.suffix == ".db" else index


Build = Callable[[], BuildReport]


@pytest.fixture
def build(archive: Path, index: Path, settings: Settings) -> Build:
    return lambda: build_index(archive, index, settings=settings)


def test_the_report_tells_what_was_read_and_made(build: Build, archive: Path, index: Path) -> None:
    (archive / "foto.jpg").write_bytes(b"\xff\xd8\xff")
    report = build()
    opened = open_index(index)

    assert (report.index, report.articles, report.authors, report.years) == (
        index, 2, ("Bram Slot", "Tineke Vos"), (2014, 2016)
    )  # fmt: skip
    assert report.words == sum(len(text.split("---")[2].split()) for text in (HAVEN, OVEN))
    assert report.passages == report.embedded == len(opened) == 4
    assert report.sentences == sum(len(passage.sentences) for passage in opened.passages) == 8
    assert [skipped.path for skipped in report.skipped] == ["foto.jpg"]
    assert report.seconds > 0
    assert not report.unchanged


def test_every_sentence_has_the_vector_of_its_own_words(build: Build, index: Path, settings: Settings) -> None:
    build()
    opened = open_index(index)
    passages = [opened.passages[number] for number in range(len(opened))]
    sentences = [p.article.text[sentence.start : sentence.end] for p in passages for sentence in p.sentences]
    # The tiny model embeds sentences one by one, and has no prompts: a question's vector is that of any text.
    expected = open_embedder(settings.model).embedder.embed_questions(sentences)

    rows = opened.sentence_vectors.of(np.arange(len(opened)))
    assert rows.astype(np.float32) == pytest.approx(expected, abs=5e-3)


def test_building_again_without_a_change_writes_nothing(build: Build, index: Path) -> None:
    build()
    before = {file: file.stat().st_mtime_ns for file in index.rglob("gen-*/*")}
    report = build()

    assert (report.unchanged, report.embedded, report.passages) == (True, 0, 4)
    assert {file: file.stat().st_mtime_ns for file in index.rglob("gen-*/*")} == before


def test_only_the_passages_that_changed_are_embedded_again(build: Build, archive: Path, index: Path) -> None:
    build()
    (archive / "haven.md").write_text(HAVEN.replace("Zo hoort het ook", "Zo is het nu eenmaal"), encoding="utf-8")
    report = build()

    assert (report.unchanged, report.embedded, report.passages) == (False, 1, 4)
    assert "Zo is het nu eenmaal tussen buren." in open_index(index).article("haven.md").text


def test_a_new_column_is_added_and_a_removed_one_is_gone(build: Build, archive: Path, index: Path) -> None:
    build()
    (archive / "oven.md").unlink()
    (archive / "trein.txt").write_text("De trein\n\nDe trein naar Zutphen rijdt weer.", encoding="utf-8")
    report = build()

    assert report.embedded == 1
    assert [article.path for article in open_index(index).articles] == ["haven.md", "trein.txt"]


def test_a_column_that_moved_is_found_at_its_new_place_without_being_embedded(
    build: Build, archive: Path, index: Path
) -> None:
    build()
    (archive / "2014").mkdir()
    (archive / "haven.md").rename(archive / "2014" / "haven.md")

    assert build().embedded == 0
    assert [article.path for article in open_index(index).articles] == ["2014/haven.md", "oven.md"]


def test_an_index_brought_up_to_date_is_the_one_that_would_be_built_afresh(
    build: Build, archive: Path, index: Path, settings: Settings, tmp_path: Path
) -> None:
    (archive / "eerst.md").write_text("# Eerst\n\nDit verdwijnt weer. En dit ook.", encoding="utf-8")
    build()
    (archive / "eerst.md").unlink()
    (archive / "haven.md").write_text(HAVEN.replace("zestig", "zeventig"), encoding="utf-8")
    build()
    build_index(archive, tmp_path / "afresh", settings=settings)
    updated, afresh = open_index(index), open_index(tmp_path / "afresh")
    numbers = np.arange(len(afresh))

    assert updated.articles == afresh.articles
    assert [updated.passages[n] for n in numbers] == [afresh.passages[n] for n in numbers]
    assert updated.passage_vectors.of(numbers) == pytest.approx(afresh.passage_vectors.of(numbers), abs=2e-3)
    rows = (one.sentence_vectors.of(numbers) for one in (updated, afresh))
    assert next(rows) == pytest.approx(next(rows), abs=2e-3)
    question = afresh.passage_vectors.of(numbers[:1])[0]
    search = Search(question, ["buurman"], ngrams_of("botters"), Filter(until=date(2015, 1, 1)), (), 10, 10)
    one, other = updated.find(search), afresh.find(search)
    for part in ("numbers", "near", "by_words", "columns"):
        assert getattr(one, part).tolist() == getattr(other, part).tolist()
    assert one.words == pytest.approx(other.words, abs=1e-5)
    assert one.grams == pytest.approx(other.grams, abs=1e-5)


def test_another_length_of_passages_takes_effect_on_columns_already_indexed(
    build: Build, archive: Path, index: Path, settings: Settings
) -> None:
    build()
    report = build_index(archive, index, settings=Settings(model=settings.model, passage_words=200))

    assert (report.unchanged, report.passages) == (False, 2)


@pytest.mark.parametrize("changed", [False, True])
def test_damage_to_a_large_index_is_mended_by_a_build_also_where_opening_does_not_look(
    archive: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, changed: bool
) -> None:
    monkeypatch.setattr(manifest, "LARGE", 0)
    monkeypatch.setattr(manifest, "LARGE_FILE", 0)
    monkeypatch.setattr(arrays, "BLOCK", 130)
    index = tmp_path / "index"
    build_index(archive, index, settings=settings)
    flip_a_bit(index / "gen-000001" / "sentence_vectors.npy")
    if changed:
        (archive / "oven.md").write_text(OVEN.replace("honderd", "tachtig"), encoding="utf-8")
    report = build_index(archive, index, settings=settings)

    assert (report.unchanged, report.embedded) == (False, 4)
    verify(index / "gen-000002", whole=True)


def test_another_model_embeds_everything_again(build: Build, archive: Path, index: Path, tmp_path: Path) -> None:
    build()
    other = Settings(model=str(make_tiny_model(tmp_path / "other", seed=1)), passage_words=30)

    assert build_index(archive, index, settings=other).embedded == 4
    assert open_index(index).manifest.model == other.model


def test_an_index_of_another_format_is_built_anew_with_the_pages_and_the_exactness_it_had(
    archive: Path, tmp_path: Path, settings: Settings
) -> None:
    index = tmp_path / "index"
    made_with = replace(settings, pages=True, exact=True)
    build_index(archive, index, settings=made_with)
    age(index, 2)
    with pytest.raises(IndexOutdated) as raised:
        open_index(index)
    rebuild_outdated(raised.value, index, Settings())
    made = open_index(index).manifest

    assert (made.model, made.passage_words, made.pages, made.exact) == (settings.model, 30, True, True)
    assert build_index(archive, index, settings=made_with).unchanged


def test_an_index_that_does_not_say_whether_it_has_pages_is_read_and_leaves_that_to_the_settings(
    archive: Path, tmp_path: Path, settings: Settings
) -> None:
    index = tmp_path / "index"
    build_index(archive, index, settings=settings)
    age(index, manifest.FORMAT, without=("pages", "exact"))
    assert build_index(archive, index, settings=settings).unchanged
    age(index, 2, without=("pages", "exact"))
    with pytest.raises(IndexOutdated) as raised:
        open_index(index)
    rebuild_outdated(raised.value, index, Settings(pages=True))
    made = open_index(index).manifest

    assert (made.pages, made.exact) == (True, False)


def test_progress_runs_from_nothing_to_all_that_is_to_be_embedded(
    archive: Path, index: Path, settings: Settings
) -> None:
    calls: dict[str, list[tuple[int, int]]] = {"files": [], "passages": []}
    build_index(
        archive, index, settings=settings,
        progress=lambda done, total: calls["passages"].append((done, total)),
        reading=lambda done, total: calls["files"].append((done, total)),
    )  # fmt: skip

    assert calls["files"] == [(0, 2), (1, 2), (2, 2)]
    assert (calls["passages"][0], calls["passages"][-1]) == ((0, 4), (4, 4))
    assert calls["passages"] == sorted(calls["passages"])


@pytest.mark.parametrize("what", ["emptied", "removed"])
def test_an_archive_without_columns_leaves_the_index_in_force(
    build: Build, archive: Path, index: Path, what: str
) -> None:
    build()
    shutil.rmtree(archive)
    if what == "emptied":
        archive.mkdir()
    with pytest.raises(ArchiveError, match=str(archive)):
        build()

    assert len(open_index(index).articles) == 2


def test_a_model_that_cannot_be_had_leaves_the_index_in_force(build: Build, archive: Path, index: Path) -> None:
    build()
    with pytest.raises(ModelUnavailable):
        build_index(archive, index, settings=Settings(model=str(archive)))

    assert len(open_index(index).articles) == 2


def test_a_second_build_is_told_to_wait_and_the_first_ends_well(archive: Path, index: Path, settings: Settings) -> None:
    def build_meanwhile(done: int, total: int) -> None:
        # Said before anything is read: this archive holds nothing that could be.
        (index.parent / "empty").mkdir(exist_ok=True)
        with pytest.raises(IndexBusy, match=f"process {os.getpid()} "):
            build_index(index.parent / "empty", index, settings=settings)

    build_index(archive, index, settings=settings, progress=build_meanwhile)
    assert len(open_index(index).articles) == 2


@pytest.mark.slow
@pytest.mark.parametrize(("kept", "embedded"), [("whole", 0), ("torn", 4)])
def test_a_build_that_was_killed_leaves_what_was_there_and_the_next_one_goes_on_with_what_it_embedded(
    build: Build,
    archive: Path,
    index: Path,
    workplace: Path,
    settings: Settings,
    tmp_path: Path,
    kept: str,
    embedded: int,
) -> None:
    # It stops where the passages have been embedded and nothing is published yet.
    script = (
        "import sys, time; from columnbot import Settings, build_index\n"
        f"settings = Settings(model={settings.model!r}, passage_words=30)\n"
        "def stop(done, total): done == total and (print(flush=True), time.sleep(60))\n"
        f"build_index({str(archive)!r}, {str(index)!r}, settings=settings, progress=stop)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout and process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()

    with pytest.raises(IndexMissing):
        open_index(index)
    (part,) = workplace.glob("embedded-*.part")
    if kept == "torn":
        os.truncate(part, part.stat().st_size - 1)
    assert build().embedded == embedded
    assert not part.exists()
    build_index(archive, tmp_path / "afresh", settings=settings)
    one, other = open_index(index), open_index(tmp_path / "afresh")
    numbers = np.arange(len(other))
    for part in ("passages", "sentences", "words", "counts"):
        assert getattr(one.block(numbers), part).tolist() == getattr(other.block(numbers), part).tolist()
    assert one.passage_spread.covariance.tolist() == other.passage_spread.covariance.tolist()


def test_a_killed_first_build_is_gone_on_with_along_the_axes_that_it_began_with(
    build: Build, archive: Path, index: Path, workplace: Path, settings: Settings
) -> None:
    def stop(done: int, total: int) -> None:
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(archive, index, settings=settings, progress=stop)
    fingerprint = open_embedder(settings.model).embedder.fingerprint
    here = no_axes(24)
    with embedded_so_far(workplace, fingerprint, here) as embedded:
        keys = list(embedded.rows)
        block = embedded.block(keys)
    # What another number of threads would have made of them.
    elsewhere = WordAxes(here.mean + np.float32(1e-9), here.axes)
    with embedded_so_far(workplace, fingerprint, elsewhere) as embedded:
        embedded.add(keys, block)

    assert build().embedded == 0
    assert open_index(index).word_axes.mean.tolist() == elsewhere.mean.tolist()


def test_what_another_model_embedded_in_an_interrupted_build_is_not_taken(
    build: Build, archive: Path, index: Path, workplace: Path, tmp_path: Path
) -> None:
    other = Settings(model=str(make_tiny_model(tmp_path / "other", seed=1)), passage_words=30)

    def stop(done: int, total: int) -> None:
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(archive, index, settings=other, progress=stop)
    assert list(workplace.glob("embedded-*.part"))
    assert build().embedded == 4
    assert not list(workplace.glob("embedded-*.part"))


def test_a_model_that_moved_is_named_anew_without_embedding_again(archive: Path, tmp_path: Path) -> None:
    make_tiny_model(tmp_path / "one")
    old, new = tmp_path / "one", tmp_path / "two"
    build_index(archive, tmp_path / "index", settings=Settings(model=str(old), passage_words=30))
    old.rename(new)
    report = build_index(archive, tmp_path / "index", settings=Settings(model=str(new), passage_words=30))

    assert (report.unchanged, report.embedded) == (False, 0)
    assert open_index(tmp_path / "index").manifest.model == str(new)


def test_an_archive_of_very_many_passages_is_scanned_coarsely_unless_it_is_to_be_exact(
    build: Build, archive: Path, index: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    monkeypatch.setattr(columnbot.build, "EXACT_UP_TO", 3)
    coarse = (build(), open_index(index))
    exact = (build_index(archive, index, settings=replace(settings, exact=True)), open_index(index))
    question = coarse[1].passage_vectors.of(np.array([2]))[0]

    for (report, opened), approximate in ((coarse, True), (exact, False)):
        assert (report.unchanged, report.embedded) == (False, 0)
        assert opened.manifest.approximate == approximate
        assert opened.passage_vectors.nearest(question, 1)[0].tolist() == [2]
    if isinstance(exact[1], LocalIndex):
        assert not (exact[1].folder / "passage_vectors.npy").exists()
    assert build_index(archive, index, settings=replace(settings, exact=True)).unchanged


def test_a_file_that_has_not_changed_is_not_read_again(
    build: Build, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (archive / "trein.txt").write_text("De trein\n\nDe trein naar Zutphen rijdt weer.", encoding="utf-8")
    (archive / "kaal.md").write_text("---\ntitle: Kaal\n---\n", encoding="utf-8")
    build()
    read: list[str] = []

    def reading(path: str, *rest: Any) -> tuple[Article, ...]:
        read.append(path)
        return read_markdown(path, *rest)

    monkeypatch.setitem(columnbot.readers._READERS, ".md", reading)
    (archive / "haven.md").write_text(HAVEN.replace("zestig", "zeventig"), encoding="utf-8")
    build()

    # Of what was left out nothing is kept: it may be readable by now.
    assert read == ["haven.md", "kaal.md"]


def test_what_other_readers_read_is_read_again(build: Build, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    monkeypatch.setitem(columnbot.readers.readings._VERSIONS, "readers", 0)
    read: list[str] = []
    monkeypatch.setitem(
        columnbot.readers._READERS, ".md", lambda path, content: (read.append(path), read_markdown(path, content))[1]
    )
    build()

    assert read == ["haven.md", "oven.md"]


def test_a_column_that_stood_there_twice_is_found_to_after_a_build_that_read_neither(
    build: Build, archive: Path, index: Path
) -> None:
    (archive / "nogmaals.md").write_text(HAVEN, encoding="utf-8")
    first = build()
    (archive / "oven.md").write_text(OVEN.replace("honderd", "tachtig"), encoding="utf-8")
    second = build()

    assert first.copies == second.copies
    assert [copies.others for copies in second.copies] == [("nogmaals.md",)]
    (archive / "haven.md").unlink()
    build()
    assert "botters" in open_index(index).article("nogmaals.md").text


def test_an_index_is_not_built_among_the_articles(archive: Path) -> None:
    with pytest.raises(SettingsError, match="give --index another"):
        build_index(archive, archive / ".")
    assert not (archive / "build.lock").exists()


def test_the_bundled_models_axes_that_are_kept_are_those_it_has() -> None:
    embedder = open_embedder("bundled").embedder
    kept, computed = columnbot.build._word_axes(embedder), computed_axes(embedder)

    assert kept.mean == pytest.approx(computed.mean, abs=2e-3)
    # The same space, in whatever direction each of its axes points.
    assert kept.axes @ kept.axes.T == pytest.approx(computed.axes @ computed.axes.T, abs=1e-2)
