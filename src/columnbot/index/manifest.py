"""What a generation says of itself, and whether its files are still what was written.

Every file has its size and SHA-256 in the manifest, and is checked before it is opened. In a generation of
more than 1 GB the large arrays are not read through for that: their blocks are checked as they are needed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from columnbot.errors import IndexDamaged, IndexOutdated
from columnbot.index.arrays import begins_soundly, digests_of_blocks

FORMAT = 3
MEND = "build the index again with: columnbot index"
LARGE = 1_000_000_000  # bytes of a generation that is not read through to be opened,
LARGE_FILE = 50_000_000  # and of an array in it that is checked as it is needed
# What is in the rows of these is only ever taken a few at a time.
_IN_ROWS = (
    "passage_vectors.npy", "sentence_vectors.npy", "word_vectors.npy", "words.documents.npy",
    "words.frequencies.npy", "grams.documents.npy", "grams.frequencies.npy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What a file must be: its size in bytes, its SHA-256, and digests of its blocks if it is large; both in hex."""

    size: int
    sha256: str
    blocks: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself; `archive` is the folder of the articles."""

    format: int
    columnbot: str
    created: str
    archive: str
    model: str
    fingerprint: str
    dimension: int
    analyser: int
    passage_words: int
    approximate: bool
    articles: int
    passages: int
    sentences: int
    files: Mapping[str, FileCheck]
    pages: bool = False  # what was asked for, which manifests did not say from the first
    exact: bool = False

    def checked_by_block(self, name: str) -> bool:
        """Whether that file is checked as it is needed, and not when it is opened."""
        large = sum(check.size for check in self.files.values()) > LARGE
        return large and bool(self.files[name].blocks)


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Vouches for the files that are now in the folder. `facts` are the fields but format, creation and files."""
    files = {file.name: _check_of(file) for file in sorted(folder.iterdir())}
    created = datetime.now(timezone.utc).isoformat(timespec="seconds")
    written = asdict(Manifest(format=FORMAT, created=created, files=files, **facts))
    text = json.dumps({**written, "sha256": _digest(written)}, indent=1) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Raises `IndexDamaged`, or `IndexOutdated` for a generation of another format."""
    try:
        fields = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if fields.pop("sha256") != _digest(fields):
            raise ValueError("the manifest is not what was written")
        if fields["format"] != FORMAT:
            raise _outdated(folder, fields)
        files = {name: FileCheck(**check) for name, check in fields.pop("files").items()}
        return Manifest(files=files, **fields)
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise IndexDamaged(f"{folder / 'manifest.json'} is missing or damaged; {MEND}") from error


def _outdated(folder: Path, fields: Mapping[str, Any]) -> IndexOutdated:
    archive = Path(fields["archive"]) if "archive" in fields else None
    with (folder / "articles.jsonl").open(encoding="utf-8") as lines:
        first = str(json.loads(next(lines, ""))["path"])
    return IndexOutdated(
        f"{folder.parent} was made by columnbot {fields['columnbot']} (format {fields['format']}, now {FORMAT}); "
        f"{MEND} {archive or 'ARTICLES'} --index {folder.parent}",
        archive=archive, holds=first, model=fields["model"], passage_words=fields["passage_words"],
        pages=fields.get("pages"), exact=fields.get("exact"),
    )  # fmt: skip


def verify(folder: Path, *, whole: bool = False) -> Manifest:
    """Checks that files are what was written: those to be read at opening, or the whole of all.

    Raises `IndexDamaged` naming the file, or `IndexOutdated`.
    """
    manifest = read_manifest(folder)
    for name, check in manifest.files.items():
        file = folder / name
        try:
            sound = file.stat().st_size == check.size and (
                begins_soundly(file, bytes.fromhex(check.blocks))
                if manifest.checked_by_block(name) and not whole
                else _sha256(file) == check.sha256
            )
        except OSError:
            sound = False
        if not sound:
            raise IndexDamaged(f"{file} is missing or damaged; {MEND}")
    return manifest


def _check_of(file: Path) -> FileCheck:
    size = file.stat().st_size
    blocks = size > LARGE_FILE and file.name in _IN_ROWS
    return FileCheck(size, _sha256(file), digests_of_blocks(file).hex() if blocks else "")


def _digest(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        digest = hashlib.sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
