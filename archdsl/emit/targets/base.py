"""A target of emission: its passes, and the forms that it gives to operations.

Targets differ only in the graph that their passes produce, and in what they write for an operation.
They share classes, arguments and the printer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from archdsl.ir.graph import Graph
from archdsl.ops.base import Operation, Types
from archdsl.ops.forms import Form
from archdsl.passes.base import Lowered

Pass: TypeAlias = Callable[[Graph], Lowered]


def as_declared(operation: Operation, operands: Types, results: Types) -> Form:
    """The form in PyTorch that the operation itself declares."""
    return operation.emit(operands, results)


@dataclass(frozen=True)
class Target:
    """A kind of module. `form` gives the PyTorch form of an operation in it.

    `layers` is the template with the classes of its forms, where torch has none.
    """

    name: str
    passes: tuple[Pass, ...] = ()
    form: Callable[[Operation, Types, Types], Form] = as_declared
    layers: str = ""

    def lowered(self, graph: Graph) -> Graph:
        """The graph after all passes."""
        return reduce(lambda before, step: step(before).graph, self.passes, graph)

    def lower(self, graph: Graph) -> Lowered:
        """The graph after all passes, and how its weights follow from those before the first."""
        first, *others = self.passes
        return reduce(lambda before, step: before.then(step(before.graph)), others, first(graph))
