"""A call of a block whose arguments are states: its body is surveyed with states for parameters.

A block that is called with arguments of which each can have several values would have to be run
with all their combinations. Statements of its body read few of its parameters each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from archdsl.build.arguments import piped_arguments
from archdsl.build.context import Frame
from archdsl.build.machine import RULES
from archdsl.build.parameters import bind_parameters, check_arguments
from archdsl.build.request import Fault, NoMember
from archdsl.build.values import Arguments, BlockValue, Given, Value, holds_tensor
from archdsl.diagnostics import CompileError
from archdsl.program.program import names_in
from archdsl.source import Span
from archdsl.space.survey.blocks import NoResult
from archdsl.space.survey.parts import Body, State
from archdsl.space.survey.runs import Asks, Run, entered
from archdsl.space.survey.steps import RUNNING, States, Step, Survey
from archdsl.syntax import tree

BodySurveyor = Callable[["InlinedCall", Frame, States, tree.Block], State]
"""Surveys the body of a call, with states for its parameters, and returns that of its result."""


class NotInlined(Exception):
    """A call cannot be taken apart, and has to be run as a whole."""


def as_argument(frame: Frame, value: Value, node: tree.Expression) -> Value:
    """A value for the state of an argument, with the word that it may be meant as."""
    written = frame.taken(node)
    return value, written.name if isinstance(written, tree.Name) else None


def value_of(argument: Value) -> Value:
    """The value in the state of an argument."""
    assert isinstance(argument, tuple)
    return argument[0]


def _given(argument: Value, span: Span) -> Given:
    assert isinstance(argument, tuple)
    value, word = argument
    return Given(value, span, tree.Name(word, span=span) if isinstance(word, str) else None)


def first(state: State) -> Value:
    """The first value of a state that has a value whenever it is read."""
    value = state.values[0] if state.values else ()
    if not isinstance(value, tuple) or not value:
        raise NotInlined
    return value[0]


@dataclass(frozen=True)
class InlinedCall:
    """A call at `place` that is given the running value, and arguments that are states.

    `callee` is the state of the block, whose values differ in bound arguments alone. `given` has
    the state of each argument by the parameter that it is for.
    """

    survey: Survey
    body: Body | None
    place: Frame
    node: tree.Expression
    label: str
    running: State
    callee: State
    given: Mapping[str, State]

    def run(self, survey_body: BodySurveyor) -> State:
        """Survey the body, and return the state of its result.

        Raises:
            NotInlined: it cannot be done.
        """
        block, place = self._block, self._place()
        states: States = {}
        piped = len(self._entering)
        for number, parameter in enumerate(block.parameters):
            self._parameter(place, states, parameter, number if number < piped else None)
        tensors = [name for name, state in states.items() if all(map(holds_tensor, state.values))]

        def enter(frame: Frame) -> None:
            frame.set_running(frame.names[tensors[0]])

        self._part(place, states, tensors[:1], (RUNNING,), enter)
        return survey_body(self, place, states, block)

    def _part(
        self,
        place: Frame,
        states: States,
        reads: Sequence[str],
        leaves: Sequence[str],
        run: Callable[[Frame], None],
    ) -> None:
        self.survey.part(place, self.body, states, Step(self.label, reads, leaves, run))

    @property
    def _block(self) -> tree.Block:
        callee = first(self.callee)
        assert isinstance(callee, BlockValue)
        return callee.block

    @property
    def _entering(self) -> tuple[Value, ...]:
        """The first running value; all must be as many."""
        found = [value[1] for value in self.running.values if isinstance(value, tuple)]
        values = [value for value in found if isinstance(value, tuple)]
        if len({*map(len, values)}) != 1:
            raise NotInlined
        return values[0]

    def _place(self) -> Frame:
        """A frame of the body, from the call with the first value of everything."""
        frame, span, runs = self.survey.runs.apart(self.place), self.node.span, self.survey.runs
        callee = first(self.callee)
        running = entered(frame, self._entering)
        given = {name: _given(first(state), span) for name, state in self.given.items()}
        assert isinstance(callee, BlockValue)
        assert isinstance(running, tuple)
        arguments = Arguments(piped_arguments(running, span), given)
        try:
            with runs.inside(Run()):
                place = runs.body_of(
                    lambda: RULES.callees[BlockValue](frame, callee, arguments, self.node)
                )
        except (Asks, Fault, NoMember, NoResult, CompileError):
            raise NotInlined from None
        if place is None:
            raise NotInlined
        return place

    def _parameter(
        self, place: Frame, states: States, parameter: tree.Parameter, piped: int | None
    ) -> None:
        """Bind a parameter to each value that it can have."""
        name, span, block = parameter.name, self.node.span, self._block
        own = replace(block, parameters=(parameter,))
        sources: States = {}
        if name in self.given:
            sources[_ARGUMENT] = self.given[name]
        elif piped is not None:
            sources[RUNNING] = self.running
        else:
            sources[_CALLEE] = self.callee

        def bind(frame: Frame) -> None:
            given = _argument(frame, name, span, piped)
            frame.running = ()
            bind_parameters(frame, own, check_arguments(frame, own, given))

        default = names_in(parameter.default) if parameter.default else set()
        reads = [*sources, *(sorted(default) if _CALLEE in sources else ())]
        mixed = {**states, **sources}
        self._part(place, mixed, reads, (name,), bind)
        states[name] = mixed[name]


_ARGUMENT, _CALLEE = ".argument", ".callee"
"""Names of the states that an argument can come from."""


def _argument(frame: Frame, name: str, span: Span, piped: int | None) -> dict[str, Given]:
    """The argument for a parameter, if it is not its default."""
    if _ARGUMENT in frame.names:
        return {name: _given(frame.names[_ARGUMENT], span)}
    if piped is not None:
        return {name: Given(frame.running[piped], span)}
    callee = frame.names[_CALLEE]
    assert isinstance(callee, BlockValue)
    return {name: callee.given[name]} if name in callee.given else {}
