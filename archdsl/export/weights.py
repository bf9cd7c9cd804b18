"""The weights of a network that is exported: those of a file, or random ones that hide nothing."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.diagnostics import CompileError, Diagnostic, error
from archdsl.export.axes import Shape
from archdsl.ir.types import show_shape
from archdsl.weights.keys import fold_lines, key_errors
from archdsl.weights.rule import Reading, best_reading, read, weights_error

if TYPE_CHECKING:
    from torch import Tensor, nn

_MOST_LINES = 8
"""How many lines of keys one error shows."""


def load_weights(module: nn.Module, path: Path, checkpoint_key: str | None = None) -> str:
    """Load the weights of a file into a module; returns where in the file they are.

    Raises:
        CompileError: the file cannot be read, or its weights belong to another network.
    """
    file = read(path)
    found = best_reading(file, module.state_dict(), checkpoint_key)
    if found.is_foreign:
        raise weights_error(f"{path} has no weights of this network", str(file))
    if errors := list(_errors(module, path, found)):
        raise CompileError(errors)
    module.load_state_dict(dict(found.tensors), strict=False)  # a counter may be missing
    return found.name


def _errors(module: nn.Module, path: Path, found: Reading) -> Iterator[Diagnostic]:
    """Everything that keeps the tensors from being those of the module."""
    for fault in found.faults():
        yield error("weights", f"{path}: {fault}")
    missing, unknown, reshaped = found.missing, found.unknown, found.reshaped
    yield from key_errors(
        lambda count: f"{path} lacks {count} of this network",
        missing,
        fold_lines(missing),
        _MOST_LINES,
    )
    yield from key_errors(
        lambda count: f"{path} has {count} that this network does not have",
        unknown,
        fold_lines(unknown),
        _MOST_LINES,
    )
    ours = {key: tuple(found.own[key].shape) for key in reshaped}
    theirs = {key: tuple(found.tensors[key].shape) for key in reshaped}
    yield from key_errors(
        lambda count: f"{count} of {path} have other shapes than here",
        reshaped,
        [f"{key} is {_shown(theirs[key])}, but {_shown(ours[key])} here" for key in reshaped],
        _MOST_LINES,
        _setting(module, zip(ours.values(), theirs.values(), strict=True)),
    )


def _shown(shape: Shape) -> str:
    return show_shape(shape) or "a number"


def _setting(module: nn.Module, shapes: Iterable[tuple[Shape, Shape]]) -> str | None:
    """The `--set` that gives the network these shapes, if they differ in one number only.

    `shapes` are pairs: the shape here, the shape in the file. The number here must be the default
    of an argument, as 400 is the default of `classes`.
    """
    pairs = {pair for both in shapes for pair in zip(*both, strict=False)}
    differ = [(ours, theirs) for ours, theirs in pairs if ours != theirs]
    for name, argument in inspect.signature(type(module)).parameters.items():
        if len(differ) == 1 and argument.default == differ[0][0]:
            return f"`--set {name}={differ[0][1]}` gives the network these shapes"
    return None


def randomise(module: nn.Module, clips: Sequence[Tensor]) -> None:
    """Give a module random weights with a fixed seed, such that every layer shows in the output.

    A scale that starts at zero would hide its whole branch from the comparison, so parameters
    that are vectors or all zero are drawn from [0.5, 1]. Batch norms take the statistics of
    the clips: with their initial ones, values vanish or explode in a deep network.
    """
    import torch

    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.random.manual_seed(0)
        for tensor in module.parameters():
            if tensor.ndim <= 1 or not tensor.any():
                tensor.uniform_(0.5, 1)
        with _instant_statistics(module):
            module(*clips)


@contextmanager
def _instant_statistics(module: nn.Module) -> Iterator[None]:
    """Norms replace their running statistics by those of the next batch."""
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
