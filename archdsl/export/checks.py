"""Files of exported programs, compared with the module before they count.

An exporter can succeed and still compute something else. So each file is run at the declared size
and at others, and a difference from torch is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING

from archdsl.export.axes import BATCH, Shapes, Sizes
from archdsl.export.folder import export_error
from archdsl.export.formats import File
from archdsl.export.ranges import Range
from archdsl.export.samples import draw
from archdsl.export.tracing import Traced
from archdsl.export.trials import first_line, results
from archdsl.ir.types import show_shape

if TYPE_CHECKING:
    from torch import Tensor, nn

BOUND = 1e-3
"""The largest difference allowed, relative to the largest value of the result.

Other kernels sum in another order: in float32, deep networks differ by about 1e-5. A wrong axis or
a lost branch gives differences near 1.
"""


@dataclass(frozen=True)
class Check:
    """The shapes of the inputs, and the largest difference relative to the largest value."""

    shapes: Shapes
    difference: float


def checks(
    file: File, module: nn.Module, traced: Traced, found: Iterable[Range]
) -> Iterator[Check]:
    """Compare the file with the module: at the declared size, then at others within the ranges.

    Each check is yielded before its bound is tested, so that the report shows the bad one too.

    Raises:
        CompileError: the file does not run, or its results differ by more than BOUND.
    """
    for sizes in _sizes(traced, list(found)):
        shapes = traced.axes.shapes(sizes) or ()
        check = Check(shapes, _difference(file, module, draw(traced.axes, sizes)))
        yield check
        if check.difference > BOUND:
            where = " and ".join(map(show_shape, shapes))
            message = f"{file.runner} and torch differ by {check.difference:.1e} of the largest"
            raise export_error(f"{message} value at {where}; {BOUND:.0e} is allowed")


def _difference(file: File, module: nn.Module, clips: Sequence[Tensor]) -> float:
    import torch

    with torch.no_grad():
        expected = results(module(*clips))
        try:
            actual = file.run(clips)
        except Exception as failure:
            # Runtimes define error types of their own, which derive from nothing in common.
            where = " and ".join(show_shape(tuple(clip.shape)) for clip in clips)
            raise export_error(f"{file.runner} fails at {where}: {first_line(failure)}") from None
    return max(_relative_difference(*pair) for pair in zip(actual, expected, strict=True))


def _relative_difference(actual: Tensor, expected: Tensor) -> float:
    """The largest difference relative to the largest value; inf for another shape, or for nan."""
    if actual.shape != expected.shape:
        return inf
    scale = expected.abs().max().item() or 1.0
    part = (actual - expected).abs().max().item() / scale
    return part if isfinite(part) else inf


def _sizes(traced: Traced, found: list[Range]) -> Iterator[Sizes]:
    """The declared size, and two others: two smaller clips, and one longer clip of smaller frames.

    Every axis changes, in both directions, and the batch is once not 1: a size that the exporter
    took for a constant then shows.
    """
    declared = traced.axes.declared
    yield declared
    smaller = {r.axis.name: _nearest(r, 5 * r.axis.declared // 8) for r in found} | {BATCH: 2}
    longer = {r.axis.name: _nearest(r, r.axis.declared // 2) for r in found} | {BATCH: 1}
    if longest := next((r for r in found if r.axis.name != BATCH), None):
        longer[longest.axis.name] = _nearest(longest, 2 * longest.axis.declared + 1)
    seen = [declared]
    for sizes in (smaller, longer, {**declared, BATCH: 2}):
        if sizes not in seen and traced.takes(sizes):
            seen.append(sizes)
            yield sizes
            if len(seen) == 3:
                return


def _nearest(found: Range, wanted: int) -> int:
    """A size of the range near the one wanted, but another than the declared one if there is."""
    low, high, step = found.spread.low, found.spread.high, found.spread.step
    size = max(low, low + (wanted - low) // step * step)
    size = size if high is None else min(size, high)
    others = (size, low, size + step if high is None else high)
    return next((other for other in others if other != found.axis.declared), size)
