"""Files of weights: the mapping of one that is shown or imported, and files that are written.

`rule.py` reads them. Of the mappings of tensors in a file, one is looked at: the one that the user
names, or the largest.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl import files
from archdsl.diagnostics import counted
from archdsl.weights.rule import Reading, Stored, WeightFile, import_torch, weights_error

if TYPE_CHECKING:
    from torch import Tensor

_NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Weights:
    """A mapping of tensors in a file, by their keys without a prefix.

    `form` says where in the file it is, as in "`model_state` of a checkpoint", and `others` what
    else is in the file.
    """

    path: str
    form: str
    tensors: Mapping[str, Tensor]
    others: tuple[str, ...]


def largest(file: WeightFile, checkpoint_key: str | None = None) -> Weights:
    """The largest mapping of tensors in a file, or of those at a place in it.

    Raises:
        CompileError: there are no tensors.
    """
    places = [each for each in file.stored if _is_at(each.place, checkpoint_key)]
    if not places:
        where = f" in `{checkpoint_key}`" if checkpoint_key else ""
        raise weights_error(f"{file.path} has no tensors by name{where}", str(file))
    chosen = max(places, key=lambda each: len(each.tensors))
    return Weights(file.path, _form(file.path, chosen.place), chosen.tensors, _others(file, chosen))


def of_reading(file: WeightFile, reading: Reading) -> Weights:
    """Those that were found, and what stands beside them with the same prefix."""
    start = f"{reading.prefix}." if reading.prefix else ""
    rest = {key.removeprefix(start): reading.stored.tensors[key] for key in reading.unknown}
    form = _form(file.path, reading.name)
    return Weights(file.path, form, {**reading.tensors, **rest}, _others(file, reading.stored))


def _is_at(place: str, checkpoint_key: str | None) -> bool:
    return checkpoint_key is None or f"{place}.".startswith(f"{checkpoint_key}.")


def _form(path: str, place: str) -> str:
    if path.endswith(".safetensors"):
        return f"`{place}` of safetensors" if place else "safetensors"
    return f"`{place}` of a checkpoint" if place else "a state dict"


def _others(file: WeightFile, chosen: Stored) -> tuple[str, ...]:
    """What else a file holds: mappings of tensors, counted where numbers tell them apart."""
    counts: Counter[str] = Counter()
    for each in file.stored:
        if each is not chosen:
            counts[_NUMBER.sub("*", each.place) or "the file itself"] += len(each.tensors)
    mappings = (f"{place} ({counted(count, 'tensor')})" for place, count in counts.items())
    return *mappings, *file.others


def write(path: Path, state: dict[str, Tensor], *, force: bool = False) -> None:
    """Write weights: as safetensors if the suffix says so, otherwise as `{"model_state": state}`.

    Raises:
        CompileError: the file cannot be written, or it exists and `force` is not set.
    """
    if path.suffix == ".safetensors":
        try:
            from safetensors.torch import save
        except ImportError:
            raise weights_error(
                "this needs the package safetensors", "pip install safetensors"
            ) from None
        files.create(path, save(state), force=force)
        return
    # Serialised in memory first, so that a full disk leaves no half-written file.
    stream = io.BytesIO()
    import_torch().save({"model_state": state}, stream)
    files.create(path, stream.getvalue(), force=force)
