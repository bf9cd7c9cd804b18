"""A build folder that `archdsl compile` wrote, read back: the network in it, with weights.

Users edit the files of a build folder, so the module is imported as it is now, and not compiled
again from the spec.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl import files
from archdsl.diagnostics import CompileError, counted, error, suggestion
from archdsl.export.trials import Shape, first_line
from archdsl.ir.types import show_shape
from archdsl.weights.files import read
from archdsl.weights.keys import fold_lines, key_errors

if TYPE_CHECKING:
    from torch import nn

Value = int | float

_HUB = "hubconf"
_INPUT = re.compile(r"Input `(\w+)`: ([0-9^x ]+)")


@dataclass(frozen=True)
class Build:
    """A build folder: its module, the shape of one sample of each input, and the edited files."""

    folder: Path
    name: str
    inputs: Mapping[str, Shape]
    edited: tuple[str, ...]


def find(folder: Path) -> Build:
    """Recognise a build folder by its entry point for torch.hub. Nothing in it is run.

    Raises:
        CompileError: it is not a build folder.
    """
    hub = folder / f"{_HUB}.py"
    if not os.path.isfile(hub):
        raise export_error(f"{folder} is not a build folder", _advice(folder))
    name = _module(_tree(hub))
    if name is None or not os.path.isfile(folder / f"{name}.py"):
        raise export_error(f"{hub} imports no module of its own folder", "compile it again")
    inputs = _inputs(folder / f"{name}.py")
    names = f"{name}.py", f"{_HUB}.py"
    edited = tuple(file for file in names if not files.is_ours((folder / file).read_bytes()))
    return Build(folder, name, inputs, edited)


def _advice(path: Path) -> str:
    """What to pass instead: people give the spec, the module, or the folder above."""
    if path.suffix == ".arch":
        return f"`archdsl compile {path}` makes one"
    if path.suffix == ".py" and (path.parent / f"{_HUB}.py").is_file():
        return f"did you mean {path.parent}?"
    inner = sorted(hub.parent for hub in path.glob(f"*/{_HUB}.py"))
    if inner:
        return f"did you mean {' or '.join(map(str, inner[:3]))}?"
    return "`archdsl compile SPEC -o DIR` makes one, DIR/NETWORK"


def _tree(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except OSError as failure:
        raise export_error(f"cannot read {path}: {failure.strerror}") from None
    except (SyntaxError, ValueError) as failure:
        # `ast.parse` raises ValueError for a null byte in the source.
        raise export_error(f"{path} is not valid Python: {failure}") from None


def _module(hub: ast.Module) -> str | None:
    """The name of the module that an entry point imports, as in `import x3d_s as _x3d_s`."""
    aliases = (alias for node in hub.body if isinstance(node, ast.Import) for alias in node.names)
    return next((alias.name for alias in aliases if alias.asname == f"_{alias.name}"), None)


def _inputs(path: Path) -> dict[str, Shape]:
    """The shape of one sample of each input, from the module's docstring.

    Only the second paragraph is read: the first one is the user's text about the network.
    """
    _, _, rest = (ast.get_docstring(_tree(path)) or "").partition("\n\n")
    inputs = {name: _shape(sizes) for name, sizes in _INPUT.findall(rest.partition("\n\n")[0])}
    if not inputs:
        example = "Input `video`: 3 x 13 x 160^2 (C x T x H x W)."
        hint = f"its docstring needs a line such as {example}"
        raise export_error(f"{path} does not give the size of its input", hint)
    return inputs


def _shape(text: str) -> Shape:
    """`3 x 13 x 160^2` as (3, 13, 160, 160)."""
    sizes = (part.partition("^") for part in text.replace(" ", "").split("x") if part)
    return tuple(
        extent for size, _, times in sizes for extent in [int(size or 0)] * int(times or 1)
    )


def load(build: Build, given: Mapping[str, Value]) -> nn.Module:
    """The network of the folder in evaluation mode. This runs the folder's files.

    `given` are arguments of the network's constructor.

    Raises:
        CompileError: a file does not run, or the network has no such argument.
    """
    with _importable(build):
        try:
            entry = getattr(import_module(_HUB), build.name)
            # The last parameter of an entry point is the file of weights.
            known = list(inspect.signature(entry).parameters)[:-1]
        except (Exception, SystemExit) as failure:
            raise _run_error(build, "does not load", failure) from None
        for name in given:
            if name not in known:
                raise export_error(f"{build.name} has no argument `{name}`", _known(name, known))
        try:
            module: nn.Module = entry(**given)
        except Exception as failure:
            raise _run_error(build, "cannot be constructed", failure) from None
    taken = list(inspect.signature(module.forward).parameters)
    if len(taken) != len(build.inputs):
        declared = counted(len(build.inputs), "input")
        raise export_error(
            f"the docstring of {build.name}.py has {declared}, but its forward takes {len(taken)}"
        )
    return module.eval()


def _known(name: str, known: list[str]) -> str:
    return suggestion(name, known) or "it has no arguments to set"


@contextmanager
def _importable(build: Build) -> Iterator[None]:
    """Import from the folder first, and leave no trace of that in the interpreter.

    Modules of the same names that were imported before are put back: tests, and programs that use
    archdsl, may have their own `hubconf`. No bytecode is written into the user's folder.
    """
    own = _HUB, build.name
    others = {name: sys.modules.pop(name) for name in own if name in sys.modules}
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, str(build.folder.resolve()))
    try:
        yield
    finally:
        sys.path.remove(str(build.folder.resolve()))
        sys.dont_write_bytecode = writes
        for name in own:
            sys.modules.pop(name, None)
        sys.modules.update(others)


def _run_error(build: Build, what: str, failure: BaseException) -> CompileError:
    kind, reason = type(failure).__name__, first_line(failure)
    message = f"{build.folder / build.name}.py {what}: {kind}: {reason}"
    return export_error(message, "compile it again" if build.edited else None)


def export_error(message: str, hint: str | None = None) -> CompileError:
    return CompileError([error("export", message, help=hint)])


_MOST_LINES = 8
"""How many lines of keys one error shows."""


def load_weights(module: nn.Module, path: Path) -> None:
    """Load the weights of a file into a module.

    Raises:
        CompileError: the file cannot be read, or its weights belong to another network.
    """
    ours, theirs = module.state_dict(), read(path).tensors
    missing = [key for key in ours if key not in theirs]
    unexpected = [key for key in theirs if key not in ours]
    shapes = {
        key: (tuple(ours[key].shape), tuple(theirs[key].shape))
        for key in ours
        if key in theirs and ours[key].shape != theirs[key].shape
    }
    lines = [f"{key} is {_shown(b)}, but {_shown(a)} here" for key, (a, b) in shapes.items()]
    errors = [
        *key_errors(
            lambda count: f"{path} lacks {count} of this network",
            missing,
            fold_lines(missing),
            _MOST_LINES,
        ),
        *key_errors(
            lambda count: f"{path} has {count} that this network does not have",
            unexpected,
            fold_lines(unexpected),
            _MOST_LINES,
        ),
        *key_errors(
            lambda count: f"{count} of {path} have other shapes than here",
            list(shapes),
            lines,
            _MOST_LINES,
            _setting(module, shapes.values()),
        ),
    ]
    if errors:
        raise CompileError(errors)
    module.load_state_dict(dict(theirs))


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


def randomise(module: nn.Module, shapes: list[Shape]) -> None:
    """Give a module random weights with a fixed seed, such that every layer shows in the output.

    A scale that starts at zero would hide its whole branch from the comparison, so parameters
    that are vectors or all zero are drawn from [0.5, 1]. Batch norms take the statistics of a
    random clip: with their initial ones, values vanish or explode in a deep network.
    """
    import torch

    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.random.manual_seed(0)
        for tensor in module.parameters():
            if tensor.ndim <= 1 or not tensor.any():
                tensor.uniform_(0.5, 1)
        with _instant_statistics(module):
            module(*(torch.randn(2, *shape[1:]) for shape in shapes))


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
