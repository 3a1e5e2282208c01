"""FAISS against brute force in numpy, and the archive's spread against z-scores computed in full."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from columnbot.index.vectors import Sums, empty_vectors, nearest, read_vectors, vectors_at, write_vectors


def unit_vectors(count: int, dimension: int, seed: int) -> NDArray[np.float32]:
    """float32 (count, dimension), crowded into one direction as those of E5 are."""
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(count, dimension)) + 2 * generator.normal(size=dimension)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def build_vectors(vectors: NDArray[np.float32]) -> Any:
    index = empty_vectors(vectors.shape[1])
    index.add(vectors)
    return index


def by_brute_force(
    index: Any, question: NDArray[np.float32], k: int, allowed: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    products = vectors_at(index, np.arange(len(allowed))) @ question
    numbers = [number for number in np.argsort(-products, kind="stable") if allowed[number]][:k]
    return np.array(numbers, np.int64), products[numbers]


def test_the_nearest_are_those_of_brute_force() -> None:
    index, question = build_vectors(unit_vectors(3000, 384, seed=1)), unit_vectors(1, 384, seed=2)[0]
    numbers, products = nearest(index, question, 20, None)
    expected, expected_products = by_brute_force(index, question, 20, np.ones(3000, bool))

    assert numbers.tolist() == expected.tolist()
    assert products == pytest.approx(expected_products, abs=1e-5)


@settings(deadline=None)
@given(st.integers(1, 70).flatmap(lambda n: st.lists(st.booleans(), min_size=n, max_size=n)), st.integers(1, 30))
def test_with_a_filter_the_nearest_are_those_of_brute_force_among_the_allowed(allowed: list[bool], k: int) -> None:
    mask = np.array(allowed)
    index, question = build_vectors(unit_vectors(len(mask), 32, seed=3)), unit_vectors(1, 32, seed=4)[0]
    numbers, products = nearest(index, question, k, mask)
    expected, expected_products = by_brute_force(index, question, k, mask)

    assert numbers.tolist() == expected.tolist()
    assert products == pytest.approx(expected_products, abs=1e-5)


def test_half_precision_moves_no_inner_product_by_more_than_a_thousandth() -> None:
    vectors, questions = unit_vectors(500, 384, seed=5), unit_vectors(50, 384, seed=6)
    stored = vectors_at(build_vectors(vectors), np.arange(500))

    assert np.abs(questions @ stored.T - questions @ vectors.T).max() < 0.001


def test_an_index_read_back_from_disk_holds_the_same_vectors(tmp_path: Path) -> None:
    index = build_vectors(unit_vectors(40, 16, seed=7))
    write_vectors(index, tmp_path / "vectors.faiss")
    again = read_vectors(tmp_path / "vectors.faiss")

    assert vectors_at(again, [3, 0, 39]).tolist() == vectors_at(index, [3, 0, 39]).tolist()
    assert vectors_at(again, []).shape == (0, 16)


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_standardised_scores_are_the_z_scores_among_all_vectors(kind: type) -> None:
    # More than one block of 8192, so that their sums have to be added up right.
    vectors = unit_vectors(20_000, 24, seed=8).astype(kind)
    sums = Sums(24)
    sums.add(vectors[:11_000])
    sums.add(vectors[11_000:])
    spread = sums.spread()
    for question in unit_vectors(5, 24, seed=9):
        products = vectors.astype(np.float32) @ question
        full = (products - products.mean()) / products.std()

        assert spread.standardise(question, products) == pytest.approx(full, abs=2e-3)


def test_a_single_vector_has_no_spread_and_still_a_finite_score() -> None:
    vectors = unit_vectors(1, 24, seed=10)

    sums = Sums(24)
    sums.add(vectors)
    assert np.isfinite(sums.spread().standardise(vectors[0], vectors @ vectors[0])).all()
