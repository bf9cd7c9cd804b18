"""What the parts of a method read, and how often; the names of what they compute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from keyword import iskeyword

from archdsl.emit.identities import joined_in
from archdsl.emit.names import variable
from archdsl.emit.parts import Fork, Part, slots_in
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


def named(parts: Iterable[Part], joined: Iterable[Joined]) -> dict[Reference, str]:
    """The variables to which the spec assigns values."""
    found = {one: variable(one.name) for one in joined if _is_name(one.name)}
    slots = (slot for slot in slots_in(parts) if slot.targets)
    return found | {r: name for s in slots for r, name in zip(s.results, s.targets, strict=True)}


def _is_name(text: str) -> bool:
    """Whether it is a variable of the text: the running value and results have words instead."""
    return text.isidentifier() and not iskeyword(text)


def on_the_way(
    parts: Sequence[Part], read: Counter[Reference], named: Mapping[Reference, str]
) -> dict[Reference, str]:
    """Names for values that only lead to a named one: `x = a(x)`, `x = b(x)` for `x = b(a(x))`."""
    found: dict[Reference, str] = {}
    for slot in reversed(list(slots_in(parts))):
        (result, *others), (operand, *_) = slot.results, (*slot.operands, None)
        name = named.get(result) or found.get(result)
        if name and operand and not others and read[operand] == 1 and operand not in named:
            found[operand] = name
    return found
