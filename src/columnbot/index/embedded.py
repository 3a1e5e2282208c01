"""The vectors that a build has embedded and not yet published, so that a killed build can be gone on with.

One file a model in the folder of the index, only ever added to. It begins with the axes of words, which another
machine, or the same one with another number of threads, would compute with other last bits:

    magic, dimension d, axes a                                      16 bytes
    BLAKE2b of the model and all after                              32 bytes
    mean (d,) and axes (d, a), float32

and goes on in blocks:

    magic, passages n, sentences m, words w, dimension d, axes a    28 bytes
    BLAKE2b of the model, its axes, all before and all after        32 bytes
    keys (n, 16), sentences and words of each passage (n, 2),
    vectors (n, d) and (m, d) in half precision, and (w, a) of words in a byte a number

A block that is torn, or not what was written, ends what counts: it and all after it are dropped.
"""

import contextlib
import hashlib
import os
import struct
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from columnbot.index.vectors import VectorBlock
from columnbot.index.word_vectors import WordAxes

_BEGIN = struct.Struct("<8sII")
_AXES = b"cbaxes\x01\n"
_HEAD = struct.Struct("<8sIIIII")
_MAGIC = b"cbvec\x00\x02\n"
_DIGEST = 32
_KEY = 16
_COUNTS = 8
_ENDING = ".part"


@dataclass(frozen=True, slots=True)
class Embedded:
    """The file, opened; a passage is known by its key (16 bytes, see `keys_of`).

    `rows` numbers the passages; `places` has five numbers of each: where in the file its vector begins, those
    of its sentences and words, and how many these are.
    """

    file: BinaryIO
    fingerprint: str
    axes: WordAxes
    rows: dict[bytes, int] = field(default_factory=dict)
    places: "array[int]" = field(default_factory=lambda: array("q"))

    @property
    def dimension(self) -> int:
        """Numbers in the vector of a passage or sentence."""
        return len(self.axes.mean)

    @property
    def width(self) -> int:
        """Numbers in that of a word."""
        return int(self.axes.axes.shape[1])

    def __contains__(self, key: bytes) -> bool:
        return key in self.rows

    def add(self, keys: Sequence[bytes], block: VectorBlock) -> None:
        """Adds the passages of those keys; they are on disk before this returns."""
        head = _HEAD.pack(_MAGIC, len(keys), len(block.sentences), len(block.words), self.dimension, self.width)
        arrays = ((block.counts, "<u4"), (block.passages, "<f2"), (block.sentences, "<f2"), (block.words, "|i1"))
        body = b"".join((*keys, *(np.ascontiguousarray(array, dtype).tobytes() for array, dtype in arrays)))
        start = self.file.seek(0, os.SEEK_END)
        if not start:
            start = self.file.write(_beginning(self.fingerprint, self.axes))
        self.file.write(head + self._digest(head, body) + body)
        self.file.flush()
        os.fsync(self.file.fileno())
        self._note(start + _HEAD.size + _DIGEST, keys, block.counts)

    def block(self, keys: Sequence[bytes]) -> VectorBlock:
        """The vectors of the passages of those keys, in that order."""
        places = [self.places[5 * row : 5 * row + 5] for row in map(self.rows.__getitem__, keys)]
        d, a = self.dimension, self.width
        return VectorBlock(
            np.concatenate([self._read(passage, 1, d, np.float16) for passage, *_ in places]),
            np.concatenate([self._read(start, count, d, np.float16) for _, start, _, count, _ in places]),
            np.concatenate([self._read(start, count, a, np.int8) for _, _, start, _, count in places]),
            np.array([(sentences, words) for *_, sentences, words in places]),
        )

    def _read(self, start: int, count: int, width: int, kind: type) -> NDArray[Any]:
        self.file.seek(start)
        content = self.file.read(count * width * np.dtype(kind).itemsize)
        return np.frombuffer(content, kind).reshape(count, width)

    def _digest(self, head: bytes, body: bytes) -> bytes:
        digest = hashlib.blake2b(self.fingerprint.encode(), digest_size=_DIGEST)
        digest.update(self.axes.mean.tobytes() + self.axes.axes.tobytes())
        digest.update(head)
        digest.update(body)
        return digest.digest()

    def _note(self, body: int, keys: Sequence[bytes], counts: NDArray[Any]) -> None:
        row = self.dimension * 2
        passage = body + len(keys) * (_KEY + _COUNTS)
        sentence = passage + len(keys) * row
        word = sentence + int(counts[:, 0].sum()) * row
        for key, (sentences, words) in zip(keys, counts.tolist(), strict=True):
            self.rows[key] = len(self.places) // 5
            self.places.extend((passage, sentence, word, sentences, words))
            passage += row
            sentence += sentences * row
            word += words * self.width

    def _take_in(self) -> None:
        """Reads what was written earlier, and cuts off what does not count."""
        beginning = _beginning(self.fingerprint, self.axes)
        self.file.seek(0)
        end = len(beginning) if self.file.read(len(beginning)) == beginning else 0
        while end and (after := self._read_block(end)) is not None:
            end = after
        self.file.truncate(end)

    def _read_block(self, start: int) -> int | None:
        """Notes the block that starts there, and gives where it ends; None where there is none that counts."""
        self.file.seek(start)
        head, digest = self.file.read(_HEAD.size), self.file.read(_DIGEST)
        if len(digest) < _DIGEST:
            return None
        magic, passages, sentences, words, dimension, width = _HEAD.unpack(head)
        size: int = passages * (_KEY + _COUNTS) + (passages + sentences) * dimension * 2 + words * width
        there = os.fstat(self.file.fileno()).st_size - self.file.tell()
        if magic != _MAGIC or (dimension, width) != (self.dimension, self.width) or size > there:
            return None
        body = self.file.read(size)
        if digest != self._digest(head, body):
            return None
        keys = [body[at : at + _KEY] for at in range(0, passages * _KEY, _KEY)]
        counts = np.frombuffer(body, "<u4", passages * 2, passages * _KEY).reshape(-1, 2)
        self._note(start + _HEAD.size + _DIGEST, keys, counts)
        return start + _HEAD.size + _DIGEST + size


