"""The variables of a space: what each stands for, and the values that it can have.

States and decisions are variables. Three more kinds are there only where they are needed:

- whether a body is called, if some members do without it;
- which tensors of a state are read, if that differs: every reader adds what it needs to what those
  before it need, and the part that leaves the state sees the sum;
- whether a decision was asked for, if several parts ask for it and none of them always. One that
  nobody asked for has no option, so that no member is counted twice.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from archdsl.space.reading import Mask, Reading, Unsuited, conditional
from archdsl.space.survey.networks import Surveyed
from archdsl.space.survey.parts import Body, Part, State

ABSENT = None
"""The value of what is not there: of a result that is not computed, of a decision not asked for."""


class Variable:
    """One variable, with its values. One with a single value is a constant, and in no table."""

    def __init__(self, values: Sequence[Hashable]) -> None:
        self.values = tuple(values)
        self._numbers = {value: number for number, value in enumerate(self.values)}

    def number(self, value: Hashable) -> int:
        return self._numbers[value]


@dataclass(frozen=True)
class Question:
    """A decision: the variable of its option, and the parts that ask for it.

    If none of them always does, `steps` has a variable for each: whether it or one before it does.
    """

    option: Variable
    parts: Sequence[Part]
    steps: Sequence[Variable]


class Variables:
    """The variables of a surveyed space, by what they stand for."""

    def __init__(self, surveyed: Surveyed, reading: Reading) -> None:
        parts = surveyed.parts
        self.reading = reading
        self.absent = conditional(parts)
        self.states: dict[State, Variable] = {}
        self.is_called = {body: Variable((False, True)) for body in self.absent}
        for part in parts:
            for state in (*part.reads, *part.leaves):
                self.states.setdefault(state, Variable(range(len(state.values))))
        for body in self.absent:
            self.states[body.result] = Variable([*range(len(body.result.values)), ABSENT])
        self.read = {state: self._read(state) for state in self.states}
        self._sets = {state: _masks(found[-1]) for state, found in self.read.items()}
        self.questions = {name: _question(name, parts, self.absent) for name in surveyed.options}
        for name, options in surveyed.options.items():
            if len([*options]) > 1 and len(self.questions[name].parts) > 1:
                raise Unsuited(f"`{name}` has other options in other members")

    def sets(self, state: State) -> Sequence[Mask]:
        """The sets of a state's tensors that are read."""
        return self._sets[state]

    def _read(self, state: State) -> Sequence[Variable]:
        """The sets of a state's tensors that its readers need: none of them, the first, and so on.

        The last is what all need.
        """
        sets = {self.reading.base(state)}
        found = [sets]
        for needed in self.reading.readers.get(state, {}).values():
            sets = {before | own for before in sets for own in needed} or {0}
            found.append(sets)
        # If it is the same set in all members, nobody has to keep account of it.
        return [Variable(sorted(each if len(sets) > 1 else sets)) for each in found]


def _masks(variable: Variable) -> Sequence[Mask]:
    return [mask for mask in variable.values if isinstance(mask, int)]


def _question(name: str, parts: Sequence[Part], absent: frozenset[Body]) -> Question:
    asking = [part for part in parts if any(name in taken for taken in _taken(part))]
    found = (taken[name] for part in asking for taken in _taken(part) if name in taken)
    options = dict.fromkeys(found)
    always = any(
        part.body not in absent and all(name in way.taken for way in part.ways) for part in asking
    )
    option = Variable([*options] if always else [*options, ABSENT])
    is_alone = always or len(asking) == 1
    steps = () if is_alone else tuple([Variable((False, True)) for _ in asking])
    return Question(option, asking, steps)


def _taken(part: Part) -> Iterator[Mapping[str, str]]:
    """What a part decides, in each way and with each mistake."""
    yield from (way.taken for way in part.ways)
    yield from (failure.taken for failure in part.failures)
