"""One pass of a model over a text gives its vector, and those of the sentences and words in it.

The vector of a span is the mean of the token states that lie in it, computed within its text ("late
chunking", Günther et al. 2024): it knows its context, and costs no second pass.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding.device import batches_at_once, tokens_a_batch
from columnbot.embedding.threads import one_thread_a_product

if TYPE_CHECKING:
    import torch

# Passages are sorted by length within a window and cut into batches of at most so many tokens:
# little padding, memory that does not depend on the archive, and batches that stay in the cache. Two
# windows are also what a killed build loses at most.
WINDOW = 128


Floats = NDArray[np.float32]
Spans = tuple[tuple[int, int], ...]  # of characters in a text, in the order in which they begin


@dataclass(frozen=True, slots=True)
class PassageInput:
    """A text to embed, and the spans in it that get vectors of their own."""

    text: str
    sentences: Spans
    words: Spans = ()


@dataclass(frozen=True, slots=True)
class EmbeddedPassages:
    """Vectors of a run of passages, (n, d), of all their sentences, (m, d), and words, (w, d): float32, unit length.

    `counts` (n, 2) says how many sentences and words each passage has.
    """

    passages: Floats
    sentences: Floats
    words: Floats
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EmbeddedQuestion:
    """A question's vector, (d,), and those of its words, (w, d): float32, unit length."""

    vector: Floats
    words: Floats


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of a text: the numbers of its tokens, and their characters in it, (tokens, 2)."""

    ids: list[int]
    places: NDArray[np.int64]


class TokenModel(Protocol):
    """A model that gives a state to every token."""

    @property
    def device(self) -> "torch.device":
        """Where it runs."""

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Of each text, cut off at the model's longest input."""

    def states(self, batch: Sequence[Sequence[int]]) -> Iterator[Floats]:
        """The last layer's states of the tokens of each text, float32 (tokens, d)."""


def embed_pooled(model: TokenModel, prompt: str, inputs: Iterable[PassageInput]) -> Iterator[EmbeddedPassages]:
    """Embeds with a model that pools by the mean. A span beyond the model's last token gets its passage's vector.

    Each core has a batch to itself, and the next window is tokenised meanwhile. Cores that share out every product
    wait for the slowest after each of them: where the machine has other work too, that takes three times as long.
    """
    import torch

    stream = iter(inputs)
    under_way: deque[tuple[list[list[int]], Iterator[list[EmbeddedPassages]]]] = deque()
    with ThreadPoolExecutor(batches_at_once(model.device), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        while (window := list(islice(stream, WINDOW))) or under_way:
            if window:
                # Here, for of some tokenizers two threads cannot set the length at once.
                tokens = model.tokens([prompt + item.text for item in window])
                batches = list(_batches([len(text.ids) for text in tokens], tokens_a_batch(model.device)))
                embed = partial(_embed_batch, model, len(prompt), window, tokens)
                under_way.append((batches, pool.map(embed, batches)))
            if not window or len(under_way) > 1:
                yield _in_order(*under_way.popleft())


def _embed_batch(
    model: TokenModel, shift: int, window: list[PassageInput], tokens: list[Tokens], batch: list[int]
) -> list[EmbeddedPassages]:
    states = model.states([tokens[i].ids for i in batch])
    with one_thread_a_product():
        return [pooled_passage(of, tokens[i].places - shift, window[i]) for of, i in zip(states, batch, strict=True)]


def _in_order(batches: list[list[int]], embedded: Iterable[list[EmbeddedPassages]]) -> EmbeddedPassages:
    passages = {
        i: one for batch, done in zip(batches, embedded, strict=True) for i, one in zip(batch, done, strict=True)
    }
    return joined_passages(passages[i] for i in range(len(passages)))


def joined_passages(blocks: Iterable[EmbeddedPassages]) -> EmbeddedPassages:
    """Successive blocks as one."""
    parts = zip(*((block.passages, block.sentences, block.words, block.counts) for block in blocks), strict=True)
    return EmbeddedPassages(*map(np.concatenate, parts))


def pooled_passage(states: Floats, places: NDArray[np.int64], item: PassageInput) -> EmbeddedPassages:
    """One passage's vectors out of its token states (t, d) and their places (t, 2) in it."""
    vector = _unit(states.mean(axis=0))
    spans = _pool(states, places, item.sentences + item.words, vector)
    count = len(item.sentences)
    return EmbeddedPassages(vector[None, :], spans[:count], spans[count:], np.array([(count, len(item.words))]))


def pooled_question(states: Floats, places: NDArray[np.int64], words: Spans) -> EmbeddedQuestion:
    """A question's vectors out of its token states (t, d) and their places (t, 2) in it."""
    vector = _unit(states.mean(axis=0))
    return EmbeddedQuestion(vector, _pool(states, places, words, vector))


def _batches(lengths: list[int], tokens: int) -> Iterator[list[int]]:
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[i] * (len(batch) + 1) > tokens:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _pool(states: Floats, places: NDArray[np.int64], spans: Spans, fallback: Floats) -> Floats:
    """The mean of the states in each span, unit length; `fallback` for a span that no token lies in."""
    if not spans:
        return np.empty((0, states.shape[1]), np.float32)
    begin, end = np.array(spans).T[:, :, None]
    # Tokens that open and close a text stand nowhere in it, and end before it begins.
    within = (places[:, 1] > begin) & (places[:, 0] < end)
    pooled = within.astype(np.float32) @ states  # a fifth of the time of differences of running sums
    lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
    return np.where(lengths > 0, pooled / np.maximum(lengths, 1e-12), fallback)


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
