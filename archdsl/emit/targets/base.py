"""A target of emission: the passes before it, and the forms that it gives to operations.

All targets share the tree of modules and its printer. What a pass makes of the graph, and what
a target writes for an operation, is all that they differ in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from archdsl.ir.graph import Graph
from archdsl.ops.base import Form, Operation, Types
from archdsl.passes.base import Lowered

Pass: TypeAlias = Callable[[Graph], Lowered]


def as_declared(operation: Operation, operands: Types, results: Types) -> Form:
    """The form in PyTorch that the operation itself declares."""
    return operation.emit(operands, results)


@dataclass(frozen=True)
class Target:
    """What a module is made for. `form` is what stands in the module for an operation."""

    name: str
    passes: tuple[Pass, ...] = ()
    form: Callable[[Operation, Types, Types], Form] = as_declared

    def lowered(self, graph: Graph) -> Graph:
        """The graph after all passes."""
        return reduce(lambda before, step: step(before).graph, self.passes, graph)
