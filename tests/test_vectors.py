"""The archive's spread against z-scores computed in full."""

import numpy as np
import pytest

from columnbot.index.vectors import Sums
from tests.test_passage_vectors import unit_vectors


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
