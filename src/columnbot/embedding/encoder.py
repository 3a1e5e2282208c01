"""The bundled model's forward pass in NumPy, for one question at a time.

A BERT encoder (Devlin et al. 2019), float32: as fast as the package's own engine on a question, and it
gives the state of every token, which that keeps to itself. Loading PyTorch for a question would take a
hundred times as long as answering it.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding.weights import BundledWeights, QuestionTokenizer

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer's matrices, ready to stand at the right of a product."""

    attend: Floats  # (h, 3h): query, key and value side by side
    attend_bias: Floats
    gather: Floats  # (h, h)
    gather_bias: Floats
    gather_norm: tuple[Floats, Floats]
    widen: Floats  # (h, i)
    widen_bias: Floats
    narrow: Floats  # (i, h)
    narrow_bias: Floats
    narrow_norm: tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class TokenStates:
    """The last layer's state of each token, float32 (tokens, d), and its characters in the text, (tokens, 2)."""

    states: Floats
    places: NDArray[np.int64]


class QuestionEncoder:
    """The model without PyTorch; some 85 MB."""

    def __init__(self, weights: BundledWeights) -> None:
        self._weights = weights
        self._layers = [_read_layer(weights, number) for number in range(weights.layers)]
        self._positions = weights.tensor("emb.pos", weights.positions, weights.hidden)
        self._type = weights.tensor("emb.type", weights.type_vocabulary_size, weights.hidden)[0]
        self._norm = (weights.tensor("emb.ln.w", weights.hidden), weights.tensor("emb.ln.b", weights.hidden))

    @cached_property
    def _tokenizer(self) -> QuestionTokenizer:
        return QuestionTokenizer(self._weights)

    def token_states(self, text: str) -> TokenStates:
        """Runs the model over a text; what is beyond its longest input is left out."""
        ids, places = self._tokenizer.encode(text, self._weights.positions)
        return TokenStates(self._forward(ids), places)

    def _forward(self, ids: NDArray[np.int64]) -> Floats:
        rows = self._weights.rows("emb.word", ids, self._weights.hidden)
        x = self._normalise(rows + self._positions[: len(ids)] + self._type, self._norm)  # (t, h)
        for layer in self._layers:
            x = self._normalise(x + self._attention(x, layer), layer.gather_norm)
            wide = _gelu(x @ layer.widen + layer.widen_bias)  # (t, i)
            x = self._normalise(x + wide @ layer.narrow + layer.narrow_bias, layer.narrow_norm)
        return x

    def _attention(self, x: Floats, layer: _Layer) -> Floats:
        heads, size = self._weights.heads, self._weights.hidden // self._weights.heads
        mixed = (x @ layer.attend + layer.attend_bias).reshape(len(x), 3, heads, size)
        query, key, value = mixed.transpose(1, 2, 0, 3)  # each (heads, t, size)
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(size))
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        together = (shares @ value).transpose(1, 0, 2).reshape(len(x), -1)
        return np.asarray(together @ layer.gather + layer.gather_bias, np.float32)

    def _normalise(self, x: Floats, norm: tuple[Floats, Floats]) -> Floats:
        x = x - x.mean(axis=-1, keepdims=True)
        deviation = np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(self._weights.epsilon))
        return np.asarray(x / deviation * norm[0] + norm[1], np.float32)


def _read_layer(weights: BundledWeights, number: int) -> _Layer:
    h, i = weights.hidden, weights.intermediate

    def matrix(name: str, outputs: int, inputs: int) -> Floats:
        return np.ascontiguousarray(weights.tensor(f"l{number}.{name}.w", outputs, inputs).T)

    def vector(name: str, length: int) -> Floats:
        return weights.tensor(f"l{number}.{name}", length)

    return _Layer(
        attend=np.concatenate([matrix(name, h, h) for name in "qkv"], axis=1),
        attend_bias=np.concatenate([vector(f"{name}.b", h) for name in "qkv"]),
        gather=matrix("ao", h, h),
        gather_bias=vector("ao.b", h),
        gather_norm=(vector("aln.w", h), vector("aln.b", h)),
        widen=matrix("fi", i, h),
        widen_bias=vector("fi.b", i),
        narrow=matrix("fo", h, i),
        narrow_bias=vector("fo.b", h),
        narrow_norm=(vector("oln.w", h), vector("oln.b", h)),
    )


def _gelu(x: Floats) -> Floats:
    """GELU, x · Φ(x), with the error function as Abramowitz and Stegun have it (7.1.26: right to 1.5e-7)."""
    size = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
    return np.asarray(0.5 * x * (1 + np.sign(x) * (1 - series * np.exp(-size * size))), np.float32)
