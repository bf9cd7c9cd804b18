"""The survey of a whole network with choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from archdsl.build.context import Frame
from archdsl.build.machine import RULES, run_network
from archdsl.build.outcome import check_returned
from archdsl.build.request import Budget, Context, Findings, Request
from archdsl.build.values import BlockValue
from archdsl.ir.builder import Builder
from archdsl.space.survey.blocks import Blocks, Call
from archdsl.space.survey.bodies import RESULT, BodySurvey
from archdsl.space.survey.parts import Body, Part, State
from archdsl.space.survey.runs import Runs, with_values
from archdsl.space.survey.steps import RUNNING, States, Step, Survey

_ARGUMENTS = ".arguments"
"""The arguments of a block's call, in order."""


@dataclass(frozen=True)
class Surveyed:
    """The parts of a space, the state of what the network returns, and the options of decisions.

    A decision that has other options in other members has several tuples of them.
    """

    parts: Sequence[Part]
    result: State
    options: Mapping[str, Iterable[tuple[str, ...]]]


class NetworkSurvey:
    """Surveys the body of a network, and those of the blocks that decide something."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._runs = Runs()
        self._survey = Survey(self._runs)
        self._blocks = Blocks(self._runs, self._block)

    def run(self) -> Surveyed:
        """The survey.

        Raises:
            TooLarge: it takes too long.
        """
        request, network = self._request, self._request.plan.network
        graph = Builder(request.name)
        context = Context(
            request.program,
            graph,
            Budget(),
            Findings(graph),
            self._blocks.rules,
            request,
            request.plan.inserted,
        )
        start = Frame(context, request.plan.unit)
        names = [parameter.name for parameter in network.parameters]
        states: States = {}
        place = self._enter(None, start, names, states, lambda f: run_network(request, f.context))
        if place is None:
            return Surveyed(self._survey.parts, State(RESULT), self._runs.options)
        result = BodySurvey(self._survey, None, place, states).run(network)

        def check(frame: Frame) -> None:
            check_returned(frame, network, frame.names[RESULT])

        self._survey.part(place, None, states, Step("", (RESULT,), (), check))
        return Surveyed(self._survey.parts, result, self._runs.options)

    def _block(self, frame: Frame, call: Call, body: Body) -> None:
        """Survey the body of a block that is called in a frame."""
        states = {_ARGUMENTS: body.arguments}

        def apply(inner: Frame) -> None:
            values = inner.names[_ARGUMENTS]
            assert isinstance(values, tuple)
            arguments = with_values(call.arguments, values)
            RULES.callees[BlockValue](inner, call.callee, arguments, call.node)

        place = self._enter(body, frame, call.callee.parameters, states, apply)
        if place is not None:
            body.result = BodySurvey(self._survey, body, place, states).run(call.callee.block)

    def _enter(
        self,
        body: Body | None,
        place: Frame,
        names: Sequence[str],
        states: States,
        call: Callable[[Frame], object],
    ) -> Frame | None:
        """Survey what binds the parameters of a body, and return a frame of the body."""
        bodies: list[Frame] = []

        def enter(frame: Frame) -> None:
            inner = self._runs.body_of(lambda: call(frame))
            if inner is not None:
                bodies.append(inner)
                frame.names |= inner.names
                frame.running = inner.running

        step = Step("", tuple(states), (*names, RUNNING), enter)
        self._survey.part(place, body, states, step)
        return bodies[0] if bodies else None
