"""A network by name and parameters, to its graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from archdsl.diagnostics import CompileError, Diagnostics, did_you_mean, error
from archdsl.elaborate import building, insertions, transforming, unread, writing
from archdsl.elaborate.candidates import Candidates
from archdsl.elaborate.derivations import Resolved, by_name, check_parameters, resolve
from archdsl.elaborate.program import Program, name_span
from archdsl.elaborate.session import Fault, Frame, Session
from archdsl.elaborate.values import Given, Inserted
from archdsl.ir.graph import Address, Graph
from archdsl.syntax import tree

Planned: TypeAlias = Mapping[Address, tuple[Inserted, ...]]
"""What to insert, by the place that it follows."""

_REBUILT = 10
"""Steps for each operation that is built once more, and whose place is named."""


def choose(program: Program, name: str | None) -> str:
    """The network asked for: by name, or the one named like the file, or the only one.

    Raises:
        CompileError: there is none such.
    """
    names = program.networks()
    if name is not None:
        if name in program.main.names:
            return name
        hint = did_you_mean(name, names) or (f"there is {', '.join(names)}" if names else None)
        raise CompileError([error("network", f"no network is called `{name}`", help=hint)])
    stem = program.main.path.stem
    if stem in names or len(names) == 1:
        return stem if stem in names else names[0]
    shown = program.main.file.source.name
    if not names:
        raise CompileError([error("network", f"{shown} defines no network")])
    message = f"{shown} has several networks and none is called `{stem}`"
    raise CompileError([error("network", message, help=f"choose one: {', '.join(names)}")])


def elaborate(
    program: Program,
    name: str,
    given: Mapping[str, Given],
    diagnostics: Diagnostics,
) -> Graph:
    """The typed graph of a network with these parameters in place of its own.

    Raises:
        CompileError: the network is at fault; `diagnostics` holds warnings and notes too.
    """
    graph = Graph(name)
    build(graph, program, given, diagnostics)
    diagnostics.stop_on_errors()
    diagnostics.extend(unread.warnings(graph))
    return graph


def build(
    graph: Graph, program: Program, given: Mapping[str, Given], diagnostics: Diagnostics
) -> None:
    """Build the network of the graph's name into it, as far as that goes.

    Raises:
        CompileError: there are mistakes enough, or the network is too large.
    """
    session = Session(program, graph, diagnostics)
    try:
        resolved = resolve(session, program.main.names[graph.name], given)
        check_parameters(session, resolved)
        resolved, session.insertions = _transformed(session, resolved)
        building.build(session, resolved)
        graph.doc = resolved.doc or program.main.file.doc
    except Fault as fault:
        session.report(fault)
    diagnostics.extend(program.mistakes)


def written(program: Program, name: str, origin: str) -> str:
    """A network as a file of its own, its derivations carried out.

    Raises:
        CompileError: the network is at fault.
    """
    session, resolved = _standing(program, name, {})
    return writing.text(name, resolved, session.rows, origin)


def candidates(program: Program, name: str, given: Mapping[str, Given]) -> Candidates:
    """What a network with these parameters can be changed into, its derivations carried out.

    Raises:
        CompileError: the network is at fault.
    """
    session, resolved = _standing(program, name, given)
    return Candidates(session, resolved, name_span(program.main.names[name][0]))


def _standing(program: Program, name: str, given: Mapping[str, Given]) -> tuple[Session, Resolved]:
    session = Session(program, Graph(name), Diagnostics())
    try:
        resolved = resolve(session, program.main.names[name], given)
        check_parameters(session, resolved)
        resolved, session.insertions = _transformed(session, resolved)
        building.build(session, resolved)
    except Fault as fault:
        session.report(fault)
    session.diagnostics.extend(program.mistakes)
    session.diagnostics.stop_on_errors()
    return session, resolved


def missing_parameters(program: Program, name: str) -> list[str]:
    """The parameters that a network has no default for, so that it cannot be built by itself."""
    session = Session(program, Graph(""), Diagnostics())
    try:
        return resolve(session, program.main.names[name], {}).missing
    except Fault:
        return []


def evaluate_arguments(program: Program, written: tuple[tree.Argument, ...]) -> dict[str, Given]:
    """Parameters of a network that are written outside of any: in a claim, or with `--set`.

    Raises:
        CompileError: one of them has no value or no name.
    """
    session = Session(program, Graph(""), Diagnostics())
    try:
        return by_name(Frame(session, program.main), written)
    except Fault as fault:
        session.report(fault)
        raise CompileError(session.diagnostics) from None


def _transformed(session: Session, resolved: Resolved) -> tuple[Resolved, Planned]:
    """The network as its derivations change it, one after another, and what they insert.

    Where it cannot be built before a change, its mistakes are told when the whole is.
    """
    planned: Planned = {}
    for unit, transform in resolved.transforms:
        standing = Session(session.program, Graph(session.graph.name), Diagnostics())
        standing.insertions = planned
        try:
            building.build(standing, resolved)
        except (Fault, CompileError):
            return resolved, planned
        session.step(transform.span, standing.steps + _REBUILT * len(standing.graph))
        if standing.diagnostics.has_errors:
            return resolved, planned
        frame = Frame(session, unit)
        if isinstance(transform, tree.Insert):
            found = insertions.planned(frame, transform, standing.graph)
            planned = _joined(planned, found)
        else:
            resolved = transforming.transformed(frame, transform, resolved, standing)
    return resolved, planned


def _joined(planned: Planned, found: Iterable[tuple[Address, Inserted]]) -> Planned:
    joined = dict(planned)
    for address, inserted in found:
        joined[address] = (*joined.get(address, ()), inserted)
    return joined
