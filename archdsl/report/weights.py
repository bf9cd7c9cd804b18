"""Files of weights and what was made of them, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from archdsl.diagnostics import counted
from archdsl.report.display import visible
from archdsl.report.tables import Table, as_json, comma_separated
from archdsl.weights.files import WeightsFile
from archdsl.weights.folding import fold, folded
from archdsl.weights.importing import Import
from archdsl.weights.sources import recognised

if TYPE_CHECKING:
    from torch import Tensor

Shapes = Mapping[str, tuple[int, ...]]
"""The shapes of a layer's tensors by their names in it."""


def show_import(done: Import) -> str:
    """Each layer with its name on the other side and its tensors; then what is to be known."""
    theirs = {key.rpartition(".")[0]: name.rpartition(".")[0] for key, name in done.names.items()}
    layers = _layers({key: tuple(value.shape) for key, value in done.state.items()})
    rows = [(ours, theirs[ours], _shown(shapes)) for ours, shapes in layers.items()]
    table = Table(("ours", "theirs", "tensors"), rows).text()
    return f"{table}\n{_listed(_remarks(done))}"


def _listed(lines: Iterator[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _layers(shapes: Shapes) -> dict[str, dict[str, tuple[int, ...]]]:
    layers: dict[str, dict[str, tuple[int, ...]]] = {}
    for key, shape in shapes.items():
        layer, _, leaf = key.rpartition(".")
        layers.setdefault(layer, {})[leaf] = shape
    return layers


def _shown(shapes: Shapes) -> str:
    """`weight, bias 54; num_batches_tracked`."""
    by_shape: dict[tuple[int, ...], list[str]] = {}
    for leaf, shape in shapes.items():
        by_shape.setdefault(shape, []).append(leaf)
    parts = (f"{', '.join(names)} {_sizes(shape)}" for shape, names in by_shape.items())
    return "; ".join(part.rstrip() for part in parts)


def _sizes(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _remarks(done: Import) -> Iterator[str]:
    taken = len(done.state) - len(done.fresh) - len(done.zeros)
    held = counted(len(done.file.tensors), "tensor")
    yield f"taken       {taken:,} of {held}, from {done.file.form}"
    for key in done.fresh:
        theirs = _sizes(done.file.tensors[done.names[key]].shape)
        yield f"anew        {key}: {_sizes(done.state[key].shape)}, and {theirs} in the file"
    for line in folded(done.zeros):
        yield f"zero        {line}: not in the file, and nothing depends on it"
    for line in folded(done.unused):
        yield f"left        {visible(line)}: nothing depends on it"
    yield from _others(done.file)
    if done.window:
        yield f"window      {done.source.title} has a fixed window in its head; for its results"
        yield f"            on larger clips, compile with `--set 'window={done.window}'`"


def _others(file: WeightsFile) -> Iterator[str]:
    if file.others:
        yield f"no weights  {visible(', '.join(file.others))}"


def show_file(file: WeightsFile, form: str) -> str:
    """What a file holds, in one of `tables.FORMATS`."""
    if form == "json":
        return as_json(_object(file))
    columns = ("key", "shape", "dtype", "elements")
    if form == "csv":
        cells = (
            (key, "x".join(map(str, t.shape)), _dtype(t), t.numel())
            for key, t in file.tensors.items()
        )
        return comma_separated(columns, cells)
    table = Table(("layer", "number", "tensors", "dtype"), list(_rows(file)), frozenset({"number"}))
    shown = table.markdown() if form == "markdown" else table.text()
    return f"{shown}\n{_listed(_totals(file))}"


def _rows(file: WeightsFile) -> Iterator[tuple[str, ...]]:
    """Layers, those that are alike but for their numbers as one."""
    layers = _layers({key: tuple(value.shape) for key, value in file.tensors.items()})
    dtypes: dict[str, dict[str, None]] = {}
    for key, value in file.tensors.items():
        dtypes.setdefault(key.rpartition(".")[0], {})[_dtype(value)] = None
    kinds = {layer: (_shown(shapes), ", ".join(dtypes[layer])) for layer, shapes in layers.items()}
    for label, found in fold(kinds).items():
        shapes, dtype = kinds[found[0]]
        yield visible(label), f"{len(found):,}", visible(shapes), dtype


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _totals(file: WeightsFile) -> Iterator[str]:
    found = recognised(file.tensors)
    total = sum(tensor.numel() for tensor in file.tensors.values())
    yield f"form        {file.form}"
    yield f"keys        {f'those of {found.title}' if found else 'of no library known here'}"
    yield f"total       {counted(len(file.tensors), 'tensor')}, {counted(total, 'element')}"
    yield from _others(file)


def _object(file: WeightsFile) -> dict[str, object]:
    found = recognised(file.tensors)
    tensors = [
        {"key": key, "shape": list(t.shape), "dtype": _dtype(t), "elements": t.numel()}
        for key, t in file.tensors.items()
    ]
    return {
        "file": str(file.path),
        "form": file.form,
        "source": found.name if found else None,
        "others": list(file.others),
        "tensors": tensors,
        "elements": sum(tensor.numel() for tensor in file.tensors.values()),
    }
