"""What one "FLOP" is, source by source. Every figure names its convention."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archdsl.ops.base import Cost


@dataclass(frozen=True)
class Convention:
    """A way to count: `unit` after a figure, `counts` in words, `of` for one operation."""

    name: str
    unit: str
    counts: str
    of: Callable[[Cost], int]


CONVENTIONS = {
    convention.name: convention
    for convention in (
        Convention(
            "macs",
            "MACs",
            "multiply-adds of convolutions, linear layers and matrix products",
            lambda cost: cost.macs,
        ),
        Convention(
            "flops",
            "FLOPs",
            "2 for each multiply-add of convolutions, linear layers and matrix products",
            lambda cost: 2 * cost.macs,
        ),
        Convention(
            "fvcore",
            "FLOPs (fvcore)",
            "multiply-adds, 2 for each batch-norm element, pooling and resizing, in evaluation",
            lambda cost: cost.macs + cost.fvcore,
        ),
        Convention(
            "pytorchvideo",
            "FLOPs (PyTorchVideo)",
            "multiply-adds and 5 for each element that a normalisation puts out",
            lambda cost: cost.macs + 5 * cost.normalised,
        ),
        Convention(
            "torch",
            "FLOPs (torch)",
            "as torch's FlopCounterMode: 2 for each multiply-add of conv, linear and matmul",
            lambda cost: 2 * cost.macs,
        ),
    )
}
