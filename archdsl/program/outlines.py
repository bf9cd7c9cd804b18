"""What evaluation knows of a body before it starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from archdsl.ir.graph import Definition
from archdsl.program.cells.parts import CellBlock
from archdsl.program.mentions import targets
from archdsl.syntax import tree


@dataclass(frozen=True, slots=True)
class Outline:
    """What the graph keeps of a `block`, and how many places in its body assign each name."""

    block: tree.Block | tree.Network
    definition: Definition
    assigned: Mapping[str, int]


def outline(block: tree.Block | tree.Network) -> Outline:
    names = tuple(parameter.name for parameter in block.parameters)
    literals = {p.name: _literal(p.default, names) for p in block.parameters if p.default}
    defaults = {name: value for name, value in literals.items() if value is not ...}
    wiring = block.wiring if isinstance(block, CellBlock) else None
    definition = Definition(block.name, block.doc, names, defaults, block.span, wiring)
    return Outline(block, definition, Counter(targets(*block.body)))


def _literal(node: tree.Expression, names: tuple[str, ...]) -> object:
    """The value of a literal, true for the name of a block; an ellipsis for other expressions."""
    if isinstance(node, tree.Name) and node.name not in names:
        return True
    if isinstance(node, tree.Number | tree.Constant):
        return node.value
    if isinstance(node, tree.Tuple):
        items = tuple(_literal(item, names) for item in node.items)
        return ... if ... in items else items
    return ...
