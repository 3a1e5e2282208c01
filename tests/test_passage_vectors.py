"""FAISS, exact and approximate, against brute force in numpy."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from columnbot.index import passage_vectors
from columnbot.index.passage_vectors import (
    ApproximateVectors,
    ExactVectors,
    PassageVectors,
    read_vectors,
    writing_vectors,
)

both = pytest.mark.parametrize("approximate", [False, True])


def unit_vectors(count: int, dimension: int, seed: int) -> NDArray[np.float32]:
    """float32 (count, dimension), crowded into one direction as those of E5 are."""
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(count, dimension)) + 2 * generator.normal(size=dimension)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def build(vectors: NDArray[np.float32], folder: Path, approximate: bool) -> PassageVectors:
    with writing_vectors(folder, vectors.shape[1], approximate=approximate) as add:
        for start in range(0, len(vectors), 700):
            add(vectors[start : start + 700].astype(np.float16))
    return read_vectors(folder)


def by_brute_force(
    index: PassageVectors, question: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
) -> tuple[list[int], NDArray[np.float32]]:
    products = index.of(np.arange(len(index))) @ question
    numbers = [int(number) for number in np.argsort(-products, kind="stable") if allowed[number]][:k]
    return numbers, products[numbers]


def test_the_nearest_are_those_of_brute_force(tmp_path: Path) -> None:
    index, question = build(unit_vectors(3000, 384, seed=1), tmp_path, False), unit_vectors(1, 384, seed=2)[0]
    numbers, products = index.nearest(question, 20)
    expected, expected_products = by_brute_force(index, question, 20, np.ones(3000, bool))

    assert isinstance(index, ExactVectors)
    assert numbers.tolist() == expected
    assert products == pytest.approx(expected_products, abs=1e-5)


def test_of_very_many_nearly_all_of_the_nearest_are_found(tmp_path: Path) -> None:
    noise = np.random.default_rng(5).normal(size=(9000, 384)) * np.random.default_rng(6).uniform(0, 0.05, (9000, 1))
    vectors = np.repeat(unit_vectors(900, 384, seed=1), 10, axis=0) + noise
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    index = build(vectors, tmp_path, True)
    questions = vectors[::100]
    found = [{*index.nearest(question, 10)[0].tolist()} for question in questions]
    nearest = [{*by_brute_force(index, question, 10, np.ones(9000, bool))[0]} for question in questions]

    assert isinstance(index, ApproximateVectors)
    assert np.mean([len(some & all_) / 10 for some, all_ in zip(found, nearest, strict=True)]) >= 0.95


@pytest.mark.parametrize("few", [0, 20_000], ids=["coarsely first", "one by one"])
def test_of_very_many_only_the_allowed_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(passage_vectors, "FEW", few)
    index, question = build(unit_vectors(2000, 32, seed=3), tmp_path, True), unit_vectors(1, 32, seed=4)[0]
    allowed = np.arange(2000) % 3 == 0
    numbers, products = index.nearest(question, 30, allowed)
    expected, _ = by_brute_force(index, question, 30, allowed)

    assert len(numbers) == 30
    assert allowed[numbers].all()
    assert products.tolist() == sorted(products, reverse=True)
    assert few == 0 or numbers.tolist() == expected


@both
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 70).flatmap(lambda n: st.lists(st.booleans(), min_size=n, max_size=n)), st.integers(1, 30))
def test_with_a_filter_the_nearest_are_those_of_brute_force_among_the_allowed(
    tmp_path_factory: pytest.TempPathFactory, approximate: bool, allowed: list[bool], k: int
) -> None:
    mask, folder = np.array(allowed), tmp_path_factory.mktemp("vectors")
    index, question = build(unit_vectors(len(mask), 32, seed=3), folder, approximate), unit_vectors(1, 32, seed=4)[0]
    numbers, products = index.nearest(question, k, mask)
    expected, expected_products = by_brute_force(index, question, k, mask)

    assert numbers.tolist() == expected
    assert products == pytest.approx(expected_products, abs=1e-5)


@both
def test_half_precision_moves_no_inner_product_by_more_than_a_thousandth(tmp_path: Path, approximate: bool) -> None:
    vectors, questions = unit_vectors(500, 384, seed=5), unit_vectors(50, 384, seed=6)
    stored = build(vectors, tmp_path, approximate).of(np.arange(500))

    assert np.abs(questions @ stored.T - questions @ vectors.T).max() < 0.001


@both
def test_vectors_are_had_back_in_the_order_asked_for(tmp_path: Path, approximate: bool) -> None:
    vectors = unit_vectors(40, 16, seed=7)
    index = build(vectors, tmp_path, approximate)

    assert index.of(np.array([3, 0, 39])) == pytest.approx(vectors[[3, 0, 39]], abs=1e-3)
    assert index.of(np.array([], np.int64)).shape == (0, 16)


def test_an_approximate_index_is_the_same_each_time_it_is_made(tmp_path: Path) -> None:
    vectors, files = unit_vectors(3000, 32, seed=8), []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        build(vectors, tmp_path / name, True)
        files.append((tmp_path / name / "vectors.faiss").read_bytes())

    assert files[0] == files[1]
