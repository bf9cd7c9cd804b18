"""A file's program against the module, run at several sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl.export.axes import BATCH, Shape, Sizes
from archdsl.export.build import fault
from archdsl.export.formats import File
from archdsl.export.ranges import Range
from archdsl.export.tracing import Traced
from archdsl.export.trials import first_line, results
from archdsl.ir.types import show_shape

if TYPE_CHECKING:
    from torch import Tensor, nn

BOUND = 1e-4
"""How much a result may differ, as a part of the largest value there."""


@dataclass(frozen=True)
class Check:
    """The inputs of a run, and how much its results differ, as a part of the largest value."""

    shapes: tuple[Shape, ...]
    difference: float


def checks(
    file: File, module: nn.Module, traced: Traced, found: Iterable[Range]
) -> Iterator[Check]:
    """One for the declared size, and for others that differ in as much as they may.

    Raises:
        CompileError: the file does not run, or the results differ by more than the bound.
    """
    for sizes in _sizes(traced, list(found)):
        shapes = traced.axes.shapes(sizes) or []
        check = Check(tuple(shapes), _difference(file, module, shapes))
        yield check
        if not check.difference <= BOUND:
            where = " and ".join(map(show_shape, shapes))
            message = f"{file.runner} and torch differ by {check.difference:.1e} of the largest"
            raise fault(f"{message} value at {where}; {BOUND:.0e} is allowed")


def _difference(file: File, module: nn.Module, shapes: Sequence[Shape]) -> float:
    import torch

    source = torch.Generator().manual_seed(0)
    clips = [torch.randn(shape, generator=source) for shape in shapes]
    with torch.no_grad():
        expected = results(module(*clips))
        try:
            made = file.run(clips)
        except Exception as failure:
            # A runtime may raise anything.
            where = " and ".join(map(show_shape, shapes))
            raise fault(f"{file.runner} fails at {where}: {first_line(failure)}") from None
    return max(map(_part, made, expected))


def _part(made: Tensor, expected: Tensor) -> float:
    if made.shape != expected.shape:
        return float("inf")
    scale = expected.abs().max().item() or 1.0
    return (made - expected).abs().max().item() / scale


def _sizes(traced: Traced, found: list[Range]) -> Iterator[Sizes]:
    """The declared size; two smaller clips; and one that is longer, and smaller otherwise."""
    declared = traced.axes.declared
    yield declared
    smaller = {r.axis: _other(traced, r, 5 * r.declared // 8) for r in found} | {BATCH: 2}
    longest = next((r for r in found if r.axis != BATCH), None)
    longer = {r.axis: _other(traced, r, r.declared // 2) for r in found} | {BATCH: 1}
    if longest:
        longer[longest.axis] = _other(traced, longest, 2 * longest.declared + 1)
    seen = [declared]
    for sizes in (smaller, longer, {**declared, BATCH: 2}):
        if sizes not in seen and traced.takes(sizes):
            seen.append(sizes)
            yield sizes
            if len(seen) == 3:
                return


def _other(traced: Traced, found: Range, wanted: int) -> int:
    """A size of an axis near the one wanted, the declared one where there is no other."""
    near = (wanted, found.low, found.high, found.declared + (found.step or 0))
    for size in near:
        sizes = {**traced.axes.declared, found.axis: size or 0}
        if size and size != found.declared and traced.takes(sizes):
            return size
    return found.declared
