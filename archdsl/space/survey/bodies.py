"""How a body is cut into parts: by statements, iterations of loops, and rows of tables.

A part should decide little, since it is run in every way in which its decisions can come out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archdsl.build.context import Frame
from archdsl.build.machine import RULES
from archdsl.program.outline import assigned_names, can_return
from archdsl.program.program import names_in
from archdsl.source import Span
from archdsl.space.survey.inlined import InlinedCall
from archdsl.space.survey.parts import Body, State
from archdsl.space.survey.steps import RUNNING, States, Step, Survey
from archdsl.space.survey.tables import TableSurvey
from archdsl.syntax import tree

_STEPS = 4
"""Steps of a chain that its label has at most."""

RESULT = ".result"
"""The name of a body's result."""


@dataclass
class BodySurvey:
    """The survey of one body, which stands at `place`: a frame without names.

    `states` are those of the names at the point that was reached. A `label` is for all parts.
    """

    survey: Survey
    body: Body | None
    place: Frame
    states: States
    label: str = ""

    def run(self, definition: tree.Block | tree.Network) -> State:
        """Survey a body, and return the state of its result."""
        statements, tail = _without_tail(definition.body)
        for statement in statements:
            self._statement(statement)
        rest = replace(definition, body=tail)

        def finish(frame: Frame) -> None:
            frame.names[RESULT] = RULES.run(frame, rest)

        reads = [*_reads(tail)] if _returns(tail) else [*_reads(tail), RUNNING]
        self._part(
            Step(
                _label(tail[0]) if tail else "",
                reads,
                (RESULT,),
                finish,
                tail[0].span if tail else None,
            )
        )
        return self.states[RESULT]

    def _part(self, step: Step) -> None:
        labelled = replace(step, label=self.label or step.label)
        self.survey.part(self.place, self.body, self.states, labelled)

    def _statement(self, statement: tree.Statement) -> None:
        match statement:
            case tree.Table():
                TableSurvey(
                    self.survey, self.body, self.place, self.states, statement, survey_body
                ).run()
            case tree.For():
                self._loop(statement)
            case tree.If():
                self._branches(statement)
            case _:
                self._whole(statement)

    def _whole(self, statement: tree.Statement) -> None:
        """A statement as one part."""
        self._run(statement, statement.span)

    def _run(self, statement: tree.Statement, text: Span | None) -> None:
        rule = RULES.statements[type(statement)]
        reads, leaves = [*_reads([statement])], [*dict.fromkeys(_leaves(statement))]

        def run(frame: Frame) -> None:
            rule(frame, statement)

        self._part(Step(_label(statement), reads, leaves, run, text))

    def _loop(self, statement: tree.For) -> None:
        """A loop, iteration by iteration if it has the same values in all members."""
        values = f".values of {statement.span.start}"

        def evaluate(frame: Frame) -> None:
            frame.names[values] = frame.evaluate(statement.values)

        self._part(Step(_label(statement), [*names_in(statement.values)], (values,), evaluate))
        found = self.states[values].values
        if len(found) != 1 or not isinstance(found[0], tuple) or not isinstance(found[0][0], tuple):
            self._whole(statement)
            return
        outer, place = self.place, tree.Name(values, span=statement.values.span)
        for number in range(len(found[0][0])):
            use = outer.use.iteration(statement, number)
            self.place = replace(outer, iterations=(*outer.iterations, number), use=use)
            index = tree.Number(str(number), number, span=place.span)
            value = tree.Index(place, index, span=place.span)
            self._run(tree.Assign(statement.targets, value, span=statement.span), None)
            for inner in statement.body:
                self._statement(inner)
        self.place = outer

    def _branches(self, statement: tree.If) -> None:
        """A condition, statement by statement if it comes out the same in all members."""
        test = f".test of {statement.span.start}"

        def evaluate(frame: Frame) -> None:
            frame.names[test] = frame.truth(statement.test)

        self._part(Step(_label(statement), [*_reads([statement.test])], (test,), evaluate))
        found = self.states[test].values
        if len(found) != 1:
            self._whole(statement)
            return
        for inner in statement.body if found == [(True,)] else statement.otherwise:
            self._statement(inner)


def survey_body(call: InlinedCall, place: Frame, states: States, block: tree.Block) -> State:
    """Survey the body of a block at a place, with states for its parameters."""
    return BodySurvey(call.survey, call.body, place, states, call.label).run(block)


def _without_tail(
    body: Sequence[tree.Statement],
) -> tuple[Sequence[tree.Statement], tuple[tree.Statement, ...]]:
    """The statements before the first that can return, and the rest, which is run as a whole.

    Uses of shared layers are compared with each other, so with any the whole body is run at once.
    """
    if any(isinstance(node, tree.Share) for node in tree.walk(body)):
        return (), tuple(body)
    ends = [place for place, statement in enumerate(body) if can_return([statement])]
    end = ends[0] if ends else len(body)
    return body[:end], tuple(body[end:])


def _returns(body: Sequence[tree.Statement]) -> bool:
    """Whether statements return whatever holds, so that the running value is not their result."""
    last = body[-1] if body else None
    if isinstance(last, tree.If):
        return _returns(last.body) and _returns(last.otherwise)
    return isinstance(last, tree.Return)


def _label(statement: tree.Node) -> str:
    """What people would call a statement: the names that it assigns, or what it calls."""
    match statement:
        case tree.Assign():
            return ", ".join(statement.targets)
        case tree.Apply():
            return _called(statement.call)
        case tree.Return(values=(tree.Chain() | tree.Call() as value,)):
            return _called(value)
    return f"line {statement.span.line}"


def _called(value: tree.Call | tree.Name | tree.Chain) -> str:
    """The block that is called, or those of a chain: `mean -> dropout -> linear`."""
    if not isinstance(value, tree.Chain):
        return tree.split_call(value)[0].name
    names = [tree.split_call(step)[0].name for step in value.steps]
    return " -> ".join(names if len(names) <= _STEPS else [*names[:2], "...", names[-1]])


def _reads(nodes: Sequence[tree.Node]) -> Iterator[str]:
    """The states that statements or expressions read, or may leave as they are."""
    yield from sorted(names_in(*nodes))
    for node in tree.walk(nodes):
        if isinstance(node, tree.If | tree.For):
            yield from assigned_names(node)
    if any(map(_takes_running, tree.walk(nodes))):
        yield RUNNING


def _takes_running(node: tree.Node) -> bool:
    """Whether a node takes the running value, or is in a place where it may be left as it is."""
    if isinstance(node, tree.Apply):
        return not isinstance(node.call, tree.Chain)
    if isinstance(node, tree.If | tree.For):
        return any(True for inner in tree.walk([node]) if isinstance(inner, tree.Apply))
    is_in = isinstance(node, tree.Name) and node.name == "in"
    return is_in or isinstance(node, tree.Table | tree.Input)


def _leaves(statement: tree.Statement) -> Iterator[str]:
    """The states that a statement leaves."""
    yield from assigned_names(statement)
    inner = tree.walk([statement])
    if any(isinstance(node, tree.Apply | tree.Table | tree.Input) for node in inner):
        yield RUNNING
