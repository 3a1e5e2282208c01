"""What the bundled model learnt for one task: matrices of low rank beside its own (LoRA, Hu et al. 2021)."""

from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding.encoder import Matrix
from columnbot.embedding.weights import BundledWeights

Learnt = dict[str, NDArray[np.float32]]  # arrays by name; to a weight's name "l0.q.w" belong "l0.q.w.up" and "….down"


def read_learnt(name: str) -> Learnt:
    """A file beside this module, as float32."""
    stored: Any
    with (files("columnbot.embedding") / name).open("rb") as stream, np.load(stream) as stored:
        return {key: stored[key].astype(np.float32) for key in stored.files}


def adapted(weights: BundledWeights, learnt: Learnt) -> Matrix:
    """Gives each matrix of the model with what was learnt added to it."""

    def matrix(name: str, outputs: int, inputs: int) -> NDArray[np.float32]:
        own = weights.tensor(name, outputs, inputs)
        if f"{name}.up" in learnt:
            own += learnt[f"{name}.up"] @ learnt[f"{name}.down"]
        return own

    return matrix
