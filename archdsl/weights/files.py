"""Files of weights as they are exchanged. Nothing in one is ever run."""

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
from archdsl.weights.sources import NESTED

if TYPE_CHECKING:
    from torch import Tensor

_PARALLEL = "module."
_CODE = re.compile(r"GLOBAL ([\w.]+)")


@dataclass(frozen=True)
class WeightsFile:
    """What a file holds: tensors by their keys, and the names of what is no weight."""

    path: Path
    form: str
    tensors: Mapping[str, Tensor]
    others: tuple[str, ...]


def read(path: Path) -> WeightsFile:
    """A state dict, plain or in a checkpoint.

    Raises:
        CompileError: the file cannot be read, or holds something else.
    """
    if not os.path.exists(path):
        raise _fault(f"no such file: {path}")
    if not os.path.isfile(path):
        what = "a folder" if path.is_dir() else "a device or a pipe"
        raise _fault(f"{path} is {what}, and no file of weights")
    if path.suffix == ".safetensors":
        return _sorted_out(path, "safetensors", _safetensors(path))
    held = _unpickled(path)
    if not isinstance(held, dict):
        raise _fault(f"{path} holds a {type(held).__name__}, and no dict of tensors")
    for name in NESTED:
        if isinstance(held.get(name), dict):
            others = [key for key in held if key != name]
            return _sorted_out(path, f"`{name}` of a checkpoint", held[name], others)
    return _sorted_out(path, "a state dict", held)


def _sorted_out(
    path: Path, form: str, state: Mapping[Any, object], others: list[object] | None = None
) -> WeightsFile:
    tensors = {str(key): value for key, value in state.items() if _is_plain(value)}
    rest = [*(others or []), *(key for key, value in state.items() if str(key) not in tensors)]
    if not tensors:
        held = f": it holds {', '.join(f'`{key}`' for key in rest[:8])}" if rest else ""
        hint = f"weights stand at the top, or under {' or '.join(NESTED)}"
        raise _fault(f"{path} has no tensors where weights are looked for{held}", hint)
    if all(key.startswith(_PARALLEL) for key in tensors):
        tensors = {key.removeprefix(_PARALLEL): value for key, value in tensors.items()}
        form += ", of parallel training"
    return WeightsFile(path, form, tensors, tuple(map(str, rest)))


def _is_plain(value: object) -> TypeGuard[Tensor]:
    """Whether it is a tensor with its elements in it, one by one."""
    from torch import Tensor, strided

    if not isinstance(value, Tensor) or value.is_quantized:
        return False
    return value.layout == strided and value.device.type == "cpu"


def _unpickled(path: Path) -> object:
    torch = torch_or_fault()
    try:
        if not _swells(path):
            with warnings.catch_warnings(action="ignore"):
                return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as fault:
        raise _fault(f"cannot read {path}: {fault.strerror or fault}") from None
    except UnpicklingError as fault:
        code = _CODE.search(str(fault))
        if not code:
            raise _broken(path) from None
        hint = "where it was made, load it and save its state dict alone"
        message = f"{path} holds more than weights, `{code[1]}`, and is not loaded"
        raise _fault(message, hint) from None
    except Exception:
        # What a damaged file makes torch raise is of any kind: RuntimeError, EOFError, KeyError.
        raise _broken(path) from None
    hint = "torch.save stores tensors as they are: save them once more with it"
    raise _fault(f"{path} would unpack to more than its size, and is not loaded", hint)


def _swells(path: Path) -> bool:
    """Whether it is packed, so that a few bytes could fill the memory."""
    try:
        with ZipFile(path) as archive:
            return sum(entry.file_size for entry in archive.infolist()) > path.stat().st_size
    except BadZipFile:
        return False


def _safetensors(path: Path) -> Mapping[str, object]:
    torch_or_fault()
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError:
        raise _missing("safetensors") from None
    try:
        found: Mapping[str, object] = load_file(path)
        return found
    except OSError as fault:
        raise _fault(f"cannot read {path}: {fault.strerror or fault}") from None
    except SafetensorError:
        raise _broken(path) from None


def write(path: Path, state: dict[str, Tensor], *, force: bool = False) -> None:
    """Write weights: safetensors by that suffix, else a checkpoint with a `model_state`.

    Raises:
        CompileError: they cannot be written, or something is there already.
    """
    if path.suffix == ".safetensors":
        try:
            from safetensors.torch import save
        except ImportError:
            raise _missing("safetensors") from None
        files.create(path, save(state), force=force)
        return
    stream = io.BytesIO()
    torch_or_fault().save({"model_state": state}, stream)
    files.create(path, stream.getvalue(), force=force)


def _broken(path: Path) -> CompileError:
    hint = "it may have been cut off on its way: compare its size"
    return _fault(f"{path} is no file of weights, or only a part of one", hint)


def torch_or_fault() -> ModuleType:
    """torch, where it is installed.

    Raises:
        CompileError: it is not.
    """
    try:
        import torch
    except ImportError:
        raise _missing("torch", "archdsl[torch]") from None
    return torch


def _missing(package: str, extra: str | None = None) -> CompileError:
    return _fault(f"this needs the package {package}", f"pip install '{extra or package}'")


def _fault(message: str, hint: str | None = None) -> CompileError:
    return CompileError([error("weights", message, help=hint)])
