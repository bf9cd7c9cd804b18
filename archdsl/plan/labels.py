"""The labels of stages, as `archdsl show` prints them, without a build where possible.

A stage is labelled by its own name or that of its single block, with a number if something else in
the network has the same name. A statement outside of the tables can use a name any number of times,
which the text does not show. Only if such a name clashes is the network built for its labels.
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
from archdsl.ops import INFIX, OPERATIONS
from archdsl.plan.plan import Plan
from archdsl.plan.rows import Stage
from archdsl.program.outline import assigned_names
from archdsl.program.program import Unit, name_span
from archdsl.source import Span
from archdsl.syntax import tree

_REBUILT = 10
"""Steps that each operation of an additional build counts for, with the naming of its place."""


class WantedLabel(NamedTuple):
    """The name that a stage would have if it were unique.

    Stages that are a single operation are numbered after all others, as in the graph, where scopes
    are named before operations. A stage of one row is named after its block if the row has one
    block. `is_counted` is whether that number is known without a build.
    """

    stage: Stage
    name: str
    is_operation: bool
    is_counted: bool


def stage_labels(
    frame: Frame, plan: Plan, wanted: Iterable[WantedLabel], known: Mapping[str, Value]
) -> Mapping[Stage, str]:
    """A label for every stage. `known` are the values of the names in the network's body.

    Raises:
        Fault: a build is needed, and it fails.
    """
    # A stable sort: stages of either kind stay in the order of the text.
    ordered = sorted(wanted, key=lambda each: each.is_operation)
    names = unique_names([("", each.name) for each in ordered])
    beside = {*_names_beside_tables(plan.network.body, plan.unit), *_block_names(known.values())}
    # An inserted block is labelled `stage1_glore`, which a stage could be called as well.
    inserted = tuple(f"_{tree.split_call(each.block)[0].name}" for each in plan.insertions)
    own = {*names, *(each.name for each in ordered)}
    is_unclear = not all(each.is_counted for each in ordered)
    if is_unclear or not beside.isdisjoint(own) or any(name.endswith(inserted) for name in own):
        return _labels_of_build(frame, plan)
    return {each.stage: name for each, name in zip(ordered, names, strict=True)}


def _names_beside_tables(body: Iterable[tree.Statement], unit: Unit) -> Iterator[str]:
    """The names that operations and blocks outside of the network's tables can have."""
    yield from (operation.name for operation in (*INFIX.values(), OPERATIONS["negative"]))
    yield from assigned_names(*body)
    for statement in body:
        if isinstance(statement, tree.If):
            yield from _names_beside_tables((*statement.body, *statement.otherwise), unit)
        elif not isinstance(statement, tree.Table):
            yield from _names_mentioned(statement, unit)


def _names_mentioned(statement: tree.Statement, unit: Unit) -> Iterator[str]:
    for node in tree.walk([statement]):
        if isinstance(node, tree.Name):
            yield from _with_base_names(node.name, unit)
        elif isinstance(node, tree.Table):
            # A table in a loop has at most as many stages as rows.
            yield from (f"stage{number + 1}" for number in range(len(node.rows)))


def _with_base_names(name: str, unit: Unit) -> Iterator[str]:
    """A name, and the names of blocks that it is derived from, which scopes are named after."""
    yield name
    # Bounded, because a derivation can be a cycle. That is reported elsewhere.
    for _ in range(limits.DERIVATIONS):
        definition = unit.names.get(name)
        if definition is None or not isinstance(definition.node, tree.Derived):
            return
        unit, name = definition.unit, tree.split_call(definition.node.base)[0].name
        yield name


def _block_names(values: Iterable[Value]) -> Iterator[str]:
    for value in values:
        if isinstance(value, BlockValue | OperationValue):
            yield value.name
        yield from _block_names(parts(value))


def _labels_of_build(frame: Frame, plan: Plan) -> Mapping[Stage, str]:
    trial = trial_build(frame, plan, name_span(plan.network))
    if trial is None:
        raise Fault
    labels = _scope_labels(trial.graph)
    return {row.stage: labels[row.scope] for row in trial.rows}


def _scope_labels(graph: Graph) -> dict[int, str]:
    """The labels of the scopes of stages. One of a single row is labelled like its content."""
    naming = name_all(graph)
    labels = {node.scope: naming.path(node) for node in reversed(list(graph))}
    for scope in reversed(graph.scopes):
        path = naming.scope_paths[scope.index]
        if scope.kind == "stage":
            labels[scope.index] = path
        elif scope.parent is not None and scope.kind == "block":
            labels[scope.parent] = path
    return labels


def trial_build(frame: Frame, plan: Plan, span: Span) -> Built | None:
    """The network built as the plan is now, or None where it cannot be.

    The steps count for the frame, at the span of the text that needs the build.
    """
    trial = build(Request.of(frame.program, frame.graph.name, plan), Budget())
    if not trial.is_sound:
        return None
    frame.step(span, trial.steps + _REBUILT * len(trial.graph))
    return trial
