"""Reading and writing files of weights, without ever running code that one contains.

Checkpoints of other people are pickles, and unpickling can run anything. So only tensors and plain
containers are unpickled, and everything that torch raises becomes a diagnostic.
"""

from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeGuard
from zipfile import BadZipFile, ZipFile

from archdsl import files
from archdsl.diagnostics import CompileError, error
from archdsl.weights.sources import STATE_KEYS

if TYPE_CHECKING:
    from torch import Tensor

_PARALLEL = "module."
"""The prefix that `DataParallel` and `DistributedDataParallel` add to every key."""

_GLOBAL = re.compile(r"GLOBAL ([\w.]+)")
"""How the error of torch's unpickler names what it refuses to import."""


@dataclass(frozen=True)
class WeightsFile:
    """The content of a file: tensors by key, and the keys of everything that is not a tensor.

    `form` describes the container, as in "`model_state` of a checkpoint".
    """

    path: Path
    form: str
    tensors: Mapping[str, Tensor]
    others: tuple[str, ...]


def read(path: Path) -> WeightsFile:
    """Read a state dict, plain or inside a checkpoint, from a pickle or from safetensors.

    Raises:
        CompileError: the file cannot be read, or it contains no state dict.
    """
    if not os.path.exists(path):
        raise _error(f"no such file: {path}")
    if not os.path.isfile(path):
        kind = "a folder" if path.is_dir() else "a device or a pipe"
        raise _error(f"{path} must be a file of weights, but this is {kind}")
    if path.suffix == ".safetensors":
        return _weights_file(path, "safetensors", _read_safetensors(path))
    content = _unpickle(path)
    if not isinstance(content, dict):
        kind = type(content).__name__
        raise _error(f"{path} must contain a dict of tensors, but this is a {kind}")
    for name in STATE_KEYS:
        if isinstance(content.get(name), dict):
            others = [key for key in content if key != name]
            return _weights_file(path, f"`{name}` of a checkpoint", content[name], others)
    return _weights_file(path, "a state dict", content)


def _weights_file(
    path: Path, form: str, state: Mapping[Any, object], others: list[object] | None = None
) -> WeightsFile:
    """Separate the tensors of a dict from its other entries.

    Raises:
        CompileError: there are no tensors.
    """
    tensors = {str(key): value for key, value in state.items() if _is_plain(value)}
    rest = [*(others or []), *(key for key, value in state.items() if str(key) not in tensors)]
    if not tensors:
        found = f", only {', '.join(f'`{key}`' for key in rest[:8])}" if rest else ""
        hint = f"weights are read from the top level, or from {' or '.join(STATE_KEYS)}"
        raise _error(f"{path} has no tensors where weights are expected{found}", hint)
    # One key without the prefix means that `module` is a layer of the network itself.
    if all(key.startswith(_PARALLEL) for key in tensors):
        tensors = {key.removeprefix(_PARALLEL): value for key, value in tensors.items()}
        form += ", from parallel training"
    return WeightsFile(path, form, tensors, tuple(map(str, rest)))


def _is_plain(value: object) -> TypeGuard[Tensor]:
    """Whether a value is a dense tensor on the CPU, so that its elements can be copied."""
    from torch import Tensor, strided

    if not isinstance(value, Tensor) or value.is_quantized:
        return False
    return value.layout == strided and value.device.type == "cpu"


def _unpickle(path: Path) -> object:
    """The content of a file that `torch.save` wrote.

    Raises:
        CompileError: it is damaged, contains code, or would expand in memory.
    """
    torch = import_torch()
    try:
        if not _expands(path):
            # torch warns of old formats and of pickled storages, which users cannot act on.
            with warnings.catch_warnings(action="ignore"):
                return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as failure:
        raise _error(f"cannot read {path}: {failure.strerror or failure}") from None
    except UnpicklingError as failure:
        refused = _GLOBAL.search(str(failure))
        if not refused:
            raise _damaged(path) from None
        hint = "load it where it was written, and save only its state dict"
        message = f"{path} contains more than weights, `{refused[1]}`, so it is not loaded"
        raise _error(message, hint) from None
    except Exception:
        # On a damaged file torch raises errors of any kind: RuntimeError, EOFError, KeyError.
        raise _damaged(path) from None
    hint = "torch.save does not compress: load the file with torch and save it again"
    raise _error(f"{path} is compressed and would expand in memory, so it is not loaded", hint)


def _expands(path: Path) -> bool:
    """Whether the archive is compressed: a few kilobytes could then fill the memory.

    `torch.save` stores entries as they are, so an honest file is never smaller than its content.
    """
    try:
        with ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist()) > path.stat().st_size
    except BadZipFile:
        return False


def _read_safetensors(path: Path) -> Mapping[str, object]:
    import_torch()
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError:
        raise _missing("safetensors") from None
    try:
        tensors: Mapping[str, object] = load_file(path)
        return tensors
    except OSError as failure:
        raise _error(f"cannot read {path}: {failure.strerror or failure}") from None
    except SafetensorError:
        raise _damaged(path) from None


def write(path: Path, state: dict[str, Tensor], *, force: bool = False) -> None:
    """Write weights: as safetensors if the suffix says so, otherwise as `{"model_state": state}`.

    Raises:
        CompileError: the file cannot be written, or it exists and `force` is not set.
    """
    if path.suffix == ".safetensors":
        try:
            from safetensors.torch import save
        except ImportError:
            raise _missing("safetensors") from None
        files.create(path, save(state), force=force)
        return
    # Serialised in memory first, so that a full disk leaves no half-written file.
    stream = io.BytesIO()
    import_torch().save({"model_state": state}, stream)
    files.create(path, stream.getvalue(), force=force)


def _damaged(path: Path) -> CompileError:
    hint = "the download may be incomplete: compare its size"
    return _error(f"{path} is not a file of weights, or only a part of one", hint)


def import_torch() -> ModuleType:
    """torch, which is an optional dependency.

    Raises:
        CompileError: it is not installed.
    """
    try:
        import torch
    except ImportError:
        raise _missing("torch", "archdsl[torch]") from None
    return torch


def _missing(package: str, extra: str | None = None) -> CompileError:
    return _error(f"this needs the package {package}", f"pip install '{extra or package}'")


def _error(message: str, hint: str | None = None) -> CompileError:
    return CompileError([error("weights", message, help=hint)])
