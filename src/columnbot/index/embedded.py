"""The vectors that a build has embedded and not yet published, so that a killed build can be gone on with.

One file a model in the folder of the index, only ever added to, in blocks:

    magic, passages n, sentences m, dimension d      20 bytes
    BLAKE2b of the model, all before and all after   32 bytes
    keys (n, 16), sentences of each passage (n,), vectors (n, d) and (m, d) in half precision

A block that is torn, or not what was written, ends what counts: it and all after it are dropped.
"""

import contextlib
import hashlib
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

_HEAD = struct.Struct("<8sIII")
_MAGIC = b"cbvec\x00\x01\n"
_DIGEST = 32
_KEY = 16
_ENDING = ".part"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file a passage's vector stands and those of its sentences: bytes, bytes, number."""

    passage: int
    sentences: int
    count: int


@dataclass(frozen=True, slots=True)
class Embedded:
    """The file, opened; a passage is known by its key (16 bytes, see `key_of`)."""

    file: BinaryIO
    fingerprint: str
    dimension: int
    places: dict[bytes, _Place]

    def __contains__(self, key: bytes) -> bool:
        return key in self.places

    def add(
        self,
        keys: Sequence[bytes],
        counts: Sequence[int],
        passages: NDArray[np.float16],
        sentences: NDArray[np.float16],
    ) -> None:
        """Adds a block, on disk before this returns: vectors (n, d), and (m, d) of `counts` sentences each."""
        head = _HEAD.pack(_MAGIC, len(keys), len(sentences), self.dimension)
        body = b"".join(
            (*keys, np.asarray(counts, "<u4").tobytes(), _bytes_of(passages), _bytes_of(sentences)),
        )
        start = self.file.seek(0, os.SEEK_END)
        self.file.write(head + self._digest(head, body) + body)
        self.file.flush()
        os.fsync(self.file.fileno())
        self._note(start + _HEAD.size + _DIGEST, keys, counts)

    def passage(self, key: bytes) -> NDArray[np.float16]:
        """The passage's vector, float16 (d,)."""
        vector: NDArray[np.float16] = self._rows(self.places[key].passage, 1)[0]
        return vector

    def sentences(self, key: bytes) -> NDArray[np.float16]:
        """Those of its sentences, float16 (sentences, d)."""
        place = self.places[key]
        return self._rows(place.sentences, place.count)

    def _rows(self, start: int, count: int) -> NDArray[np.float16]:
        self.file.seek(start)
        content = self.file.read(count * self.dimension * 2)
        return np.frombuffer(content, np.float16).reshape(count, self.dimension)

    def _digest(self, head: bytes, body: bytes) -> bytes:
        digest = hashlib.blake2b(self.fingerprint.encode(), digest_size=_DIGEST)
        digest.update(head)
        digest.update(body)
        return digest.digest()

    def _note(self, body: int, keys: Sequence[bytes], counts: Sequence[int]) -> None:
        row = self.dimension * 2
        passage = body + len(keys) * (_KEY + 4)
        sentence = passage + len(keys) * row
        for key, count in zip(keys, counts, strict=True):
            self.places[key] = _Place(passage, sentence, int(count))
            passage += row
            sentence += int(count) * row

    def _take_in(self) -> None:
        """Reads what was written earlier, and cuts off what does not count."""
        end = 0
        while (after := self._read_block(end)) is not None:
            end = after
        self.file.truncate(end)

    def _read_block(self, start: int) -> int | None:
        """Notes the block that starts there, and gives where it ends; None where there is none that counts."""
        self.file.seek(start)
        head, digest = self.file.read(_HEAD.size), self.file.read(_DIGEST)
        if len(digest) < _DIGEST:
            return None
        magic, passages, sentences, dimension = _HEAD.unpack(head)
        size: int = passages * (_KEY + 4) + (passages + sentences) * dimension * 2
        there = os.fstat(self.file.fileno()).st_size - self.file.tell()
        if magic != _MAGIC or dimension != self.dimension or size > there:
            return None
        body = self.file.read(size)
        if digest != self._digest(head, body):
            return None
        keys = [body[at : at + _KEY] for at in range(0, passages * _KEY, _KEY)]
        counts = np.frombuffer(body, "<u4", passages, passages * _KEY).tolist()
        self._note(start + _HEAD.size + _DIGEST, keys, counts)
        return start + _HEAD.size + _DIGEST + size


@contextlib.contextmanager
def embedded_so_far(index: Path, fingerprint: str, dimension: int) -> Iterator[Embedded]:
    """What earlier builds embedded with that model and did not publish, to be added to. For the holder of the lock."""
    name = hashlib.blake2b(fingerprint.encode(), digest_size=8).hexdigest()
    with open(index / f"embedded-{name}{_ENDING}", "a+b") as file:
        embedded = Embedded(file, fingerprint, dimension, {})
        embedded._take_in()
        yield embedded


def forget_embedded(index: Path) -> None:
    """Removes what is kept of unpublished builds."""
    for file in index.glob(f"embedded-*{_ENDING}"):
        file.unlink()


def _bytes_of(vectors: NDArray[np.float16]) -> bytes:
    return np.ascontiguousarray(vectors, "<f2").tobytes()
