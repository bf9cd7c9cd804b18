"""The state of one elaboration, and of one body while it is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archdsl import limits
from archdsl.build.provenance import RUNNING, Meaning, Moment, Names
from archdsl.build.values import (
    Applicable,
    BlockValue,
    Given,
    Inserted,
    OperationValue,
    Tensor,
    Value,
    holds_tensor,
    tensors_in,
    weigh,
)
from archdsl.diagnostics import Diagnostic, Diagnostics, Label, error
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Address, Site
from archdsl.program.program import Program, Unit
from archdsl.source import Span
from archdsl.syntax import tree

if TYPE_CHECKING:
    from archdsl.build.tables.reuse import Reuse
    from archdsl.plan.plan import Plan
    from archdsl.plan.rows import BuiltRow


class Fault(Exception):
    """An expression has no value. Without a diagnostic, the cause was reported before."""

    def __init__(self, diagnostic: Diagnostic | None = None) -> None:
        super().__init__()
        self.diagnostic = diagnostic


class Session:
    """What all frames of one elaboration share.

    `as_declared` says that the network has its own parameters, so that bare numbers in a
    table's expectations hold for it, `is_rewritten` that none hold. `changed_by` is the last
    transform, where the network could be built before it. `insertions` are what derivations
    insert, by the place that it follows. `calls` are the blocks that are being evaluated,
    `derived` the blocks that definitions derive, `rows` those of the network's own tables,
    `faults` how many statements failed. `reshaped` are the insertions after which a tensor has
    another shape, and `steps` are those taken. With `reuse`, what is the same is built once.
    """

    def __init__(self, program: Program, graph: Builder, diagnostics: Diagnostics) -> None:
        self.program = program
        self.graph = graph
        self.diagnostics = diagnostics
        self.plan: Plan | None = None
        self.as_declared = True
        self.is_rewritten = False
        self.changed_by: Span | None = None
        self.insertions: Mapping[Address, tuple[Inserted, ...]] = {}
        self.calls: list[tuple[tree.Block, Span]] = []
        self.derived: dict[int, Applicable] = {}
        self.rows: list[BuiltRow] = []
        self.faults = 0
        self.reshaped: dict[Span, Label] = {}
        self.reuse: Reuse | None = None
        self.steps = 0
        self._depth = 0

    def anew(self) -> Session:
        """A session for a network of the same name."""
        return Session(self.program, Builder(self.graph.name), Diagnostics())

    def enter(self, span: Span) -> None:
        """One more expression or block is open, which is a step.

        Raises:
            Fault: too many are.
        """
        self.step(span)
        self._depth += 1
        if self._depth > limits.CALL_DEPTH:
            self._depth -= 1
            message = f"blocks and expressions are nested more than {limits.CALL_DEPTH} deep"
            raise Fault(self.error("nesting", message, span))

    def leave(self) -> None:
        self._depth -= 1

    def step(self, span: Span, steps: int = 1) -> None:
        """Some more statements, rounds, expressions or entries of tuples are worked on.

        Raises:
            CompileError: the network asks for more than the machine should give.
        """
        self.steps += steps
        if self.steps > limits.STEPS:
            self._exhausted(f"this network takes more than {limits.STEPS:,} steps to build", span)

    def take(self, value: Value, span: Span) -> None:
        """A value is made or passed on: what it is made of are steps.

        Raises:
            Fault: it is nested too deep.
        """
        if not isinstance(value, tuple | BlockValue | OperationValue):
            return
        count, levels = weigh(value, limits.STEPS)
        if levels > limits.NESTING:
            message = f"this value is nested more than {limits.NESTING} deep"
            raise Fault(self.error("nesting", message, span))
        self.step(span, count)

    def check_room(self, span: Span) -> None:
        """One more operation or scope is added to the graph: as much work as many small steps.

        Raises:
            CompileError: the network grows too large.
        """
        self.step(span, limits.ADDITION)
        most = limits.OPERATIONS
        if len(self.graph) >= most:
            self._exhausted(f"this network has more than {most:,} operations", span)
        if len(self.graph.scopes) >= most:
            self._exhausted(f"this network has more than {most:,} blocks in blocks", span)

    def _exhausted(self, message: str, span: Span) -> None:
        self.diagnostics.add(self.error("size", message, span))
        self.diagnostics.stop_on_errors()

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        also: tuple[Label, ...] = (),
        help: str | None = None,
    ) -> Diagnostic:
        """An error that also shows the calls through which evaluation came here."""
        return error(code, message, span, label, also=(*also, *self._trail(span)), help=help)

    def _trail(self, span: Span) -> list[Label]:
        calls = [Label(call, f"in `{block.name}`, called here") for block, call in self.calls]
        calls = [label for label in reversed(calls) if not label.span.holds(span)]
        calls = calls if len(calls) <= 2 else [calls[0], calls[-1]]
        return [*calls, *self._change(span)]

    def _change(self, span: Span) -> list[Label]:
        """The transform that a mistake comes after, unless the mistake stands in it."""
        if self.changed_by is None or self.changed_by.holds(span):
            return []
        return [Label(self.changed_by, "after this change")]

    def report(self, fault: Fault) -> None:
        """Collect a fault that evaluation goes on after."""
        self.faults += 1
        if fault.diagnostic:
            self.diagnostics.add(fault.diagnostic)

    def origin(self, tensor: Tensor) -> Label:
        """Where a tensor comes from, with its shape."""
        return Label(self.graph.node(tensor.value.node).span, f"{tensor.type} comes from here")


@dataclass(slots=True)
class Frame:
    """One body under evaluation.

    `running` is the value that bare calls and tables take and replace; once one is `applied`, it
    is the result. `rounds` counts the loops around a statement. `given` are the parameters as
    they were given, `fixed` those that keep their value, and `assigned` says how many places give
    a name its own. `naming` is a call with the names that its results get. `meant` keeps what
    names meant, `guards` are the conditions that led to the statement at hand, and `tests` all
    that the body decided.
    """

    session: Session
    unit: Unit
    scope: int = 0
    names: dict[str, Value] = field(default_factory=dict)
    running: tuple[Value, ...] = ()
    applied: bool = False
    rounds: tuple[int, ...] = ()
    given: dict[str, Given] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    assigned: Mapping[str, int] = field(default_factory=dict)
    naming: tuple[tree.Node, tuple[str, ...]] | None = None
    meant: Names | None = None
    guards: tuple[Given, ...] = ()
    tests: list[Given] = field(default_factory=list)

    def site(self, span: Span) -> Site:
        return (span.start, span.end, *self.rounds)

    @property
    def at_hand(self) -> str:
        """What a chain can begin with here: a name of the running value, or `in`."""
        names = (name for name, value in self.names.items() if (value,) == self.running)
        return next(names, "in" if self.running else "x")

    def names_of(self, call: tree.Node) -> tuple[str, ...]:
        """The names that the statement gives to a call's results, if any."""
        return self.naming[1] if self.naming and self.naming[0] is call else ()

    @property
    def now(self) -> Moment | None:
        """What names mean here and now."""
        return self.meant.now if self.meant else None

    def mean(self, name: str, value: Value, meaning: Meaning | None) -> None:
        """Give a name a value, and keep how it came about; a tensor is what it is."""
        self.names[name] = value
        if self.meant and holds_tensor(value):
            self.meant.bind(name, tensors_in(value))
        elif self.meant and meaning is not None:
            self.meant.bind(name, meaning)

    def run_on(self, values: tuple[Value, ...]) -> None:
        """What bare calls take from here on."""
        self.running = values
        if self.meant:
            self.meant.bind(RUNNING, tensors_in(values))

    def under(self, test: Given, evaluate: Callable[[], Value]) -> Value:
        """What is evaluated only because a test came out as it did."""
        before, self.guards = self.guards, (*self.guards, test)
        try:
            return evaluate()
        finally:
            self.guards = before

    def decide(self, value: Value, node: tree.Expression) -> Given:
        """Keep a decision on which the body's structure depends."""
        test = Given(value, node.span, node, self.now)
        self.tests.append(test)
        return test

    def fault(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        also: tuple[Label, ...] = (),
        help: str | None = None,
    ) -> Fault:
        """A fault to raise: what is wrong, at the words at fault, and what to do about it."""
        return Fault(self.session.error(code, message, span, also=also, help=help))
