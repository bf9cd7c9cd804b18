"""The frame that rules work in: the names and values of one body, the budget, and diagnostics.

Every rule of the language is given a frame and recurses through it (`evaluate`, `apply`, `run`).
So no rule imports another, and `build.machine` alone knows them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from archdsl import limits
from archdsl.build.origins import origin, refusal_labels, truth_hint
from archdsl.build.provenance import RUNNING, Binding, Local, NameHistory, Snapshot
from archdsl.build.request import Budget, Call, Context, Fault, Findings, Naming
from archdsl.build.uses import NETWORK, Options, Use
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
from archdsl.ir.graph import Condition, Site
from archdsl.ops.base import Operation
from archdsl.program.program import Program, Unit
from archdsl.source import Span
from archdsl.syntax import tree

Body: TypeAlias = tree.Block | tree.Network


@dataclass(slots=True)
class Frame:
    """One body under evaluation: that of a `call`, or of the network.

    - `running` is the value that bare calls and tables take and replace. It is the body's result
      once something is `applied`; before, it is only what entered.
    - `iterations` has the iteration number of each enclosing loop, the outermost first.
    - `given` has the arguments of the body; `fixed` are parameters, which cannot be assigned.
    - `assigned` counts the statements that assign each name. One statement's name can name a layer.
    - `naming` says which call's results the current statement names.
    - `history` records the bindings of names. Without it, no origin of a value is kept.
    - `guard` is the innermost condition under which the current statement runs.
    - `conditions` are all that the structure of the body depends on.
    - `use` is what the names of decisions begin with; `options` are those that choices took.
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
    naming: Naming | None = None
    history: NameHistory | None = None
    guard: Condition | None = None
    conditions: list[Condition] = field(default_factory=list)
    use: Use = NETWORK
    options: Options = field(default_factory=Options)

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
        # Literals and names are most of all expressions, and cannot nest: they count no step.
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
        message = f"a condition must be `true` or `false`, but this is {describe(value)}"
        raise self.misused("value", message, self.as_written(value, node), truth_hint(value, node))

    def apply(self, callee: Value, arguments: Arguments, node: tree.Node) -> Value:
        """The value of a call by itself, without what derivations insert after it."""
        rule = self.context.rules.callees.get(type(callee))
        if rule is None:
            message = "only a block, an operation or a function can be called"
            message = f"{message}, but this is {describe(callee)}"
            if not isinstance(node, tree.Call | tree.Name):
                raise self.fault("call", message, node.span)
            name, _ = tree.split_call(node)
            raise self.misused("call", message, self.as_written(callee, name))
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
        """Add an operation to the graph, and return its results."""
        return self.context.rules.add(self, operation, operands, parameters, node)

    def run(self, body: Body) -> Value:
        """The value of a body whose parameters this frame has."""
        return self.context.rules.run(self, body)

    def top_level(self, unit: Unit) -> Frame:
        """A frame for expressions at the top level of a file, where only the file's names exist.

        It keeps the call, so that a mistake there still shows the way to it.
        """
        return Frame(self.context, unit, self.call)

    def detached(self) -> Frame:
        """A frame with the same names in a throw-away build: graph, budget and findings are new."""
        graph, shared = Builder(self.graph.name), self.context
        context = Context(shared.program, graph, Budget(), Findings(graph), shared.rules)
        context = replace(context, decisions=shared.decisions)
        return Frame(context, self.unit, names=dict(self.names), use=self.use)

    # Names and values

    def site(self, span: Span) -> Site:
        """The site of a call in this body: its place in the text, and the loop iterations."""
        return (span.start, span.end, *self.iterations)

    def names_of(self, call: tree.Node) -> tuple[str, ...]:
        """The names that a call's results have in the whole body, if any."""
        return self.naming.names if self.naming and self.naming.call is call else ()

    def targets_of(self, call: tree.Node) -> tuple[str, ...]:
        """The names that the current statement assigns a call's results to, if any."""
        return self.naming.targets if self.naming and self.naming.call is call else ()

    def require_running(self, span: Span) -> tuple[Value, ...]:
        """The running value, which a bare call or a table takes."""
        if POISON in self.running:
            raise Fault
        if self.running:
            return self.running
        message = "there is no value here for a bare call or a table to take"
        hint = "declare an input before it: `input video: 3 x 16 x 224^2`"
        if self.call:
            hint = f"give the block a tensor parameter: `block {self.call.block.name}(x, ...)`"
        raise self.fault("value", message, span, help=hint)

    @property
    def snapshot(self) -> Snapshot | None:
        """The bindings of names at this point of the body."""
        return self.history.snapshot if self.history else None

    def as_written(self, value: Value, node: tree.Expression) -> Given:
        """A value together with the expression that it was written as at this point."""
        return Given(value, self.options.place(node), self.taken(node), self.snapshot)

    def local(self, node: tree.Expression, *indices: int) -> Local | None:
        """The provenance of a value computed by an expression here, or of an entry of that."""
        return Local(self.taken(node), self.history.snapshot, indices) if self.history else None

    def taken(self, node: tree.Expression) -> tree.Expression:
        """An expression that was just evaluated, with the options taken in place of choices."""
        return self.options.taken(node) if self.options.by_place else node

    def bind(self, name: str, value: Value, binding: Binding | None) -> None:
        """Give a name a value, and keep how it came about; a tensor is what it is."""
        self.names[name] = value
        if self.history and holds_tensor(value):
            self.history.bind(name, tensors_in(value))
        elif self.history and binding is not None:
            self.history.bind(name, binding)

    def set_running(self, value: Value) -> None:
        """Replace the running value; a tuple is several values."""
        self.running = value if isinstance(value, tuple) else (value,)
        if self.history:
            self.history.bind(RUNNING, tensors_in(value))

    # The budget

    def enter(self, span: Span) -> None:
        """Open one more expression or block, which takes a step."""
        self.step(span)
        self.deepen(span)

    def deepen(self, span: Span, levels: int = 1) -> None:
        """Open some more levels, until `leave`."""
        # Each level costs several frames of Python's stack: the limit must come before
        # RecursionError, which no caller could turn into a diagnostic with a span.
        budget = self.context.budget
        if budget.depth + levels > limits.CALL_DEPTH:
            message = f"blocks and expressions are nested more than {limits.CALL_DEPTH} deep"
            raise self.fault("nesting", message, span)
        budget.depth += levels

    def leave(self, levels: int = 1) -> None:
        self.context.budget.depth -= levels

    def step(self, span: Span, steps: int = 1) -> None:
        """Take steps of the budget: for statements, iterations, expressions, entries of tuples.

        Raises:
            CompileError: the budget is spent.
        """
        if not self.context.budget.spend(steps):
            self._exhaust(f"this network takes more than {limits.STEPS:,} steps to build", span)

    def charge(self, value: Value, span: Span) -> None:
        """Take a step for each part of a value that is created or passed on.

        Without it, `x = (x, x)` in a loop would double a value at the price of one step.
        """
        if not isinstance(value, tuple | BlockValue | OperationValue):
            return
        count, levels = count_parts(value, limits.STEPS)
        if levels > limits.NESTING:
            message = f"this value is nested more than {limits.NESTING} deep"
            raise self.fault("nesting", message, span)
        self.step(span, count)

    def check_room(self, span: Span) -> None:
        """Take the steps of one more operation or scope, and check that the graph may grow.

        Raises:
            CompileError: the network is too large, or the budget is spent.
        """
        self.step(span, limits.ADDITION)
        most = limits.OPERATIONS
        if len(self.graph) >= most:
            self._exhaust(f"this network has more than {most:,} operations", span)
        if len(self.graph.scopes) >= most:
            self._exhaust(f"this network has more than {most:,} nested blocks", span)

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
        """A fault to raise, with the diagnostic of `error`."""
        return Fault(self.error(code, message, span, also=also, help=help))

    def refuse(
        self, code: str, message: str, given: Given, what: str, *, help: str | None = None
    ) -> Fault:
        """A fault to raise at the origin of a value; `what` is what refuses it, or what it is."""
        also = refusal_labels(given, what)
        return self.fault(code, message, origin(given).span, also=also, help=help)

    def misused(self, code: str, message: str, given: Given, help: str | None = None) -> Fault:
        """A fault for a value that an expression of the body has: at the argument that it is.

        A default is a part of the body that uses it, so there the use is at fault.
        """
        first = origin(given)
        if first is not given and first.snapshot and first.snapshot.history is self.history:
            also = (Label(first.span, "given here"),)
            return self.fault(code, message, given.span, also=also, help=help)
        return self.refuse(code, message, given, f"`{given.span.text}`", help=help)

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
        """An error that also shows the calls that led to this body, and the last transform."""
        trail = self.call.trail(span) if self.call else []
        change = self.context.request.changed_by if self.context.request else None
        if change is not None and not change.holds(span):
            trail.append(Label(change, "after this change"))
        label = label or self.context.taken.get(span, "")
        return error(code, message, span, label, also=(*also, *trail), help=help)

    def origin(self, tensor: Tensor) -> Label:
        """A label at the operation that a tensor comes from, with the tensor's shape."""
        span = self.graph.node(tensor.value.node).span
        return Label(span, f"{tensor.type} comes from here")
