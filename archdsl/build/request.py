"""The input and output of a build, and the state that all its frames share.

A `Request` and a `Budget` go in, a `Built` comes out. They are in a file of their own, because
`plan` reads them without knowing any rule of the language.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Protocol

from archdsl import limits
from archdsl.build.values import Applicable, Inserted, Value
from archdsl.diagnostics import Diagnostic, Diagnostics, Label
from archdsl.ir.builder import Builder, Use
from archdsl.ir.graph import Address, Graph, GraphView
from archdsl.plan.decisions import Decided, Decisions, Pick, first
from archdsl.plan.plan import Plan
from archdsl.plan.rows import BuiltRow
from archdsl.program.program import Program
from archdsl.source import Span
from archdsl.syntax import tree


class Fault(Exception):
    """An expression has no value. Without a diagnostic, the cause has been reported already.

    Every function that takes a frame may raise one, unless its docstring says otherwise.
    """

    def __init__(self, diagnostic: Diagnostic | None = None) -> None:
        super().__init__()
        self.diagnostic = diagnostic


class Dashed(Fault):
    """A choice has come out as `-`. In the cell of a table that is no fault: the cell is empty."""


class NoMember(Exception):
    """A `require` does not hold, so there is no such network. That has been reported."""


class Expectations(Enum):
    """Which of the shapes printed in tables are compared with the network.

    A printed shape of bare numbers is the paper's, for the parameters that the paper used. It
    says nothing about the same network at another size.
    """

    ALL = "all: the network is built as declared"
    COMPUTED = "those that are computed from parameters"
    NONE = "none: a transform has rewritten the tables"

    @staticmethod
    def of(plan: Plan) -> Expectations:
        if plan.is_rewritten:
            return Expectations.NONE
        return Expectations.ALL if plan.is_declared else Expectations.COMPUTED


class Reuse(Protocol):
    """What was built before, for builds in which it does not matter where values were written.

    `tables.reuse.Reuse` knows blocks of tables for sums, `space.survey.repeats.Repeats` the blocks
    that members of a space have in common. It is a protocol, since both import this file.
    """

    def rules(self, rules: Rules) -> Rules:
        """The rules of the language, changed where something may be known."""
        ...

    def builder(self, filler: Any) -> Any:
        """A `TableBuilder` that knows the blocks built of this table before."""
        ...


@dataclass(frozen=True)
class Request:
    """The network of a plan, to be built under a name.

    With `reuse`, the graph serves for what `Reuse` says only. `changed_by` is the span of the last
    transform, if the network could be built before it. `pick` decides what the plan leaves open.
    """

    program: Program
    name: str
    plan: Plan
    expectations: Expectations
    reuse: Reuse | None = None
    changed_by: Span | None = None
    pick: Pick = first

    @staticmethod
    def of(
        program: Program, name: str, plan: Plan, reuse: Reuse | None = None, pick: Pick = first
    ) -> Request:
        """The request that follows from a plan."""
        return Request(program, name, plan, Expectations.of(plan), reuse, plan.changed_by, pick)


class Budget:
    """The steps that a build has taken, and how many expressions and blocks are open.

    Steps bound a build instead of time, so that a spec ends the same way on every machine.
    """

    def __init__(self) -> None:
        self.steps = 0
        self.depth = 0

    def copy(self) -> Budget:
        """A budget with as many steps taken, for a build whose steps may not count."""
        other = Budget()
        other.spend(self.steps)
        return other

    def spend(self, steps: int) -> bool:
        """Take some steps, and return whether the budget allows them."""
        self.steps += steps
        return self.steps <= limits.STEPS


@dataclass(frozen=True)
class Finding:
    """A diagnostic, with the size of the graph and the scopes that were open when it was found.

    `open_scopes` are scope indices, the innermost first. A drawing of a broken network marks the
    mistake there.
    """

    diagnostic: Diagnostic
    open_scopes: tuple[int, ...]
    scopes: int
    nodes: int


class Findings(Diagnostics):
    """The diagnostics of a build, in order.

    `faults` also counts faults whose cause was reported before: a rule compares it before and
    after, to see whether something below it failed.
    """

    def __init__(self, graph: GraphView) -> None:
        super().__init__()
        self.faults = 0
        self.entries: list[Finding] = []
        self._graph = graph

    def _record(self, place: Span | str, diagnostic: Diagnostic) -> None:
        super()._record(place, diagnostic)
        scopes = self._graph.scopes
        # The scope that was opened last is inside all that are open.
        around = self._graph.enclosing(len(scopes) - 1 if scopes else None)
        still_open = (scope.index for scope in around if not scope.inputs and not scope.outputs)
        finding = Finding(diagnostic, tuple(still_open), len(scopes), len(self._graph))
        self.entries.append(finding)

    def report(self, fault: Fault) -> None:
        """Record a fault after which evaluation continues."""
        self.faults += 1
        if fault.diagnostic:
            self.add(fault.diagnostic)

    def include(self, others: Findings) -> None:
        """Record what a detached frame found."""
        self.extend(others)
        self.faults += others.faults


class Ending(Enum):
    """How a build ended."""

    WHOLE = "the network has its outputs"
    BROKEN = "its body has no value"
    REFUSED = "it does not meet a `require`: a space has no such member"
    GIVEN_UP = "it grew too large, or has more mistakes than anybody reads"


@dataclass(frozen=True)
class Built:
    """The result of a build: the graph as far as it was built, the network's rows, and findings.

    `rows` are those of the network's own tables, not of tables in blocks. `steps` is what the
    build took of its budget, `decisions` what was decided on the way, in order. `offered` are the
    nodes whose results a choice could have taken, so that they may be unread.
    """

    graph: Graph
    rows: tuple[BuiltRow, ...]
    findings: tuple[Finding, ...]
    ending: Ending
    steps: int = 0
    decisions: tuple[Decided, ...] = ()
    offered: frozenset[int] = frozenset()

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(finding.diagnostic for finding in self.findings)

    @property
    def is_sound(self) -> bool:
        """Whether the network is whole and has no errors."""
        has_errors = any(diagnostic.is_error for diagnostic in self.diagnostics)
        return self.ending is Ending.WHOLE and not has_errors


# What the frames of a build share


@dataclass(frozen=True)
class Rules:
    """The rules of the language by what they apply to, each given a frame: see `build.machine`."""

    expressions: Mapping[type, Callable[..., Value]]
    statements: Mapping[type, Callable[..., None]]
    callees: Mapping[type, Callable[..., Value]]
    infix: Callable[..., Value]
    add: Callable[..., Value]
    run: Callable[..., Value]


class LocatedUse(NamedTuple):
    """What a use of a shared block has added to the graph, and where it was written."""

    use: Use
    span: Span


@dataclass(frozen=True)
class Context:
    """What all frames of one build share. Outside of networks there is no `request`.

    `rows`, `reshaped` and `derived` fill up during the build. `reshaped` labels each insertion
    that changes a tensor's shape, by its span: a later mismatch may be its doing. `derived` are
    blocks derived from others, by the number of their definition; `deriving` are those at work,
    each for the one before it. `decisions` answers what is decided, wherever a choice stands;
    `taken` labels the options that came of it, and `offered` are the nodes whose results a choice
    could have taken. `selections` are the options of choices that take several, which cost time to
    write down. `shared` has the first use of each shared block.
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
    deriving: list[tree.Derived | tree.BlockChoice] = field(default_factory=list)
    decisions: Decisions = field(default_factory=Decisions)
    taken: dict[Span, str] = field(default_factory=dict)
    offered: set[int] = field(default_factory=set)
    selections: dict[Hashable, Sequence[Any]] = field(default_factory=dict)
    shared: dict[Address, LocatedUse] = field(default_factory=dict)


class Naming(NamedTuple):
    """A call, the `names` that its results have in all of the body, and their variables there.

    A variable that is assigned again names no layer.
    """

    call: tree.Node
    names: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


class Call(NamedTuple):
    """A block under evaluation, the span of its call, and the call that encloses it."""

    block: tree.Block
    span: Span
    outer: Call | None

    def trail(self, span: Span) -> list[Label]:
        """Labels for the innermost and the outermost call, of those that do not contain a span.

        The calls between say little, and a mistake in a library's block can be ten calls deep.
        """
        labels: list[Label] = []
        call: Call | None = self
        while call is not None:
            if not call.span.holds(span):
                labels.append(Label(call.span, f"in `{call.block.name}`, called here"))
            call = call.outer
        return labels if len(labels) <= 2 else [labels[0], labels[-1]]
