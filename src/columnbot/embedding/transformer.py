"""Any sentence-transformers model, by its name or folder, with the prompts its family was trained with."""

import hashlib
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding.device import gpu_failures_explained, multiplies_bfloat16
from columnbot.embedding.pooling import (
    WINDOW,
    EmbeddedPassages,
    EmbeddedQuestion,
    PassageInput,
    Spans,
    Tokens,
    embed_pooled,
    pooled_question,
)
from columnbot.errors import ModelUnavailable, unloadable

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

# Question and passage prompts by family, for models whose folder does not bring its own. First match wins.
_FAMILY_PROMPTS = (
    (r"e5.*instruct", ("Instruct: Retrieve passages that answer the question\nQuery: ", "")),
    (r"\be5\b|e5-", ("query: ", "passage: ")),
    (r"bge-.*-en", ("Represent this sentence for searching relevant passages: ", "")),
    (r"arctic-embed", ("query: ", "")),
    (r"nomic-embed", ("search_query: ", "search_document: ")),
)
_PLAIN = ("", "")


def prompts_of(name: str, own: dict[str, str]) -> tuple[str, str]:
    """The prompts before a question and before a passage: the model's own, else its family's, else none."""
    if own.get("query"):
        return own["query"], own.get("document") or own.get("passage") or ""
    family = Path(name).name.lower()
    return next((prompts for pattern, prompts in _FAMILY_PROMPTS if re.search(pattern, family)), _PLAIN)


@dataclass(frozen=True)
class TransformerEmbedder:
    """A loaded sentence-transformers model; the methods are those of `Embedder`."""

    name: str
    fingerprint: str
    dimension: int
    model: "SentenceTransformer"
    query_prompt: str
    passage_prompt: str
    asker: "SentenceTransformer | None" = None  # for questions, if that is another

    @classmethod
    def load(cls, name: str) -> "TransformerEmbedder":
        """Loads a model by name or folder. Raises `ModelUnavailable` with the reason in one line."""
        from sentence_transformers import SentenceTransformer

        quiet_libraries()
        try:
            with gpu_failures_explained():
                model = SentenceTransformer(name)
        except ModelUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a name can fail in a dozen libraries, each with its own errors
            kind = "sentence-transformers model"
            raise unloadable("model", name, error, kind=kind, flag="--model") from error
        own = {key: prompt for key, prompt in model.prompts.items() if prompt}
        query_prompt, passage_prompt = prompts_of(name, own)
        fingerprint = fingerprint_of(model, query_prompt, passage_prompt)
        if multiplies_bfloat16(model.device):
            model.bfloat16()
        return cls(name, fingerprint, model.get_embedding_dimension() or 0, model, query_prompt, passage_prompt)

    @cached_property
    def untaught(self) -> "TransformerEmbedder":
        """See `Embedder`."""
        return replace(self, asker=None)

    def embed_question(self, question: str, words: Spans) -> EmbeddedQuestion:
        """See `Embedder`."""
        asker = self.asker or self.model
        if not _pools_by_mean(asker):
            (vector,) = self.embed_questions([question])
            return EmbeddedQuestion(vector, np.empty((0, self.dimension), np.float32))
        model = Tokenwise(asker)
        (tokens,) = model.tokens([self.query_prompt + question])
        (states,) = model.states([tokens.ids])
        return pooled_question(states, tokens.places - len(self.query_prompt), words)

    def embed_questions(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        return _encode(self.asker or self.model, [self.query_prompt + question for question in questions])

    def embed_passages(self, passages: Iterable[PassageInput]) -> Iterator[EmbeddedPassages]:
        """See `Embedder`."""
        if _pools_by_mean(self.model):
            yield from embed_pooled(Tokenwise(self.model), self.passage_prompt, passages)
            return
        # Token states of other models (CLS, last token, a dense layer) do not live in the space
        # of the question's vector, so each sentence is embedded by itself.
        stream = iter(passages)
        while window := list(islice(stream, WINDOW)):
            sentences = [item.text[start:end] for item in window for start, end in item.sentences]
            yield EmbeddedPassages(
                _encode(self.model, [self.passage_prompt + item.text for item in window]),
                _encode(self.model, [self.passage_prompt + sentence for sentence in sentences]),
                np.empty((0, self.dimension), np.float32),
                np.array([(len(item.sentences), 0) for item in window]),
            )


@dataclass(frozen=True, slots=True)
class Tokenwise:
    """A model that pools by the mean, before it does; the methods are those of `TokenModel`."""

    model: "SentenceTransformer"

    @property
    def device(self) -> "torch.device":
        """See `TokenModel`."""
        return self.model.device

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """See `TokenModel`."""
        encoded = self.model.tokenizer(
            list(texts), truncation=True, max_length=self.model.max_seq_length, return_offsets_mapping=True
        )
        places = map(np.array, encoded["offset_mapping"])
        return list(map(Tokens, encoded["input_ids"], places))

    def states(self, batch: Sequence[Sequence[int]]) -> Iterator[NDArray[np.float32]]:
        """See `TokenModel`."""
        import torch

        longest, padding = max(map(len, batch)), self.model.tokenizer.pad_token_id
        features = {
            "input_ids": torch.tensor([[*text, *[padding] * (longest - len(text))] for text in batch]),
            "attention_mask": torch.tensor([[1] * len(text) + [0] * (longest - len(text)) for text in batch]),
        }
        with torch.inference_mode(), gpu_failures_explained():
            features = {name: tensor.to(self.model.device) for name, tensor in features.items()}
            states = self.model[0](features)["token_embeddings"].float().cpu().numpy()
        return (of[: len(ids)] for of, ids in zip(states, batch, strict=True))


def fingerprint_of(model: "SentenceTransformer", query_prompt: str, passage_prompt: str) -> str:
    """A hash of the prompts and of every tensor's name, shape and first numbers: cheap, no two trainings share it."""
    digest = hashlib.sha256(f"{query_prompt}\0{passage_prompt}\0".encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name}{tuple(tensor.shape)}".encode())
        digest.update(tensor.flatten()[:1024].float().cpu().numpy().tobytes())
    return digest.hexdigest()


def quiet_libraries() -> None:
    """No progress bars or loading reports of transformers: the build shows its own."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)


def _pools_by_mean(model: "SentenceTransformer") -> bool:
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    modules: list[Any] = list(model)
    kinds = [type(module) for module in modules]
    plain = kinds in ([Transformer, Pooling], [Transformer, Pooling, Normalize])
    return plain and modules[1].pooling_mode in ("mean", ("mean",)) and bool(getattr(model.tokenizer, "is_fast", False))


def _encode(model: "SentenceTransformer", texts: list[str]) -> NDArray[np.float32]:
    # An empty prompt, since ours stands in the text: sentence-transformers would add a default one.
    with gpu_failures_explained():
        vectors = model.encode(texts, prompt="", convert_to_numpy=True, show_progress_bar=False)
    vectors = np.asarray(vectors, dtype=np.float32).reshape(len(texts), model.get_embedding_dimension() or 0)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), dtype=np.float32)
