"""Blocks in a survey: those that decide nothing are known, and each other one is a question.

A block comes out the same wherever it gets the same. So one that decides nothing is run once, and
then put into other graphs as a whole. One that decides something is surveyed by itself at each
place. For its caller only the result matters, and most often it can have but one.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial

from archdsl.build.context import Frame
from archdsl.build.machine import RULES
from archdsl.build.request import Fault, Rules
from archdsl.build.values import Arguments, BlockValue, SharedBlock, Value, tensors_in
from archdsl.diagnostics import CompileError
from archdsl.ir.graph import Graph
from archdsl.ir.graph import Value as GraphValue
from archdsl.plan.decisions import Pick
from archdsl.space.survey.outcomes import Outcome, graft, outcome
from archdsl.space.survey.parts import Body, State
from archdsl.space.survey.runs import (
    Asks,
    Called,
    Entered,
    Run,
    Runs,
    apart,
    changed,
    entered,
    given_in,
    has_insertions,
)
from archdsl.space.survey.values import detached, key_of, key_of_argument, tensors
from archdsl.syntax import tree

_LEVELS = 2
"""Levels of nesting that a block takes in addition: more of Python's stack lies between."""


class NoResult(Exception):
    """A body comes out in no way: there is no member in which it is called like this."""


@dataclass(frozen=True)
class Call:
    """A call of a block, with arguments in no graph."""

    callee: BlockValue
    arguments: Arguments
    node: tree.Node

    def key(self, frame: Frame) -> Hashable:
        """Everything that its outcome depends on.

        What is inserted inside depends on the place.
        """
        positional = tuple(map(key_of_argument, self.arguments.positional))
        named = tuple((n, key_of_argument(given)) for n, given in self.arguments.named.items())
        site = frame.site(self.node.span)
        inside = has_insertions(frame, site)
        place = frame.graph.address(frame.scope, site) if inside else None
        return key_of(self.callee), positional, named, place

    def run(self, frame: Frame, rules: Rules, pick: Pick) -> Graph:
        """The graph of the call alone, from the place of a frame on.

        Raises:
            Fault: it has a mistake.
            NoMember: it is not so in any member.
            CompileError: it is too large.
        """
        inner = apart(frame, pick)
        inner.context = replace(inner.context, rules=rules)
        arguments = changed(self.arguments, lambda value: entered(inner, value))
        value = rules.callees[BlockValue](inner, self.callee, arguments, self.node)
        return inner.graph.finish(tensors_in(value))


BodySurvey = Callable[[Frame, Call, Body], None]
"""Surveys the body of a block that is called in a frame, and gives the body its result."""


class Blocks:
    """The rule for blocks in a survey, and what is known of them."""

    def __init__(self, runs: Runs, survey: BodySurvey) -> None:
        self._runs = runs
        self._survey = survey
        self._known: dict[Hashable, Outcome | None] = {}
        self._bodies: dict[Hashable, Body] = {}

    @property
    def rules(self) -> Rules:
        """The rules of the language, with these for blocks."""
        callees: dict[type, Callable[..., Value]] = {
            **RULES.callees,
            BlockValue: self._apply,
            SharedBlock: self._apply_shared,
        }
        return replace(RULES, callees=callees, run=self._run)

    def _run(self, frame: Frame, body: tree.Block | tree.Network) -> Value:
        run = self._runs.current
        if run.stops_at_body:
            run.stops_at_body = False
            raise Entered(frame)
        return RULES.run(frame, body)

    def _apply_shared(
        self, frame: Frame, callee: SharedBlock, arguments: Arguments, node: tree.Node
    ) -> Value:
        """A use of shared layers, whose operations are compared with those of other uses."""
        run = self._runs.current
        run.uses += 1
        try:
            return RULES.callees[SharedBlock](frame, callee, arguments, node)
        finally:
            run.uses -= 1

    def _apply(
        self, frame: Frame, callee: BlockValue, arguments: Arguments, node: tree.Node
    ) -> Value:
        """The result of a block: of one that is known, or one of those that it can have."""
        if self._runs.current.uses or not arguments.has_tensors:
            return RULES.callees[BlockValue](frame, callee, arguments, node)
        apart = changed(arguments, lambda value: detached(value, frame.graph))
        entering = tuple([t.value for g in given_in(arguments) for t in tensors(g.value)])
        call = Call(callee, apart, node)
        key = call.key(frame)
        frame.deepen(node.span, _LEVELS)
        try:
            if key not in self._known:
                self._known[key] = self._run_alone(frame, call)
            known = self._known[key]
            if known is None:
                return self._ask(frame, call, key, entering)
            (value,) = graft(frame, known, entering, node.span)
            return value
        finally:
            frame.leave(_LEVELS)

    def _run_alone(self, frame: Frame, call: Call) -> Outcome | None:
        """The outcome of a call by itself; None if it asks for a decision.

        Raises:
            Fault: it has a mistake.
            CompileError: it is too large.
        """
        inner = self._runs.apart(frame)
        arguments = changed(call.arguments, lambda value: entered(inner, value))
        entering = [t.value for g in given_in(arguments) for t in tensors(g.value)]
        findings = inner.findings
        with self._runs.inside(Run()):
            try:
                value = RULES.callees[BlockValue](inner, call.callee, arguments, call.node)
            except Asks:
                return None
            except Fault as fault:
                findings.report(fault)
            except CompileError:
                frame.findings.include(findings)
                raise
            finally:
                self._runs.spend(inner)
        if findings.faults or findings.has_errors:
            frame.findings.include(findings)
            raise Fault
        return outcome(inner.graph, entering, (value,))

    def _ask(
        self, frame: Frame, call: Call, key: Hashable, entering: tuple[GraphValue, ...]
    ) -> Value:
        """A result that a body can have, which the run under way picks."""
        run = self._runs.current
        if run.asking is None:
            raise Asks
        address = frame.graph.address(frame.scope, frame.site(call.node.span))
        place = run.part, address, key
        if place not in self._bodies:
            self._bodies[place] = self._body(frame, call)
        body = self._bodies[place]
        results = body.result.values
        if not results:
            raise NoResult
        number = run.asking.take(body, range(len(results)))
        result = entered(frame, results[number])
        run.called.append(Called(body, entering, number, result))
        assert isinstance(result, tuple)
        return result[0]

    def _body(self, frame: Frame, call: Call) -> Body:
        run = self._runs.current
        arguments = State(".arguments")
        arguments.number((tuple([given.value for given in given_in(call.arguments)]),))
        body = Body(call.callee.name, run.part, arguments, partial(call.run, frame))
        with self._runs.inside(Run()):
            self._survey(frame, call, body)
        return body
