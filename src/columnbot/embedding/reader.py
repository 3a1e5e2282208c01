"""Reads a passage and a question together, and says of each sentence how likely it is to answer.

Of a claim, in the place of a question, it says how likely each sentence is to bear it out.

A cross-encoder (Nogueira & Cho 2019): the lowest layers of the bundled model, adapted to questions with and without an
answer in the passage beside them. So it finds an answer that shares no word with the question, which vectors made apart
from each other cannot. `benchmarks/train_reader.py` says out of what it was learnt.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property, partial
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding.encoder import Floats, Layers, gelu
from columnbot.embedding.learnt import Learnt, adapted, read_learnt
from columnbot.embedding.pooling import PassageInput
from columnbot.embedding.weights import BundledWeights, FewTextsTokenizer, bundled_file, read_weights

LEARNT = "reader.npz"  # beside this module
QUESTION, CLAIM, PASSAGE = "query: ", "claim: ", "passage: "
LONGEST_QUESTION, LONGEST_CLAIM = 64, 128  # tokens; of a longer one the beginning is left out, for the end asks
UNREAD = -12.0  # of a sentence that lies beyond the model's longest input; no sentence that is read gets less


class Reader:
    """The model that reads; safe to share between threads. Its 130 MB are taken when it first reads."""

    def __init__(self, file: Path) -> None:
        """`file` is that of the bundled model."""
        self._file = file
        self._first = Lock()

    def read(self, question: str, passages: Sequence[PassageInput]) -> list[Floats]:
        """Of each passage, of each of its sentences: the log-odds, float32, that it answers and not nothing there."""
        return self._put(QUESTION, question, LONGEST_QUESTION, passages)

    def hold_against(self, claim: str, passages: Sequence[PassageInput]) -> list[Floats]:
        """Of each passage, of each of its sentences: the log-odds, float32, that it bears the claim out, likewise."""
        return self._put(CLAIM, claim, LONGEST_CLAIM, passages)

    def _put(self, kind: str, put: str, longest: int, passages: Sequence[PassageInput]) -> list[Floats]:
        with self._first:  # of those who ask at once only one opens the model
            tokenizer, threads, _ = self._tokenizer, self._threads, self._layers
        (opening, _), (asked, _), *texts = tokenizer.encode_all(
            [kind, kind + put, *(PASSAGE + passage.text for passage in passages)], self._weights.positions
        )
        if len(asked) > longest:
            opens = len(opening) - 1  # without the mark that closes it
            asked = np.concatenate([asked[:opens], asked[opens - longest :]])
        read = partial(self._read, asked)
        return list(threads.map(read, texts, passages))

    def _read(
        self, asked: NDArray[np.int64], text: tuple[NDArray[np.int64], NDArray[np.int64]], passage: PassageInput
    ) -> Floats:
        if not passage.sentences:
            return np.empty(0, np.float32)
        ids = np.concatenate([asked, text[0][1:]])[: self._weights.positions]  # one opening mark, not two
        states = self._layers.states(ids)
        places = text[1][1:][: len(ids) - len(asked)] - len(PASSAGE)
        starts, ends = np.array(passage.sentences, np.int64).T
        last = places[:, 1] - 1
        owners = np.searchsorted(starts, last, side="right") - 1
        within = (owners >= 0) & (last < ends[owners])
        odds = np.full(len(starts), UNREAD, np.float32)
        read, first = np.unique(owners[within], return_index=True)
        if len(read):
            of_sentences = states[len(asked) :][within]
            counts = np.diff(np.append(first, len(of_sentences))).astype(np.float32)
            means = np.add.reduceat(of_sentences, first) / counts[:, None]
            odds[read] = self._score(np.asarray(means, np.float32)) - self._nothing(states[0])
        return np.maximum(odds, UNREAD)

    def _score(self, means: Floats) -> Floats:
        learnt = self._learnt
        hidden = gelu(means @ learnt["head.0.weight"].T + learnt["head.0.bias"])
        return np.asarray(hidden @ learnt["head.2.weight"][0] + learnt["head.2.bias"], np.float32)

    def _nothing(self, opening: Floats) -> Floats:
        """How likely it is that nothing in the passage answers, by the state of the mark that opens it all."""
        return np.asarray(opening @ self._learnt["null.weight"][0] + self._learnt["null.bias"], np.float32)

    @cached_property
    def _learnt(self) -> Learnt:
        return read_learnt(LEARNT)

    @cached_property
    def _layers(self) -> Layers:
        return Layers(self._weights, int(self._learnt["layers"]), adapted(self._weights, self._learnt))

    @cached_property
    def _weights(self) -> BundledWeights:
        return read_weights(self._file)

    @cached_property
    def _tokenizer(self) -> FewTextsTokenizer:
        return FewTextsTokenizer(self._weights)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="reader")  # a passage each


@cache
def open_reader() -> Reader | None:
    """The one reader of this process, or None where the bundled model has no package for this kind of machine."""
    file = bundled_file()
    return Reader(file) if file else None
