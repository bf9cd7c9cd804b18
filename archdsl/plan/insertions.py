"""Blocks that a derived network inserts: planned by label, applied while the network is built.

The places of the network as it stands have paths (`res3.1`) for the spec and addresses for the
builder: an address is the way through the text, and stays when something is inserted elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from archdsl.build import calls
from archdsl.build.arguments import evaluated
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import (
    Applicable,
    BlockValue,
    Inserted,
    OperationValue,
    Value,
    describe,
)
from archdsl.ir.graph import Address, Graph
from archdsl.plan import places
from archdsl.plan.places import Places
from archdsl.syntax import tree

Planned: TypeAlias = Mapping[Address, tuple[Inserted, ...]]
"""What to insert, by the place that it follows."""


def joined(planned: Planned, found: Iterable[tuple[Address, Inserted]]) -> Planned:
    """What was planned before, and what follows the same places or others after that."""
    both = dict(planned)
    for address, inserted in found:
        both[address] = (*both.get(address, ()), inserted)
    return both


def moved(before: Planned, after: Planned) -> Inserted | None:
    """An insertion that two plans have in different places, or only one of them has."""
    for one, other in ((before, after), (after, before)):
        for address, inserted in one.items():
            if other.get(address) != inserted:
                return inserted[-1]
    return None


def planned(frame: Frame, insert: tree.Insert, graph: Graph) -> Iterator[tuple[Address, Inserted]]:
    """What to insert where in a network. A mistake is told, and the rest still planned."""
    known = places.places(graph)
    taken = set(known.addresses)
    for insertion in insert.insertions:
        try:
            block = _block(frame, insertion.block)
        except Fault as fault:
            frame.findings.report(fault)
            continue
        kind = tree.called(insertion.block)[0].name
        for number, (label, place) in enumerate(_labels(frame, insertion, known)):
            path = f"{label}_{kind}"
            if path in taken:
                frame.findings.report(_again(frame, kind, label, place))
                continue
            taken.add(path)
            name = path.rpartition(".")[2]
            yield known.addresses[label], Inserted(block, name, insertion, place, number)


def _again(frame: Frame, kind: str, label: str, place: tree.Place) -> Fault:
    message = f"`{kind}` is inserted after `{label}` already"
    hint = f"one more behind it has another name: `block other = {kind}`"
    return frame.fault("insert", message, place.span, help=hint)


def _block(frame: Frame, written: tree.Call | tree.Name) -> Applicable:
    """What is to be inserted, with its parameters."""
    name, given = tree.called(written)
    value = calls.callee(frame, name)
    if isinstance(written, tree.Call):
        _check_named(frame, value, given)
        value = frame.apply(value, evaluated(frame, given, (), value), written)
    if isinstance(value, BlockValue | OperationValue):
        return value
    message = f"a block or a cell can be inserted, not {describe(value)}"
    raise frame.fault("insert", message, written.span)


def _check_named(frame: Frame, callee: Value, given: tuple[tree.Argument, ...]) -> None:
    """The place of a tensor is the first, so that all else has a name."""
    if not given or given[0].name is not None:
        return
    parameters = callee.parameters if isinstance(callee, BlockValue | OperationValue) else ()
    own = parameters[1:] if isinstance(callee, BlockValue) else parameters
    message = "parameters of what is inserted are given by name"
    hint = f"write `{own[0]} = {given[0].span.text}`" if own else None
    raise frame.fault("argument", message, given[0].span, help=hint)


def _labels(
    frame: Frame, insertion: tree.Insertion, known: Places
) -> Iterator[tuple[str, tree.Place]]:
    for place in insertion.places:
        try:
            found = places.found(frame, place, known)
        except Fault as fault:
            frame.findings.report(fault)
            continue
        for label in found:
            yield label, place
