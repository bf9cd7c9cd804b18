"""Which tensors are read: what nothing reads is no part of a network, and costs nothing.

Whether a tensor is read is known only after it: a later part may or may not read it, and that part
may itself be left out. So of each state it is found which sets of its tensors are read, from the
end of the network backwards. Mostly it is one set, all of them. Where it is one of several, the set
is a variable of the space like the state itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple, TypeAlias

from archdsl.space.survey.outcomes import Outcome
from archdsl.space.survey.parts import Body, Part, State, Way
from archdsl.space.survey.values import tensors

Mask: TypeAlias = int
"""A set of the tensors of a value: the lowest bit is for the first."""

EVERYTHING: Mask = -1
"""All tensors of any value."""


class Unsuited(Exception):
    """The costs of a space are no sums over its parts. The text says why, for people."""


class Group(NamedTuple):
    """The tensors of one state, among those that enter or leave a part."""

    state: State
    size: int


@dataclass(frozen=True)
class Traffic:
    """The states whose tensors enter and leave a part in one way, in the order of its outcome."""

    entering: tuple[Group, ...]
    leaving: tuple[Group, ...]

    @staticmethod
    def of(part: Part, way: Way) -> Traffic:
        entering = [
            _group(state, number) for state, number in zip(part.reads, way.read, strict=True)
        ]
        entering += [_group(body.result, number) for body, number in way.called.items()]
        leaving = [
            _group(state, number) for state, number in zip(part.leaves, way.left, strict=True)
        ]
        leaving += [_group(body.arguments, 0) for body in way.called]
        return Traffic(tuple(entering), tuple(leaving))

    @property
    def all(self) -> Mask:
        """The set of all tensors that leave."""
        return (1 << sum(group.size for group in self.leaving)) - 1

    def mask(self, read: Sequence[Mask]) -> Mask:
        """The set of all tensors that leave, from those that are read of each state."""
        mask = offset = 0
        for group, own in zip(self.leaving, read, strict=True):
            mask |= (own & (1 << group.size) - 1) << offset
            offset += group.size
        return mask

    def needed(self, outcome: Outcome, mask: Mask) -> tuple[Mask, ...]:
        """What is needed of each state that enters, if a set of those that leave is read."""
        needs = iter(outcome.needs)
        return tuple(
            [
                sum([1 << place for place in range(group.size) if next(needs) & mask])
                for group in self.entering
            ]
        )

    @staticmethod
    def named(groups: Sequence[Group], masks: Sequence[Mask]) -> dict[State, Mask]:
        """Sets of tensors by the state that they are of."""
        return {group.state: mask for group, mask in zip(groups, masks, strict=True)}

    def hang_together(self, outcome: Outcome, entering: int, leaving: int) -> bool:
        """Whether a tensor that leaves, of one state, depends on one that enters, of another."""
        first = sum(group.size for group in self.entering[:entering])
        needs = outcome.needs[first : first + self.entering[entering].size]
        own = self.mask([EVERYTHING if i == leaving else 0 for i in range(len(self.leaving))])
        return any(need & own for need in needs)


def _group(state: State, number: int) -> Group:
    return Group(state, sum(1 for _ in tensors(state.values[number])))


class _Sample(NamedTuple):
    """What decides which tensors a part needs: the ways of a part have few different ones."""

    traffic: Traffic
    outcome: Outcome


class Reading:
    """For each state, the sets of its tensors that are read in some member.

    `readers` are the parts that read it, each with the sets that it needs. Without a `result`
    nothing is read: that is enough to count members, whatever they cost.
    """

    def __init__(self, parts: Sequence[Part], result: State | None) -> None:
        self._samples = {part: _samples(part) for part in parts}
        self._result = result
        self.readers: dict[State, dict[Part, set[Mask]]] = {}
        absent = conditional(parts)
        for part in parts if result else ():
            for state in part.reads:
                # A body that is not called reads nothing.
                self._add(state, part, {0} if part.body in absent else set())
            for body in {body: None for way in part.ways for body in way.called}:
                self._add(body.result, part, {0} if body in absent else set())
        self._sets: dict[State, list[Mask]] = {}
        if result is not None:
            self._grow(parts)

    def _grow(self, parts: Sequence[Part]) -> None:
        """Add what parts need until it is no more: a part again where more is read of it."""
        leaving: dict[State, list[Part]] = {}
        for part in parts:
            groups = (group for sample in self._samples[part] for group in sample.traffic.leaving)
            for state in {group.state for group in groups}:
                leaving.setdefault(state, []).append(part)
        # What leaves a part is mostly read by later ones, which are looked at first.
        waiting = dict.fromkeys(parts)
        while waiting:
            part, _ = waiting.popitem()
            for state in self._update(part):
                self._sets.pop(state, None)
                waiting.update(dict.fromkeys(leaving.get(state, ())))

    def _add(self, state: State, part: Part, sets: set[Mask]) -> None:
        self.readers.setdefault(state, {})[part] = sets

    def base(self, state: State) -> Mask:
        """What is read of a state whatever its readers need: all that the network returns."""
        return EVERYTHING if state is self._result else 0

    def sets(self, state: State) -> list[Mask]:
        """The sets of a state's tensors that are read, each once."""
        if state not in self._sets:
            found = {self.base(state)}
            for needed in self.readers.get(state, {}).values():
                found = {before | own for before in found for own in needed}
            self._sets[state] = sorted(found)
        return self._sets[state]

    def _update(self, part: Part) -> Sequence[State]:
        """Add what a part needs, as far as it is known what is read of it.

        Returns the states of which it needs more than was known.
        """
        found = []
        for sample in self._samples[part]:
            for place, group in enumerate(sample.traffic.entering):
                known = self.readers[group.state][part]
                before = len(known)
                known.update(self._needed(sample, place))
                if len(known) > before:
                    found.append(group.state)
        return found

    def _needed(self, sample: _Sample, place: int) -> Iterator[Mask]:
        """What may be needed of one state that enters, if all is known that this hangs on.

        What a body needs of its arguments hangs on what is read of its result, and so on the part
        itself that calls it. But nothing hangs on itself.
        """
        traffic, outcome = sample.traffic, sample.outcome
        sets = [
            self.sets(group.state) if traffic.hang_together(outcome, place, other) else [0]
            for other, group in enumerate(traffic.leaving)
        ]
        for read in product(*sets):
            yield traffic.needed(outcome, traffic.mask(read))[place]


def _samples(part: Part) -> Sequence[_Sample]:
    """One way of each kind."""
    found: dict[Hashable, _Sample] = {}
    for way in part.ways:
        traffic = Traffic.of(part, way)
        found.setdefault((traffic, way.outcome.needs), _Sample(traffic, way.outcome))
    return list(found.values())


def conditional(parts: Sequence[Part]) -> frozenset[Body]:
    """The bodies that are not called in all members."""
    found: set[Body] = set()
    # A body's caller comes before its parts.
    for part in parts:
        called = {body for way in part.ways for body in way.called}
        always = [body for body in called if all(body in way.called for way in part.ways)]
        found |= called if part.body in found else called.difference(always)
    return frozenset(found)
