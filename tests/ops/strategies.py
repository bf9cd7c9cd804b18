"""Random shapes and parameters for operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from laws import law

from archdsl.ir.types import TensorType

sizes = st.integers(1, 7)
flags = st.booleans()


def given(
    *arguments: st.SearchStrategy[Any],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A law with few examples, since each builds several modules."""
    return law(*arguments, few=5, many=50)


@st.composite
def tensors(
    draw: st.DrawFn, least: int = 1, most: int = 4, channels: st.SearchStrategy[int] = sizes
) -> TensorType:
    """Types of a rank from `least` to `most`."""
    extents = draw(st.lists(sizes, min_size=least - 1, max_size=most - 1))
    return TensorType((draw(channels), *extents))


spatial = tensors(least=2)


def extents(axes: int, least: int = 1, most: int = 3) -> st.SearchStrategy[int | tuple[int, ...]]:
    """One number for all axes, or one for each."""
    number = st.integers(least, most)
    return number | st.tuples(*[number] * axes)


def axes_of(rank: int) -> st.SearchStrategy[int]:
    return st.integers(-rank, rank - 1)


def several_axes(rank: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Distinct axes, some of them counted from the end."""
    chosen = st.lists(st.integers(0, rank - 1), min_size=1, max_size=rank, unique=True)
    signed = st.tuples(chosen, st.lists(flags, min_size=rank, max_size=rank))
    return signed.map(lambda s: tuple(a - rank if f else a for a, f in zip(*s, strict=False)))
