"""From the parts of a space to factors: what was surveyed, as tables of numbers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple, TypeAlias

from archdsl.space.quantities import NOTHING
from archdsl.space.reading import Mask, Traffic, Unsuited
from archdsl.space.sums.factors import Cost, Factor, FactorGraph, Key, TooLarge
from archdsl.space.survey.outcomes import Outcome
from archdsl.space.survey.parts import Part, State
from archdsl.space.variables import ABSENT, Question, Variable, Variables

ROWS = 1_000_000
"""Rows of all factors of a space."""

Values: TypeAlias = dict[Variable, Hashable]
"""The values of some variables."""


class _Row(NamedTuple):
    """What a row of a part says of states and of decisions, and which tensors are read and needed.

    A decision that is not among `taken` is not asked for.
    """

    values: Values
    taken: Mapping[str, str]
    read: Mapping[State, Mask]
    needed: Mapping[State, Mask]
    cost: Cost


class Factoring:
    """Makes the tables of a surveyed space."""

    def __init__(self, variables: Variables) -> None:
        self.numbers: dict[Variable, int] = {}
        self._variables = variables
        self._left = ROWS

    def factor(self, part: Part) -> Factor:
        """The table of a part.

        Raises:
            Unsuited: the cost is no sum.
            TooLarge: all tables have too many rows.
        """
        return self._table(part, _rows(self._variables, part))

    def failures(self, part: Part) -> Factor:
        """The table of the ways in which a part has a mistake; they cost nothing."""
        return self._table(part, _failures(self._variables, part))

    def _table(self, part: Part, found: Iterable[_Row]) -> Factor:
        rows: dict[Key, Cost] = {}
        scope: tuple[Variable, ...] = ()
        for row in found:
            for values in self._expanded(part, row):
                if not rows:
                    scope = tuple([variable for variable in values if len(variable.values) > 1])
                rows[tuple([each.number(values[each]) for each in scope])] = row.cost
            if len(rows) > self._left:
                raise TooLarge(f"its tables have more than {ROWS:,} rows")
        self._left -= len(rows)
        return Factor(tuple([self._number(variable) for variable in scope]), rows)

    def _number(self, variable: Variable) -> int:
        return self.numbers.setdefault(variable, len(self.numbers))

    def graph(self, factors: Sequence[Factor]) -> FactorGraph:
        """The space of some factors."""
        return FactorGraph(tuple([len(each.values) for each in self.numbers]), tuple(factors))

    def _expanded(self, part: Part, row: _Row) -> Iterator[Values]:
        """The values of all variables, for whatever of them a row leaves open."""
        made = self._variables
        values = dict(row.values)
        for state, mask in row.read.items():
            values[made.read[state][-1]] = mask
        alternatives = [[*self._chained(state, part, mask)] for state, mask in row.needed.items()]
        alternatives += [
            [*_asked(question, part, row.taken.get(name))]
            for name, question in made.questions.items()
            if part in question.parts
        ]
        for chosen in product(*alternatives):
            found = dict(values)
            for each in chosen:
                found |= each
            yield found

    def _chained(self, state: State, part: Part, needed: Mask) -> Iterator[Values]:
        """What is read of a state before and after one of its readers adds what it needs."""
        sets = self._variables.read[state]
        readers = [*self._variables.reading.readers.get(state, {})]
        if part not in readers:
            yield {}
            return
        place = readers.index(part)
        before, after = sets[place], sets[place + 1]
        for mask in before.values:
            assert isinstance(mask, int)
            yield {before: mask, after: mask | needed}


def _asked(question: Question, part: Part, option: str | None) -> Iterator[Values]:
    """The option of a decision where a part asks for it, or does not."""
    if not question.steps:
        for taken in _unasked(question) if option is None else (option,):
            yield {question.option: taken}
        return
    place = question.parts.index(part)
    after = question.steps[place]
    before = [{question.steps[place - 1]: asked} for asked in (False, True)] if place else [{}]
    for values in before:
        was_asked = any(values.values())
        if option is not None:
            yield {**values, after: True, question.option: option}
            continue
        for taken in question.option.values:
            # At the last of its parts it is known whether anybody has asked.
            if after is not question.steps[-1] or (taken is not ABSENT) == was_asked:
                yield {**values, after: was_asked, question.option: taken}


def _unasked(question: Question) -> Sequence[Hashable]:
    """The options of a decision where a part does not ask for it that others may ask for."""
    is_alone = len(question.parts) == 1 and ABSENT in question.option.values
    return (ABSENT,) if is_alone else question.option.values


def _rows(variables: Variables, part: Part) -> Iterator[_Row]:
    """The rows of a part, for each set of its tensors that may be read."""
    called = [*{body: None for way in part.ways for body in way.called}]
    entering = (*part.reads, *(body.result for body in called))
    leaving = (*part.leaves, *(body.arguments for body in called))
    states = variables.states
    for way in part.ways:
        values: Values = {states[s]: n for s, n in zip(part.reads, way.read, strict=True)}
        values |= {states[s]: n for s, n in zip(part.leaves, way.left, strict=True)}
        values |= {states[body.result]: way.called.get(body, ABSENT) for body in called}
        if part.body in variables.absent:
            values[variables.is_called[part.body]] = True
        traffic = Traffic.of(part, way)
        absent = dict.fromkeys(entering, 0), dict.fromkeys(leaving, 0)
        for read in product(*(variables.sets(group.state) for group in traffic.leaving)):
            mask = traffic.mask(read)
            needed = absent[0] | traffic.named(traffic.entering, traffic.needed(way.outcome, mask))
            masks = absent[1] | traffic.named(traffic.leaving, read)
            yield _Row(values, way.taken, masks, needed, _cost(way.outcome, mask, traffic.all))
    if part.body in variables.absent:
        nothing: Values = {states[state]: 0 for state in (*part.reads, *part.leaves)}
        nothing |= {states[body.result]: ABSENT for body in called}
        if part.body.result in part.leaves:
            nothing[states[part.body.result]] = ABSENT
        nothing[variables.is_called[part.body]] = False
        yield _Row(nothing, {}, dict.fromkeys(leaving, 0), dict.fromkeys(entering, 0), NOTHING)


def _failures(variables: Variables, part: Part) -> Iterator[_Row]:
    """The ways in which a part has a mistake, as rows."""
    states = variables.states
    for failure in part.failures:
        values: Values = {states[s]: n for s, n in zip(part.reads, failure.read, strict=True)}
        values |= {states[body.result]: number for body, number in failure.called.items()}
        if part.body in variables.absent:
            values[variables.is_called[part.body]] = True
        yield _Row(values, failure.taken, {}, {}, NOTHING)


def _cost(outcome: Outcome, read: Mask, everything: Mask) -> Cost:
    if outcome.is_joint and read not in (0, everything):
        raise Unsuited("some of its members read only a part of what shared layers give")
    return outcome.cost(read)
