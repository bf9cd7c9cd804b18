"""What all frames of one build share, and a position in it: what it may take, what it tells.

A position knows the calls that led to it, so that a mistake is told with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from archdsl import limits
from archdsl.build.request import Budget, Fault, Findings, Request, Reuse
from archdsl.build.values import (
    Applicable,
    BlockValue,
    Inserted,
    OperationValue,
    Tensor,
    Value,
    weigh,
)
from archdsl.diagnostics import Diagnostic, Label, error
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Address
from archdsl.plan.rows import BuiltRow
from archdsl.program.program import Program, Unit
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Rules:
    """The rules of the language by what they are for, each given a frame: see `build.machine`."""

    expressions: Mapping[type, Callable[..., Value]]
    statements: Mapping[type, Callable[..., None]]
    callees: Mapping[type, Callable[..., Value]]
    infix: Callable[..., Value]
    add: Callable[..., Value]
    run: Callable[..., Value]


@dataclass(frozen=True)
class Context:
    """What all frames of one build share; expressions outside of any body have none to ask for.

    `rows`, `reshaped` (the insertions after which a tensor has another shape) and `derived` (the
    blocks that definitions derive, by their numbers) are what the build has so far.
    """

    program: Program
    graph: Builder
    budget: Budget
    findings: Findings
    rules: Rules
    request: Request | None = None
    inserted: Mapping[Address, tuple[Inserted, ...]] = field(default_factory=dict)
    reuse: Reuse | None = None
    rows: list[BuiltRow] = field(default_factory=list)
    reshaped: dict[Span, Label] = field(default_factory=dict)
    derived: dict[int, Applicable] = field(default_factory=dict)


class Call(NamedTuple):
    """A block under evaluation with the place where it was called, and the call around."""

    block: tree.Block
    span: Span
    outer: Call | None


@dataclass(slots=True)
class Position:
    """A place in the evaluation: in which file, and in the body of which `call`."""

    context: Context
    unit: Unit
    call: Call | None = None

    @property
    def program(self) -> Program:
        return self.context.program

    @property
    def graph(self) -> Builder:
        return self.context.graph

    @property
    def findings(self) -> Findings:
        return self.context.findings

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

    def take(self, value: Value, span: Span) -> None:
        """A value is made or passed on: what it is made of are steps."""
        if not isinstance(value, tuple | BlockValue | OperationValue):
            return
        count, levels = weigh(value, limits.STEPS)
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
        after = self.context.request.after if self.context.request else None
        is_after = after is not None and not after.holds(span)
        return [*labels, Label(after, "after this change")] if after and is_after else labels

    def origin(self, tensor: Tensor) -> Label:
        """Where a tensor comes from, with its shape."""
        return Label(
            self.context.graph.node(tensor.value.node).span, f"{tensor.type} comes from here"
        )
