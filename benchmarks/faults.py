"""Everything that can go wrong beneath an index, made to happen as often as you like.

    python -m benchmarks.faults kill [--builds 500]
    python -m benchmarks.faults writes [--every 1]
    python -m benchmarks.faults refusals [--every 1]
    python -m benchmarks.faults disk
    python -m benchmarks.faults bits [--each 200]
    python -m benchmarks.faults readers [--generations 50]
    python -m benchmarks.faults model [--steps 5000]

From the root of the repository, on Linux; `disk` as root, for it mounts small file systems. Ends with status 1
where anything was lost, mixed or not found.
"""

import argparse
import logging
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.faults.builds import BROKEN, FULL, Fault, build
from tests.faults.readers import ask_through, footprint
from tests.faults.trials import (
    EDITIONS,
    Ground,
    Tally,
    break_ground,
    damage_files,
    damage_the_only_generation,
    every_kill,
    kill_builds,
    lose_writes,
    refuse_writes,
    steps_of_a_build,
)

from columnbot.index import open_index


def kill(ground: Ground, scratch: Path, builds: int) -> bool:
    """Builds killed at each step and at random moments."""
    steps = two_generations(ground, scratch / "steps")
    ground.build(0, scratch / "timed")
    build(ground.archives[1], scratch / "timed", ground.model)
    seconds = []
    for edition in (2, 3, 0, 1, 2):
        started = time.perf_counter()
        build(ground.archives[edition], scratch / "timed", ground.model)
        seconds.append(time.perf_counter() - started)
    usual = statistics.median(seconds)
    print(f"a build takes {len(steps)} steps and {usual:.2f} s; each step gets a kill, the rest come at random")
    return told_well("kill", kill_builds(ground, scratch / "index", every_kill(steps, builds, usual)))


def writes(ground: Ground, scratch: Path, every: int) -> bool:
    """States that a crash may leave."""
    well = True
    for before in ((), (0,), (0, 1)):
        name = f"crash during build {len(before) + 1}"
        well &= told_well(name, lose_writes(ground, before, scratch / f"lost-{len(before)}", every=every))
    return well


def refusals(ground: Ground, scratch: Path, every: int) -> bool:
    """Errors of the k-th operation on a file, for every k."""
    well = True
    steps = two_generations(ground, scratch / "steps")
    for errno, lasting in ((FULL, False), (FULL, True), (BROKEN, False), (BROKEN, True)):
        name = f"{'ENOSPC' if errno == FULL else 'EIO'} at the k-th operation{' and after' if lasting else ''}"
        place = scratch / f"refused-{errno}-{lasting}"
        place.mkdir()
        well &= told_well(name, refuse_writes(ground, place / "index", steps, errno, lasting=lasting, every=every))
    return well


def disk(ground: Ground, scratch: Path) -> bool:
    """A real file system, as small as it can be for the old index, then a page larger each time until a build fits."""
    return told_well("a disk that is full after k pages", small_disks(ground, scratch))


