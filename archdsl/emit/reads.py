"""What the parts of a method read, and how often; the names that the spec gives to results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from archdsl.emit.identities import joined_in
from archdsl.emit.members import Slot
from archdsl.emit.names import variable
from archdsl.emit.parts import Fork, Part
from archdsl.emit.references import Joined, Reference


def reads(parts: Sequence[Part], outputs: tuple[Reference, ...]) -> list[Reference]:
    """The references that the parts and the outputs read, each as often as it is read.

    A value that is joined after a fork is read in each branch, which leaves it in a variable.
    """
    own = [*_operands(parts), *outputs]
    sides = (side for one in dict.fromkeys(joined_in(own)) for side in (one.then, one.other))
    return [*own, *sides]


def _operands(parts: Iterable[Part]) -> Iterator[Reference]:
    for part in parts:
        if isinstance(part, Fork):
            yield from _operands((*part.first, *part.second))
        else:
            yield from part.operands


def joins(parts: Sequence[Part], outputs: tuple[Reference, ...]) -> Mapping[int, Sequence[Joined]]:
    """The values that are joined after each fork, by the number of the fork."""
    found: dict[int, dict[Joined, None]] = {}
    for one in joined_in([*_operands(parts), *outputs]):
        found.setdefault(one.fork, {})[one] = None
    return {number: tuple(each) for number, each in found.items()}


def branch_reads(
    fork: Fork, joined: Mapping[int, Sequence[Joined]]
) -> tuple[Counter[Reference], Counter[Reference]]:
    """How often each value is read in the two branches of a fork, their results included."""
    own = joined.get(fork.number, ())
    sides = list(zip(*map(fork.sides, own), strict=True)) or [(), ()]
    first, second = (
        Counter([*_branch(parts, joined), *results])
        for parts, results in zip((fork.first, fork.second), sides, strict=True)
    )
    return first, second


def _branch(parts: Sequence[Part], joined: Mapping[int, Sequence[Joined]]) -> Iterator[Reference]:
    for part in parts:
        if isinstance(part, Fork):
            for reads in branch_reads(part, joined):
                yield from reads.elements()
        else:
            yield from part.operands


def hints(parts: Iterable[Part]) -> dict[Reference, str]:
    """The names that the spec gives to results, as variables."""
    found: dict[Reference, str] = {}
    for part in parts:
        if isinstance(part, Fork):
            found |= hints((*part.first, *part.second))
        elif (
            isinstance(part, Slot) and part.is_named and len(part.member.hints) == len(part.results)
        ):
            found |= dict(zip(part.results, map(variable, part.member.hints), strict=True))
    return found
