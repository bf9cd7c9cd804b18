"""What a class has: its members in order, with those that only some instances have behind an `if`.

A plan says nothing about numbers. It has the wiring that all instances of a class share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from archdsl.emit.keys import Key
from archdsl.emit.references import Place, Reference
from archdsl.emit.variants import Step
from archdsl.frozen import Frozen


class PlannedMember(Frozen):
    """A member of a class.

    If it has a `step`, it exists where that condition holds, and elsewhere is an `nn.Identity`.
    """

    key: Key
    operands: tuple[Reference, ...]
    step: Step | None = None


class PlannedFork(Frozen):
    """Members that exist where a condition of the text holds, and others where it does not.

    `place` is that of the condition. A value that is joined after the fork names its `number`.
    """

    number: int
    place: Place
    then: tuple[Item, ...]
    other: tuple[Item, ...]


Item: TypeAlias = "PlannedMember | PlannedFork"


class ClassPlan(Frozen):
    """The inputs, members and outputs of a class, with the wiring that fits all its instances."""

    inputs: tuple[str, ...]
    body: tuple[Item, ...]
    outputs: tuple[Reference, ...]

    @property
    def members(self) -> tuple[PlannedMember, ...]:
        """All members, in order."""
        return tuple(members_in(self.body))


def members_in(items: Iterable[Item]) -> Iterator[PlannedMember]:
    """The members of a sequence, those in its forks included."""
    for item in items:
        if isinstance(item, PlannedMember):
            yield item
        else:
            yield from members_in((*item.then, *item.other))


def forks_in(items: Iterable[Item]) -> Iterator[PlannedFork]:
    """The forks of a sequence, each before those inside it."""
    for item in items:
        if isinstance(item, PlannedFork):
            yield item
            yield from forks_in((*item.then, *item.other))


Path: TypeAlias = tuple[tuple[int, bool], ...]
"""The forks around a member, by number, and whether it is where the condition holds."""


def paths(items: Iterable[Item], around: Path = ()) -> dict[Key, Path]:
    """Where each member of a sequence is."""
    found: dict[Key, Path] = {}
    for item in items:
        if isinstance(item, PlannedMember):
            found[item.key] = around
        else:
            found |= paths(item.then, (*around, (item.number, True)))
            found |= paths(item.other, (*around, (item.number, False)))
    return found


def are_exclusive(one: Path, other: Path) -> bool:
    """Whether no instance has both members: they are in the two branches of a fork."""
    sides = dict(one)
    return any(sides.get(number, holds) != holds for number, holds in other)
