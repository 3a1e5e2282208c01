"""Where a model runs, and what is said where it cannot. The texts are those that PyTorch gives on such machines."""

import pytest
import torch

from columnbot.embedding.device import batches_at_once, gpu_failures_explained, tokens_a_batch
from columnbot.errors import ModelUnavailable


@pytest.mark.parametrize(
    "reason",
    [
        "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 7.79 GiB",
        "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some other API call",
        "CUDA error: no kernel image is available for execution on the device\nFor debugging consider more",
        "HIP out of memory. Tried to allocate 20.00 MiB.",
        "MPS backend out of memory (MPS allocated: 17.99 GB, other allocations: 64.00 KB, max allowed: 18.13 GB).",
    ],
)
def test_a_gpu_that_cannot_is_named_in_one_line_with_what_to_do(reason: str) -> None:
    said = r"GPU \((CUDA|HIP|MPS) .*CUDA_VISIBLE_DEVICES="
    with pytest.raises(ModelUnavailable, match=said) as caught, gpu_failures_explained():
        raise RuntimeError(reason)
    assert "\n" not in str(caught.value)


def test_any_other_failure_stays_what_it_is() -> None:
    with pytest.raises(RuntimeError, match="mat1 and mat2"), gpu_failures_explained():
        torch.zeros(2, 3) @ torch.zeros(2, 3)


def test_a_gpu_gets_more_at_once_than_a_core() -> None:
    core, gpu = torch.device("cpu"), torch.device("cuda")
    assert tokens_a_batch(gpu) > tokens_a_batch(core)
    assert batches_at_once(core) == torch.get_num_threads()
