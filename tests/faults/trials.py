"""One fault after another, each followed by the same question: what does the index answer now?"""

import logging
import random
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from columnbot import ColumnbotError, build_index
from columnbot.index import open_index
from tests.faults.builds import FULL, Fault, Outcome, build, moments
from tests.faults.crashes import State, record, states, write_tree
from tests.faults.damage import damages, files_of, twin_of
from tests.faults.editions import QUESTIONS, Known, make_word_model, settings_for, told, write_edition

EDITIONS = 4


@dataclass(frozen=True, slots=True)
class Ground:
    """A model, the archives of the editions, and what the index of each is known to tell."""

    root: Path
    model: Path
    archives: tuple[Path, ...]
    known: Known

    def build(self, edition: int, index: Path) -> None:
        build_index(self.archives[edition], index, settings=settings_for(self.model))


@dataclass(slots=True)
class Tally:
    """How often each thing happened, and every time what may not happen did."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{count:,} {what}" for what, count in sorted(self.counts.items()))
        return "\n".join([f"{counts}; {len(self.faults)} faults", *self.faults[:20]])


def break_ground(root: Path) -> Ground:
    """Writes the archives and the model, and asks an undisturbed first build of each edition."""
    model = make_word_model(root / "model")
    archives = tuple(write_edition(root / f"edition-{edition}", edition) for edition in range(EDITIONS))
    tellings, files = [], []
    for edition, archive in enumerate(archives):
        build_index(archive, root / f"known-{edition}", settings=settings_for(model))
        tellings.append(told(root / f"known-{edition}"))
        files.append(open_index(root / f"known-{edition}").manifest.files)
    assert len(set(tellings)) == EDITIONS
    return Ground(root, model, archives, Known(tuple(tellings), tuple(files)))


def steps_of_a_build(ground: Ground, edition: int, index: Path) -> tuple[str, ...]:
    """The steps of building that edition over an index, which is left as it was."""
    copy = index.parent / "copy" / index.name
    shutil.copytree(index, copy)
    outcome = build(ground.archives[edition], copy, ground.model, Fault())
    assert outcome.error is None
    shutil.rmtree(copy.parent)
    return outcome.steps


def kill_builds(ground: Ground, index: Path, kills: Iterable[Fault | float]) -> Iterator[Tally]:
    """Kills builds of one index, one after another, after so many seconds or at a step, and tells how it stands."""
    tally = Tally()
    ground.build(0, index)
    in_force = 0
    for number, kill in enumerate(kills):
        new = (in_force + 1 + number % (EDITIONS - 1)) % EDITIONS
        if isinstance(kill, float):
            outcome = build(ground.archives[new], index, ground.model, kill_after=kill)
        else:
            outcome = build(ground.archives[new], index, ground.model, kill)
        found = _edition(ground, index)
        tally.counts["killed" if outcome.killed else "came through"] += 1
        if found == in_force and outcome.killed:
            tally.counts["as the old"] += 1
        elif found == new:
            tally.counts["as the new"] += 1
        else:
            tally.faults.append(f"{kill} of {in_force} → {new}: {found}; {outcome.error}")
        if isinstance(found, int):
            in_force = found
        yield tally
    ground.build((in_force + 1) % EDITIONS, index)
    if list(index.glob("*.tmp")):
        tally.faults.append(f"left behind: {[left.name for left in index.glob('*.tmp')]}")


def every_kill(steps: Sequence[str], count: int, seconds: float, *, stride: int = 1) -> list[Fault | float]:
    """A kill at every step (or every so many), and at random moments for the rest of the count; in no order."""
    at_steps: list[Fault | float] = [Fault(at=at) for at in range(0, len(steps), stride)]
    kills = [*at_steps, *moments(max(count - len(at_steps), 1), seconds)]
    random.Random(count).shuffle(kills)
    return kills


def _edition(ground: Ground, index: Path, questions: tuple[str, ...] = QUESTIONS) -> int | str | None:
    """Which edition answers; None for none that is known; the error where there is one."""
    try:
        return ground.known.edition_of(told(index, questions))
    except Exception as error:  # noqa: BLE001 - any error is what is to be told
        return f"{type(error).__name__}: {error}"


def _opened(ground: Ground, index: Path) -> int | str:
    """Which edition is opened, byte for byte: every file was hashed on the way."""
    try:
        return ground.known.files.index(open_index(index).manifest.files)
    except Exception as error:  # noqa: BLE001 - any error is what is to be told
        return f"{type(error).__name__}: {error}"


def lose_writes(ground: Ground, before: Sequence[int], scratch: Path, *, every: int = 1) -> Iterator[Tally]:
    """Opens what a crash may leave of the build that follows on those editions (of every so many such states, one)."""
    tally = Tally()
    root, new = scratch / "recorded", len(before)
    root.mkdir(parents=True)
    for edition in before:
        ground.build(edition, root / "index")
    recorded = record(root, ground.archives[new], root / "index", ground.model)
    for number, state in enumerate(states(recorded, random.Random(new))):
        if number % every and not state.done:
            continue
        place = scratch / "state"
        place.mkdir()
        write_tree(place, state.tree)
        tally.counts["states"] += 1
        _judge(state, _opened(ground, place / "index"), before, tally)
        shutil.rmtree(place)
        yield tally


def _judge(state: State, found: int | str | None, before: Sequence[int], tally: Tally) -> None:
    new = len(before)
    missing = isinstance(found, str) and found.startswith("IndexMissing")
    if found == new:
        tally.counts["new"] += 1
    elif not state.done and before and found == before[-1]:
        tally.counts["old"] += 1
    elif not state.done and not before and missing:
        tally.counts["none yet"] += 1
    else:
        tally.faults.append(f"{state.when} (over {list(before)}): {found}")


def refuse_writes(
    ground: Ground, index: Path, steps: Sequence[str], errno: int, *, lasting: bool, every: int = 1
) -> Iterator[Tally]:
    """The k-th operation on a file fails, for every k (or every so many); after each the next build comes through.

    Edition 0 stands and 1 is built over it. A full disk has to be explained by an error of ours, any
    other error likewise; where the build comes through nevertheless, the new edition has to stand.
    """
    tally = Tally()
    base = index.with_name("base")
    ground.build(2, base)
    ground.build(0, base)
    for at in range(0, len(steps), every):
        if errno == FULL and steps[at].startswith(("remove ", "rmdir ")):
            continue  # no disk is too full for that
        shutil.rmtree(index, ignore_errors=True)
        shutil.copytree(base, index)
        outcome = build(ground.archives[1], index, ground.model, Fault(at=at, errno=errno, lasting=lasting))
        found = _edition(ground, index)
        tally.counts["refused and explained" if outcome.error else "refused, came through"] += 1
        where = f"{steps[at]} fails with {errno}{' for good' if lasting else ''}"
        if outcome.error and not (outcome.ours and "\n" not in outcome.error):
            tally.faults.append(f"{where}: {outcome.error}")
        # Once CURRENT has been replaced the new edition may stand, whatever fails after.
        published = _published(outcome)
        if found != 1 and (found != 0 or not outcome.error):
            tally.faults.append(f"{where}: answers as {found}")
        if found == 1 and outcome.error and not published:
            tally.faults.append(f"{where}: answers as the new one, which was never published")
        left = [place.name for place in index.glob("*.tmp")]
        if errno == FULL and outcome.error and left:
            tally.faults.append(f"{where}: left behind {left}")
        ground.build(3, index)
        if _edition(ground, index) != 3:
            tally.faults.append(f"{where}: the next build does not answer")
        yield tally


def _published(outcome: Outcome) -> bool:
    return any(step.startswith("rename") and step.endswith("CURRENT.tmp") for step in outcome.steps)


class _Warnings(logging.Handler):
    """What was warned of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def damage_files(ground: Ground, index: Path, *, each: int) -> Iterator[Tally]:
    """Damages every file of an index of two generations, in turn, `each` times: 1 stands, over 0.

    In force, damage has to be warned of with the generation's name, and the generation before answers; in the
    generation before and beside the two it changes nothing.
    """
    tally = Tally()
    ground.build(0, index)
    ground.build(1, index)
    in_force = open_index(index).folder
    for file in files_of(index):
        sound = file.read_bytes()
        for damage in damages(sound, twin_of(file, index), each, file.name):
            if damage.content is None:
                file.unlink()
            else:
                file.write_bytes(damage.content)
            warnings = _Warnings()
            logging.getLogger("columnbot").addHandler(warnings)
            found = _edition(ground, index, QUESTIONS[:5])
            logging.getLogger("columnbot").removeHandler(warnings)
            named = any(file.parent.name in text for text in warnings.texts)
            expected = (0, True) if file.parent == in_force else (1, False)
            tally.counts[f"damages {'found' if named else 'that change nothing'}"] += 1
            if (found, named) != expected:
                tally.faults.append(f"{file.relative_to(index)}, {damage.what}: answers as {found}, {warnings.texts}")
            file.write_bytes(sound)
            yield tally


def damage_the_only_generation(ground: Ground, index: Path, *, each: int) -> Iterator[Tally]:
    """With nothing to fall back on, every damage to a generation is an error of one line that says what mends it."""
    tally = Tally()
    ground.build(0, index)
    for file in files_of(open_index(index).folder):
        sound = file.read_bytes()
        for damage in damages(sound, None, each, f"only {file.name}"):
            if damage.content is None:
                file.unlink()
            else:
                file.write_bytes(damage.content)
            try:
                told(index, QUESTIONS[:1])
            except ColumnbotError as error:
                text = f"{type(error).__name__}: {error}"
            except Exception as error:  # noqa: BLE001 - a stranger is a fault
                text = f"a stranger, {type(error).__name__}: {error}"
            else:
                text = "an answer"
            tally.counts["refused"] += 1
            if not (text.startswith("IndexDamaged") and file.name in text and "columnbot index" in text):
                tally.faults.append(f"{file.name}, {damage.what}: {text}")
            file.write_bytes(sound)
            yield tally


def last(tallies: Iterator[Tally]) -> Tally:
    """Runs them all."""
    tally = Tally()
    for tally in tallies:  # noqa: B007
        pass
    return tally
