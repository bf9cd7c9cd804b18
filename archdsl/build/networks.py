"""A network by name and parameters, to its graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl.build import building, unread
from archdsl.build.session import Fault, Frame, Session
from archdsl.build.values import Given
from archdsl.diagnostics import CompileError, Diagnostics, did_you_mean, error
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Graph
from archdsl.plan import changing
from archdsl.plan.derivations import Resolved, by_name, check_parameters, resolve
from archdsl.program.program import Program, name_span
from archdsl.syntax import tree

if TYPE_CHECKING:
    from archdsl.plan.candidates import Candidates
    from archdsl.plan.insertions import Planned


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


@dataclass(frozen=True)
class Elaborated:
    """A network that was built, with what it was built from: its derivations carried out."""

    graph: Graph
    program: Program
    resolved: Resolved
    insertions: Planned

    def varied(self, given: Mapping[str, Given]) -> Graph | None:
        """The network with parameters that its derivations have no use for; None if it fails."""
        session = Session(self.program, Builder(self.graph.name), Diagnostics())
        session.insertions = self.insertions
        try:
            building.build(session, self.resolved.with_parameters(given))
        except (Fault, CompileError):
            return None
        return None if session.diagnostics.has_errors else session.graph.finish()


def elaborate(
    program: Program,
    name: str,
    given: Mapping[str, Given],
    diagnostics: Diagnostics,
) -> Elaborated:
    """The typed graph of a network with these parameters in place of its own.

    Raises:
        CompileError: the network is at fault; `diagnostics` holds warnings and notes too.
    """
    session = Session(program, Builder(name), diagnostics)
    resolved = build(session, given)
    diagnostics.stop_on_errors()
    assert resolved is not None
    graph = session.graph.finish()
    diagnostics.extend(unread.warnings(graph))
    return Elaborated(graph, program, resolved, session.insertions)


def build(session: Session, given: Mapping[str, Given]) -> Resolved | None:
    """Build the network that a session's graph is called like, as far as that goes.

    Raises:
        CompileError: there are mistakes enough, or the network is too large.
    """
    program, graph = session.program, session.graph
    resolved = None
    try:
        found = resolve(session, program.main.names[graph.name], given)
        check_parameters(session, found)
        resolved = changing.changed(session, found)
        building.build(session, resolved)
        is_main = graph.name == program.main.path.stem
        graph.doc = resolved.doc or (program.main.file.doc if is_main else None)
    except Fault as fault:
        session.report(fault)
    session.diagnostics.extend(program.mistakes)
    return resolved


def written(program: Program, name: str, given: Mapping[str, Given], origin: str) -> str:
    """A network with these parameters as a file of its own, its derivations carried out.

    Raises:
        CompileError: the network is at fault.
    """
    from archdsl.plan import writing  # it needs the formatter, and few runs write specs

    session = Session(program, Builder(name), Diagnostics())
    resolved = _stand(session, given)
    return writing.text(name, resolved, session.rows, origin)


def candidates(program: Program, name: str, given: Mapping[str, Given]) -> Candidates:
    """What a network with these parameters can be changed into, its derivations carried out.

    Raises:
        CompileError: the network is at fault.
    """
    from archdsl.build.tables.reuse import summing
    from archdsl.plan.candidates import Candidates

    session = summing(Session(program, Builder(name), Diagnostics()))
    resolved = _stand(session, given)
    return Candidates(session, resolved, name_span(program.main.names[name].node))


def _stand(session: Session, given: Mapping[str, Given]) -> Resolved:
    """Build a network in its session, its derivations carried out."""
    program, name = session.program, session.graph.name
    try:
        resolved = resolve(session, program.main.names[name], given)
        check_parameters(session, resolved)
        resolved = changing.changed(session, resolved)
        building.build(session, resolved)
    except Fault as fault:
        session.report(fault)
    session.diagnostics.extend(program.mistakes)
    session.diagnostics.stop_on_errors()
    return resolved


def missing_parameters(program: Program, name: str) -> list[str]:
    """The parameters that a network has no default for, so that it cannot be built by itself."""
    session = Session(program, Builder(""), Diagnostics())
    try:
        return resolve(session, program.main.names[name], {}).missing
    except Fault:
        return []


def evaluate_arguments(program: Program, written: tuple[tree.Argument, ...]) -> dict[str, Given]:
    """Parameters of a network that are written outside of any: in a claim, or with `--set`.

    Raises:
        CompileError: one of them has no value or no name.
    """
    session = Session(program, Builder(""), Diagnostics())
    try:
        return by_name(Frame(session, program.main), written)
    except Fault as fault:
        session.report(fault)
        raise CompileError(session.diagnostics) from None
