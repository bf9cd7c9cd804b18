"""The reports of `archdsl weights`: what a file holds, and what an import did with it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from archdsl.diagnostics import counted
from archdsl.report.folding import columns, under_its_head
from archdsl.report.tables import Table
from archdsl.report.text import as_json, comma_separated, in_a_line
from archdsl.weights.files import Weights
from archdsl.weights.importing import Import
from archdsl.weights.keys import by_layer, fold, fold_lines, fold_pairs, labels, show_tensors
from archdsl.weights.positions import inserted_blocks
from archdsl.weights.sources import recognise
from archdsl.weights.sources.base import layer_of

if TYPE_CHECKING:
    from torch import Tensor

_COLUMNS = ("key", "layers", "tensors of each", "dtype")

_STATISTICS = frozenset({"running_mean", "running_var", "num_batches_tracked"})
"""The buffers of norms, which are not parameters."""


def show_import(done: Import) -> str:
    """Each layer with its name in the file and its tensors; below, what was not copied as it is."""
    match, shown = done.match, _shown_by_layer(done.state)
    ways = _ways(done)
    kinds = {layer: (shown[layer], ways.get(layer, "")) for layer in match.own.layers}
    rows = [
        (ours, theirs, f"{len(members):,}", *kinds[members[0]])
        for ours, theirs, members in fold_pairs(match.own.layers, kinds)
    ]
    columns = (match.own.network.name, match.own.source.title, "layers", "tensors of each")
    if ways:
        how = "over time" if match.own.source.is_flat else "axes"
        table = Table((*columns, how), rows, frozenset({"layers"}))
    else:
        table = Table(columns, [row[:-1] for row in rows], frozenset({"layers"}))
    return f"{table.text()}\n{_listed(_remarks(done))}"


def _ways(done: Import) -> dict[str, str]:
    """How the kernel of each layer was inflated, or its axes moved, for those that were."""
    match = done.match
    if not match.own.source.is_flat:
        moved = match.own.layouts.items()
        return {layer_of(key): str(way) for key, way in moved if key.endswith(".weight")}
    pairs = {
        key: done.inflation.told(match.file_shape(key), shape)
        for key, shape in match.own.shapes.items()
        if key in match.own.names and key not in match.missing
    }
    return {layer_of(key): way for key, way in pairs.items() if way}


def _listed(lines: Iterable[str]) -> str:
    most = columns(sys.stdout)
    return "".join(f"{part}\n" for line in lines for part in under_its_head(f"- {line}", most))


def _shown_by_layer(tensors: Mapping[str, Tensor]) -> dict[str, str]:
    shapes = by_layer({key: tuple(tensor.shape) for key, tensor in tensors.items()})
    return {layer: show_tensors(found) for layer, found in shapes.items()}


def _remarks(done: Import) -> Iterator[str]:
    match = done.match
    imported = len(match.own.names) - len(match.reset) - len(match.missing)
    available = counted(len(match.file.tensors), "tensor")
    yield f"imported    {imported:,} of {available}, from {match.file.form}"
    if match.reset:
        here, there = match.own.shapes[match.reset[0]][0], match.shape_here(match.reset[0])[0]
        yield (
            f"reset       {', '.join(match.reset)}: {here} classes, but the file has {there};"
            f" `--set classes={there}` keeps them"
        )
    if match.own.identities:
        blocks = labels(dict.fromkeys(layer_of(layer_of(key)) for key in match.own.identities))
        yield f"identity    {blocks}: over time alone, they pass on what they are given"
    if match.own.inserted:
        blocks = labels(inserted_blocks(match.own.network.graph))
        yield f"anew        {blocks}: inserted, so the file has no weights for them"
    if unused := dict.fromkeys(map(layer_of, match.unused)):
        name = match.own.network.name
        yield f"unused      {in_a_line(labels(unused))}: {name} has no such layers"
    for line in fold_lines(match.missing):
        yield f"zero        {line}: not in the file, but no result depends on it"
    for line in fold_lines(match.unexpected):
        yield f"ignored     {in_a_line(line)}: no result depends on it"
    yield from _others(match.file)
    if match.own.source.note:
        yield f"note        {match.own.source.note}"
    if done.window:
        title, flag = match.own.source.title, f"`--set 'window={done.window}'`"
        yield (
            f"window      {title} pools with a fixed window in its head: compile with"
            f" {flag} to get the same results on larger clips"
        )


def _others(file: Weights) -> Iterator[str]:
    if file.others:
        yield f"not read    {in_a_line(', '.join(file.others))}"


def show_file(file: Weights, form: str) -> str:
    """The tensors of a file, in one of `text.FORMATS`."""
    if form == "json":
        return as_json(_object(file))
    columns = ("key", "shape", "dtype", "elements")
    if form == "csv":
        cells = (
            (key, "x".join(map(str, t.shape)), _dtype(t), t.numel())
            for key, t in file.tensors.items()
        )
        return comma_separated(columns, cells)
    table = Table(_COLUMNS, list(_rows(file)), frozenset({"layers"}))
    shown = table.markdown() if form == "markdown" else table.text()
    return f"{shown}\n{_listed(_totals(file))}"


def _rows(file: Weights) -> Iterator[tuple[str, ...]]:
    """A line for each group of layers that differ only in the numbers in their names."""
    shown = _shown_by_layer(file.tensors)
    dtypes = {
        layer: ", ".join(dict.fromkeys(map(_dtype, found.values())))
        for layer, found in by_layer(file.tensors).items()
    }
    kinds = {layer: (shown[layer], dtypes[layer]) for layer in shown}
    for label, members in fold(kinds):
        shapes, dtype = kinds[members[0]]
        yield in_a_line(label), f"{len(members):,}", in_a_line(shapes), dtype


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _totals(file: Weights) -> Iterator[str]:
    library = recognise(file.tensors)
    dtypes = Counter(map(_dtype, file.tensors.values()))
    numbers = ", ".join(f"{number:,} of {dtype}" for dtype, number in dtypes.items())
    yield f"form        {file.form}"
    known = f"those of {library.title}: `--from {library.library}`" if library else ""
    yield f"keys        {known or 'of no known library'}"
    yield f"tensors     {len(file.tensors):,}: {numbers}"
    parameters, statistics = _sizes(file)
    yield f"parameters  {parameters:,}" + (f"; statistics {statistics:,}" if statistics else "")
    yield from _others(file)


def _sizes(file: Weights) -> tuple[int, int]:
    """The elements of all parameters, and those of the buffers of norms."""
    sizes: Counter[bool] = Counter()
    for key, tensor in file.tensors.items():
        sizes[key.rpartition(".")[2] in _STATISTICS] += tensor.numel()
    return sizes[False], sizes[True]


def _object(file: Weights) -> dict[str, object]:
    library = recognise(file.tensors)
    parameters, statistics = _sizes(file)
    tensors = [
        {"key": key, "shape": list(t.shape), "dtype": _dtype(t), "elements": t.numel()}
        for key, t in file.tensors.items()
    ]
    return {
        "file": str(file.path),
        "form": file.form,
        "source": library.library if library else None,
        "others": list(file.others),
        "tensors": tensors,
        "parameters": parameters,
        "statistics": statistics,
    }
