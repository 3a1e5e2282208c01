"""The bundled model's forward pass in NumPy, for one text at a time.

A BERT encoder (Devlin et al. 2019), float32: as fast as the package's own engine on a question, and it
gives the state of every token, which that keeps to itself. Loading PyTorch for a question would take a
hundred times as long as answering it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding.threads import one_thread_a_product
from columnbot.embedding.weights import BundledWeights, FewTextsTokenizer

Floats = NDArray[np.float32]
Matrix = Callable[[str, int, int], Floats]  # of a weight's name, outputs and inputs: its matrix, (outputs, inputs)


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


class Encoder:
    """The model without PyTorch, with the matrices that `matrix` gives; some 85 MB."""

    def __init__(self, weights: BundledWeights, matrix: Matrix) -> None:
        self._weights = weights
        self._layers = Layers(weights, weights.layers, matrix)

    @cached_property
    def _tokenizer(self) -> FewTextsTokenizer:
        return FewTextsTokenizer(self._weights)

    def token_states(self, text: str) -> TokenStates:
        """Runs the model over a text; what is beyond its longest input is left out."""
        ids, places = self._tokenizer.encode(text, self._weights.positions)
        return TokenStates(self._layers.states(ids), places)


class Layers:
    """The lowest layers of the model, so many, with the matrices that `matrix` gives for them."""

    def __init__(self, weights: BundledWeights, count: int, matrix: Matrix) -> None:
        self._weights = weights
        self._layers = [_read_layer(weights, number, matrix) for number in range(count)]
        self._positions = weights.tensor("emb.pos", weights.positions, weights.hidden)
        self._type = weights.tensor("emb.type", weights.type_vocabulary_size, weights.hidden)[0]
        self._norm = (weights.tensor("emb.ln.w", weights.hidden), weights.tensor("emb.ln.b", weights.hidden))

    def states(self, ids: NDArray[np.int64]) -> Floats:
        """What the tokens (t,) become, (t, d)."""
        with one_thread_a_product():
            return self._states(ids)

    def _states(self, ids: NDArray[np.int64]) -> Floats:
        rows = self._weights.rows("emb.word", ids, self._weights.hidden)
        x = self._normalise(rows + self._positions[: len(ids)] + self._type, self._norm)  # (t, h)
        for layer in self._layers:
            x = self._normalise(x + self._attention(x, layer), layer.gather_norm)
            wide = x @ layer.widen  # (t, i)
            wide += layer.widen_bias
            x = self._normalise(x + gelu(wide) @ layer.narrow + layer.narrow_bias, layer.narrow_norm)
        return x

    def _attention(self, x: Floats, layer: _Layer) -> Floats:
        heads, size = self._weights.heads, self._weights.hidden // self._weights.heads
        mixed = (x @ layer.attend + layer.attend_bias).reshape(len(x), 3, heads, size)
        query, key, value = mixed.transpose(1, 2, 0, 3)  # each (heads, t, size)
        shares = (query * np.float32(size**-0.5)) @ key.transpose(0, 2, 1)
        shares -= shares.max(axis=-1, keepdims=True)
        np.exp(shares, out=shares)
        together = shares @ value
        together /= shares.sum(axis=-1, keepdims=True)  # fewer numbers than the shares
        return np.asarray(together.transpose(1, 0, 2).reshape(len(x), -1) @ layer.gather + layer.gather_bias)

    def _normalise(self, x: Floats, norm: tuple[Floats, Floats]) -> Floats:
        x = x - x.mean(axis=-1, keepdims=True)
        x /= np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(self._weights.epsilon))
        x *= norm[0]
        x += norm[1]
        return x


def _read_layer(weights: BundledWeights, number: int, named: Matrix) -> _Layer:
    h, i = weights.hidden, weights.intermediate

    def matrix(name: str, outputs: int, inputs: int) -> Floats:
        return np.ascontiguousarray(named(f"l{number}.{name}.w", outputs, inputs).T)

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


def gelu(x: Floats) -> Floats:
    """GELU, x · Φ(x) (Hendrycks & Gimpel 2016), right to 4e-6.

    Φ is a hyperbolic tangent of an odd polynomial, here of degree nine (minimax, by Lawson's iterations) where GELU's
    well-known approximation has one of degree three: NumPy has that function quick. Step by step in place: a pass over
    a matrix costs more in memory made anew than in what it computes.
    """
    square = np.square(x)
    turn = square * np.float32(1.11908189e-6)
    for coefficient in (-3.0581001e-5, -1.24861663e-4, 3.6468791e-2):
        turn += np.float32(coefficient)
        turn *= square
    turn += np.float32(7.97828136e-1)
    turn *= x
    np.tanh(turn, out=turn)
    half = np.multiply(x, np.float32(0.5), out=square)
    turn *= half
    turn += half
    return turn
