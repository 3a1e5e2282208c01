"""The bundled model as transformers and sentence-transformers have it: what peers get, and tests hold it against."""

import tempfile
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from columnbot.embedding.bundled import LAYER_TENSORS, PASSAGE_PROMPT, QUERY_PROMPT
from columnbot.embedding.transformer import quiet_libraries
from columnbot.embedding.weights import BundledWeights, build_tokenizer


def build_bert(weights: BundledWeights) -> BertModel:
    """The bundled weights as transformers' `BertModel`, float32, on the processor."""
    with torch.device("meta"):
        bert = BertModel(BertConfig(**_sizes(weights)), add_pooling_layer=False)
    state = {name: torch.from_numpy(array) for name, array in _bert_state(weights).items()}
    bert.load_state_dict(state, strict=True, assign=True)
    # Made from the configuration, never stored; a model on "meta" has none yet.
    bert.embeddings.register_buffer("position_ids", torch.arange(weights.positions).unsqueeze(0))
    bert.embeddings.register_buffer("token_type_ids", torch.zeros(1, weights.positions, dtype=torch.long))
    return bert.eval()


def build_sentence_transformer(weights: BundledWeights) -> SentenceTransformer:
    """The bundled weights as `SentenceTransformer(Transformer, mean Pooling, Normalize)`, float32."""
    quiet_libraries()
    special: dict[str, Any] = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>",
                               "pad_token": "<pad>", "unk_token": "<unk>",
                               "model_max_length": weights.positions}  # fmt: skip
    # The Transformer module loads from a folder only: it gets one with a model of no layers and a tokenizer of no
    # words, which the real ones then replace, so that 490 MB need not pass through the disk.
    with tempfile.TemporaryDirectory() as folder:
        tiny = BertConfig(**(_sizes(weights) | {"vocab_size": 2, "num_hidden_layers": 0, "pad_token_id": 1}))
        BertModel(tiny, add_pooling_layer=False).save_pretrained(folder)
        empty = build_tokenizer(weights, list(weights.special.values()))
        PreTrainedTokenizerFast(tokenizer_object=empty, **special).save_pretrained(folder)
        transformer = Transformer(folder, max_seq_length=weights.positions)
    transformer.model = build_bert(weights)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=build_tokenizer(weights), **special)
    transformer.processor = transformer.input_formatter.processor = tokenizer
    return SentenceTransformer(
        modules=[transformer, Pooling(weights.hidden, pooling_mode="mean"), Normalize()],
        prompts={"query": QUERY_PROMPT, "document": PASSAGE_PROMPT},
    )


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
        for short, long in LAYER_TENSORS.items():
            shape = shapes.get(short, (size, size))
            state[f"encoder.layer.{layer}.{long}.weight"] = weights.tensor(f"l{layer}.{short}.w", *shape)
            state[f"encoder.layer.{layer}.{long}.bias"] = weights.tensor(f"l{layer}.{short}.b", shape[0])
    return state
