"""Where a model of PyTorch's runs, how precise its numbers are there, and how much goes at once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from columnbot.errors import ModelUnavailable

if TYPE_CHECKING:
    import torch

# A batch of a processor's core stays in its cache; a GPU is to be kept busy.
TOKENS_A_BATCH, TOKENS_A_BATCH_OF_A_GPU = 2048, 16384


def fastest_device() -> "torch.device":
    """A GPU or an Apple chip where PyTorch sees one."""
    import torch

    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return found or torch.device("cpu")


def multiplies_bfloat16(device: "torch.device") -> bool:
    """Whether it is a processor that does so natively.

    A model is three times as fast with it there; texts' cosines with their float32 vectors are above 0.9999. A GPU is
    quick enough with float32: what takes time beside it is what the processor does with its token states.
    """
    cpu = Path("/proc/cpuinfo")
    native = cpu.is_file() and re.search(r"\b(avx512_bf16|amx_bf16)\b", cpu.read_text()) is not None
    return native and device.type == "cpu"


def tokens_a_batch(device: "torch.device") -> int:
    """How many go through a model at once, padding included."""
    return TOKENS_A_BATCH if device.type == "cpu" else TOKENS_A_BATCH_OF_A_GPU


def batches_at_once(device: "torch.device") -> int:
    """How many are under way: a core each; or on a GPU one, and one of which the spans are pooled."""
    import torch

    return torch.get_num_threads() if device.type == "cpu" else 2


@contextmanager
def gpu_failures_explained() -> Iterator[None]:
    """Raises `ModelUnavailable` where a GPU has no room, or PyTorch was not made for it."""
    try:
        yield
    except RuntimeError as error:
        reason = str(error).strip().partition("\n")[0]
        if not re.search(r"\b(CUDA|HIP|MPS)\b", reason):
            raise
        raise ModelUnavailable(
            f"The model does not run on this machine's GPU ({reason}). Make room there, or use the processor: "
            "start columnbot with CUDA_VISIBLE_DEVICES= before it."
        ) from error
