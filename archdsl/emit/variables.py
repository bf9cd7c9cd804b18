"""The variables of a method: which value each holds, and which name the next value gets.

Variables are reused as a person would: `x` stays `x` along the main path. A value that the spec
names has that name, and no other value does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count

from archdsl.emit.references import Reference

_POOL = ("x", "y", "z", "u", "v", "w")
"""Variables for values without a name in the spec, in the order in which they are taken."""


@dataclass
class Variables:
    """The variable of each value, and how often the value is still read.

    After the last time, its variable is free. `named` are the names that the spec gives to values,
    and `passing` those for values that lead to a named one. `numbers` are variables of numbers.
    """

    of: dict[Reference, str]
    remaining: Counter[Reference]
    named: dict[Reference, str]
    passing: Mapping[Reference, str]
    numbers: frozenset[str]
    reserved: frozenset[str] = field(init=False)
    """The names of the spec, which no other value gets."""

    def __post_init__(self) -> None:
        self.reserved = self.numbers.union(self.named.values())

    def copy(self, remaining: Counter[Reference]) -> Variables:
        """The same variables, on a way on which values are read less often."""
        return Variables(dict(self.of), remaining, dict(self.named), self.passing, self.numbers)

    def read(self, reference: Reference) -> str:
        """The variable of a value, which is read once less from now on."""
        self.remaining[reference] -= 1
        return self.of[reference]

    @property
    def busy(self) -> set[str]:
        """The variables that are still read."""
        return {name for reference, name in self.of.items() if self.remaining[reference] > 0}

    def choose(self, reference: Reference, reads: Collection[str], busy: Collection[str]) -> str:
        """The name for a value: the spec's, or one of those that its line `reads`, or a new one.

        It is none of the `busy` ones.
        """
        # Names may repeat in the spec, as in `x = x -> f`; a value that is still read keeps its.
        for name in (self.named.get(reference), self.passing.get(reference)):
            if name and name not in busy:
                return name
        read = (name for name in _POOL if name in reads)
        return next(n for n in chain(read, fresh()) if n not in busy and n not in self.reserved)


def fresh() -> Iterator[str]:
    """Variables without end: those of the pool, then `x1`, `x2` and so on."""
    return chain(_POOL, (f"x{i}" for i in count(1)))
