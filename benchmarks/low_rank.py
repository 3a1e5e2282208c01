"""Matrices of low rank, learnt beside those of the bundled model (LoRA, Hu et al. 2021)."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

NAMES = {
    "attention.self.query": "q", "attention.self.key": "k", "attention.self.value": "v",
    "attention.output.dense": "ao", "intermediate.dense": "fi", "output.dense": "fo",
}  # fmt: skip


class Adapted(nn.Module):
    """A linear layer that stays as it is, with a matrix of low rank beside it."""

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        self.linear = linear
        self.down = nn.Parameter(torch.randn(rank, linear.in_features) / linear.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        """The layer's own, and what was learnt."""
        return self.linear(x) + 2 * (x @ self.down.T.to(x.dtype)) @ self.up.T.to(x.dtype)


def adapt(layer: Any, rank: int) -> None:
    """Put a matrix of that rank beside each of a layer's own."""
    for name in NAMES:
        *path, last = name.split(".")
        owner = layer.get_submodule(".".join(path))
        setattr(owner, last, Adapted(getattr(owner, last), rank))


def learnt_by(bert: Any) -> dict[str, np.ndarray]:
    """What was learnt, under the names that `columnbot.embedding.learnt` knows."""
    found = {}
    for number, layer in enumerate(bert.encoder.layer):
        for name, short in NAMES.items():
            if isinstance(adapted := layer.get_submodule(name), Adapted):
                found[f"l{number}.{short}.w.up"] = half(2 * adapted.up)
                found[f"l{number}.{short}.w.down"] = half(adapted.down)
    return found


def half(values: Tensor) -> np.ndarray:
    """As float16, out of torch."""
    return values.detach().cpu().numpy().astype(np.float16)
