"""What stages are called, as `archdsl show` prints it, found in the text wherever that can be.

A stage has its own name, or that of its one block, numbered where something else of the network
has the same. Where a statement beside the tables may want such a name too, the text does not tell
how often it does: there alone the network is built to find its labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from archdsl import limits
from archdsl.build.context import Frame
from archdsl.build.machine import build
from archdsl.build.request import Budget, Built, Fault, Request
from archdsl.build.values import BlockValue, OperationValue, Value, parts
from archdsl.ir.graph import Graph
from archdsl.ir.naming import name_all, unique_names
from archdsl.ops import OPERATIONS
from archdsl.ops.arithmetic import INFIX
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Stage
from archdsl.program.program import Unit, assigned_names, name_span
from archdsl.source import Span
from archdsl.syntax import tree

_REBUILT = 10
"""Steps for each operation that is built once more, and whose place is named."""


class Wanted(NamedTuple):
    """What a stage is to be called; one that `is_operation` is numbered after all others.

    Whether a stage of one row is called like its block depends on how many there are, which is
    `is_counted` unless a tensor's size has a say in it.
    """

    stage: Stage
    name: str
    is_operation: bool
    is_counted: bool


def labels(
    frame: Frame, plan: Plan, wanted: Iterable[Wanted], known: Mapping[str, Value]
) -> Mapping[Stage, str]:
    """A label for every stage; `known` are the values that names of the network have.

    Raises:
        Fault: it takes a build to tell, and that fails.
    """
    ordered = sorted(wanted, key=lambda each: each.is_operation)
    names = unique_names([("", each.name) for each in ordered])
    beside = {*_beside(plan.network.body, plan.unit), *_called(known.values())}
    inserted = tuple(f"_{tree.split_call(each.block)[0].name}" for each in plan.insertions)
    told = {*names, *(each.name for each in ordered)}
    is_open = not all(each.is_counted for each in ordered)
    if is_open or not beside.isdisjoint(told) or any(name.endswith(inserted) for name in told):
        return _built(frame, plan)
    return {each.stage: name for each, name in zip(ordered, names, strict=True)}


def _beside(body: Iterable[tree.Statement], unit: Unit) -> Iterator[str]:
    """The names that what stands beside the tables of a network may get."""
    yield from (operation.name for operation in (*INFIX.values(), OPERATIONS["negative"]))
    yield from assigned_names(*body)
    for statement in body:
        if isinstance(statement, tree.If):
            yield from _beside((*statement.body, *statement.otherwise), unit)
        elif not isinstance(statement, tree.Table):
            yield from _mentioned(statement, unit)


def _mentioned(statement: tree.Statement, unit: Unit) -> Iterator[str]:
    for node in tree.walk([statement]):
        if isinstance(node, tree.Name):
            yield from _meant(node.name, unit)
        elif isinstance(node, tree.Table):
            yield from (f"stage{number + 1}" for number in range(len(node.rows)))


def _meant(name: str, unit: Unit) -> Iterator[str]:
    """A name and those of the blocks that it is derived from: they name what they make."""
    yield name
    for _ in range(limits.DERIVATIONS):
        found = unit.names.get(name)
        if found is None or not isinstance(found.node, tree.Derived):
            return
        unit, name = found.unit, tree.split_call(found.node.base)[0].name
        yield name


def _called(values: Iterable[Value]) -> Iterator[str]:
    for value in values:
        if isinstance(value, BlockValue | OperationValue):
            yield value.name
        yield from _called(parts(value))


def _built(frame: Frame, plan: Plan) -> Mapping[Stage, str]:
    standing = built(frame, plan, name_span(plan.network))
    if standing is None:
        raise Fault
    labels = _labels(standing.graph)
    return {row.stage: labels[row.scope] for row in standing.rows}


def _labels(graph: Graph) -> dict[int, str]:
    """What the scopes of stages are called: that of a single row as what is in it."""
    naming = name_all(graph)
    labels = {node.scope: naming.path(node) for node in reversed(list(graph))}
    for scope in reversed(graph.scopes):
        path = naming.scope_paths[scope.index]
        if scope.kind == "stage":
            labels[scope.index] = path
        elif scope.parent is not None and scope.kind == "block":
            labels[scope.parent] = path
    return labels


def built(frame: Frame, plan: Plan, span: Span) -> Built | None:
    """A network built as it stands, None where it cannot be.

    The steps are those of the frame, for what is asked at a `span`.
    """
    standing = build(Request.of(frame.program, frame.graph.name, plan), Budget())
    if not standing.is_sound:
        return None
    frame.step(span, standing.steps + _REBUILT * len(standing.graph))
    return standing
