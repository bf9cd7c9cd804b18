"""A build folder as `archdsl compile` wrote it, and the module in it."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl import files
from archdsl.diagnostics import CompileError, counted, did_you_mean, error

if TYPE_CHECKING:
    from torch import nn

Shape = tuple[int, ...]
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
    if not (folder / f"{_HUB}.py").is_file():
        raise fault(f"{folder} is no build folder", _advice(folder))
    name = _module(_tree(folder / f"{_HUB}.py"))
    if name is None or not (folder / f"{name}.py").is_file():
        raise fault(f"{folder / _HUB}.py imports no module of its own folder", _advice(folder))
    names = f"{name}.py", f"{_HUB}.py"
    edited = tuple(file for file in names if not files.is_ours((folder / file).read_bytes()))
    return Build(folder, name, _inputs(folder / f"{name}.py"), edited)


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
        except Exception as failure:
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
    return did_you_mean(name, known) or f"there is {', '.join(known) or 'nothing to set'}"


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


def _broken(build: Build, what: str, failure: Exception) -> CompileError:
    message = f"{build.folder / build.name}.py {what}: {type(failure).__name__}: {failure}"
    return fault(message, "compile it again" if build.edited else None)


def fault(message: str, hint: str | None = None) -> CompileError:
    return CompileError([error("export", message, help=hint)])
