"""Insertions: labels of places resolved to addresses, at which a build inserts blocks.

A place of a network has a label (`res3.1`) for specs and an address for the builder. An address is
a path through the text, so it stays the same when something is inserted elsewhere; labels do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias

from archdsl.build import calls
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import (
    Inserted,
)
from archdsl.diagnostics import Meant, nearest
from archdsl.ir.graph import Address, Graph
from archdsl.ir.naming import name_all
from archdsl.ops.sources import Input
from archdsl.program.hints import CANDIDATES
from archdsl.syntax import tree

_SHOWN = 12
"""Labels that a message lists at most."""


Insertions: TypeAlias = Mapping[Address, tuple[Inserted, ...]]
"""The blocks to insert after each place, in order."""


def merge(insertions: Insertions, added: Iterable[tuple[Address, Inserted]]) -> Insertions:
    """Insertions with further ones: after the same place, those come later."""
    both = dict(insertions)
    for address, inserted in added:
        both[address] = (*both.get(address, ()), inserted)
    return both


def find_moved(before: Insertions, after: Insertions) -> Inserted | None:
    """An insertion whose address differs between two plans, or that only one of them has."""
    for one, other in ((before, after), (after, before)):
        for address, inserted in one.items():
            if other.get(address) != inserted:
                return inserted[-1]
    return None


def plan_insertions(
    frame: Frame, insert: tree.Insert, graph: Graph
) -> Iterator[tuple[Address, Inserted]]:
    """The blocks that an `insert` adds to a network, with their addresses.

    Mistakes are reported, and the remaining places are still resolved.
    """
    known = labelled_places(graph)
    taken = set(known.addresses)
    for insertion in insert.insertions:
        try:
            block = calls.block_to_insert(frame, insertion.block)
        except Fault as fault:
            frame.findings.report(fault)
            continue
        kind = tree.split_call(insertion.block)[0].name
        for number, (label, place) in enumerate(_insertion_labels(frame, insertion, known)):
            # The label that the inserted block will have, which must be unique.
            path = f"{label}_{kind}"
            if path in taken:
                frame.findings.report(_duplicate(frame, kind, label, place))
                continue
            taken.add(path)
            name = path.rpartition(".")[2]
            unit = frame.unit if frame.unit.decides(insertion.block) else None
            mark = label if insertion.each else ""
            where = insertion, place, number, label, unit, mark
            yield known.addresses[label], Inserted(block, name, *where)


def _duplicate(frame: Frame, kind: str, label: str, place: tree.Place) -> Fault:
    message = f"`{kind}` is already inserted after `{label}`"
    hint = f"for a second one, write `block other = {kind}` and insert that"
    return frame.fault("insert", message, place.span, help=hint)


def _insertion_labels(
    frame: Frame, insertion: tree.Insertion, known: Places
) -> Iterator[tuple[str, tree.Place]]:
    for place in insertion.places:
        try:
            labels = _resolve(frame, place, known)
        except Fault as fault:
            frame.findings.report(fault)
            continue
        yield from ((label, place) for label in labels)


@dataclass(frozen=True, slots=True)
class Places:
    """The labels of a network, in the order of execution.

    `levels` are the labels of blocks by depth, which wildcards and ranges run over. Rows of tables
    that are a single operation are among them, inserted blocks are not. `below` are all labels by
    the label right above them, for messages.
    """

    addresses: Mapping[str, Address]
    levels: Mapping[int, Sequence[str]]
    below: Mapping[str, Sequence[str]]


def labelled_places(graph: Graph) -> Places:
    """The places of a network that have labels."""
    naming = name_all(graph)
    addresses: dict[str, Address] = {}
    levels: dict[int, list[str]] = defaultdict(list)
    below: dict[str, list[str]] = defaultdict(list)

    def take(path: str, address: Address, *, in_level: bool) -> None:
        addresses[path] = address
        below[_above(path)].append(path)
        if in_level:
            levels[path.count(".")].append(path)

    for node in graph:
        around = list(graph.enclosing(node.scope))
        # Patterns leave inserted blocks out, so that `res4.*` means the same after an insertion.
        is_own = not any(scope.is_inserted for scope in around)
        # From the outside in, which is the order in which labels are listed.
        for scope in reversed(around):
            path = naming.scope_paths[scope.index]
            if scope.kind in ("block", "stage") and path not in addresses:
                take(path, graph.address(scope.parent, scope.site), in_level=is_own)
        if not isinstance(node.operation, Input):
            is_row = is_own and around[0].kind == "row"
            take(naming.path(node), graph.address(node.scope, node.site), in_level=is_row)
    return Places(addresses, levels, below)


def _above(label: str) -> str:
    return label.rpartition(".")[0]


def _resolve(frame: Frame, place: tree.Place, known: Places) -> Sequence[str]:
    """The labels that a place names.

    Raises:
        Fault: there is none.
    """
    ends = [end for end in (place.first, place.last) if end is not None]
    if "*" in place.first:
        return _matching(frame, place, known)
    for end in ends:
        if end not in known.addresses:
            raise _unknown(frame, place, end, known)
    if place.last is None:
        return [place.first]
    return _between(frame, place, place.first, place.last, known)


def _unknown(frame: Frame, place: tree.Place, label: str, known: Places) -> Fault:
    """The mistake of an unknown label, which is shown up to its first unknown part.

    Of `res9.1` that is `res9`, of `res3.9` it is the whole label.
    """
    parts = label.split(".")
    prefixes = [".".join(parts[: count + 1]) for count in range(len(parts))]
    missing = next(prefix for prefix in prefixes if prefix not in known.addresses)
    above, name = _above(missing), missing.rpartition(".")[2]
    message = f"no place is called `{missing}`"
    # A similar number is no help: after `res3.9` nobody means `res3.8`.
    near = None if name.isdigit() else _near(missing, known.below.get(above, ()))
    return frame.fault("insert", message, place.span, help=near or _labels_hint(above, known))


def _near(label: str, labels: Sequence[str]) -> Meant | None:
    """The suggestion of a similar label at the same level, compared by their last parts."""
    names = {other.rpartition(".")[2]: other for other in labels[:CANDIDATES]}
    near = nearest(label.rpartition(".")[2], names)
    return Meant(label, names[near]) if near is not None else None


def _labels_hint(above: str, known: Places) -> str:
    """The labels below a label, up to a number."""
    labels = known.below.get(above, ())
    shown = ", ".join(f"`{label}`" for label in labels[:_SHOWN])
    shown += ", ..." if len(labels) > _SHOWN else ""
    there = f"there are {shown}" if len(labels) > 1 else f"there is {shown}"
    if not labels:
        return f"`{above}` is a single operation, so there is no place in it"
    return f"in `{above}` {there}" if above else there


def _matching(frame: Frame, place: tree.Place, known: Places) -> Sequence[str]:
    level = _level(frame, place, place.first, known)
    # Not `fnmatch`, which ignores case on some systems.
    matching = [label for label in level if fnmatchcase(label, place.first)]
    if matching:
        return matching
    above = _above(place.first)
    others = known.below.get(above, ())
    single = next((label for label in others if fnmatchcase(label, place.first)), None)
    hint = f"a pattern matches blocks and rows only: for the operation, write `{single}`"
    if single is None:
        hint = _labels_hint(above if above in known.addresses else "", known)
    raise frame.fault("insert", f"no block matches `{place.first}`", place.span, help=hint)


def _between(
    frame: Frame, place: tree.Place, first: str, last: str, known: Places
) -> Sequence[str]:
    """The blocks from one label to another at their level."""
    level = _level(frame, place, first, known)
    if first not in level or last not in level:
        message = f"a range must be between blocks of one level, unlike `{first}` and `{last}`"
        hint = "a range can be over stages, over blocks of stages, or over blocks of blocks"
        raise frame.fault("insert", message, place.span, help=hint)
    start, end = level.index(first), level.index(last)
    if start > end:
        message = f"a range must go forward, but `{last}` comes before `{first}`"
        raise frame.fault("insert", message, place.span, help=f"write `{last}..{first}`")
    return level[start : end + 1]


def _level(frame: Frame, place: tree.Place, label: str, known: Places) -> Sequence[str]:
    """The blocks at the level of a label. Each counts as a step, since all are looked at."""
    level = known.levels.get(label.count("."), ())
    frame.step(place.span, len(level))
    return level
