"""The frame that rules work in: the names and values of one body, what it may take, what it tells.

Every rule of the language is given a frame and recurses through it (`evaluate`, `apply`, `run`),
so that no rule imports another: `build.machine` alone knows them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from archdsl import limits
from archdsl.build.provenance import RUNNING, Binding, Local, NameHistory, Snapshot
from archdsl.build.request import Budget, Call, Context, Fault, Findings
from archdsl.build.values import (
    POISON,
    Arguments,
    BlockValue,
    Given,
    OperationValue,
    Tensor,
    Value,
    count_parts,
    describe,
    holds_tensor,
    tensors_in,
)
from archdsl.diagnostics import Diagnostic, Label, error
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Site
from archdsl.ops.base import Operation
from archdsl.program.program import Program, Unit
from archdsl.source import Span
from archdsl.syntax import tree

Body: TypeAlias = tree.Block | tree.Network


@dataclass(slots=True)
class Frame:
    """One body under evaluation: that of a `call`, or of the network.

    `running` is the value that bare calls and tables take and replace; once one is `applied`, it
    is the result. `rounds` counts the loops around a statement. `given` are the parameters as
    they were given, `fixed` those that keep their value, and `assigned` says how many places
    give a name its own. `naming` is a call with the names that its results get. `meant` keeps
    what names meant, `guards` are the conditions that led to the statement at hand, and `tests`
    all that the body decided.
    """

    context: Context
    unit: Unit
    call: Call | None = None
    scope: int = 0
    names: dict[str, Value] = field(default_factory=dict)
    running: tuple[Value, ...] = ()
    applied: bool = False
    iterations: tuple[int, ...] = ()
    given: dict[str, Given] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    assigned: Mapping[str, int] = field(default_factory=dict)
    naming: tuple[tree.Node, tuple[str, ...]] | None = None
    history: NameHistory | None = None
    guards: tuple[Given, ...] = ()
    tests: list[Given] = field(default_factory=list)

    @property
    def program(self) -> Program:
        return self.context.program

    @property
    def graph(self) -> Builder:
        return self.context.graph

    @property
    def findings(self) -> Findings:
        return self.context.findings

    # The ways back into the rules

    def evaluate(self, node: tree.Expression) -> Value:
        """The value of an expression."""
        if isinstance(node, tree.Number | tree.Constant):
            return node.value
        rule = self.context.rules.expressions[type(node)]
        if isinstance(node, tree.Name):
            value = rule(self, node)
        else:
            self.enter(node.span)
            try:
                value = rule(self, node)
            finally:
                self.leave()
        if value is POISON:
            raise Fault
        return value

    def truth(self, node: tree.Expression) -> bool:
        """The value of a condition, which must be `true` or `false`."""
        value = self.evaluate(node)
        if isinstance(value, bool):
            return value
        message = f"a condition is `true` or `false`, not {describe(value)}"
        hint = f"compare it: `{node.span.text} != none`" if isinstance(node, tree.Name) else None
        raise self.fault("value", message, node.span, help=hint)

    def apply(self, callee: Value, arguments: Arguments, node: tree.Node) -> Value:
        """The value of a call by itself, without what derivations insert after it."""
        rule = self.context.rules.callees.get(type(callee))
        if rule is None:
            message = "only a block, an operation or a function can be called"
            raise self.fault("call", f"{message}; this is {describe(callee)}", node.span)
        self.step(node.span, len(arguments.positional))
        value = rule(self, callee, arguments, node)
        self.charge(value, node.span)
        return value

    def add(
        self,
        operation: Operation,
        operands: list[Given],
        parameters: Mapping[str, Given],
        node: tree.Node,
    ) -> Value:
        """Add an operation to the graph; its results."""
        return self.context.rules.add(self, operation, operands, parameters, node)

    def run(self, body: Body) -> Value:
        """What a body gives whose parameters this frame knows."""
        return self.context.rules.run(self, body)

    def top_level(self, unit: Unit) -> Frame:
        """A frame for what stands in a file, outside of all bodies."""
        return Frame(self.context, unit, self.call)

    def detached(self) -> Frame:
        """A frame that knows the same names, in a build of its own, of which nothing is kept."""
        graph, shared = Builder(self.graph.name), self.context
        context = Context(shared.program, graph, Budget(), Findings(graph), shared.rules)
        return Frame(context, self.unit, names=dict(self.names))

    # Names and values

    def site(self, span: Span) -> Site:
        return (span.start, span.end, *self.iterations)

    @property
    def running_name(self) -> str:
        """What a chain can begin with here: a name of the running value, or `in`."""
        names = (name for name, value in self.names.items() if (value,) == self.running)
        return next(names, "in" if self.running else "x")

    def names_of(self, call: tree.Node) -> tuple[str, ...]:
        """The names that the statement gives to a call's results, if any."""
        return self.naming[1] if self.naming and self.naming[0] is call else ()

    def require_running(self, span: Span) -> tuple[Value, ...]:
        """The running value, for a call or a table to go on from."""
        if POISON in self.running:
            raise Fault
        if self.running:
            return self.running
        message = "there is no value to go on from"
        hint = "declare one: `input video: 3 x 16 x 224^2`"
        if self.call:
            hint = "give the block a parameter for it: `block ...(x)`"
        raise self.fault("value", message, span, help=hint)

    @property
    def snapshot(self) -> Snapshot | None:
        """What names mean here and now."""
        return self.history.snapshot if self.history else None

    def as_written(self, value: Value, node: tree.Expression) -> Given:
        """A value as it is written here and now."""
        return Given(value, node.span, node, self.snapshot)

    def local(self, node: tree.Expression, *places: int) -> Local | None:
        """How a value came about that is written here and now, or stands at places of that."""
        return Local(node, self.history.snapshot, places) if self.history else None

    def bind(self, name: str, value: Value, meaning: Binding | None) -> None:
        """Give a name a value, and keep how it came about; a tensor is what it is."""
        self.names[name] = value
        if self.history and holds_tensor(value):
            self.history.bind(name, tensors_in(value))
        elif self.history and meaning is not None:
            self.history.bind(name, meaning)

    def set_running(self, value: Value) -> None:
        """What bare calls take from here on; a tuple is several values."""
        self.running = value if isinstance(value, tuple) else (value,)
        if self.history:
            self.history.bind(RUNNING, tensors_in(value))

    def record_test(self, value: Value, node: tree.Expression) -> Given:
        """Keep a decision on which the body's structure depends."""
        test = self.as_written(value, node)
        self.tests.append(test)
        return test

    # The budget

    def enter(self, span: Span) -> None:
        """One more expression or block is open, which is a step."""
        self.step(span)
        self.deepen(span)

    def deepen(self, span: Span, levels: int = 1) -> None:
        """Something more is open. Python's stack is deeper by some frames for each level."""
        budget = self.context.budget
        if budget.depth + levels > limits.CALL_DEPTH:
            message = f"blocks and expressions are nested more than {limits.CALL_DEPTH} deep"
            raise self.fault("nesting", message, span)
        budget.depth += levels

    def leave(self, levels: int = 1) -> None:
        self.context.budget.depth -= levels

    def step(self, span: Span, steps: int = 1) -> None:
        """Some more statements, rounds, expressions or entries of tuples are worked on.

        Raises:
            CompileError: the network asks for more than the machine should give.
        """
        if not self.context.budget.spend(steps):
            self._exhaust(f"this network takes more than {limits.STEPS:,} steps to build", span)

    def charge(self, value: Value, span: Span) -> None:
        """A value is made or passed on: what it is made of are steps."""
        if not isinstance(value, tuple | BlockValue | OperationValue):
            return
        count, levels = count_parts(value, limits.STEPS)
        if levels > limits.NESTING:
            message = f"this value is nested more than {limits.NESTING} deep"
            raise self.fault("nesting", message, span)
        self.step(span, count)

    def check_room(self, span: Span) -> None:
        """One more operation or scope is added to the graph: as much work as many small steps.

        Raises:
            CompileError: the network grows too large.
        """
        self.step(span, limits.ADDITION)
        most = limits.OPERATIONS
        if len(self.graph) >= most:
            self._exhaust(f"this network has more than {most:,} operations", span)
        if len(self.graph.scopes) >= most:
            self._exhaust(f"this network has more than {most:,} blocks in blocks", span)

    def _exhaust(self, message: str, span: Span) -> None:
        self.findings.add(self.error("size", message, span))
        self.findings.stop_on_errors()

    # Mistakes

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
        return Fault(self.error(code, message, span, also=also, help=help))

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
        """The calls around, the first and the last of many, and the change that it comes after."""
        labels: list[Label] = []
        call = self.call
        while call is not None:
            if not call.span.holds(span):
                labels.append(Label(call.span, f"in `{call.block.name}`, called here"))
            call = call.outer
        labels = labels if len(labels) <= 2 else [labels[0], labels[-1]]
        after = self.context.request.changed_by if self.context.request else None
        is_after = after is not None and not after.holds(span)
        return [*labels, Label(after, "after this change")] if after and is_after else labels

    def origin(self, tensor: Tensor) -> Label:
        """Where a tensor comes from, with its shape."""
        return Label(
            self.context.graph.node(tensor.value.node).span, f"{tensor.type} comes from here"
        )
