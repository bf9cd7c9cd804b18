"""What a build is asked for, what it may take, what it finds and what it gives.

Beside that, what its frames share: the graph under construction, and the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Protocol

from archdsl import limits
from archdsl.build.values import Applicable, Inserted, Value
from archdsl.diagnostics import Diagnostic, Diagnostics, Label
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Address, Graph, GraphView
from archdsl.plan.plan import Plan
from archdsl.plan.rows import BuiltRow
from archdsl.program.program import Program
from archdsl.source import Span
from archdsl.syntax import tree


class Fault(Exception):
    """An expression has no value. Without a diagnostic, the cause was reported before.

    Whatever is given a frame may raise one, unless it says that it reports them.
    """

    def __init__(self, diagnostic: Diagnostic | None = None) -> None:
        super().__init__()
        self.diagnostic = diagnostic


class Expectations(Enum):
    """Which of the shapes that tables print hold for a network."""

    ALL = "all, for it is the network as declared"
    COMPUTED = "those that are made of parameters"
    NONE = "none, for its tables were rewritten"

    @staticmethod
    def of(plan: Plan) -> Expectations:
        if plan.is_rewritten:
            return Expectations.NONE
        return Expectations.ALL if plan.is_declared else Expectations.COMPUTED


class Reuse(Protocol):
    """Tables that were built before, so that what comes again is built once: `tables.reuse`."""

    def builder(self, filler: Any) -> Any:
        """What builds a table, and knows what was built of it before."""
        ...


@dataclass(frozen=True)
class Request:
    """What a build is asked for: the network of a plan, under a name.

    With `reuse` only sums and rows are asked for. `after` is the last transform, where the
    network could be built before it.
    """

    program: Program
    name: str
    plan: Plan
    expectations: Expectations
    reuse: Reuse | None = None
    changed_by: Span | None = None

    @staticmethod
    def of(program: Program, name: str, plan: Plan, reuse: Reuse | None = None) -> Request:
        """What follows from the plan alone."""
        return Request(program, name, plan, Expectations.of(plan), reuse, plan.changed_by)


class Budget:
    """What has been taken of the steps that a build may take, and how deep it is."""

    def __init__(self) -> None:
        self.steps = 0
        self.depth = 0

    def copy(self) -> Budget:
        """Another with as many steps taken, for a build that may not count."""
        other = Budget()
        other.spend(self.steps)
        return other

    def spend(self, steps: int) -> bool:
        """Take some more steps; whether there were as many."""
        self.steps += steps
        return self.steps <= limits.STEPS


@dataclass(frozen=True)
class Finding:
    """A diagnostic, with how far the graph was: its size, and the last scopes that were open."""

    diagnostic: Diagnostic
    open_scopes: tuple[int, ...]
    scopes: int
    nodes: int


class Findings(Diagnostics):
    """What is found wrong or worth a word, in order; `faults` counts what had no value."""

    def __init__(self, graph: GraphView) -> None:
        super().__init__()
        self.faults = 0
        self.entries: list[Finding] = []
        self._graph = graph

    def _record(self, place: Span | str, diagnostic: Diagnostic) -> None:
        super()._record(place, diagnostic)
        scopes = self._graph.scopes
        around = self._graph.enclosing(len(scopes) - 1 if scopes else None)
        still_open = (scope.index for scope in around if not scope.inputs and not scope.outputs)
        finding = Finding(diagnostic, tuple(still_open), len(scopes), len(self._graph))
        self.entries.append(finding)

    def report(self, fault: Fault) -> None:
        """Take in a fault that evaluation goes on after."""
        self.faults += 1
        if fault.diagnostic:
            self.add(fault.diagnostic)

    def include(self, others: Findings) -> None:
        """What was found apart from these, and counts."""
        self.extend(others)
        self.faults += others.faults


class Ending(Enum):
    """How a build came to its end."""

    WHOLE = "the network gives what it should"
    BROKEN = "its body has no value"
    GIVEN_UP = "it grew too large, or has more mistakes than anybody reads"


@dataclass(frozen=True)
class Built:
    """What a build gives: the graph as far as it came, the rows of its own tables, and findings."""

    graph: Graph
    rows: tuple[BuiltRow, ...]
    findings: tuple[Finding, ...]
    ending: Ending
    steps: int = 0

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(finding.diagnostic for finding in self.findings)

    @property
    def is_sound(self) -> bool:
        """Whether it is whole, without a mistake on the way."""
        has_errors = any(diagnostic.is_error for diagnostic in self.diagnostics)
        return self.ending is Ending.WHOLE and not has_errors


# What the frames of a build share


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
