"""A survey of a space: each part of its network is run in every way in which it can come out.

The parts are run by the rules of the language, each on placeholders for what enters it, so no rule
stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from archdsl.build.context import Frame
from archdsl.build.request import Fault, NoMember
from archdsl.build.values import Value
from archdsl.diagnostics import CompileError
from archdsl.plan.decisions import Decision
from archdsl.space.asking import Asking
from archdsl.space.blocks import NoResult
from archdsl.space.factors import TooLarge
from archdsl.space.outcomes import Outcome, outcome
from archdsl.space.parts import Body, Failure, Part, State, Way
from archdsl.space.runs import Run, Runs, entered
from archdsl.space.values import tensors

WAYS = 200_000
"""Ways of all parts of a space, together."""

RUNNING = ".running"
"""The state of the running value: whether anything was applied, and the values."""

States: TypeAlias = dict[str, State]


@dataclass(frozen=True)
class Step:
    """What a part runs, what people would call it, and the states that it reads and leaves.

    These are names of the frame. One with a point in front is not of the text, but of the survey.
    """

    label: str
    reads: Sequence[str]
    leaves: Sequence[str]
    run: Callable[[Frame], None]


class Survey:
    """The parts of a space, in the order in which they are run."""

    def __init__(self, runs: Runs) -> None:
        self.parts: list[Part] = []
        self._runs = runs
        self._ways = 0

    def part(self, place: Frame, body: Body | None, states: States, step: Step) -> None:
        """Run a step for all values of the states that it reads, in every way.

        Raises:
            TooLarge: there are too many.
        """
        reads = {name: states[name] for name in step.reads if name in states}
        leaves = {name: State(name) for name in step.leaves}
        part = Part(step.label, body, tuple(reads.values()), tuple(leaves.values()))
        self.parts.append(part)
        for read in product(*(range(len(state.values)) for state in reads.values())):
            values = {
                name: state.values[number]
                for (name, state), number in zip(reads.items(), read, strict=True)
            }
            for run, found in self._outcomes(part, place, step, values):
                self._record(part, read, run, found)
        states.update(leaves)

    def _outcomes(
        self, part: Part, place: Frame, step: Step, values: Mapping[str, Value]
    ) -> Iterator[tuple[Run, Outcome | None]]:
        """The outcome of every run of a step with some values; None where it has a mistake."""
        asking = Asking()

        def once() -> tuple[Run, Outcome | None] | None:
            with self._runs.inside(Run(part, asking)) as run:
                try:
                    return run, self._once(place, step, values, run)
                except (NoMember, NoResult):
                    return None

        yield from filter(None, asking.runs(once))

    def _once(
        self, place: Frame, step: Step, values: Mapping[str, Value], run: Run
    ) -> Outcome | None:
        frame = self._runs.apart(place)
        placed = {name: entered(frame, value) for name, value in values.items()}
        entering = [tensor.value for value in placed.values() for tensor in tensors(value)]
        _bind(frame, placed)
        try:
            step.run(frame)
        except Fault as fault:
            frame.findings.report(fault)
        except CompileError:
            return None
        finally:
            self._runs.spend(frame)
        if frame.findings.faults or frame.findings.has_errors:
            return None
        entering += [tensor.value for call in run.called for tensor in tensors(call.result)]
        leaving = [_left(frame, name) for name in step.leaves]
        return outcome(frame.graph, entering, leaving, run.arguments)

    def _record(self, part: Part, read: tuple[int, ...], run: Run, found: Outcome | None) -> None:
        self._ways += 1
        if self._ways > WAYS:
            raise TooLarge(f"its parts come out in more than {WAYS:,} ways")
        assert run.asking is not None
        answers = run.asking.answers
        taken = {q.name: q.options[a] for q, a in answers if isinstance(q, Decision)}
        called = {each.body: each.number for each in run.called}
        if found is None:
            part.failures.append(Failure(read, taken, called))
            return
        values = zip(part.leaves, found.leaving, strict=True)
        left = tuple([state.number(value) for state, value in values])
        questions = [q.name if isinstance(q, Decision) else q for q, _ in answers]
        part.ways.append(Way(read, tuple(questions), taken, called, left, found))


def _bind(frame: Frame, values: Mapping[str, Value]) -> None:
    """Give a frame the values of states: each in a tuple, which is empty where a name has none."""
    for name, value in values.items():
        assert isinstance(value, tuple)
        if name == RUNNING:
            applied, running = value
            frame.applied = applied is True
            frame.set_running(running)
        elif value:
            frame.names[name] = value[0]


def _left(frame: Frame, name: str) -> Value:
    """The value of a state after a run."""
    if name == RUNNING:
        return frame.applied, frame.running
    return (frame.names[name],) if name in frame.names else ()
