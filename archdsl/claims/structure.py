"""What can be claimed of the attention cells of a network, and is read off its graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TypeAlias

from archdsl.claims.figures import Measurement
from archdsl.diagnostics import CompileError, error, suggestion
from archdsl.ir.cells import Cell
from archdsl.syntax import tree

DIMENSIONS = ("temporal", "spatial", "spatiotemporal")

Words: TypeAlias = tuple[str, ...]
Found: TypeAlias = tuple[str, bool]
"""What was found, in words, and whether it is as claimed."""

CELLS = "cells"
"""How many cells a network has."""

_COUNTS: dict[str, Callable[[Cell], int]] = {
    "operations": lambda cell: len(cell.operations),
    "inputs": lambda cell: max((len(o.inputs) for o in cell.operations), default=0),
    "outputs": lambda cell: len(cell.outputs),
}
"""What is counted in each cell: operations, the most inputs of one, and what the sink combines."""

COUNTED = (CELLS, *_COUNTS)
"""What can be claimed as a number."""


def compare_count(
    name: str, claimed: int | Fraction, cells: Sequence[Cell]
) -> tuple[Measurement, bool]:
    """A count, in each of the cells, and whether it is as claimed."""
    counts = _counts(name, cells)
    return _shown(counts), counts == [claimed]


def compare_bound(
    name: str, most: int | Fraction, cells: Sequence[Cell]
) -> tuple[Measurement, bool]:
    """A count, in each of the cells, and whether it is at most as claimed."""
    counts = _counts(name, cells)
    return _shown(counts), bool(counts) and counts[-1] <= most


def _counts(name: str, cells: Sequence[Cell]) -> list[int]:
    """The counts that cells have, each once, the largest last."""
    return [len(cells)] if name == CELLS else sorted({_COUNTS[name](cell) for cell in cells})


def _shown(counts: Sequence[int]) -> Measurement:
    text = " or ".join(map(str, counts)) or "no cell"
    return Measurement(counts[0] if len(counts) == 1 else text, text)


def _types(words: Words, cells: Sequence[Cell]) -> Found:
    return _all(words, ({o.by for o in cell.operations} for cell in cells))


def _dimensions(words: Words, cells: Sequence[Cell]) -> Found:
    return _all(words, ({o.over for o in cell.operations if o.over} for cell in cells))


def _keys_values(words: Words, cells: Sequence[Cell]) -> Found:
    return _all(words, ({cell.keys_values} for cell in cells))


def _all(words: Words, found: Iterable[set[str]]) -> Found:
    """Whether every cell has exactly these; what the cells have, each kind once."""
    sets = list(found)
    texts = dict.fromkeys(", ".join(sorted(each)) for each in sets)
    return "; ".join(texts) or "no cell", bool(sets) and all(each == {*words} for each in sets)


def _path(words: Words, cells: Sequence[Cell]) -> Found:
    """Whether each cell has a way through operations over these dimensions, one after another."""
    having = sum(_has_path(cell, words) for cell in cells)
    return f"in {having} of {len(cells)} cells", bool(cells) and having == len(cells)


def _has_path(cell: Cell, words: Words) -> bool:
    """Operations stand before those that read them: one pass finds how far each way has come."""
    done: dict[str, int] = {}
    for operation in cell.operations:
        before = max((done.get(name, 0) for name in operation.inputs), default=0)
        is_next = before < len(words) and operation.over == words[before]
        done[operation.name] = before + is_next
    return max(done.values(), default=0) == len(words)


def _same(words: Words, cells: Sequence[Cell]) -> Found:
    """Whether the cells after these places have the same graph."""
    here = [cell for cell in cells if cell.after in words]
    kinds = {_shape(cell) for cell in here}
    if len(here) < len(words):
        return f"a cell after {len(here)} of these", False
    return "the same" if len(kinds) == 1 else f"{len(kinds)} kinds", len(kinds) == 1


def _shape(cell: Cell) -> tuple[object, ...]:
    """A cell up to the names of its operations."""
    numbers = {operation.name: number for number, operation in enumerate(cell.operations)}
    operations = tuple(
        (o.over, o.by, o.phi, o.gate, tuple(numbers.get(name) for name in o.inputs))
        for o in cell.operations
    )
    return cell.keys_values, operations, tuple(numbers.get(name) for name in cell.outputs)


PROPERTIES: dict[str, Callable[[Words, Sequence[Cell]], Found]] = {
    "types": _types,
    "dimensions": _dimensions,
    "keys_values": _keys_values,
    "path": _path,
    "same": _same,
}
"""What can be claimed in words."""


def compare_property(property_: tree.Property, cells: Sequence[Cell]) -> tuple[Measurement, bool]:
    """What the cells are, and whether that is as claimed.

    Raises:
        CompileError: the words mean nothing here.
    """
    _check_words(property_)
    text, is_met = PROPERTIES[property_.name](words(property_.value), cells)
    return Measurement(text, text), is_met


def _check_words(property_: tree.Property) -> None:
    """Dimensions are three, and only several places can be the same."""
    name, value = property_.name, property_.value
    said = words(value)
    for word in said if name in ("path", "dimensions") else ():
        if word not in DIMENSIONS:
            hint = suggestion(word, DIMENSIONS)
            message = f"no dimension is called `{word}`"
            raise CompileError([error("claim", message, value.span, help=hint)])
    if name == "same" and len(said) < 2:
        message, hint = "one place alone is always the same", "write `same (mixed_4b, mixed_4e)`"
        raise CompileError([error("claim", message, value.span, help=hint)])


def words(value: tree.Expression) -> Words:
    """The words of `map`, of `(map, dot)`, or of `spatial -> temporal`."""
    return tuple(node.name for node in tree.walk([value]) if isinstance(node, tree.Name))
