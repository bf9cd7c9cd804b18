"""A build folder that `archdsl compile` wrote, read back: which network is in it, and its module.

Users edit the files of a build folder, so the module is imported as it is now, and not compiled
again from the spec.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from archdsl import files
from archdsl.diagnostics import CompileError, counted, error, suggestion
from archdsl.export.axes import Input
from archdsl.export.trials import first_line

if TYPE_CHECKING:
    from torch import Tensor, nn

Value = int | float

_AGAIN = "compile it again"


@dataclass(frozen=True)
class Build:
    """A build folder: the file of its module, the class of the network, and the edited files.

    `manifest` is what network.json says.
    """

    folder: Path
    name: str
    class_name: str
    edited: tuple[str, ...]
    manifest: Mapping[str, Any]

    @property
    def path(self) -> Path:
        return self.folder / f"{self.name}.py"


@dataclass(frozen=True)
class Loaded:
    """A network in evaluation mode, and its inputs."""

    module: nn.Module
    inputs: Mapping[str, Input]


def find(folder: Path) -> Build:
    """Recognise a build folder by its network.json. Nothing in it is run.

    Raises:
        CompileError: it is not a build folder, or not a whole one.
    """
    manifest = _manifest(folder)
    path = folder / str(manifest.get("module"))
    class_name = str(manifest.get("class"))
    # Nothing outside of the folder is imported, whatever its network.json says.
    is_named = path.parent == folder and path.suffix == ".py" and path.stem.isidentifier()
    if not is_named or not class_name.isidentifier():
        message = f"{folder / files.MANIFEST} must name the module and the class of a network"
        raise export_error(message, _AGAIN)
    if not os.path.isfile(path):
        raise export_error(f"{path} is missing, which {files.MANIFEST} names", _AGAIN)
    return Build(folder, path.stem, class_name, tuple(_edited(path, manifest)), manifest)


def _manifest(folder: Path) -> Mapping[str, Any]:
    path = folder / files.MANIFEST
    if not os.path.isfile(path):
        raise export_error(
            f"{folder} is not a build folder: it has no {path.name}", _advice(folder)
        )
    try:
        manifest = json.loads(path.read_bytes())
    except OSError as failure:
        raise export_error(f"cannot read {path}: {failure.strerror}") from None
    except (ValueError, RecursionError):
        raise export_error(f"{path} is not valid JSON", _AGAIN) from None
    return manifest if isinstance(manifest, dict) else {}


def _advice(path: Path) -> str:
    """What to pass instead: people give the spec, the module, or the folder above."""
    if path.suffix == ".arch":
        return f"`archdsl compile {path}` makes one"
    if path.suffix == ".py" and (path.parent / files.MANIFEST).is_file():
        return f"did you mean {path.parent}?"
    if (path / "hubconf.py").is_file():
        return f"an older archdsl may have made it: {_AGAIN}"
    inner = sorted(found.parent for found in path.glob(f"*/{files.MANIFEST}"))
    if inner:
        return f"did you mean {' or '.join(map(str, inner[:3]))}?"
    return "`archdsl compile SPEC -o DIR` makes one, DIR/NETWORK"


def _edited(path: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """The files that were changed since they were compiled: the module, and what describes it."""
    digests = manifest.get("files")
    compiled = digests.get(path.name) if isinstance(digests, dict) else None
    if hashlib.sha256(path.read_bytes()).hexdigest() != compiled:
        yield path.name
    if not files.is_ours((path.parent / files.MANIFEST).read_bytes()):
        yield files.MANIFEST


def load(build: Build, given: Mapping[str, Value]) -> Loaded:
    """The network of the folder. This runs the folder's module.

    `given` are arguments of the network's constructor.

    Raises:
        CompileError: the module does not run, or the network has no such argument.
    """
    with importable(build.folder):
        entry = _imported(build, build.path)
        network = _network(build, entry)
        _check_arguments(network, given)
        try:
            model = network(**given)
        except Exception as failure:
            raise _run_error(build, build.path, "cannot be constructed", failure) from None
    return Loaded(model.eval(), _inputs(build, entry, model))


def lowered_path(build: Build, target: str) -> Path:
    """Where `archdsl compile --target` writes the module of a target, whether or not it did."""
    return build.folder / f"{build.name}_{target}.py"


def load_lowered(
    build: Build, target: str, state: Mapping[str, Tensor], given: Mapping[str, Value]
) -> nn.Module:
    """The module of a target with the weights of the readable one. This runs it.

    Arguments that matter in training alone, such as `dropout`, are not passed on.

    Raises:
        CompileError: the module does not run, or does not take the weights.
    """
    path = lowered_path(build, target)
    with importable(build.folder):
        entry = _imported(build, path)
        try:
            convert: Callable[..., nn.Module] = entry.from_readable
            taken = inspect.signature(convert).parameters
            return convert(state, **{name: given[name] for name in given.keys() & taken})
        except Exception as failure:
            raise _run_error(build, path, "does not take the weights", failure) from None


def _imported(build: Build, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as failure:
        raise _run_error(build, path, "does not load", failure) from None
    return module


def _network(build: Build, entry: ModuleType) -> Callable[..., nn.Module]:
    """The class of the network, which network.json names."""
    if not inspect.isclass(getattr(entry, build.class_name, None)):
        message = f"{build.path} has no class {build.class_name}, which {files.MANIFEST} names"
        raise export_error(message, _AGAIN)
    network: Callable[..., nn.Module] = getattr(entry, build.class_name)
    return network


def _check_arguments(network: Callable[..., nn.Module], given: Mapping[str, Value]) -> None:
    known = list(inspect.signature(network).parameters)
    for name in given:
        if name not in known:
            hint = suggestion(name, known) or "it has no arguments to set"
            raise export_error(f"the network has no argument `{name}`", hint)


def _inputs(build: Build, entry: ModuleType, module: nn.Module) -> dict[str, Input]:
    """The inputs, from the constants of the module."""
    inputs = getattr(entry, "INPUTS", None)
    if not isinstance(inputs, dict) or not inputs or not all(map(_is_shape, inputs.values())):
        example = 'INPUTS = {"video": (3, 13, 160, 160)}'
        hint = f"it needs a line such as `{example}`"
        raise export_error(f"{build.path} does not give the size of its input", hint)
    taken = list(inspect.signature(module.forward).parameters)
    if len(taken) != len(inputs):
        declared = counted(len(inputs), "input")
        message = f"INPUTS of {build.path} has {declared}, but its forward takes {len(taken)}"
        raise export_error(message)
    below = getattr(entry, "BELOW", {})
    if not isinstance(below, dict) or not all(map(_is_size, below.values())):
        hint = 'it needs a line such as `BELOW = {"tokens": 50257}`'
        raise export_error(f"{build.path} does not say what its integers are below", hint)
    return {str(name): Input(tuple(shape), below.get(name)) for name, shape in inputs.items()}


def _is_shape(value: object) -> bool:
    if not isinstance(value, tuple | list) or not value:
        return False
    return all(map(_is_size, value))


def _is_size(value: object) -> bool:
    return isinstance(value, int) and value > 0


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Import from a build folder first, and leave no trace of that in the interpreter.

    Modules of the same names that were imported before are put back: tests, and programs that use
    archdsl, may have their own. No bytecode is written into the user's folder.
    """
    home = str(folder.resolve())
    names = {path.stem for path in folder.glob("*.py")}
    others = {name: sys.modules.pop(name) for name in names & sys.modules.keys()}
    before = set(sys.modules)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, home)
    try:
        yield
    finally:
        sys.path.remove(home)
        sys.dont_write_bytecode = writes
        for name in [*sys.modules.keys() - before]:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(home):
                del sys.modules[name]
        sys.modules |= others


def _run_error(build: Build, path: Path, what: str, failure: BaseException) -> CompileError:
    kind, reason = type(failure).__name__, first_line(failure)
    message = f"{path} {what}: {kind}: {reason}"
    return export_error(message, _AGAIN if build.edited else None)


def export_error(message: str, hint: str | None = None) -> CompileError:
    return CompileError([error("export", message, help=hint)])
