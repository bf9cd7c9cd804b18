"""A build folder as `archdsl compile` wrote it: its module, made and given weights."""

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
from archdsl.weights.keys import folded, key_faults

if TYPE_CHECKING:
    from torch import nn

Value = int | float

_HUB = "hubconf"
_INPUT = re.compile(r"Input `(\w+)`: ([0-9^x ]+)")
_OWN_ARGUMENTS = 1
"""Of an entry point: the file of weights, its last argument."""


@dataclass(frozen=True)
class Build:
    """A build folder: the name of its module, one sample of each input, what was edited since."""

    folder: Path
    name: str
    inputs: Mapping[str, Shape]
    edited: tuple[str, ...]


def find(folder: Path) -> Build:
    """What a build folder holds. Nothing in it is run.

    Raises:
        CompileError: it is none.
    """
    hub = folder / f"{_HUB}.py"
    if not os.path.isfile(hub):
        raise fault(f"{folder} is no build folder", _advice(folder))
    name = _module(_tree(hub))
    if name is None or not os.path.isfile(folder / f"{name}.py"):
        raise fault(f"{hub} imports no module of its own folder", "compile it again")
    inputs = _inputs(folder / f"{name}.py")
    names = f"{name}.py", f"{_HUB}.py"
    edited = tuple(file for file in names if not files.is_ours((folder / file).read_bytes()))
    return Build(folder, name, inputs, edited)


def _advice(path: Path) -> str:
    if path.suffix == ".arch":
        return f"`archdsl compile {path}` makes one"
    if path.suffix == ".py" and (path.parent / f"{_HUB}.py").is_file():
        return f"did you mean {path.parent}?"
    inner = sorted(found.parent for found in path.glob(f"*/{_HUB}.py"))
    if inner:
        return f"did you mean {' or '.join(map(str, inner[:3]))}?"
    return "`archdsl compile SPEC -o DIR` makes one, DIR/NETWORK"


def _tree(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except OSError as failure:
        raise fault(f"cannot read {path}: {failure.strerror}") from None
    except (SyntaxError, ValueError) as failure:
        raise fault(f"{path} is no Python: {failure}") from None


def _module(hub: ast.Module) -> str | None:
    """The module that an entry point is made of: `import x3d_s as _x3d_s`."""
    aliases = (alias for node in hub.body if isinstance(node, ast.Import) for alias in node.names)
    return next((alias.name for alias in aliases if alias.asname == f"_{alias.name}"), None)


def _inputs(path: Path) -> dict[str, Shape]:
    """The samples that the second paragraph of a module's docstring tells."""
    _, _, told = (ast.get_docstring(_tree(path)) or "").partition("\n\n")
    found = {name: _shape(sizes) for name, sizes in _INPUT.findall(told.partition("\n\n")[0])}
    if not found:
        example = "Input `video`: 3 x 13 x 160^2 (C x T x H x W)."
        hint = f"its docstring had a line such as {example}"
        raise fault(f"{path} does not tell the size of its input", hint)
    return found


def _shape(written: str) -> Shape:
    sizes = (part.partition("^") for part in written.replace(" ", "").split("x") if part)
    return tuple(
        extent for size, _, times in sizes for extent in [int(size or 0)] * int(times or 1)
    )


def load(build: Build, given: Mapping[str, Value]) -> nn.Module:
    """The network of the folder, made with these arguments. This runs the folder's files.

    Raises:
        CompileError: they do not run, or take no such arguments.
    """
    with _importable(build):
        try:
            entry = getattr(import_module(_HUB), build.name)
            known = list(inspect.signature(entry).parameters)[:-_OWN_ARGUMENTS]
        except (Exception, SystemExit) as failure:
            raise _broken(build, "does not load", failure) from None
        for name in given:
            if name not in known:
                raise fault(f"{build.name} takes no `{name}`", _known(name, known))
        try:
            made: nn.Module = entry(**given)
        except Exception as failure:
            raise _broken(build, "cannot be made", failure) from None
    taken = list(inspect.signature(made.forward).parameters)
    if len(taken) != len(build.inputs):
        told = counted(len(build.inputs), "input")
        raise fault(f"{build.name}.py tells {told}, and its forward takes {len(taken)}")
    return made.eval()


def _known(name: str, known: list[str]) -> str:
    return suggestion(name, known) or "it has no arguments to set"


@contextmanager
def _importable(build: Build) -> Iterator[None]:
    """The modules of the folder before all others, for now, and none of them left behind."""
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


def _broken(build: Build, what: str, failure: BaseException) -> CompileError:
    kind, told = type(failure).__name__, first_line(failure)
    message = f"{build.folder / build.name}.py {what}: {kind}: {told}"
    return fault(message, "compile it again" if build.edited else None)


def fault(message: str, hint: str | None = None) -> CompileError:
    return CompileError([error("export", message, help=hint)])


_SHOWN = 8


def fill(module: nn.Module, path: Path) -> None:
    """Give a module the weights of a file.

    Raises:
        CompileError: the file cannot be read, or its weights are of another network.
    """
    ours, theirs = module.state_dict(), read(path).tensors
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
        *key_faults(other, list(shapes), told, _SHOWN, _setting(module, shapes.values())),
    ]
    if wrong:
        raise CompileError(wrong)
    module.load_state_dict(dict(theirs))


def _shown(shape: Shape) -> str:
    return show_shape(shape) or "a number"


def _setting(module: nn.Module, shapes: Iterable[tuple[Shape, Shape]]) -> str | None:
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
