"""What each file gave when it was read, so that it need not be read again until it changes.

A reading holds as long as its digest does: of the file's content, and of what else was looked at. A file
of which anything was left out is read anew each time: an extra may have been installed, a day have come.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from columnbot.articles import Article, article_from_json, article_to_json
from columnbot.readers.copies import Sketch, sketch_from
from columnbot.version import VERSION

# To be raised when a reader changes what it gives between two versions of columnbot.
READERS_VERSION = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """The articles of a file, as they stand in it, their sketches, and the digest of what they were read from."""

    digest: str
    articles: tuple[Article, ...]
    sketches: tuple[Sketch, ...]


Readings = Mapping[str, Reading]  # by the file's path


def digest_of(stream: BinaryIO, *besides: str) -> str:
    """Of all that is in a file, from its start, and of what else its reading depends on. Leaves it at the start."""
    digest = hashlib.blake2b("\n".join(besides).encode(), digest_size=20)
    stream.seek(0)
    while block := stream.read(1 << 20):
        digest.update(block)
    stream.seek(0)
    return digest.hexdigest()


def sketches_by_text(readings: Readings) -> dict[str, Sketch]:
    """The sketches of all that was read."""
    return {
        article.text: sketch
        for reading in readings.values()
        for article, sketch in zip(reading.articles, reading.sketches, strict=True)
    }


def write_readings(readings: Readings, articles: Sequence[Article], file: Path) -> None:
    """Writes them as JSON lines; a text that stands in one of the articles is not written again."""
    texts = {article.path: article.text for article in articles}
    with file.open("w", encoding="utf-8", newline="\n") as lines:
        lines.write(json.dumps(_VERSIONS) + "\n")
        for path, reading in sorted(readings.items()):
            given = [article_to_json(article) for article in reading.articles]
            for fields in given:
                if texts.get(fields["path"]) == fields["text"]:
                    del fields["text"]
            sketches = [str(sketch) for sketch in reading.sketches]
            entry = {"file": path, "digest": reading.digest, "articles": given, "sketches": sketches}
            lines.write(json.dumps(entry, ensure_ascii=False) + "\n")


def read_readings(file: Path, articles: Sequence[Article]) -> dict[str, Reading]:
    """What `write_readings` wrote beside these articles; nothing where other readers did the reading."""
    texts = {article.path: article.text for article in articles}
    with file.open(encoding="utf-8", newline="\n") as lines:
        if json.loads(next(lines)) != _VERSIONS:
            return {}
        readings = {}
        for entry in map(json.loads, lines):
            given = ({"text": texts.get(fields["path"]), **fields} for fields in entry["articles"])
            readings[entry["file"]] = Reading(
                entry["digest"], tuple(map(article_from_json, given)), tuple(map(sketch_from, entry["sketches"]))
            )
        return readings


_VERSIONS = {"columnbot": VERSION, "readers": READERS_VERSION}
