"""How a file of weights is read: by the files for that which every build folder has.

They are run here as modules, so archdsl takes the same tensors of a file as the scripts that it
writes, or refuses it with the same words.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from archdsl.diagnostics import CompileError, error
from archdsl.emit.pages import WEIGHT_FILES, page

if TYPE_CHECKING:
    from torch import Tensor


class Stored(Protocol):
    """A mapping of tensors in a file, at a place such as `state_dict`."""

    @property
    def place(self) -> str: ...

    @property
    def tensors(self) -> Mapping[str, Tensor]: ...


class WeightFile(Protocol):
    """The content of a file: its mappings of tensors, and the names of what is none."""

    @property
    def path(self) -> str: ...

    @property
    def content(self) -> object: ...

    @property
    def stored(self) -> Sequence[Stored]: ...

    @property
    def others(self) -> Sequence[str]: ...


class Reading(Protocol):
    """Tensors of a file taken as those of some keys; `name` says where in it they are."""

    @property
    def name(self) -> str: ...

    @property
    def prefix(self) -> str: ...

    @property
    def stored(self) -> Stored: ...

    @property
    def own(self) -> Mapping[str, Tensor]: ...

    @property
    def tensors(self) -> Mapping[str, Tensor]: ...

    @property
    def is_foreign(self) -> bool: ...

    @property
    def missing(self) -> Sequence[str]: ...

    @property
    def unknown(self) -> Sequence[str]: ...

    @property
    def reshaped(self) -> Sequence[str]: ...

    def faults(self) -> Iterator[str]: ...


def read(path: Path) -> WeightFile:
    """All that a file holds.

    Raises:
        CompileError: it is damaged, or it would run code or fill the memory.
    """
    import_torch()
    with _told():
        file: WeightFile = _rule().read_weights(path)
        return file


def best_reading(
    file: WeightFile, own: Mapping[str, Tensor], checkpoint_key: str | None
) -> Reading:
    """The tensors of a file that fit these best, whether or not all do.

    Raises:
        CompileError: there are none, or others with other values fit as well.
    """
    with _told():
        found: Reading = _rule().best_reading(file, own, checkpoint_key)
        return found


def import_torch() -> ModuleType:
    """torch, which is an optional dependency.

    Raises:
        CompileError: it is not installed.
    """
    try:
        import torch
    except ImportError:
        message = "this needs the package torch"
        raise weights_error(message, "pip install 'archdsl[torch]'") from None
    return torch


def weights_error(message: str, hint: str | None = None) -> CompileError:
    return CompileError([error("weights", message, help=hint)])


@contextmanager
def _told() -> Iterator[None]:
    """What the emitted files say of a mistake, as a diagnostic."""
    mistake = _rule().CannotLoad
    try:
        yield
    except mistake as fault:
        raise weights_error(fault.reason, fault.hint or None) from None


@cache
def _rule() -> ModuleType:
    """weight_keys.py as a module; while it is made, the other can be imported by its name."""
    texts = {name.removesuffix(".py"): page(f"{name}.j2") for name in WEIGHT_FILES}
    made = {name: ModuleType(name) for name in texts}
    before = {name: sys.modules[name] for name in texts if name in sys.modules}
    sys.modules |= made
    try:
        for name, text in texts.items():
            exec(compile(text, f"<{name}.py>", "exec"), vars(made[name]))
    finally:
        for name in texts:
            del sys.modules[name]
        sys.modules |= before
    return made["weight_keys"]