@contextlib.contextmanager
def embedded_so_far(index: Path, fingerprint: str, axes: WordAxes) -> Iterator[Embedded]:
    """What earlier builds embedded with that model and did not publish, to be added to. For the holder of the lock."""
    with _file_of(index, fingerprint).open("a+b") as file:
        embedded = Embedded(file, fingerprint, axes)
        embedded._take_in()
        yield embedded


def axes_begun_with(index: Path, fingerprint: str) -> WordAxes | None:
    """The axes that an interrupted build with that model had; None where there was none, or they are torn."""
    try:
        with _file_of(index, fingerprint).open("rb") as file:
            there, head = os.fstat(file.fileno()).st_size, file.read(_BEGIN.size)
            if len(head) < _BEGIN.size:
                return None
            _magic, dimension, width = _BEGIN.unpack(head)
            size = _DIGEST + dimension * (1 + width) * 4
            content = file.read(min(size, there))
    except FileNotFoundError:
        return None
    if len(content) < size:
        return None
    numbers = np.frombuffer(content, "<f4", offset=_DIGEST)
    axes = WordAxes(numbers[:dimension], numbers[dimension:].reshape(dimension, width))
    return axes if head + content == _beginning(fingerprint, axes) else None


def _beginning(fingerprint: str, axes: WordAxes) -> bytes:
    head = _BEGIN.pack(_AXES, *axes.axes.shape)
    body = b"".join(np.ascontiguousarray(part, "<f4").tobytes() for part in (axes.mean, axes.axes))
    return head + hashlib.blake2b(fingerprint.encode() + head + body, digest_size=_DIGEST).digest() + body


def _file_of(index: Path, fingerprint: str) -> Path:
    name = hashlib.blake2b(fingerprint.encode(), digest_size=8).hexdigest()
    return index / f"embedded-{name}{_ENDING}"


def forget_embedded(index: Path) -> None:
    """Removes what is kept of unpublished builds."""
    for file in index.glob(f"embedded-*{_ENDING}"):
        file.unlink()
