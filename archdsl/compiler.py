"""The phases of the compiler, in order. Each takes a frozen value and gives another.

text -parse-> tree -resolve-> program -plan-> plan -build-> graph -passes-> graph -emit-> text
                |                                             |
             format                                  infer: other input sizes; costs, claims

Everything that a user can ask, of `archdsl.spec` or on the command line, stops at one of these
values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.build.connections import Connection, Weighing
from archdsl.build.machine import build, relax, top_level_frame
from archdsl.build.request import (
    Budget,
    Built,
    Ending,
    Expectations,
    Fault,
    Finding,
    Findings,
    Request,
    Reuse,
)
from archdsl.build.values import Given
from archdsl.costs.figures import measure
from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Graph
from archdsl.plan.derivations import plan_network
from archdsl.plan.plan import Plan
from archdsl.program.files import NOTHING_UNSAVED, Unsaved
from archdsl.program.loading import load_program
from archdsl.program.program import Program, name_span
from archdsl.program.published import Located

if TYPE_CHECKING:
    from archdsl.emit.module import Module
    from archdsl.emit.targets.base import Target
    from archdsl.space.members import Members
    from archdsl.space.walk import Walk
    from archdsl.supernet.module import Sharing, Supernet


def format_spec(path: Path) -> tuple[str, str]:
    """From text to tree and back: the text of a spec, and its canonical layout.

    Raises:
        CompileError: with every syntax mistake in the text.
    """
    from archdsl.program.files import read
    from archdsl.syntax.formatter import format_file
    from archdsl.syntax.remembered import tree_of

    source = read(path)
    return source.text, format_file(tree_of(source))


def resolve(
    spec: Path | Located, uses: Iterable[str], unsaved: Unsaved = NOTHING_UNSAVED
) -> Program:
    """From text to tree to program: a spec, the files that it uses, and `uses` in addition.

    Texts that are `unsaved` stand for their files.

    Raises:
        CompileError: with every mistake in these files.
    """
    return load_program(spec, uses, unsaved)


@dataclass(frozen=True)
class Compiled:
    """A network planned and built as far as possible, with everything found on the way."""

    plan: Plan | None
    built: Built
    findings: tuple[Finding, ...]

    def warnings(self) -> Diagnostics:
        """The warnings and notes.

        Raises:
            CompileError: there are errors, or the network could not be built. There is no error
                then where it depends on a file that cannot be read, a fault of the program.
        """
        diagnostics = Diagnostics()
        diagnostics.extend(finding.diagnostic for finding in self.findings)
        if diagnostics.has_errors or not self.built.is_sound:
            raise CompileError(diagnostics)
        return diagnostics


def compile_network(
    program: Program, name: str, given: Mapping[str, Given], reuse: Reuse | None = None
) -> Compiled:
    """From program to plan to graph: the network of a name, with parameters given to it.

    A network that is wrong does not raise: as much of it as could be built can still be drawn.
    """
    compiled = attempt(program, name, given, reuse)
    if reuse is None or compiled.built.is_sound:
        return compiled
    # A build with reuse does not record where values were written. One without it gives the same
    # mistakes with their full trail.
    return attempt(program, name, given, None)


def attempt(
    program: Program, name: str, given: Mapping[str, Given], reuse: Reuse | None
) -> Compiled:
    """The same, but with `reuse`, mistakes are where they show, and not where they come from."""
    budget, start = Budget(), Builder(name)
    findings = Findings(start)
    frame = top_level_frame(program, program.main, budget, findings, start)
    plan, built = None, Built(start.finish(), (), (), Ending.GIVEN_UP)
    with suppress(CompileError):
        try:
            plan = plan_network(frame, given)
            trial = build(Request.of(program, name, plan, reuse), budget.copy())
            if plan.before is not None and not trial.is_sound:
                from archdsl.plan.changes import earliest_faulty  # few networks are changed

                # The changed network cannot be built. If that before a change cannot be either,
                # its mistakes are the cause, and they point into text that the author wrote.
                plan = earliest_faulty(frame, plan, name_span(plan.network))
                trial = build(Request.of(program, name, plan, reuse), budget)
            built = trial
        except Fault as fault:
            findings.report(fault)
            built = replace(built, ending=Ending.BROKEN)
    # Mistakes of the text come last. Where evaluation met one, it has reported it with its trail,
    # and only the first diagnostic of a place is kept.
    faults, mistakes = Findings(built.graph), Findings(built.graph)
    with suppress(CompileError):
        faults.extend(program.faults)
        if built.ending is not Ending.GIVEN_UP:
            mistakes.extend(program.mistakes)
    found = (*faults.entries, *findings.entries, *built.findings, *mistakes.entries)
    return Compiled(plan, built, found)


def elaborate(
    program: Program, plan: Plan, name: str, inputs: Mapping[str, tuple[int, ...]]
) -> Built:
    """From plan to graph once more, with other shapes of inputs: what the text says there."""
    return build(_resized(program, plan, name, inputs), Budget())


def members(request: Request) -> Members | str:
    """From a request to all members of a space at once, or why that cannot be done.

    Raises:
        CompileError: a member has a mistake.
    """
    from archdsl.space import space  # few networks are spaces

    try:
        return space.members(request)
    except space.NO_WALK as cause:
        return str(cause)


def walk(request: Request, members: Members) -> Walk | str:
    """From the members of a space to what they cost together, or why that is not known."""
    from archdsl.space import space

    try:
        return space.walk(request, members)
    except space.NO_WALK as cause:
        return str(cause)


def drawn(request: Request) -> int:
    """Build members that are drawn, and return how many.

    Raises:
        CompileError: one of them has a mistake.
    """
    from archdsl.space.space import drawn

    return drawn(request)


def drawn_costs(request: Request, metric: str) -> list[int]:
    """What some members cost that are drawn and built.

    Raises:
        CompileError: one of them has a mistake.
    """
    from archdsl.space.space import drawn_costs

    return drawn_costs(request, metric)


def request(
    program: Program, plan: Plan, name: str, inputs: Mapping[str, tuple[int, ...]]
) -> Request:
    """The request for the network of a plan, with other shapes of inputs if there are any."""
    return _resized(program, plan, name, inputs) if inputs else Request.of(program, name, plan)


def relaxed(request: Request, weighing: Weighing) -> tuple[Built, tuple[Connection, ...]]:
    """From the request for a space to the network in which its open choices are weighted sums."""
    return relax(request, weighing, Budget())


def _resized(
    program: Program, plan: Plan, name: str, inputs: Mapping[str, tuple[int, ...]]
) -> Request:
    """The request for a network with other shapes of inputs; no printed shape holds there."""
    from archdsl.plan.edits import literal

    span = name_span(plan.network)
    shapes = {each: literal(shape, span) for each, shape in inputs.items()}
    resized = replace(plan, shapes={**plan.shapes, **shapes})
    return Request(program, name, resized, Expectations.NONE)


def emit(program: Program, graph: Graph) -> Module:
    """From graph to the text of the module that people read, train and change."""
    from archdsl.emit.targets.readable import READABLE

    return _emit_as_it_is(program, graph, READABLE)


def _emit_as_it_is(program: Program, graph: Graph, target: Target) -> Module:
    """From graph to text, without passes; all such modules have the same weights."""
    from archdsl.emit.module import input_constants, write_module

    return write_module(graph, _header(program, graph), input_constants(graph), target)


def emit_lowered(program: Program, graph: Graph, readable: Module, target: Target) -> Module:
    """From graph to text, through the passes of a target; it takes the readable's weights."""
    if not target.passes:
        return _emit_as_it_is(program, graph, target)
    from archdsl.emit.conversion import CONVERTED, about_lowered, conversion, named_alike
    from archdsl.emit.module import definitions, input_constants, print_module

    lowered = named_alike(graph, readable.paths, target.lower(graph))
    found = definitions(lowered.graph, target, CONVERTED)
    after = conversion(graph, readable.paths, lowered, found)
    head = _header(program, lowered.graph, about_lowered(graph))
    return print_module(found, head, input_constants(graph), after)


def _header(program: Program, graph: Graph, more: Iterable[str] = ()) -> str:
    from archdsl.emit.module import figures, header

    name = Path(program.main.file.source.name).name
    return header(graph, [*figures(measure(graph)), *more], name, program.digest)


def supernet(
    program: Program, request: Request, graph: Graph, members: int, sharing: Sharing
) -> Supernet:
    """From a request to the text of a module that shares the weights of all its members."""
    from archdsl.emit.module import header
    from archdsl.emit.targets import TARGETS
    from archdsl.supernet.module import write_supernet

    name = Path(program.main.file.source.name).name
    figures = [f"{members:,} members share the weights of `Supernet`."]
    head = header(graph, figures, name, program.digest)
    return write_supernet(request, TARGETS["readable"], sharing, head)


def check_shared(request: Request, kernels: str) -> None:
    """Check with few members of a space that a supernet can share their weights.

    `kernels` is the setting of a search.

    Raises:
        CompileError: it cannot.
    """
    from archdsl.emit.targets import TARGETS
    from archdsl.supernet.reading import check_shared

    check_shared(request, TARGETS["readable"], kernels)
