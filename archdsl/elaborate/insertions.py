"""Blocks that a derived network inserts: planned by label, applied while the network is built.

The places of the network as it stands have paths (`res3.1`) for the spec and addresses for the
builder: an address is the way through the text, and stays when something is inserted elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from archdsl.diagnostics import did_you_mean
from archdsl.elaborate import arguments, calls, names
from archdsl.elaborate.session import Fault, Frame
from archdsl.elaborate.values import (
    Applicable,
    BlockValue,
    Inserted,
    OperationValue,
    describe,
)
from archdsl.ir.graph import Address, Graph
from archdsl.ir.naming import name_all
from archdsl.syntax import tree


@dataclass(frozen=True, slots=True)
class Places:
    """The labels of a network, in the order of execution; `blocks` are those of no operation."""

    addresses: Mapping[str, Address]
    blocks: tuple[str, ...]


def _places(graph: Graph) -> Places:
    """Every labelled place of a network."""
    naming = name_all(graph)
    addresses: dict[str, Address] = {}
    blocks: list[str] = []
    for node in graph:
        for scope in reversed(list(graph.enclosing(node.scope))):
            path = naming.scope_paths[scope.index]
            if scope.kind in ("block", "stage") and path not in addresses:
                addresses[path] = graph.address(scope.parent, scope.site)
                blocks.append(path)
        addresses[naming.path(node)] = graph.address(node.scope, node.site)
    return Places(addresses, tuple(blocks))


def planned(frame: Frame, insert: tree.Insert, graph: Graph) -> Iterator[tuple[Address, Inserted]]:
    """What to insert where in a network. A mistake is told, and the rest still planned."""
    known = _places(graph)
    taken: set[tuple[str, str]] = set()
    for insertion in insert.insertions:
        try:
            block = _block(frame, insertion.block)
        except Fault as fault:
            frame.session.report(fault)
            continue
        for number, (label, place) in enumerate(_labels(frame, insertion, known)):
            if (label, block.name) in taken:
                message = f"`{block.name}` is inserted after `{label}` already"
                hint = "give one of them another name: `block other = ...`"
                frame.session.report(frame.fault("insert", message, place.span, help=hint))
                continue
            taken.add((label, block.name))
            name = f"{label.rpartition('.')[2]}_{block.name}"
            yield known.addresses[label], Inserted(block, name, insertion, number)


def _block(frame: Frame, written: tree.Call | tree.Name) -> Applicable:
    name, given = tree.called(written)
    value = names.callee(frame, name)
    if isinstance(written, tree.Call):
        value = calls.apply(frame, value, arguments.written(frame, given), written)
    if isinstance(value, BlockValue | OperationValue):
        return value
    message = f"a block or a cell can be inserted, not {describe(value)}"
    raise frame.fault("insert", message, written.span)


def _labels(
    frame: Frame, insertion: tree.Insertion, known: Places
) -> Iterator[tuple[str, tree.Place]]:
    for place in insertion.places:
        try:
            found = _found(frame, place, known)
        except Fault as fault:
            frame.session.report(fault)
            continue
        for label in found:
            yield label, place


def _found(frame: Frame, place: tree.Place, known: Places) -> list[str]:
    """The labels that a place stands for.

    Raises:
        Fault: there is none.
    """
    if "*" in place.first:
        return _matching(frame, place, known)
    for end in (place.first, place.last):
        if end is not None and end not in known.addresses:
            raise _unknown(frame, place, end, known)
    if place.last is None:
        return [place.first]
    return _between(frame, place, place.first, place.last, known)


def _unknown(frame: Frame, place: tree.Place, label: str, known: Places) -> Fault:
    """The nearest label of the same depth, else what there is."""
    depth = label.count(".")
    near = [path for path in known.addresses if path.count(".") == depth]
    hint = did_you_mean(label, near) or f"there are {_some(known)}"
    return frame.fault("insert", f"no place is called `{label}`", place.span, help=hint)


def _matching(frame: Frame, place: tree.Place, known: Places) -> list[str]:
    depth = place.first.count(".")
    level = [path for path in known.blocks if path.count(".") == depth]
    found = [path for path in level if fnmatchcase(path, place.first)]
    if found:
        return found
    hint = f"there are {_some(known)}"
    raise frame.fault("insert", f"no place matches `{place.first}`", place.span, help=hint)


def _between(frame: Frame, place: tree.Place, first: str, last: str, known: Places) -> list[str]:
    """The blocks from one label to another, as deep as these are."""
    depth = first.count(".")
    level = [path for path in known.blocks if path.count(".") == depth]
    if first not in level or last not in level:
        message = f"`{first}` and `{last}` are not blocks of one level"
        raise frame.fault("insert", message, place.span)
    start, end = level.index(first), level.index(last)
    if start > end:
        message = f"`{last}` comes before `{first}`"
        hint = f"write `{last}..{first}`"
        raise frame.fault("insert", message, place.span, help=hint)
    return level[start : end + 1]


def _some(known: Places, most: int = 12) -> str:
    """The outermost labels, not too many."""
    outermost = [path for path in known.blocks if "." not in path]
    shown = ", ".join(f"`{path}`" for path in outermost[:most])
    return f"{shown}, ..." if len(outermost) > most else shown
