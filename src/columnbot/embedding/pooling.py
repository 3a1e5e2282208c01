"""One pass of a model over a passage gives the passage's vector and that of each of its sentences.

A sentence's vector is the mean of the token states that lie in it, computed within its passage
("late chunking", Günther et al. 2024): it knows its context, and costs no second pass.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Passages are sorted by length within a window and cut into batches of at most so many tokens:
# little padding, memory that does not depend on the archive, and batches that stay in the cache. A
# window is also what a killed build loses at most.
WINDOW = 128
TOKENS_A_BATCH = 2048


@dataclass(frozen=True, slots=True)
class PassageInput:
    """A text to embed and the character spans in it (its sentences) that get vectors of their own."""

    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class EmbeddedPassages:
    """Vectors of a run of passages: float32 (n, d) and, span after span, float32 (m, d); unit length."""

    passages: NDArray[np.float32]
    spans: NDArray[np.float32]


def embed_pooled(
    model: "SentenceTransformer", prompt: str, inputs: Iterable[PassageInput]
) -> Iterator[EmbeddedPassages]:
    """Embeds with a model that pools by the mean. A span beyond the model's last token gets its passage's vector."""
    stream = iter(inputs)
    while window := list(islice(stream, WINDOW)):
        yield _embed_window(model, prompt, window)


def _embed_window(model: "SentenceTransformer", prompt: str, window: list[PassageInput]) -> EmbeddedPassages:
    encoded = model.tokenizer(
        [prompt + item.text for item in window], truncation=True, max_length=model.max_seq_length,
        return_offsets_mapping=True,
    )  # fmt: skip
    lengths = [len(ids) for ids in encoded["input_ids"]]
    dimension = model.get_embedding_dimension() or 0
    passages = np.empty((len(window), dimension), np.float32)
    spans: list[NDArray[np.float32]] = [np.empty((0, dimension), np.float32)] * len(window)
    for batch in _batches(lengths):
        ids = [encoded["input_ids"][i] for i in batch]
        for i, states in zip(batch, _token_states(model, ids), strict=True):
            passages[i] = _unit(states.mean(axis=0))
            starts = np.array([start for start, _ in encoded["offset_mapping"][i]]) - len(prompt)
            ends = np.array([end for _, end in encoded["offset_mapping"][i]]) - len(prompt)
            spans[i] = _pool_spans(states, starts, ends, window[i].spans, passages[i])
    return EmbeddedPassages(passages, np.concatenate(spans))


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[i] * (len(batch) + 1) > TOKENS_A_BATCH:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _token_states(model: "SentenceTransformer", ids: list[list[int]]) -> Iterator[NDArray[np.float32]]:
    """The last layer's token states of each text, float32 (tokens, d), padding left out."""
    import torch

    longest = max(map(len, ids))
    padding = model.tokenizer.pad_token_id
    features: dict[str, torch.Tensor] = {
        "input_ids": torch.tensor([text + [padding] * (longest - len(text)) for text in ids]),
        "attention_mask": torch.tensor([[1] * len(text) + [0] * (longest - len(text)) for text in ids]),
    }
    features = {name: tensor.to(model.device) for name, tensor in features.items()}
    with torch.inference_mode():
        states = model[0](features)["token_embeddings"].float().cpu().numpy()
    return (states[i, : len(text)] for i, text in enumerate(ids))


def _pool_spans(
    states: NDArray[np.float32],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    spans: tuple[tuple[int, int], ...],
    fallback: NDArray[np.float32],
) -> NDArray[np.float32]:
    pooled = np.empty((len(spans), states.shape[1]), np.float32)
    for row, (start, end) in enumerate(spans):
        inside = (starts < end) & (ends > start) & (ends > starts)
        pooled[row] = _unit(states[inside].mean(axis=0)) if inside.any() else fallback
    return pooled


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
