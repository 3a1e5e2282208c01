"""Files of an index that are no longer what was written: flipped, cut, blanked, swapped, gone."""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Damage:
    """What was done to a file, and what it now holds; None is a file that is gone."""

    what: str
    content: bytes | None


def damages(sound: bytes, other: bytes | None, count: int, seed: str) -> Iterator[Damage]:
    """`count` of them, each different from what was written; `other` is that file of another generation."""
    chance = random.Random(seed)
    made: set[bytes | None] = {sound}
    certain = [Damage("gone", None), Damage("emptied", b""), Damage("a byte added", sound + b"\0")]
    if other is not None:
        certain.append(Damage("swapped for another generation's", other))
    waiting = iter(certain)
    for _ in range(100 * count):  # an empty file has few damages
        damage = next(waiting, None) or _random_damage(sound, other or b"", chance)
        if damage.content in made:
            continue
        made.add(damage.content)
        yield damage
        if len(made) > count:
            return


def _random_damage(sound: bytes, other: bytes, chance: random.Random) -> Damage:
    content = bytearray(sound or b"\0")
    place = chance.randrange(len(content))
    end = min(len(content), place + chance.choice((1, 8, 512)))
    kind = chance.random()
    if kind < 0.6:
        content[place] ^= 1 << chance.randrange(8)
        return Damage(f"bit flipped in byte {place}", bytes(content))
    if kind < 0.7:
        return Damage(f"cut short to {place} bytes", bytes(content[:place]))
    if kind < 0.8:
        content[place:end] = bytes(end - place)
        return Damage(f"zeros from {place} to {end}", bytes(content))
    if kind < 0.9:
        content[place:end] = chance.randbytes(end - place)
        return Damage(f"noise from {place} to {end}", bytes(content))
    # A beginning of one generation's file with the other's end, of the same length: a write that got half-way.
    return Damage(f"another generation's from {place}", (sound[:place] + other[place:])[: len(sound)])


def files_of(index: Path) -> list[Path]:
    """Every file of an index, in a fixed order."""
    return sorted(file for file in index.rglob("*") if file.is_file())


def twin_of(file: Path, index: Path) -> bytes | None:
    """What the file of that name holds in another generation."""
    twins = [twin for twin in index.glob(f"gen-*/{file.name}") if twin != file]
    return twins[0].read_bytes() if twins else None


def age(index: Path, format: int, *, without: tuple[str, ...] = ()) -> None:
    """Makes the newest generation one of another format, whose manifest did not have some fields yet."""
    file = max(index.glob("gen-*")) / "manifest.json"
    fields = json.loads(file.read_text(encoding="utf-8")) | {"format": format}
    fields = {name: value for name, value in fields.items() if name not in ("sha256", *without)}
    digest = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    file.write_text(json.dumps(fields | {"sha256": digest}), encoding="utf-8")
