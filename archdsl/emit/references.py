"""What a member of a block reads: inputs, results of other members, values behind conditions."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from archdsl.emit.keys import Key
from archdsl.ir.graph import Site
from archdsl.ir.written import Expression

Place: TypeAlias = tuple[Site, ...]
"""Where a condition is tested: its site, behind the call of an inner block if it is in that."""


class FromInput(NamedTuple):
    """An input of the block, by its name."""

    name: str


class FromMember(NamedTuple):
    """A result of another member of the same block."""

    member: Key
    result: int = 0


class FromJoin(NamedTuple):
    """What the branches of a condition leave under one name, by the place of the condition.

    `time` counts how often the condition was met there.
    """

    place: Place
    name: str
    time: int


class Joined(NamedTuple):
    """What comes from one branch of a fork or the other, by the number of the fork.

    `name` is the variable of the text, if it has one.
    """

    fork: int
    name: str
    then: Reference
    other: Reference


Reference: TypeAlias = "FromInput | FromMember | FromJoin | Joined"
"""Instances read joins by name; the plan of a class joins what its branches leave."""


class Guard(NamedTuple):
    """A condition of the text on the way to a member, and whether it was true."""

    place: Place
    term: Expression
    holds: bool
