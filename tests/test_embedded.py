"""What an interrupted build had embedded: every whole block is had back, and nothing that is not one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from columnbot.index.embedded import Embedded, axes_begun_with, embedded_so_far, forget_embedded
from columnbot.index.vectors import VectorBlock
from columnbot.index.word_vectors import WordAxes

# The sentences and words of each passage, block by block.
BLOCKS = ([(1, 4), (3, 0)], [(2, 9)], [(0, 2), (5, 1), (1, 3)])


def axes(dimension: int = 6, width: int = 3) -> WordAxes:
    generator = np.random.default_rng(dimension * width)
    mean, along = generator.normal(size=dimension), generator.normal(size=(dimension, width))
    return WordAxes(mean.astype(np.float32), along.astype(np.float32))


def block(number: int) -> tuple[list[bytes], VectorBlock]:
    counts = np.array(BLOCKS[number])
    generator = np.random.default_rng(number)
    keys = [generator.bytes(16) for _ in counts]
    passages, sentences = (
        generator.normal(size=(size, 6)).astype(np.float16) for size in (len(counts), counts[:, 0].sum())
    )
    words = generator.integers(-127, 127, size=(counts[:, 1].sum(), 3)).astype(np.int8)
    return keys, VectorBlock(passages, sentences, words, counts)


def write(index: Path) -> tuple[Path, list[int]]:
    """The file, and where in it each block ends."""
    ends = []
    with embedded_so_far(index, "model", axes()) as embedded:
        for number in range(len(BLOCKS)):
            embedded.add(*block(number))
            ends.append(Path(embedded.file.name).stat().st_size)
    return Path(embedded.file.name), ends


def holds(embedded: Embedded) -> Iterator[bool]:
    """Of each block whether all of it is there as it was written; one that is there in part fails."""
    for number in range(len(BLOCKS)):
        keys, vectors = block(number)
        there = {key in embedded for key in keys}
        assert len(there) == 1
        if there == {True}:
            again = embedded.block(keys)
            for name in ("passages", "sentences", "words", "counts"):
                assert getattr(again, name).tolist() == getattr(vectors, name).tolist()
        yield there == {True}


def test_what_was_added_is_had_back_by_the_next_build(tmp_path: Path) -> None:
    write(tmp_path)
    with embedded_so_far(tmp_path, "model", axes()) as embedded:
        assert list(holds(embedded)) == [True, True, True]


def test_a_file_cut_off_anywhere_keeps_the_blocks_before_and_takes_new_ones(tmp_path: Path) -> None:
    file, ends = write(tmp_path)
    content = file.read_bytes()
    begun = 16 + 32 + 4 * (axes().mean.size + axes().axes.size)
    for size in range(len(content)):
        file.write_bytes(content[:size])
        assert (axes_begun_with(tmp_path, "model") is not None) == (size >= begun)
        with embedded_so_far(tmp_path, "model", axes()) as embedded:
            assert list(holds(embedded)) == [end <= size for end in ends]
            embedded.add(*block(2))
        with embedded_so_far(tmp_path, "model", axes()) as embedded:
            assert list(holds(embedded)) == [*(end <= size for end in ends[:2]), True]


def test_the_axes_that_a_build_began_with_are_had_back_to_the_bit(tmp_path: Path) -> None:
    assert axes_begun_with(tmp_path, "model") is None
    file, _ = write(tmp_path)
    begun = axes_begun_with(tmp_path, "model")

    assert begun is not None
    assert (begun.mean.tolist(), begun.axes.tolist()) == (axes().mean.tolist(), axes().axes.tolist())
    assert axes_begun_with(tmp_path, "other") is None
    content = file.read_bytes()
    for place in range(16 + 32 + 4 * (axes().mean.size + axes().axes.size)):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert axes_begun_with(tmp_path, "model") is None


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_drops_its_block_and_those_after_it(tmp_path: Path, data: st.DataObject) -> None:
    forget_embedded(tmp_path)
    file, ends = write(tmp_path)
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(content)
    with embedded_so_far(tmp_path, "model", axes()) as embedded:
        assert list(holds(embedded)) == [end <= place for end in ends]


@pytest.mark.parametrize(
    ("model", "other"),
    [("other", axes()), ("model", axes(7)), ("model", axes(6, 4)), ("model", WordAxes(axes().mean, -axes().axes))],
)
def test_nothing_is_taken_from_another_model_or_of_other_axes(tmp_path: Path, model: str, other: WordAxes) -> None:
    write(tmp_path)
    with embedded_so_far(tmp_path, model, other) as embedded:
        assert not embedded.rows


def test_nothing_is_left_when_it_is_forgotten(tmp_path: Path) -> None:
    write(tmp_path)
    forget_embedded(tmp_path)
    assert not list(tmp_path.iterdir())
