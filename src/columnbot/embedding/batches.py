"""The bundled model's forward pass in PyTorch, for many texts at a time.

The layers of `encoder.py` once more. transformers' `BertModel` gives the same states, but takes three times as long as
PyTorch to import, and wants all 250,000 rows of the embedding matrix unpacked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from columnbot.embedding.attention import attend_by_powers_of_two
from columnbot.embedding.device import gpu_failures_explained
from columnbot.embedding.pooling import Floats, Tokens
from columnbot.embedding.weights import BundledWeights, build_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Lengths are padded to multiples of so many tokens: of a product of each size a processor's library makes programs of
# their own, and keeps them, which took an eighth of the time and as much memory again.
_EVEN = 8

_Pair = tuple[torch.Tensor, torch.Tensor]  # weight and bias


@dataclass(frozen=True, slots=True)
class _Layer:
    attend: _Pair  # (3h, h): query, key and value, one above the other
    gather: _Pair  # (h, h)
    gather_norm: _Pair
    widen: _Pair  # (i, h)
    narrow: _Pair  # (h, i)
    narrow_norm: _Pair


class BatchEncoder:
    """The model on a device; the methods are those of `TokenModel`. In bfloat16 it is to be on a processor."""

    def __init__(self, weights: BundledWeights, device: torch.device, *, bfloat16: bool) -> None:
        self._weights, self.device = weights, device
        self._kind = torch.bfloat16 if bfloat16 else torch.float32
        self._positions = weights.tensor("emb.pos", weights.positions, weights.hidden)
        self._type = weights.tensor("emb.type", weights.type_vocabulary_size, weights.hidden)[0]
        with gpu_failures_explained():
            self._norm = self._pair("emb.ln.w", "emb.ln.b", weights.hidden)
            self._layers = [self._layer(number) for number in range(weights.layers)]

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        tokenizer = build_tokenizer(self._weights)
        tokenizer.enable_truncation(self._weights.positions)
        return tokenizer

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """See `TokenModel`."""
        return [Tokens(text.ids, np.array(text.offsets)) for text in self._tokenizer.encode_batch(list(texts))]

    def states(self, batch: Sequence[Sequence[int]]) -> Iterator[Floats]:
        """See `TokenModel`."""
        lengths = np.array([len(ids) for ids in batch])
        there = np.arange(-(-lengths.max() // _EVEN) * _EVEN) < lengths[:, None]
        ids: NDArray[np.int64] = np.full(there.shape, self._weights.special["pad"])
        ids[there] = np.concatenate(batch)
        with torch.inference_mode(), gpu_failures_explained():
            states = self._states(ids, torch.from_numpy(there)).float().cpu().numpy()
        return (of[:length] for of, length in zip(states, lengths, strict=True))

    def _states(self, ids: NDArray[np.int64], there: torch.Tensor) -> torch.Tensor:
        """Of tokens (batch, t), and whether each is one and no padding: (batch, t, h)."""
        (texts, longest), hidden = ids.shape, self._weights.hidden
        rows = self._weights.rows("emb.word", ids, hidden).reshape(texts, longest, hidden)
        x = torch.from_numpy(rows + self._positions[:longest] + self._type).to(self.device)
        x = self._normalised(x.to(self._kind), self._norm)
        mask = there.to(self.device)
        for layer in self._layers:
            x = self._normalised(x + self._attended(x, mask, layer), layer.gather_norm)
            wide = functional.gelu(functional.linear(x, *layer.widen))
            x = self._normalised(x + functional.linear(wide, *layer.narrow), layer.narrow_norm)
        return x

    def _attended(self, x: torch.Tensor, mask: torch.Tensor, layer: _Layer) -> torch.Tensor:
        mixed = functional.linear(x, *layer.attend).view(*x.shape[:2], 3, self._weights.heads, -1)
        query, key, value = mixed.permute(2, 0, 3, 1, 4)  # each (batch, heads, t, size)
        if self._kind is torch.bfloat16:
            together = attend_by_powers_of_two(query, key, value, mask)
        else:
            together = functional.scaled_dot_product_attention(query, key, value, mask[:, None, None, :])
        return functional.linear(together.transpose(1, 2).flatten(2), *layer.gather)

    def _normalised(self, x: torch.Tensor, norm: _Pair) -> torch.Tensor:
        return functional.layer_norm(x, (self._weights.hidden,), *norm, self._weights.epsilon)

    def _layer(self, number: int) -> _Layer:
        h, i = self._weights.hidden, self._weights.intermediate

        def pair(name: str, outputs: int, *inputs: int) -> _Pair:
            return self._pair(f"l{number}.{name}.w", f"l{number}.{name}.b", outputs, *inputs)

        query, key, value = (pair(name, h, h) for name in "qkv")
        return _Layer(
            attend=(torch.cat([query[0], key[0], value[0]]), torch.cat([query[1], key[1], value[1]])),
            gather=pair("ao", h, h),
            gather_norm=pair("aln", h),
            widen=pair("fi", i, h),
            narrow=pair("fo", h, i),
            narrow_norm=pair("oln", h),
        )

    def _pair(self, weight: str, bias: str, outputs: int, *inputs: int) -> _Pair:
        arrays = self._weights.tensor(weight, outputs, *inputs), self._weights.tensor(bias, outputs)
        one, other = (torch.from_numpy(array).to(self.device, self._kind) for array in arrays)
        return one, other