def small_disks(ground: Ground, scratch: Path) -> Iterator[Tally]:
    """Edition 0 stands and 1 is built over it."""
    tally = Tally()
    ground.build(0, scratch / "base")
    mount, base = scratch / "small", scratch / "base"
    mount.mkdir()
    pages = sum(-(-file.stat().st_size // 4096) for file in base.rglob("*") if file.is_file()) + 1
    outcome = None
    while outcome is None or outcome.error is not None:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={pages * 4096}", "faults", str(mount)], check=True)
        try:
            shutil.copytree(base, mount / "index")
            outcome = build(ground.archives[1], mount / "index", ground.model, Fault(kinds=()))
            found = ground.known.files.index(open_index(mount / "index").manifest.files)
            left = [place.name for place in (mount / "index").glob("*.tmp")]
        finally:
            subprocess.run(["umount", str(mount)], check=True)
        tally.counts["too small" if outcome.error else "large enough"] += 1
        explained = outcome.error is None or (outcome.ours and "disk is full" in outcome.error)
        if not explained or found != (0 if outcome.error else 1) or left:
            tally.faults.append(f"{pages} pages: {outcome.error}, opens as {found}, left behind {left}")
        pages += 1
        yield tally


def bits(ground: Ground, scratch: Path, each: int) -> bool:
    """Every file of an index damaged `each` times."""
    logging.getLogger("columnbot").propagate = False
    well = told_well("damage to two generations", damage_files(ground, scratch / "two", each=each))
    return told_well("to the only one", damage_the_only_generation(ground, scratch / "one", each=each)) and well


def readers(ground: Ground, scratch: Path, generations: int) -> bool:
    """Eight threads ask while generations come and go."""
    index = scratch / "index"
    ground.build(0, index)
    made = 0

    def rebuild(count: int) -> None:
        nonlocal made
        for _ in range(count):
            made += 1
            outcome = build(ground.archives[made % EDITIONS], index, ground.model)
            assert outcome.error is None, outcome.error

    ask_through(index, ground.known, lambda: rebuild(5))  # what is loaded once, is loaded
    before = footprint()
    started = time.perf_counter()
    heard = ask_through(index, ground.known, lambda: rebuild(generations))
    took, after = time.perf_counter() - started, footprint()
    mixed = heard.answers.pop(None, 0)
    print(f"readers: {generations} generations in {took:.0f} s, {sum(heard.answers.values()):,} answers of 8 threads")
    print(f"  by edition {dict(sorted(heard.answers.items(), key=str))}; {mixed} mixed, {len(heard.errors)} errors")
    print(*heard.errors[:10], sep="\n")
    print(f"  handles {before.handles} → {after.handles}, mapped files that are gone {before.ghosts} → {after.ghosts}")
    print(f"  memory {before.megabytes:.0f} → {after.megabytes:.0f} MB")
    return not mixed and not heard.errors and after.handles == before.handles


def model(ground: Ground, steps: int) -> bool:
    """The state machine, an example after another until it has taken so many steps."""
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis.stateful import run_state_machine_as_test
    from tests.faults.machine import machine

    counted: Counter[str] = Counter()
    started = time.perf_counter()
    seed = 0
    while counted.total() < steps:
        seed += 1
        kind = machine(ground.model, counted)
        kind._hypothesis_internal_use_seed = seed  # type: ignore[attr-defined]
        run_state_machine_as_test(
            kind,
            settings=settings(
                max_examples=10, stateful_step_count=50, deadline=None, database=None, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
    counts = ", ".join(f"{count:,} {what}" for what, count in counted.most_common())
    print(f"model: {counted.total():,} steps in {time.perf_counter() - started:.0f} s: {counts}; 0 divergences")
    return True


def two_generations(ground: Ground, place: Path) -> tuple[str, ...]:
    """The steps of a build that finds two generations and so removes one."""
    place.mkdir()
    ground.build(2, place / "index")
    ground.build(0, place / "index")
    return steps_of_a_build(ground, 1, place / "index")


def told_well(name: str, tallies: Iterator[Tally]) -> bool:
    """Prints the tally and how long it took."""
    started = time.perf_counter()
    tally = Tally()
    for tally in tallies:  # noqa: B007
        pass
    print(f"{name}, {time.perf_counter() - started:.0f} s: {tally}", flush=True)
    return not tally.faults


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("kill", "writes", "refusals", "disk", "bits", "readers", "model"))
    parser.add_argument("--builds", type=int, default=500)
    parser.add_argument("--every", type=int, default=1, help="of so many states or operations, one")
    parser.add_argument("--each", type=int, default=200, help="damages to a file")
    parser.add_argument("--generations", type=int, default=50)
    parser.add_argument("--steps", type=int, default=5000)
    given = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # for the process that builds are forked from
    random.seed(0)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "ground").mkdir()
        ground = break_ground(scratch / "ground")
        well = {
            "kill": lambda: kill(ground, scratch, given.builds),
            "writes": lambda: writes(ground, scratch, given.every),
            "refusals": lambda: refusals(ground, scratch, given.every),
            "disk": lambda: disk(ground, scratch),
            "bits": lambda: bits(ground, scratch, given.each),
            "readers": lambda: readers(ground, scratch, given.generations),
            "model": lambda: model(ground, given.steps),
        }[given.what]()
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
