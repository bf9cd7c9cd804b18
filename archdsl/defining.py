"""A spec as what defines networks: which there are, and how each is built when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from archdsl import compiler
from archdsl.build.context import Frame
from archdsl.build.machine import top_level_frame
from archdsl.build.outcome import Sketch, sketch, unread
from archdsl.build.parameters import given_from_python
from archdsl.build.request import Budget, Built, Fault, Findings, Reuse
from archdsl.build.values import Given
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics
from archdsl.ir.builder import Builder
from archdsl.ir.pruning import without_unread
from archdsl.network import Network
from archdsl.plan.derivations import Lineage, lineage, named_arguments, resolve
from archdsl.plan.plan import Plan
from archdsl.program.program import Program, name_span
from archdsl.report.text import readable, show_inputs
from archdsl.shown import Shown, heading, table, text_block
from archdsl.syntax import tree

if TYPE_CHECKING:
    from archdsl.plan.candidates import Candidates

_NAMED = 3
"""Networks that a prompt names."""


@dataclass(frozen=True)
class Defining(Shown):
    """A file that defines networks, read and resolved."""

    program: Program

    def __repr__(self) -> str:
        more = len(self.networks) - _NAMED
        named = [*self.networks[:_NAMED], *([f"{more} more"] if more > 0 else [])]
        return f"<Spec {self.program.main.file.source.name}: {', '.join(named) or 'no networks'}>"

    def _repr_html_(self) -> str:
        """What each network costs, and every mistake at its place."""
        found, spec = Diagnostics(), self.without_mistakes()
        rows = [(name, *spec._cells(name, found)) for name in self.networks]
        with suppress(CompileError):  # there are more mistakes than anybody reads
            found.extend((*self.program.faults, *self.program.mistakes))
        columns, file = ("network", "input", "params", "MACs"), self.program.main.file
        about = heading(file.source.name, (file.doc or "").strip().partition("\n")[0])
        mistakes = text_block(_printed(found)) if found.has_errors else ""
        return about + table(columns, rows, columns[2:]) + mistakes

    def _cells(self, name: str, found: Diagnostics) -> tuple[str, str, str]:
        """The input and the costs of a network. `found` gets its mistakes."""
        if missing := self.missing_parameters(name):
            return f"depends on {', '.join(missing)}", "", ""
        try:
            network = self.build(name, {})
        except CompileError as failure:
            found.collect(failure)
            return "has mistakes", "", ""
        inputs, total = show_inputs(network.inputs), network.costs.total
        if network.open_decisions:
            return f"{inputs}, a space of networks", "", ""
        return inputs, readable(total.params), readable(total.macs)

    def without_mistakes(self) -> Self:
        """The spec without what was found in its text, for whoever reports that by itself.

        A network that no mistake reaches can be built then, though another one in the file cannot.
        """
        if not self.program.faults and not self.program.mistakes:
            return self  # with all that was built of it
        return replace(self, program=replace(self.program, faults=(), mistakes=()))

    @property
    def networks(self) -> tuple[str, ...]:
        """The names of the networks that the file defines, in order."""
        return tuple(self.program.networks())

    def network(self, name: str | None = None, /, **parameters: object) -> Network:
        """Build a network: the one of a name, or named like the file, or the only one.

        Parameters are integers, floats (as they print), booleans, words, None, or tuples of these.

        Raises:
            CompileError: there is no such network, or it has mistakes.
            TypeError: a parameter is of another type.
        """
        given = {key: given_from_python(key, value) for key, value in parameters.items()}
        with telling_where():
            return self.build(self.choose(name), given)

    def choose(self, name: str | None = None) -> str:
        """The name of the network of a name, or of the one named like the file, or the only one.

        Raises:
            CompileError: there is no such network.
        """
        return self.program.choose(name)

    def build(self, name: str, given: Mapping[str, Given]) -> Network:
        """Build a network with evaluated parameters.

        Raises:
            CompileError: the network has mistakes.
        """
        # Recipes and claims ask for the same network again, mostly without parameters.
        if not given and name in self._defaults:
            return self._defaults[name]
        plan, built, warnings = self._compile(name, given)
        warnings.extend(unread(built.graph, built.offered))
        graph = without_unread(built.graph)
        decisions = built.decisions
        network = Network(self.program, graph, plan, dict(given), tuple(warnings), decisions)
        if not given:
            self._defaults[name] = network
        return network

    @cached_property
    def _defaults(self) -> dict[str, Network]:
        """The networks that were built with their default parameters."""
        return {}

    def missing_parameters(self, name: str) -> list[str]:
        """The parameters of a network that have no default. With any, it cannot be built as is."""
        try:
            return resolve(self._top_level_frame(), self.program.main.names[name], {}).plan.missing
        except Fault:
            return []

    def _top_level_frame(self, findings: Findings | None = None) -> Frame:
        return top_level_frame(self.program, self.program.main, Budget(), findings)

    def lineage(self, name: str, given: Mapping[str, Given]) -> Lineage:
        """Where a network derives from. It must be one that can be built."""
        return lineage(self.program, name, given)

    def arguments(self, written: Iterable[tree.Argument]) -> dict[str, Given]:
        """Evaluate parameters that are written in the language, as after `--set`.

        Raises:
            CompileError: one of them has no value or no name.
        """
        findings = Findings(Builder(""))
        try:
            return named_arguments(self._top_level_frame(findings), tuple(written))
        except Fault as fault:
            findings.report(fault)
            raise CompileError(findings) from None

    def sketch(self, name: str, given: Mapping[str, Given]) -> Sketch:
        """As much of a network as can be built, with its mistakes and where they are in it."""
        compiled = compiler.compile_network(self.program, name, given)
        graph = compiled.built.graph
        whole = without_unread(graph) if compiled.built.is_sound else graph
        return sketch(whole, compiled.findings)

    def candidates(self, name: str, given: Mapping[str, Given]) -> Candidates:
        """A network, and access to the figures of networks that it can be changed into.

        Raises:
            CompileError: the network has mistakes.
        """
        from archdsl.build.tables.reuse import Reuse
        from archdsl.plan.candidates import Candidates

        reuse, main = Reuse(), self.program.main
        plan, built, _ = self._compile(name, given, reuse)
        frame = top_level_frame(self.program, main, Budget(), graph=Builder(name))
        return Candidates(frame, plan, built, name_span(main.names[name].node), reuse)

    def _compile(
        self, name: str, given: Mapping[str, Given], reuse: Reuse | None = None
    ) -> tuple[Plan, Built, Diagnostics]:
        """The plan of a network, after its derivations, its build, and the warnings."""
        compiled = compiler.compile_network(self.program, name, given, reuse)
        warnings = compiled.warnings()
        assert compiled.plan is not None  # or there would be an error
        return compiled.plan, compiled.built, warnings


@contextmanager
def telling_where() -> Iterator[None]:
    """Add what the command line would print to a failure: a traceback then ends with it."""
    try:
        yield
    except CompileError as failure:
        failure.add_note(_printed(failure.diagnostics))
        raise


def _printed(found: Iterable[Diagnostic]) -> str:
    """The errors, each at its place in the text."""
    from archdsl.report.diagnostics import render  # few specs have mistakes
    from archdsl.report.text import Paint

    return render([each for each in found if each.is_error], Paint()).rstrip()
