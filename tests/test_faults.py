"""An index under kills, lost and refused writes, damage and rebuilds: a little of what benchmarks/faults.py does."""

import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from columnbot.index import open_index
from tests.faults.builds import BROKEN, FULL, build
from tests.faults.machine import machine
from tests.faults.readers import ask_through, footprint
from tests.faults.trials import (
    EDITIONS,
    Ground,
    break_ground,
    damage_files,
    damage_the_only_generation,
    every_kill,
    kill_builds,
    last,
    lose_writes,
    refuse_writes,
    steps_of_a_build,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kills children, and reads /proc"),
]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    # Children are forked from a process that must not have started threads of its own.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    return break_ground(tmp_path_factory.mktemp("ground"))


@pytest.fixture(scope="module")
def steps(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Of a build over two generations, so that one is removed."""
    index = tmp_path_factory.mktemp("steps") / "index"
    ground.build(2, index)
    ground.build(0, index)
    return steps_of_a_build(ground, 1, index)


def test_a_build_syncs_what_it_wrote_before_it_is_named_and_removes_last(steps: tuple[str, ...]) -> None:
    renamed, pointed = steps.index("rename index/gen-N.tmp"), steps.index("rename index/CURRENT.tmp")
    written = {step.split()[1] for step in steps[:renamed] if step.startswith("write gen-N.tmp/")}
    synced = {step.split()[1] for step in steps[:renamed] if step.startswith("fsync")}

    assert written
    assert written <= synced
    assert {"fsync index/gen-N.tmp", "fsync index/CURRENT.tmp"} <= set(steps[:renamed])
    assert steps[renamed + 1].startswith("fsync")
    assert steps[pointed + 1].startswith("fsync")
    assert not [step for step in steps[:pointed] if step.startswith(("remove gen-N/", "rmdir index/gen-N"))]


def test_a_killed_build_leaves_the_answers_of_the_old_index_or_of_the_new(
    ground: Ground, steps: tuple[str, ...], tmp_path: Path
) -> None:
    kills = every_kill(steps, 30, 0.3, stride=12)
    tally = last(kill_builds(ground, tmp_path / "index", kills))

    assert tally.faults == []
    assert tally.counts["killed"] >= len(kills) // 2
    assert tally.counts["as the old"] + tally.counts["as the new"] == len(kills)


@pytest.mark.parametrize("before", [(), (0,), (0, 1)], ids=["the first", "the second", "the third"])
def test_what_was_not_synced_may_be_lost_and_the_index_is_not(
    ground: Ground, tmp_path: Path, before: tuple[int, ...]
) -> None:
    tally = last(lose_writes(ground, before, tmp_path, every=200))

    assert tally.faults == []
    assert tally.counts["old" if before else "none yet"] > 0
    assert tally.counts["new"] > 0


@pytest.mark.parametrize(("errno", "lasting"), [(FULL, True), (FULL, False), (BROKEN, False)])
def test_a_write_that_fails_is_explained_and_the_old_index_stays(
    ground: Ground, steps: tuple[str, ...], tmp_path: Path, errno: int, lasting: bool
) -> None:
    tally = last(refuse_writes(ground, tmp_path / "index", steps, errno, lasting=lasting, every=37))

    assert tally.faults == []
    assert tally.counts["refused and explained"] > 0


def test_damage_to_any_file_is_found(ground: Ground, tmp_path: Path) -> None:
    tally = last(damage_files(ground, tmp_path / "index", each=3))

    assert tally.faults == []
    assert tally.counts["damages found"] > 0


def test_damage_to_any_file_of_the_only_generation_is_found(ground: Ground, tmp_path: Path) -> None:
    tally = last(damage_the_only_generation(ground, tmp_path / "index", each=3))

    assert tally.faults == []
    assert tally.counts["refused"] > 0


def test_an_index_brought_up_to_date_is_the_one_built_afresh_byte_for_byte(ground: Ground, tmp_path: Path) -> None:
    for edition in (0, 3, 1):
        ground.build(edition, tmp_path / "index")

    assert open_index(tmp_path / "index").manifest.files == open_index(ground.root / "known-1").manifest.files


def test_who_asks_while_the_index_is_rebuilt_hears_one_edition_an_answer(ground: Ground, tmp_path: Path) -> None:
    index = tmp_path / "index"
    ground.build(0, index)

    def rebuild() -> None:
        for edition in range(1, 5):
            assert build(ground.archives[edition % EDITIONS], index, ground.model).error is None

    ask_through(index, ground.known, lambda: None)  # what is loaded once, is loaded
    before = footprint()
    heard = ask_through(index, ground.known, rebuild)
    after = footprint()

    assert heard.errors == []
    assert None not in heard.answers
    assert len(heard.answers) > 1
    assert (after.handles, after.ghosts) == (before.handles, before.ghosts)


def test_a_keeper_and_a_reader_at_random_agree_with_a_dictionary_and_numpy(ground: Ground) -> None:
    counted: Counter[str] = Counter()
    run_state_machine_as_test(
        machine(ground.model, counted),
        settings=settings(
            max_examples=10, stateful_step_count=12, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip

    assert counted["build"] > 0
    assert counted["killed"] > 0
