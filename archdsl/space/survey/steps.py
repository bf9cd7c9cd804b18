"""A survey of a space: each part of its network is run in every way in which it can come out.

The parts are run by the rules of the language, each on placeholders for what enters it, so no rule
stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from archdsl.build.context import Frame
from archdsl.build.request import Fault, NoMember
from archdsl.build.values import Value
from archdsl.diagnostics import CompileError
from archdsl.plan.decisions import Decision
from archdsl.source import Span
from archdsl.space.sums.factors import TooLarge
from archdsl.space.survey.asking import Asking, Question
from archdsl.space.survey.blocks import NoResult
from archdsl.space.survey.outcomes import Outcome, outcome
from archdsl.space.survey.parts import Body, Failure, Part, State, Way
from archdsl.space.survey.runs import Run, Runs, entered, has_insertions
from archdsl.space.survey.together import together
from archdsl.space.survey.values import key_of, tensors

WAYS = 200_000
"""Ways of all parts of a space, together."""

RUNNING = ".running"
"""The state of the running value: whether anything was applied, and the values."""

States: TypeAlias = dict[str, State]


@dataclass(frozen=True)
class Step:
    """What a part runs, what people would call it, and the states that it reads and leaves.

    These are names of the frame. One with a point in front is not of the text, but of the survey.
    If it runs a `text` and nothing else, it comes out the same wherever it reads the same.
    """

    label: str
    reads: Sequence[str]
    leaves: Sequence[str]
    run: Callable[[Frame], None]
    text: Span | None = None


class _Found(NamedTuple):
    """What a run came to: its questions and their answers, and nothing after a mistake."""

    answers: Sequence[tuple[Question, int]]
    called: Mapping[Body, int]
    outcome: Outcome | None

    @property
    def decisions(self) -> Iterator[Decision]:
        return (question for question, _ in self.answers if isinstance(question, Decision))

    def used_at(self, place: str, before: str) -> _Found:
        """The same where the text is used at another place than `before`, as names begin with."""
        answers = [
            (replace(q, name=place + q.name.removeprefix(before)), answer)
            for q, answer in self.answers
            if isinstance(q, Decision)
        ]
        return self._replace(answers=answers)


class _Known(NamedTuple):
    """All that a step came to, and the place where its text was used."""

    place: str
    found: Sequence[_Found]


class Survey:
    """The parts of a space, in the order in which they are run."""

    def __init__(self, runs: Runs) -> None:
        self.parts: list[Part] = []
        self.runs = runs
        self._ways = 0
        self._leaving: dict[State, Part] = {}
        self._known: dict[Hashable, _Known] = {}

    def part(self, place: Frame, body: Body | None, states: States, step: Step) -> None:
        """Run a step for all values of the states that it reads, in every way.

        Raises:
            TooLarge: there are too many.
        """
        self.attempt(place, body, states, step, WAYS)

    def attempt(
        self, place: Frame, body: Body | None, states: States, step: Step, most: int
    ) -> bool:
        """The same, unless it comes out in more than some number of ways: then it is left out.

        Raises:
            TooLarge: all parts have too many ways.
        """
        start, ways = len(self.parts), self._ways
        reads = {name: states[name] for name in step.reads if name in states}
        leaves = {name: State(name) for name in step.leaves}
        part = Part(step.label, body, tuple(reads.values()), tuple(leaves.values()))
        self.parts.append(part)
        for read in together(part.reads, self._leaving):
            values = {
                name: state.values[number]
                for (name, state), number in zip(reads.items(), read, strict=True)
            }
            for found in self._outcomes(part, place, step, values):
                self._record(part, read, found)
                if len(part.ways) > most:
                    self.back_to(start)
                    self._ways = ways
                    return False
        states.update(leaves)
        self._leaving.update(dict.fromkeys(leaves.values(), part))
        return True

    def back_to(self, count: int) -> None:
        """Forget all parts but the first."""
        del self.parts[count:]

    def _outcomes(
        self, part: Part, place: Frame, step: Step, values: Mapping[str, Value]
    ) -> Iterator[_Found]:
        """What every run of a step with some values comes to."""
        key, use = self._key(place, step, values), _place(place)
        if key in self._known:
            yield from self._again(self._known[key], use)
            return
        asking, found, is_known = Asking(), list[_Found](), True

        def once() -> _Found | None:
            nonlocal is_known
            with self.runs.inside(Run(part, asking)) as run:
                try:
                    came_out = self._once(place, step, values, run)
                except NoMember:
                    return None
                except NoResult:
                    is_known = False
                    return None
            called = {each.body: each.number for each in run.called}
            # A body that decides something is another one at each place.
            is_known = is_known and not called
            return _Found(asking.answers, called, came_out)

        for each in filter(None, asking.runs(once)):
            found.append(each)
            yield each
        names = (decision.name for each in found for decision in each.decisions)
        if key is not None and is_known and all(name.startswith(use) for name in names):
            self._known[key] = _Known(use, found)

    def _again(self, known: _Known, use: str) -> Iterator[_Found]:
        """What is known of a text that is used in the same way, perhaps at another place."""
        for each in known.found:
            found = each if known.place == use else each.used_at(use, known.place)
            for decision in found.decisions:
                self.runs.ask(decision)
            yield found

    def _key(self, place: Frame, step: Step, values: Mapping[str, Value]) -> Hashable:
        """All that the outcomes of a step depend on; None if it is more than what it reads."""
        if step.text is None or has_insertions(place):
            return None
        around, (path, marks, used, *rest) = _place(place), place.use
        if around:
            path, marks, used = (each[len(marks) :] for each in (path, marks, used))
        values_read = tuple([(name, key_of(value)) for name, value in values.items()])
        return step.text, (path, marks, used, *rest), values_read

    def _once(
        self, place: Frame, step: Step, values: Mapping[str, Value], run: Run
    ) -> Outcome | None:
        frame = self.runs.apart(place)
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
            self.runs.spend(frame)
        if frame.findings.faults or frame.findings.has_errors:
            return None
        entering += [tensor.value for call in run.called for tensor in tensors(call.result)]
        leaving = [_left(frame, name) for name in step.leaves]
        return outcome(frame.graph, entering, leaving, run.arguments)

    def _record(self, part: Part, read: tuple[int, ...], found: _Found) -> None:
        self._ways += 1
        if self._ways > WAYS:
            raise TooLarge(f"its parts come out in more than {WAYS:,} ways")
        taken = {q.name: q.options[a] for q, a in found.answers if isinstance(q, Decision)}
        if found.outcome is None:
            part.failures.append(Failure(read, taken, found.called))
            return
        values = zip(part.leaves, found.outcome.leaving, strict=True)
        left = tuple([state.number(value) for state, value in values])
        questions = tuple([q.name if isinstance(q, Decision) else q for q, _ in found.answers])
        part.ways.append(Way(read, questions, taken, found.called, left, found.outcome))


def _place(frame: Frame) -> str:
    """What the names of all decisions begin with that are made in a frame; "" if not all do.

    Such a text comes out the same at any place, unless decisions are made by their names.
    """
    use, request = frame.use, frame.context.request
    marks = f"{use.marks}."
    inside = all(f"{name}.".startswith(marks) for name in (use.path, use.place))
    is_narrowed = request is not None and request.plan.narrowed
    return marks if use.marks and inside and not is_narrowed else ""


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
