"""A network by name and parameters, to its graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archdsl.build import building, unread
from archdsl.build.session import Fault, Frame, Session
from archdsl.build.values import Given
from archdsl.diagnostics import CompileError, Diagnostics, did_you_mean, error
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Graph
from archdsl.plan.derivations import by_name, check_parameters, resolve
from archdsl.plan.plan import Plan
from archdsl.program.program import Program, name_span
from archdsl.syntax import tree

if TYPE_CHECKING:
    from archdsl.plan.candidates import Candidates


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
    """A network that was built, with its plan: its derivations carried out."""

    graph: Graph
    program: Program
    plan: Plan

    def varied(self, given: Mapping[str, Given]) -> Graph | None:
        """The network with parameters that its derivations have no use for; None if it fails."""
        session = Session(self.program, Builder(self.graph.name), Diagnostics())
        try:
            building.build(session, replace(self.plan, given={**self.plan.given, **given}))
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
    plan = build(session, given)
    diagnostics.stop_on_errors()
    assert plan is not None
    graph = session.graph.finish()
    diagnostics.extend(unread.warnings(graph))
    return Elaborated(graph, program, plan)


def build(session: Session, given: Mapping[str, Given]) -> Plan | None:
    """Build the network that a session's graph is called like, as far as that goes.

    Raises:
        CompileError: there are mistakes enough, or the network is too large.
    """
    program, name = session.program, session.graph.name
    plan = None
    try:
        plan = _planned(session, given)
        plan = _built(session, plan)
        is_main = name == program.main.path.stem
        session.graph.doc = plan.doc or (program.main.file.doc if is_main else None)
    except Fault as fault:
        session.report(fault)
    session.diagnostics.extend(program.mistakes)
    return plan


def _planned(session: Session, given: Mapping[str, Given]) -> Plan:
    """What a network with these parameters is, its derivations carried out.

    Raises:
        Fault: there is no such network, or what it is derived by does not suit it.
    """
    found = resolve(session, session.program.main.names[session.graph.name], given)
    check_parameters(session, found.plan)
    if not found.changes:
        return found.plan
    from archdsl.plan.changing import changed  # few networks are changed

    return changed(session, found.plan, found.changes)


def _built(session: Session, plan: Plan) -> Plan:
    """Build a plan; where that fails, the first of those that led to it which cannot be built."""
    if plan.before is None:
        building.build(session, plan)
        return plan
    from archdsl.plan.standing import at_fault, tried

    trial = tried(session, plan)
    if trial is not None:
        session.graph, session.reuse, session.rows = trial.graph, trial.reuse, trial.rows
        session.diagnostics.extend(trial.diagnostics)
        return plan
    plan = at_fault(session, plan, name_span(plan.network))
    building.build(session, plan)
    return plan


def written(program: Program, name: str, given: Mapping[str, Given], origin: str) -> str:
    """A network with these parameters as a file of its own, its derivations carried out.

    Raises:
        CompileError: the network is at fault.
    """
    from archdsl.plan import writing  # it needs the formatter, and few runs write specs

    session = Session(program, Builder(name), Diagnostics())
    plan = build(session, given)
    session.diagnostics.stop_on_errors()
    assert plan is not None
    return writing.text(name, plan, session.rows, origin)


def candidates(program: Program, name: str, given: Mapping[str, Given]) -> Candidates:
    """What a network with these parameters can be changed into, its derivations carried out.

    Raises:
        CompileError: the network is at fault.
    """
    from archdsl.build.tables.reuse import Reuse
    from archdsl.costs.again import Tally
    from archdsl.plan.candidates import Candidates

    session = Session(program, Builder(name), Diagnostics())
    session.reuse = Reuse(Tally(session.graph))
    plan = build(session, given)
    session.diagnostics.stop_on_errors()
    assert plan is not None
    return Candidates(session, plan, name_span(program.main.names[name].node))


def missing_parameters(program: Program, name: str) -> list[str]:
    """The parameters that a network has no default for, so that it cannot be built by itself."""
    session = Session(program, Builder(""), Diagnostics())
    try:
        return resolve(session, program.main.names[name], {}).plan.missing
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
