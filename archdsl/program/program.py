"""A spec with the files that it uses: definitions are numbered, and names are resolved.

A name is resolved once, and the result never depends on a network's numbers. The same holds for
what is known about a body before it is evaluated: the names that it reads and assigns.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from archdsl import limits
from archdsl.diagnostics import CompileError, Diagnostic, counted, error, suggestion
from archdsl.ops import OPERATIONS
from archdsl.ops.base import Operation
from archdsl.program.outline import Outline, decides_anew, outline
from archdsl.program.places import Places, key, places_of
from archdsl.source import Span
from archdsl.syntax import tree

Named: TypeAlias = tree.Block | tree.Network | tree.Derived | tree.BlockChoice
NamedRecipe: TypeAlias = tree.Recipe | tree.DerivedRecipe

_HEAD = re.compile(r"\b(block|cell|network|recipe|search)\s+")


@dataclass(frozen=True)
class Definition:
    """A block or network of a file, or one that is derived; a cell is here as a block.

    `number` is unique in a program. Tables are keyed by it, since `id` of an object can be reused.
    """

    number: int = field(compare=False)
    node: Named
    unit: Unit = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        return self.node.name

    @cached_property
    def nodes(self) -> tuple[tree.Node, ...]:
        """Its node and all below it. Walks are most of the time that checks of the text take."""
        return tuple(tree.walk([self.node]))

    @cached_property
    def varies(self) -> bool:
        """Whether it has an `each` before a choice, so that each use decides for itself."""
        is_network = isinstance(self.node, tree.Network)
        return not is_network and any(map(_decides_anew, self._lineage))

    @cached_property
    def decides(self) -> bool:
        """Whether it is derived with a choice, or is one: what it is, is not known before."""
        nodes = (node for each in self._lineage if not each._has_body for node in each.nodes)
        return any(isinstance(node, tree.Choice) for node in nodes)

    @property
    def _has_body(self) -> bool:
        return isinstance(self.node, tree.Block | tree.Network)

    @cached_property
    def _lineage(self) -> tuple[Definition, ...]:
        """It, and what it is derived from: all that it names, and so on down to bodies.

        Bounded, because a derivation can be a cycle or too long. That is reported elsewhere.
        """
        found = {self.number: self}
        last = [self]
        for _ in range(limits.DERIVATIONS):
            named = {each.number: each for definition in last for each in definition._named}
            last = [each for number, each in named.items() if number not in found]
            if not last:
                break
            found |= named
        return tuple(found.values())

    @cached_property
    def _named(self) -> tuple[Definition, ...]:
        """What it names, if it has no body."""
        if self._has_body:
            return ()
        names = self.unit.names
        return tuple(names[name] for name in sorted(names_in(self.node)) if name in names)

    @cached_property
    def outline(self) -> Outline:
        """What is known about a block before it is evaluated."""
        assert isinstance(self.node, tree.Block)
        return outline(self.node)


def _decides_anew(definition: Definition) -> bool:
    """Whether the text of a definition has an `each` before a choice; networks are not used."""
    node = definition.node
    if isinstance(node, tree.Network):
        return False
    body = (*node.parameters, *node.body) if isinstance(node, tree.Block) else (node,)
    return decides_anew(body)


@dataclass(frozen=True, slots=True)
class Function:
    """A function on compile-time values, such as `ceil`, with `least` to `most` arguments."""

    name: str
    least: int
    most: int | None


Symbol: TypeAlias = Definition | Function | type[Operation] | str
"""What a name refers to outside of bodies. A word refers to itself."""


@dataclass(frozen=True)
class Unread:
    """A file that is used and cannot be read; its `text`, where it has one."""

    text: str | None

    def may_define(self, name: str) -> bool:
        return self.text is None or re.search(rf"\b{re.escape(name)}\b", self.text) is not None


@dataclass(frozen=True, eq=False)
class Unit:
    """One file. `names` are the definitions that it sees: its own, and those of files it uses.

    Names are not passed on: a file does not see what the files that it uses use. Recipes and
    searches are no values, so their names are apart; a file has no searches but its own. `used` are
    the files that it uses, and `unread` those that cannot be read.
    """

    file: tree.File = field(repr=False)
    path: Path
    names: Mapping[str, Definition] = field(repr=False)
    recipes: Mapping[str, tuple[NamedRecipe, Unit]] = field(repr=False)
    searches: Mapping[str, tree.Search] = field(default_factory=dict, repr=False)
    unread: Sequence[Unread] = field(default=(), repr=False)
    used: Sequence[tuple[tree.Use, Unit]] = field(default=(), repr=False)

    @cached_property
    def real_path(self) -> Path:
        """The path without links: one for each file."""
        return self.path.resolve()

    @cached_property
    def places(self) -> Places:
        """The names of the places in the file at which it decides, or uses what decides."""
        return places_of(self.file.definitions, self)

    def varies(self, name: str) -> bool:
        """Whether a name is that of a block that decides anew at each use."""
        return name in self.names and self.names[name].varies

    def decides(self, node: tree.Node) -> bool:
        """Whether an expression holds a choice, or uses a definition that does."""
        if any(isinstance(each, tree.Choice) for each in tree.walk([node])):
            return True
        return any(self.names[name].decides for name in names_in(node) if name in self.names)

    def parameters(self, name: str) -> Sequence[str]:
        """The parameters of a block or an operation, beginning with what it is applied to."""
        definition = self.names.get(name)
        # Bounded, because a derivation can be a cycle. That is reported elsewhere.
        for _ in range(limits.DERIVATIONS):
            if definition is None or not isinstance(definition.node, tree.Derived):
                break
            name = tree.split_call(definition.node.base)[0].name
            definition = definition.unit.names.get(name)
        if definition is not None and isinstance(definition.node, tree.Block):
            return [parameter.name for parameter in definition.node.parameters]
        return ["x", *OPERATIONS[name].__match_args__] if name in OPERATIONS else []

    def may_see(self, name: str) -> bool:
        """Whether an unknown name may come from a file that cannot be read.

        It is no mistake of its own then, and what depends on it is not checked.
        """
        return any(file.may_define(name) for file in self.unread)

    @property
    def own(self) -> tuple[Definition, ...]:
        """The definitions of the file itself, in order."""
        written = (d.name for d in self.file.definitions if isinstance(d, Named | tree.Cell))
        return tuple(self.names[name] for name in written if name in self.names)

    @property
    def own_recipes(self) -> tuple[NamedRecipe, ...]:
        """The recipes of the file itself, in order."""
        return tuple(d for d in self.file.definitions if isinstance(d, NamedRecipe))

    def claims(self) -> Iterator[tree.Claim]:
        for definition in self.file.definitions:
            if isinstance(definition, tree.Claim):
                yield definition


@dataclass(frozen=True)
class Program:
    """The spec (`main`) and every unit that it uses, each once and before its users.

    `language` are the symbols that no file defines: operations, functions and words. `faults` are
    files that cannot be read and names with two meanings. `mistakes` are others that can be found
    without building a network. Neither can be built with. `asked` is the network by whose name the
    spec was found, if that is not the name of its file.
    """

    main: Unit
    units: tuple[Unit, ...]
    definitions: tuple[Definition, ...] = field(repr=False)
    language: Mapping[str, Symbol] = field(repr=False)
    faults: tuple[Diagnostic, ...] = field(default=(), repr=False)
    mistakes: tuple[Diagnostic, ...] = field(default=(), repr=False)
    asked: str | None = None

    def __repr__(self) -> str:
        return f"<Program {self.main.file.source.name}: {counted(len(self.units), 'file')}>"

    def lookup(self, unit: Unit, name: str) -> Symbol | None:
        """The symbol of a name in a file, or None where it is not defined."""
        return unit.names[name] if name in unit.names else self.language.get(name)

    def place(self, span: Span) -> str:
        """The name of what stands in the text at a span: a choice, a row, a use; "" for others."""
        own = (unit for unit in self.units if unit.file.source == span.source)
        return next((unit.places.get(key(span), "") for unit in own), "")

    def with_network(self, node: tree.Derived) -> Program:
        """The program with one more network, which sees the names that the spec sees."""
        definition = Definition(len(self.definitions), node, self.main)
        main = replace(self.main, names={**self.main.names, node.name: definition})
        return replace(self, main=main, definitions=(*self.definitions, definition))

    def with_words(self, words: frozenset[str]) -> Program:
        """The program with more words."""
        new = {word: word for word in words - self.language.keys()}
        return replace(self, language={**self.language, **new})

    def networks(self) -> list[str]:
        """The networks that the spec itself defines, in order."""
        return [d.name for d in self.main.own if is_network(d.node)]

    def choose(self, name: str | None) -> str:
        """The network of a name; without one, the network named like the file, or the only one.

        Raises:
            CompileError: there is no such network.
        """
        names, name = self.networks(), self.asked if name is None else name
        if name is not None:
            # Also one of a used file. A block is refused when it is planned.
            if name in self.main.names:
                return name
            hint = suggestion(name, names)
            raise self._none(f"no network is called `{name}`", hint)
        stem = self.main.path.stem
        if stem in names or len(names) == 1:
            return stem if stem in names else names[0]
        shown = self.main.file.source.name
        if not names:
            raise self._none(f"{shown} defines no network")
        message = f"{shown} has several networks and none is called `{stem}`"
        raise self._none(message, f"choose one: {', '.join(names)}")

    def _none(self, message: str, help: str | None = None) -> CompileError:
        """That no network can be chosen; or the faults of files, which may have had it."""
        return CompileError(self.faults or [error("network", message, help=help)])

    @cached_property
    def has_choices(self) -> bool:
        """Whether a file has a choice anywhere."""
        definitions = (definition for unit in self.units for definition in unit.file.definitions)
        return any(isinstance(node, tree.Choice) for node in tree.walk(definitions))

    @property
    def digest(self) -> str:
        """SHA-256 over the texts of all units, in hexadecimal."""
        parts = "".join(unit.file.source.digest for unit in self.units)
        return hashlib.sha256(parts.encode()).hexdigest()


def is_network(definition: Named) -> bool:
    if isinstance(definition, tree.Derived):
        return definition.kind == "network"
    return isinstance(definition, tree.Network)


def name_span(definition: Named | NamedRecipe | tree.Cell | tree.Search) -> Span:
    """The span of a definition's name; all of one that the command line made.

    Nodes keep no span for it, since only diagnostics need it. It is found in the text, behind the
    doc string, which may contain anything.
    """
    source, start = definition.span.source, definition.span.start
    if definition.doc is not None:
        # The text of the doc string could contain `network a`.
        start = source.text.index('"""', start + 3) + 3
    head = _HEAD.search(source.text, start)
    found = source.text.find(definition.name, head.end() if head else start)
    return definition.span if found < 0 else Span(source, found, found + len(definition.name))


def names_in(*nodes: tree.Node) -> set[str]:
    """The names that nodes read anywhere below them."""
    return {node.name for node in tree.walk(nodes) if isinstance(node, tree.Name)}
