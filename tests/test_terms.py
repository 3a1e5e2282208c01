"""BM25: its scores against those of the bm25s library, and an index brought up to date against one made afresh."""

from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columnbot.index import segments
from columnbot.index.segments import Segment, write_terms
from columnbot.index.terms import K1, B, TermIndex, read_terms

WORDS = "fiets band lek pomp stad brug regen dijk koffie trein café ’s 𝛼".split()
Documents = list[list[str]]
documents_of_words = st.lists(st.lists(st.sampled_from(WORDS), max_size=25), min_size=1, max_size=15)
FILES = ("terms", "offsets.npy", "documents.npy", "frequencies.npy", "lengths.npy")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("terms")


def build(documents: Documents, folder: Path, name: str = "words") -> TermIndex:
    write_terms(enumerate(documents), len(documents), folder, name)
    return read_terms(folder, name)


def content(folder: Path, name: str) -> list[bytes]:
    return [(folder / f"{name}.{file}").read_bytes() for file in FILES]


@settings(deadline=None)
@given(documents_of_words.filter(any), st.lists(st.sampled_from(WORDS), min_size=1, max_size=6, unique=True))
def test_scores_are_those_of_bm25s_as_lucene_has_it(folder: Path, documents: Documents, query: list[str]) -> None:
    library = bm25s.BM25(method="lucene", k1=K1, b=B)
    library.index(documents, show_progress=False)
    known = [word for word in query if any(word in document for document in documents)]
    expected = library.get_scores(known) if known else np.zeros(len(documents))

    assert build(documents, folder).scores(query) == pytest.approx(expected, abs=1e-5)


@settings(deadline=None)
@given(documents_of_words, documents_of_words, st.data())
def test_an_index_brought_up_to_date_is_the_one_made_afresh_byte_for_byte(
    folder: Path, before: Documents, added: Documents, data: st.DataObject
) -> None:
    kept = data.draw(st.lists(st.sampled_from(range(len(before))), unique=True))
    order = data.draw(st.permutations([*((number, None) for number in kept), *((None, terms) for terms in added)]))
    after = [before[old] if old is not None else new or [] for old, new in order]
    numbers = np.full(len(before), -1)
    for number, (old, _) in enumerate(order):
        if old is not None:
            numbers[old] = number
    earlier = build(before, folder, "before")
    new = ((number, terms or []) for number, (old, terms) in enumerate(order) if old is None)
    write_terms(new, len(after), folder, "updated", Segment(earlier, numbers))
    build(after, folder, "afresh")

    assert content(folder, "updated") == content(folder, "afresh")


def test_an_index_made_in_many_segments_and_blocks_is_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(3)
    documents = [[f"w{number}" for number in generator.zipf(1.5, 30) if number < 500] for _ in range(300)]
    build(documents, folder, "whole")
    monkeypatch.setattr(segments, "SEGMENT", 700)
    monkeypatch.setattr(segments, "MERGED", 90)
    build(documents, folder, "parts")

    assert content(folder, "parts") == content(folder, "whole")
    assert not list(folder.glob("*segments*"))


@given(st.lists(st.sampled_from(WORDS), unique=True))
def test_every_term_is_found_where_it_stands_and_no_other(folder: Path, known: list[str]) -> None:
    index = build([known], folder)

    assert list(index.terms) == sorted(known) == [index.terms[number] for number in range(len(known))]
    assert [word for word in WORDS if word in index.terms] == [word for word in WORDS if word in known]
    for absent in ("", "a", "\n", "fietsen", "\ud800", "zzz"):
        assert absent not in index.terms


def test_terms_of_which_there_are_many_are_had_in_order(folder: Path) -> None:
    index = build([[f"w{number}" for number in range(25_000)]], folder)

    assert list(index.terms) == sorted(f"w{number}" for number in range(25_000))


def test_a_word_that_no_passage_holds_scores_nothing_and_is_the_rarest(folder: Path) -> None:
    index = build([["fiets", "band"], ["fiets", "pomp"], ["fiets"]], folder)

    assert index.scores(["zeppelin"]).tolist() == [0, 0, 0]
    assert index.rarity("zeppelin") > index.rarity("pomp") > index.rarity("fiets") > 0
    assert (index.passages("fiets").tolist(), index.passages("zeppelin").tolist()) == ([0, 1, 2], [])


def test_a_word_asked_twice_counts_twice(folder: Path) -> None:
    index = build([["fiets", "band"], ["brug"]], folder)

    assert index.scores(["fiets", "fiets"]) == pytest.approx(2 * index.scores(["fiets"]))


def test_the_scores_put_the_passage_first_that_is_about_the_word(folder: Path) -> None:
    index = build([["brug"] * 900 + ["fiets"], ["fiets", "fiets", "band"], ["brug", "dijk"]], folder)

    assert np.argsort(-index.scores(["fiets"])).tolist() == [1, 0, 2]


@pytest.mark.parametrize("documents", [[], [[], []]])
def test_passages_without_any_word_score_nothing(folder: Path, documents: Documents) -> None:
    assert build(documents, folder).scores(["fiets"]).tolist() == [0] * len(documents)
