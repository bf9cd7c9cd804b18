"""What a class consists of as it is printed: slots, stages of slots, and forks of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from archdsl.emit.members import SELF, Slot
from archdsl.emit.python import Attribute, Python
from archdsl.emit.references import Joined, Reference
from archdsl.frozen import Frozen


class Stage(Frozen):
    """Members that are called one after the other, each on the results of the one before.

    `entries` are their names in it; "" where one shared module is called again and again.
    """

    name: str
    slots: tuple[Slot, ...]
    build: Python
    entries: tuple[str, ...]

    @property
    def operands(self) -> tuple[Reference, ...]:
        return self.slots[0].operands

    @property
    def last(self) -> Slot:
        return self.slots[-1]

    @property
    def is_sequential(self) -> bool:
        return len(self.operands) == 1

    @property
    def is_repeated(self) -> bool:
        """Whether all its members are one shared module."""
        return self.last.member.module is not None

    @property
    def is_sequence(self) -> bool:
        """Whether it is an `nn.Sequential`."""
        return self.is_sequential and not self.is_repeated

    @property
    def is_labelled(self) -> bool:
        """Whether its entries have names beside numbers."""
        return self.entries != tuple(map(str, range(len(self.slots))))

    @property
    def module(self) -> Python:
        return Attribute(SELF, self.name)


@dataclass(frozen=True)
class Fork:
    """Slots that exist where a condition holds, and others where it does not.

    `test` is the condition as methods read it, and `condition` as the constructor computes it. It
    is true in the first branch, which is that of a plan's `then` if it `holds` there.
    """

    number: int
    holds: bool
    test: Python
    condition: Python
    first: tuple[Part, ...]
    second: tuple[Part, ...]

    def sides(self, joined: Joined) -> tuple[Reference, Reference]:
        """What a joined value is after the first branch, and after the second."""
        return (joined.then, joined.other) if self.holds else (joined.other, joined.then)


Part: TypeAlias = "Slot | Stage | Fork"


def part_name(part: Slot | Stage) -> str | None:
    """The attribute of a part; None for an expression, which has none."""
    if isinstance(part, Stage):
        return part.name
    return part.attribute if part.build is not None else None


def slots_in(parts: Iterable[Part]) -> Iterator[Slot]:
    """All slots, those in forks and stages included."""
    for part in parts:
        if isinstance(part, Slot):
            yield part
        elif isinstance(part, Stage):
            yield from part.slots
        else:
            yield from slots_in((*part.first, *part.second))
