"""Attention by powers of two, against PyTorch's."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import scaled_dot_product_attention

from columnbot.embedding.attention import attend_by_powers_of_two

HEADS, WIDTH = 3, 16


def states(lengths: list[int], size: float, dtype: torch.dtype) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Queries, keys and values of texts of these lengths, and which of their tokens are no padding."""
    made = torch.Generator().manual_seed(len(lengths))
    shape = (3, len(lengths), HEADS, max(lengths), WIDTH)
    mask = torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None]
    return list((torch.randn(shape, generator=made) * size).to(dtype)), mask


@settings(max_examples=100, deadline=None)
@given(lengths=st.lists(st.integers(1, 40), min_size=1, max_size=5), size=st.sampled_from([0.1, 1.0, 3.0]))
def test_it_attends_to_what_torch_attends_to(lengths: list[int], size: float) -> None:
    (query, key, value), mask = states(lengths, size, torch.float32)
    ours = attend_by_powers_of_two(query, key, value, mask)
    theirs = scaled_dot_product_attention(query, key, value, mask[:, None, None, :])
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4 * size)


def test_what_stands_in_the_padding_makes_no_difference() -> None:
    (query, key, value), mask = states([4, 9], 1.0, torch.bfloat16)
    before = attend_by_powers_of_two(query, key, value, mask)
    key[0, :, 4:], value[0, :, 4:] = 50.0, -50.0
    after = attend_by_powers_of_two(query, key, value, mask)
    assert torch.equal(before[0, :, :4], after[0, :, :4])


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_scores_out_of_all_proportion_give_numbers_still(sign: float) -> None:
    (query, key, value), mask = states([512], 1.0, torch.bfloat16)
    given = attend_by_powers_of_two(torch.full_like(query, 90.0 * sign), torch.full_like(key, 90.0), value, mask)
    torch.testing.assert_close(given[0, :, 0].float(), value[0].float().mean(dim=1), rtol=0.02, atol=0.02)
