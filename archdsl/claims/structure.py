"""Claims about the structure of attention cells, checked on the cells of the graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TypeAlias

from archdsl.claims.figures import Measurement
from archdsl.diagnostics import CompileError, error, suggestion
from archdsl.ir.cells import Cell
from archdsl.syntax import tree

DIMENSIONS = ("temporal", "spatial", "spatiotemporal")
"""What an attention can attend over."""

Words: TypeAlias = tuple[str, ...]
"""The words of a claimed property, such as `spatial -> temporal`."""

Finding: TypeAlias = tuple[str, bool]
"""What the cells have, in words, and whether that is as claimed."""

CELLS = "cells"
"""The number of cells in a network."""

_COUNTS: dict[str, Callable[[Cell], int]] = {
    "operations": lambda cell: len(cell.operations),
    "inputs": lambda cell: max((len(o.inputs) for o in cell.operations), default=0),
    "outputs": lambda cell: len(cell.outputs),
}
"""The counts of a cell: operations, the most inputs of one of them, and what the sink combines."""

COUNTED = (CELLS, *_COUNTS)
"""The properties that are claimed as a number."""


def compare_count(
    name: str, claimed: int | Fraction, cells: Sequence[Cell]
) -> tuple[Measurement, bool]:
    """A count of the cells, or in each of them, and whether it is as claimed."""
    counts = _counts(name, cells)
    return _shown(counts), counts == [claimed]


def compare_bound(
    name: str, most: int | Fraction, cells: Sequence[Cell]
) -> tuple[Measurement, bool]:
    """A count of the cells, or in each of them, and whether it is at most as claimed."""
    counts = _counts(name, cells)
    return _shown(counts), bool(counts) and counts[-1] <= most


def _counts(name: str, cells: Sequence[Cell]) -> list[int]:
    """The different counts of cells, in ascending order."""
    return [len(cells)] if name == CELLS else sorted({_COUNTS[name](cell) for cell in cells})


def _shown(counts: Sequence[int]) -> Measurement:
    text = " or ".join(map(str, counts)) or "no cell"
    return Measurement(counts[0] if len(counts) == 1 else text, text)


def _types(words: Words, cells: Sequence[Cell]) -> Finding:
    return _all(words, ({o.by for o in cell.operations} for cell in cells))


def _dimensions(words: Words, cells: Sequence[Cell]) -> Finding:
    return _all(words, ({o.over for o in cell.operations if o.over} for cell in cells))


def _keys_values(words: Words, cells: Sequence[Cell]) -> Finding:
    return _all(words, ({cell.keys_values} for cell in cells))


def _all(words: Words, found: Iterable[set[str]]) -> Finding:
    """Whether every cell has exactly these words; each different set that cells have."""
    sets = list(found)
    texts = dict.fromkeys(", ".join(sorted(each)) for each in sets)
    return "; ".join(texts) or "no cell", bool(sets) and all(each == {*words} for each in sets)


def _path(words: Words, cells: Sequence[Cell]) -> Finding:
    """Whether each cell has a path of operations over these dimensions, one after another."""
    having = sum(_has_path(cell, words) for cell in cells)
    return f"in {having} of {len(cells)} cells", bool(cells) and having == len(cells)


def _has_path(cell: Cell, words: Words) -> bool:
    """Whether a cell has such a path, perhaps with other operations in between."""
    # Operations come before their readers, so one pass finds how far the paths to each have come.
    done: dict[str, int] = {}
    for operation in cell.operations:
        before = max((done.get(name, 0) for name in operation.inputs), default=0)
        is_next = before < len(words) and operation.over == words[before]
        done[operation.name] = before + is_next
    return max(done.values(), default=0) == len(words)


def _same(words: Words, cells: Sequence[Cell]) -> Finding:
    """Whether the cells after these labels have the same graph."""
    named = [cell for cell in cells if cell.after in words]
    shapes = {_shape(cell) for cell in named}
    if len(named) < len(words):
        return f"a cell after {len(named)} of these", False
    return "the same" if len(shapes) == 1 else f"{len(shapes)} kinds", len(shapes) == 1


def _shape(cell: Cell) -> tuple[object, ...]:
    """A cell without the names of its operations, which it refers to by number."""
    numbers = {operation.name: number for number, operation in enumerate(cell.operations)}
    operations = tuple(
        (o.over, o.by, o.phi, o.gate, tuple(numbers.get(name) for name in o.inputs))
        for o in cell.operations
    )
    return cell.keys_values, operations, tuple(numbers.get(name) for name in cell.outputs)


PROPERTIES: dict[str, Callable[[Words, Sequence[Cell]], Finding]] = {
    "types": _types,
    "dimensions": _dimensions,
    "keys_values": _keys_values,
    "path": _path,
    "same": _same,
}
"""The properties that are claimed in words."""


def compare_property(property_: tree.Property, cells: Sequence[Cell]) -> tuple[Measurement, bool]:
    """What the cells have of a property, and whether that is as claimed.

    Raises:
        CompileError: the property does not take the words.
    """
    _check_words(property_)
    text, is_met = PROPERTIES[property_.name](words(property_.value), cells)
    return Measurement(text, text), is_met


def _check_words(property_: tree.Property) -> None:
    """Check that dimensions are known, and that `same` compares at least two labels."""
    name, value = property_.name, property_.value
    claimed = words(value)
    for word in claimed if name in ("path", "dimensions") else ():
        if word not in DIMENSIONS:
            hint = suggestion(word, DIMENSIONS)
            message = f"`{word}` is not a dimension that a cell attends over"
            raise CompileError([error("claim", message, value.span, help=hint)])
    if name == "same" and len(claimed) < 2:
        message, hint = "`same` compares at least two labels", "write `same (mixed_4b, mixed_4e)`"
        raise CompileError([error("claim", message, value.span, help=hint)])


def words(value: tree.Expression) -> Words:
    """The words of `map`, of `(map, dot)`, or of `spatial -> temporal`."""
    return tuple(node.name for node in tree.walk([value]) if isinstance(node, tree.Name))
