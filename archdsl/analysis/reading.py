"""What of its files a network reads: where that has not changed, it need not be built again.

A definition counts with its place, since diagnostics and rows point into the text. So a key that is
typed behind a network, as in a claim or a recipe, leaves what is known about it as it is. One that
is typed in a network leaves the blocks that it is made of.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property

from archdsl.program.program import Definition, Program, is_network
from archdsl.syntax import tree


class Readings:
    """What each network of a program reads, found once for each definition."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._around = (
            frozenset(program.language),
            program.main.file.doc,
            tuple(each.text for unit in program.units for each in unit.unread),
        )
        self._named: dict[int, tuple[Definition, ...]] = {}

    @property
    def blocks(self) -> Hashable:
        """All that a block of any file can depend on, with the numbers of all definitions."""
        written = (each for each in self._program.definitions if not is_network(each.node))
        return self._around, tuple((each.number, self._read(each)) for each in written)

    def of(self, network: str) -> Hashable:
        """All that a network can depend on: equal for two texts that say the same of it."""
        first = self._program.main.names[network]
        found, last = {first.number: first}, [first]
        while last:
            named = {each.number: each for one in last for each in self._names(one)}
            last = [each for number, each in named.items() if number not in found]
            found |= named
        return self._around, tuple(map(self._read, found.values()))

    @cached_property
    def known(self) -> Hashable:
        """The names that each file knows: a misspelt one is compared with all of them."""
        return tuple((unit.path, tuple(unit.names)) for unit in self._program.units)

    def _read(self, definition: Definition) -> Hashable:
        """A definition with what its names mean: other files can give them another meaning."""
        return _place(definition), tuple(map(_start, self._names(definition)))

    def _names(self, definition: Definition) -> tuple[Definition, ...]:
        """The definitions that one names."""
        known = self._named.get(definition.number)
        if known is None:
            names = definition.unit.names
            written = {each.name for each in definition.nodes if isinstance(each, tree.Name)}
            read = sorted(written & names.keys())
            known = self._named[definition.number] = tuple(names[name] for name in read)
        return known


def _start(definition: Definition) -> Hashable:
    return definition.unit.path, definition.node.span.start


def _place(definition: Definition) -> Hashable:
    span = definition.node.span
    return definition.unit.path, span.start, span.line, span.text
