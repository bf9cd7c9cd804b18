"""`group` and `ungroup`: groups along an axis that are folded into the batch."""

from __future__ import annotations

import pytest
import torch
from hypothesis import strategies as st

from archdsl.ir.types import TensorType
from archdsl.ops.arithmetic import Add
from archdsl.ops.base import Mismatch, infer_types
from archdsl.ops.convolution import Convolution
from archdsl.ops.grouping import Group, Ungroup

from .harness import NAMES, agree, shape, text
from .strategies import given

CLIP = shape(4, 30, 6, 6)
GROUPS = TensorType((4, 16, 6, 6), 2)


@given(st.integers(1, 40), st.integers(1, 20), st.integers(0, 3))
def test_groups(size: int, frames: int, axis: int) -> None:
    sizes = [3, 5, 4, 2]
    sizes[axis] = frames
    clip = shape(*sizes)
    agree(Group(size, axis), clip)
    (groups,) = infer_types(Group(size, axis), (clip,))
    agree(Ungroup(axis), groups, clip)


def test_the_last_group_is_padded_and_cropped_again() -> None:
    group, ungroup = Group(4), Ungroup()
    x = torch.randn(2, 3, 10, 2, 2)
    clip = shape(3, 10, 2, 2)
    (type_,) = infer_types(group, (clip,))
    y = eval(text(group, clip), {**NAMES, "x": x})
    assert y.shape == (6, 3, 4, 2, 2)
    assert torch.equal(y[4], x[1, :, 4:8])
    assert torch.equal(y[2, :, :2], x[0, :, 8:])
    assert not y[2, :, 2:].any()
    assert torch.equal(eval(text(ungroup, type_, clip), {**NAMES, "x": y, "y": x}), x)


def test_operations_are_applied_to_every_group() -> None:
    conv = Convolution(8)
    (types,) = infer_types(conv, (GROUPS,))
    assert types == TensorType((8, 16, 6, 6), 2)
    assert conv.cost((GROUPS,), (types,)).times(2).macs == 2 * 16 * 36 * 4 * 8


@pytest.mark.parametrize(
    ("operands", "message"),
    [
        ((GROUPS, CLIP), "one batch"),
        ((TensorType(GROUPS.shape, 3), GROUPS), "one batch"),
    ],
)
def test_batches_do_not_mix(operands: tuple[TensorType, ...], message: str) -> None:
    with pytest.raises(Mismatch, match=message):
        infer_types(Add(), operands)


def test_a_parameter_without_a_batch_cannot_be_grouped() -> None:
    with pytest.raises(Mismatch, match="one for all"):
        infer_types(Group(4), (TensorType((4, 8, 2, 2), 0),))


@pytest.mark.parametrize("like", [shape(4, 33, 6, 6), TensorType((4, 30, 6, 6), 0), shape(4)])
def test_only_groups_of_a_tensor_merge_into_it(like: TensorType) -> None:
    with pytest.raises(Mismatch):
        infer_types(Ungroup(), (GROUPS, like))
