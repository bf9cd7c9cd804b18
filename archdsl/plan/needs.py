"""What the text of a network needs to stand by itself: files of the library, and definitions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from archdsl.build.values import Value
from archdsl.diagnostics import CompileError, Diagnostic, Label, error
from archdsl.plan.bringing import blocks_in
from archdsl.program.mentions import names_in
from archdsl.program.program import Definition, Unit, name_span
from archdsl.resources import folder
from archdsl.syntax import tree


@dataclass
class Needs:
    """The files of the library to use, by name, and definitions of other files, in order."""

    uses: dict[str, Unit] = field(default_factory=dict)
    definitions: list[tree.Definition] = field(default_factory=list)
    _found: dict[int, Definition] = field(default_factory=dict)

    def gather(self, node: tree.Node, unit: Unit) -> None:
        """What some text mentions, and what that mentions before it."""
        for name in sorted(names_in(node)):
            if name in unit.names:
                self._need(unit.names[name])

    def gather_blocks(self, value: Value) -> None:
        """The blocks that a value is made of."""
        for block in blocks_in(value):
            self._need(block.definition)

    def _need(self, definition: Definition) -> None:
        if definition.number in self._found or isinstance(definition.node, tree.Network):
            return
        self._found[definition.number] = definition
        home = definition.unit
        if home.path.resolve().is_relative_to(folder("library").resolve()):
            self.uses[home.path.stem] = home
            return
        name = definition.name
        written = next(d for d in home.file.definitions if getattr(d, "name", "") == name)
        self.gather(written, home)
        self.definitions.append(written)

    def check(self, networks: Iterable[str]) -> None:
        """See that every name stands for one thing, those of the networks too.

        Raises:
            CompileError: one does not.
        """
        brought = {own.number: own for unit in self.uses.values() for own in unit.own}
        faults = list(_clashes(networks, [*{**self._found, **brought}.values()]))
        if faults:
            raise CompileError(faults)


def _clashes(networks: Iterable[str], definitions: list[Definition]) -> Iterator[Diagnostic]:
    first = {definition.name: definition for definition in reversed(definitions)}
    for name in networks:
        if name in first:
            also = [Label(name_span(first[name].node), "the block")]
            message = f"`{name}` is a block that the network needs"
            yield error("name", message, also=also, help="give the network another name")
    for definition in definitions:
        other = first[definition.name]
        if other is not definition:
            message = f"one file cannot hold two blocks `{definition.name}`"
            also = [Label(name_span(other.node), "the other")]
            help = "give one of them another name"
            yield error("name", message, name_span(definition.node), also=also, help=help)
