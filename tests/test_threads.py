"""The threads of NumPy's own products while the model runs, and afterwards."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from columnbot.embedding.threads import one_thread_a_product


def allowed() -> set[int]:
    """How many threads a product of NumPy's may use; of OpenMP's each thread would have a figure of its own."""
    libraries = ThreadpoolController().select(user_api="blas").info()
    own = [one for one in libraries if "numpy" in one["filepath"] and one["threading_layer"] == "pthreads"]
    return {one["num_threads"] for one in own}


def test_whoever_leaves_first_the_setting_is_as_before_when_the_last_has_left() -> None:
    if not allowed():
        pytest.skip("NumPy's products have no threads of their own here")
    together = Barrier(3)

    def run(_: int) -> set[int]:
        with one_thread_a_product():
            together.wait()
            return allowed()

    with threadpool_limits(2, user_api="blas"):
        before = allowed()
        for _ in range(20):
            with ThreadPoolExecutor(3) as pool:
                assert list(pool.map(run, range(3))) == [{1}] * 3
            assert allowed() == before
