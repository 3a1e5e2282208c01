"""What an interrupted build had embedded: every whole block is had back, and nothing that is not one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from columnbot.index.embedded import Embedded, embedded_so_far, forget_embedded

DIMENSION = 6
BLOCKS = ([1, 3], [2], [0, 5, 1])  # the sentences of each passage, block by block


def block(number: int) -> tuple[list[bytes], list[int], np.ndarray, np.ndarray]:
    counts = BLOCKS[number]
    generator = np.random.default_rng(number)
    keys = [generator.bytes(16) for _ in counts]
    passages, sentences = (
        generator.normal(size=(size, DIMENSION)).astype(np.float16) for size in (len(counts), sum(counts))
    )
    return keys, counts, passages, sentences


def write(index: Path) -> tuple[Path, list[int]]:
    """The file, and where in it each block ends."""
    ends = []
    with embedded_so_far(index, "model", DIMENSION) as embedded:
        for number in range(len(BLOCKS)):
            embedded.add(*block(number))
            ends.append(Path(embedded.file.name).stat().st_size)
    return Path(embedded.file.name), ends


def holds(embedded: Embedded) -> Iterator[bool]:
    """Of each block whether all of it is there as it was written; one that is there in part fails."""
    for number in range(len(BLOCKS)):
        keys, counts, passages, sentences = block(number)
        there = {key in embedded for key in keys}
        assert len(there) == 1
        if there == {True}:
            assert [embedded.passage(key).tolist() for key in keys] == passages.tolist()
            assert np.concatenate([embedded.sentences(key) for key in keys]).tolist() == sentences.tolist()
            assert [len(embedded.sentences(key)) for key in keys] == counts
        yield there == {True}


def test_what_was_added_is_had_back_by_the_next_build(tmp_path: Path) -> None:
    write(tmp_path)
    with embedded_so_far(tmp_path, "model", DIMENSION) as embedded:
        assert list(holds(embedded)) == [True, True, True]


def test_a_file_cut_off_anywhere_keeps_the_blocks_before_and_takes_new_ones(tmp_path: Path) -> None:
    file, ends = write(tmp_path)
    content = file.read_bytes()
    for size in range(len(content)):
        file.write_bytes(content[:size])
        with embedded_so_far(tmp_path, "model", DIMENSION) as embedded:
            assert list(holds(embedded)) == [end <= size for end in ends]
            embedded.add(*block(2))
        with embedded_so_far(tmp_path, "model", DIMENSION) as embedded:
            assert list(holds(embedded)) == [*(end <= size for end in ends[:2]), True]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_drops_its_block_and_those_after_it(tmp_path: Path, data: st.DataObject) -> None:
    forget_embedded(tmp_path)
    file, ends = write(tmp_path)
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(content)
    with embedded_so_far(tmp_path, "model", DIMENSION) as embedded:
        assert list(holds(embedded)) == [end <= place for end in ends]


@pytest.mark.parametrize(("model", "dimension"), [("other", DIMENSION), ("model", DIMENSION + 1)])
def test_nothing_is_taken_from_another_model(tmp_path: Path, model: str, dimension: int) -> None:
    write(tmp_path)
    with embedded_so_far(tmp_path, model, dimension) as embedded:
        assert not embedded.places


def test_nothing_is_left_when_it_is_forgotten(tmp_path: Path) -> None:
    write(tmp_path)
    forget_embedded(tmp_path)
    assert not list(tmp_path.iterdir())
