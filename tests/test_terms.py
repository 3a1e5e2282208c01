"""BM25: its scores against those of the bm25s library, and what comes back from disk."""

from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columnbot.index.terms import K1, B, build_terms, read_terms, write_terms

WORDS = "fiets band lek pomp stad brug regen dijk koffie trein café ’s".split()
documents_of_words = st.lists(st.lists(st.sampled_from(WORDS), max_size=25), min_size=1, max_size=15)


@settings(deadline=None)
@given(documents_of_words.filter(any), st.lists(st.sampled_from(WORDS), min_size=1, max_size=6, unique=True))
def test_scores_are_those_of_bm25s_as_lucene_has_it(documents: list[list[str]], query: list[str]) -> None:
    library = bm25s.BM25(method="lucene", k1=K1, b=B)
    library.index(documents, show_progress=False)
    known = [word for word in query if any(word in document for document in documents)]
    expected = library.get_scores(known) if known else np.zeros(len(documents))

    assert build_terms(documents).scores(query) == pytest.approx(expected, abs=1e-5)


@settings(deadline=None)
@given(documents_of_words, st.lists(st.sampled_from(WORDS), max_size=6))
def test_the_index_read_back_from_disk_scores_the_same(
    tmp_path_factory: pytest.TempPathFactory, documents: list[list[str]], query: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("terms")
    index = build_terms(documents)
    write_terms(index, folder, "words")
    again = read_terms(folder, "words", len(documents))

    assert again.scores(query).tolist() == index.scores(query).tolist()
    assert [again.rarity(word) for word in WORDS] == [index.rarity(word) for word in WORDS]


def test_a_word_that_no_passage_holds_scores_nothing_and_is_the_rarest() -> None:
    index = build_terms([["fiets", "band"], ["fiets", "pomp"], ["fiets"]])

    assert index.scores(["zeppelin"]).tolist() == [0, 0, 0]
    assert index.rarity("zeppelin") > index.rarity("pomp") > index.rarity("fiets") > 0


def test_a_word_asked_twice_counts_twice() -> None:
    index = build_terms([["fiets", "band"], ["brug"]])

    assert index.scores(["fiets", "fiets"]) == pytest.approx(2 * index.scores(["fiets"]))


def test_the_scores_put_the_passage_first_that_is_about_the_word() -> None:
    index = build_terms([["brug"] * 9 + ["fiets"], ["fiets", "fiets", "band"], ["brug", "dijk"]])

    assert np.argsort(-index.scores(["fiets"])).tolist() == [1, 0, 2]


def test_an_empty_corpus_can_be_built_written_and_asked(tmp_path: Path) -> None:
    write_terms(build_terms([]), tmp_path, "words")

    assert read_terms(tmp_path, "words", 0).scores(["fiets"]).tolist() == []


def test_passages_without_any_word_score_nothing(tmp_path: Path) -> None:
    write_terms(build_terms([[], []]), tmp_path, "words")

    assert read_terms(tmp_path, "words", 2).scores(["fiets"]).tolist() == [0, 0]
