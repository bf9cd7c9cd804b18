"""What is decided in a space: choices by name, those that were asked for, and how they came out.

A choice of the text becomes a decision where it is used. The build asks for it by its name, and
no other part of the compiler knows of choices: a member of a space is a network like any other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from archdsl.source import Span

CHOOSE = "choose"
"""The transform that makes decisions."""


@dataclass(frozen=True)
class Decision:
    """A choice at one place: its name, the text of each option, and the indices still allowed.

    `span` is that of the choice. Names are the identity of decisions: equal on every machine.
    """

    name: str
    options: tuple[str, ...]
    allowed: tuple[int, ...]
    span: Span = field(compare=False, repr=False)

    @property
    def is_open(self) -> bool:
        return len(self.allowed) > 1


@dataclass(frozen=True)
class Decided:
    """A decision, and the index of the option that was taken."""

    decision: Decision
    index: int

    @property
    def name(self) -> str:
        return self.decision.name

    @property
    def option(self) -> str:
        """The text of the option that was taken."""
        return self.decision.options[self.index]


Pick: TypeAlias = Callable[[Decision], int]
"""Chooses one of the allowed indices of a decision."""


def first(decision: Decision) -> int:
    """The first option that is allowed: what a space is where nobody says otherwise."""
    return decision.allowed[0]


def picked(options: Mapping[str, str], otherwise: Pick = first) -> Pick:
    """A pick of options by the names of decisions, and `otherwise` of all others.

    An option that a decision does not have, or not any more, is not picked.
    """

    def pick(decision: Decision) -> int:
        option = options.get(decision.name)
        index = decision.options.index(option) if option in decision.options else None
        return index if index in decision.allowed else otherwise(decision)

    return pick


def next_pick(made: Sequence[Decided]) -> Pick | None:
    """A pick of the next member in order, after one that does not exist; None after the last.

    `made` are the decisions that were made before it was known. Others come after them.
    """
    for place in range(len(made) - 1, -1, -1):
        last = made[place]
        later = [index for index in last.decision.allowed if index > last.index]
        if later:
            taken = {each.name: each.option for each in made[:place]}
            return picked({**taken, last.name: last.decision.options[later[0]]})
    return None


@dataclass(frozen=True)
class Narrowed:
    """The options that `choose` leaves of a decision, and the span where it says so."""

    options: tuple[str, ...]
    span: Span = field(compare=False, repr=False)


class OtherOptions(Exception):
    """A decision was asked for twice: by another choice, or with other options the second time."""

    def __init__(self, before: Decision) -> None:
        super().__init__()
        self.before = before


class NothingLeft(Exception):
    """`choose` has left options of a decision that it does not have here, where it has others."""

    def __init__(self, narrowed: Narrowed) -> None:
        super().__init__()
        self.narrowed = narrowed


@dataclass(frozen=True)
class Decisions:
    """The decisions of one build, in the order in which they were asked for first.

    `narrowed` is what `choose` has said, and `pick` decides what it left open.
    """

    narrowed: Mapping[str, Narrowed] = field(default_factory=dict)
    pick: Pick = first
    made: dict[str, Decided] = field(default_factory=dict)

    def decide(self, name: str, options: tuple[str, ...], span: Span) -> int:
        """The index of the option that is taken. A decision is made once, whoever asks.

        Raises:
            OtherOptions: another choice has this name, or it had other options before.
            NothingLeft: none of the options is among those that `choose` has left.
        """
        if name in self.made:
            before = self.made[name]
            if before.decision.options != options or before.decision.span != span:
                raise OtherOptions(before.decision)
            return before.index
        decision = Decision(name, options, self.allowed(name, options), span)
        index = self.pick(decision)
        assert index in decision.allowed, f"`{name}` has no option {index} left"
        self.made[name] = Decided(decision, index)
        return index

    def allowed(self, name: str, options: tuple[str, ...]) -> tuple[int, ...]:
        """The indices of the options that `choose` has left of a decision.

        Raises:
            NothingLeft: none of them is.
        """
        narrowed = self.narrowed.get(name)
        if narrowed is None:
            return tuple(range(len(options)))
        left = frozenset(narrowed.options)
        allowed = tuple([index for index, option in enumerate(options) if option in left])
        if not allowed:
            # Options can hang on another decision, so that they are others in some members.
            raise NothingLeft(narrowed)
        return allowed


def member_name(space: str, taken: Mapping[str, str]) -> str:
    """The name of a member: `space#7f3a2c19`, which follows from the options taken alone.

    The digits are the first of the SHA-256 of the lines `name=option`, sorted.
    """
    lines = sorted(f"{name}={option}" for name, option in taken.items())
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return f"{space}#{digest[:8]}"
