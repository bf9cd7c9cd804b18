"""The weights that are exported: those of a file, else random ones that leave nothing unchecked."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.diagnostics import CompileError
from archdsl.export.axes import Shape
from archdsl.ir.types import show_shape
from archdsl.weights import files
from archdsl.weights.faults import key_faults
from archdsl.weights.folding import folded

if TYPE_CHECKING:
    from torch import nn

_SHOWN = 8


def fill(module: nn.Module, path: Path) -> None:
    """Give a module the weights of a file.

    Raises:
        CompileError: the file cannot be read, or its weights are of another network.
    """
    ours, theirs = module.state_dict(), files.read(path).tensors
    absent = [key for key in ours if key not in theirs]
    unused = [key for key in theirs if key not in ours]
    shapes = {
        key: (tuple(ours[key].shape), tuple(theirs[key].shape))
        for key in ours
        if key in theirs and ours[key].shape != theirs[key].shape
    }
    told = [f"{key} is {_shown(b)}, and {_shown(a)} here" for key, (a, b) in shapes.items()]
    other = f"{{}} of {path}: other shapes than here"
    wrong = [
        *key_faults(f"{path} lacks {{}} of this network", absent, folded(absent), _SHOWN),
        *key_faults(f"{path} has {{}} that this network has not", unused, folded(unused), _SHOWN),
        *key_faults(other, list(shapes), told, _SHOWN, _advice(module, shapes.values())),
    ]
    if wrong:
        raise CompileError(wrong)
    module.load_state_dict(dict(theirs))


def _shown(shape: Shape) -> str:
    return show_shape(shape) or "a number"


def _advice(module: nn.Module, shapes: Iterable[tuple[Shape, Shape]]) -> str | None:
    """What would make the network so, where one of its arguments is all that differs."""
    pairs = {pair for both in shapes for pair in zip(*both, strict=False)}
    differ = [(ours, theirs) for ours, theirs in pairs if ours != theirs]
    for name, argument in inspect.signature(type(module)).parameters.items():
        if len(differ) == 1 and argument.default == differ[0][0]:
            return f"`--set {name}={differ[0][1]}` makes the network so"
    return None


def randomise(module: nn.Module, shapes: list[Shape]) -> None:
    """Random weights, the same each time.

    A scale that starts at zero would hide what it scales, and statistics that are not those of
    the layer would let values vanish in a deep network.
    """
    import torch

    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.random.manual_seed(0)
        for tensor in module.parameters():
            if tensor.ndim <= 1 or not tensor.any():
                tensor.uniform_(0.5, 1)
        with _own_statistics(module):
            module(*(torch.randn(2, *shape[1:]) for shape in shapes))


@contextmanager
def _own_statistics(module: nn.Module) -> Iterator[None]:
    """Norms take over the statistics of what they see."""
    norms = {norm: norm.momentum for norm in module.modules() if hasattr(norm, "running_mean")}
    try:
        for norm in norms:
            norm.momentum = 1.0  # type: ignore[assignment]
        module.train()
        yield
    finally:
        for norm, momentum in norms.items():
            norm.momentum = momentum
        module.eval()
