"""Runs of parts of a network apart from the rest: each in a graph of its own.

A run can ask for decisions. Whoever starts it says how they are answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from archdsl.build.context import Frame
from archdsl.build.request import Budget, Findings
from archdsl.build.values import Arguments, Given, Value
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Site
from archdsl.ir.graph import Value as GraphValue
from archdsl.plan.decisions import Decision, Decisions, Pick
from archdsl.space.sums.factors import TooLarge
from archdsl.space.survey.asking import Asking
from archdsl.space.survey.outcomes import enter
from archdsl.space.survey.parts import Body, Part

STEPS = 6_000_000
"""Steps of all runs of a space, together: a second for each million or so."""


class Asks(Exception):
    """What was run as if it decided nothing has asked for a decision."""


class Entered(Exception):
    """The body of a block is about to be run: its parameters are bound in a frame."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.frame = frame


class Called(NamedTuple):
    """A call of a body that decides something: its arguments, and which result it has."""

    body: Body
    arguments: tuple[GraphValue, ...]
    number: int
    result: Value


@dataclass
class Run:
    """A run that is under way: the part that is run, how it is decided, and what it has called.

    With `stops_at_body`, it ends where the body of the first block would be run. It is inside so
    many `uses` of shared layers.
    """

    part: Part | None = None
    asking: Asking | None = None
    stops_at_body: bool = False
    uses: int = 0
    called: list[Called] = field(default_factory=list)

    @property
    def arguments(self) -> tuple[GraphValue, ...]:
        """The tensors that it has given to the bodies that it called."""
        return tuple([value for call in self.called for value in call.arguments])


class Runs:
    """Runs, each inside the one that was under way when it began."""

    def __init__(self) -> None:
        self.current = Run()
        self._steps = 0
        self.options: dict[str, dict[tuple[str, ...], None]] = {}

    @contextmanager
    def inside(self, run: Run) -> Iterator[Run]:
        """A run during which another waits."""
        outer, self.current = self.current, run
        try:
            yield run
        finally:
            self.current = outer

    def pick(self, decision: Decision) -> int:
        """What the current run decides."""
        if self.current.asking is None:
            raise Asks
        options = tuple([decision.options[index] for index in decision.allowed])
        self.options.setdefault(decision.name, {})[options] = None
        return self.current.asking.take(decision, decision.allowed)

    def ask(self, decision: Decision) -> None:
        """Keep which options a decision has in some member."""
        self.options.setdefault(decision.name, {})[decision.options] = None

    def apart(self, frame: Frame) -> Frame:
        """A frame apart, in which the current run decides."""
        return apart(frame, self.pick)

    def body_of(self, call: Callable[[], object]) -> Frame | None:
        """The frame of the body that a call would run; None if it does not come to that."""
        self.current.stops_at_body = True
        try:
            call()
        except Entered as entered:
            return entered.frame
        return None

    def spend(self, frame: Frame) -> None:
        """Count the steps of a run that has ended.

        Raises:
            TooLarge: the survey takes too many.
        """
        self._steps += frame.context.budget.steps
        if self._steps > STEPS:
            raise TooLarge(f"to look at its parts takes more than {STEPS:,} steps")


def apart(frame: Frame, pick: Pick) -> Frame:
    """A frame at the same place as another, in a graph that has only the scopes around it."""
    shared = frame.context
    graph, budget = Builder(shared.graph.name), Budget()
    around = [*shared.graph.enclosing(frame.scope)] if shared.graph.scopes else []
    for index, scope in enumerate(reversed(around)):
        graph.scopes.append(replace(scope, index=index, parent=index - 1 if index else None))
    budget.depth = shared.budget.depth
    narrowed = shared.request.plan.narrowed if shared.request else {}
    context = replace(
        shared,
        graph=graph,
        budget=budget,
        findings=Findings(graph),
        decisions=Decisions(narrowed, pick),
        rows=[],
        reshaped={},
        derived={},
        shared={},
    )
    made = Frame(context, frame.unit, frame.call, max(0, len(around) - 1))
    made.iterations, made.naming, made.use = frame.iterations, frame.naming, frame.use
    made.assigned, made.fixed = frame.assigned, frame.fixed
    return made


def has_insertions(frame: Frame, *inner: Site) -> bool:
    """Whether derivations insert something in the body of a frame, or in a scope inside it."""
    inserted = frame.context.inserted
    if not inserted:
        return False
    own = (*frame.graph.address(frame.scope, ())[:-1], *inner)
    return any(address[: len(own)] == own for address in inserted)


def entered(frame: Frame, value: Value) -> Value:
    """A value that is in no graph, with placeholders in that of a frame."""
    return enter(frame.graph, frame.scope, value, frame.graph.scopes[frame.scope].span)


def changed(arguments: Arguments, change: Callable[[Value], Value]) -> Arguments:
    """Arguments with other values."""
    positional = tuple(
        [replace(given, value=change(given.value)) for given in arguments.positional]
    )
    named = {n: replace(given, value=change(given.value)) for n, given in arguments.named.items()}
    return Arguments(positional, named)


def with_values(arguments: Arguments, values: Sequence[Value]) -> Arguments:
    """Arguments with these values, in order."""
    left = iter(values)
    return changed(arguments, lambda _: next(left))


def given_in(arguments: Arguments) -> Sequence[Given]:
    """All arguments of a call, in order."""
    return (*arguments.positional, *arguments.named.values())
