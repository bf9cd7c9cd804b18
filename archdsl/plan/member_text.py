"""A member of a space written out: its options in place of the choices, as its author would.

A choice that `each` decides anew in every row becomes a column of the table, as papers print it. A
block that decides at each use is written out where it is used. What several places of one text
decide differently cannot be written so: it is left over, and `choose` has to say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

from archdsl.ir.cells import Cell
from archdsl.plan.decisions import Decided
from archdsl.plan.derived_cells import derived_cell
from archdsl.plan.plan import Plan
from archdsl.program.cells.parts import flattened
from archdsl.program.places import dotted, key
from archdsl.program.program import Definition, Unit
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.parser import parse_argument

NOWHERE = Span(Source("", ""), 0, 0)
"""The span of nodes that are in no text."""


def read_option(text: str) -> tree.Expression | tree.Dash:
    """An option as an expression again, of the text that it goes by."""
    if text == "-":
        return tree.Dash(span=NOWHERE)
    return parse_argument(Source("option", f"option = {text}")).value


@dataclass(frozen=True)
class MemberText:
    """What is decided, which of it the text `said` already, and what it `used` of other files.

    `cells` are those with levels, whose text says nothing of what their nodes decide. Where nothing
    is decided, texts stay as they are: that is how a space is written.
    """

    decided: tuple[Decided, ...]
    cells: Mapping[tuple[str, str], Cell] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    used: list[tuple[tree.Node, Unit]] = field(default_factory=list)

    @cached_property
    def options(self) -> Mapping[str, str]:
        return {each.name: each.option for each in self.decided}

    @property
    def left(self) -> tuple[Decided, ...]:
        """What no text has said."""
        return tuple([each for each in self.decided if each.name not in self.said])

    def option(self, name: str) -> tree.Expression | tree.Dash | None:
        """The option of a decision, or None where nobody has asked for it."""
        if name not in self.options:
            return None
        self.said.add(name)
        return read_option(self.options[name])

    def network(self, node: tree.Network, unit: Unit) -> tree.Network:
        """A network with everything decided."""
        if not self.decided:
            return node
        text = _Text(self, unit, "")
        return replace(node, parameters=text.parameters(node), body=text.body(node.body))

    def definition(self, node: tree.Definition, unit: Unit, mark: str = "") -> tree.Definition:
        """A block or a cell with what is decided in its own text, or for it at one place."""
        if not self.decided:
            return node
        if isinstance(node, tree.BlockChoice | tree.Derived):
            return self._derivation(node, unit)
        if not isinstance(node, tree.Block | tree.Cell):
            return node
        text = _Text(self, unit, dotted(mark, node.name))
        made = replace(node, parameters=text.parameters(node), body=text.body(node.body))
        if not isinstance(made, tree.Cell):
            return made
        whole = self.cells.get((node.name, mark))
        if whole is None:
            return flattened(made)
        path = dotted(mark, node.name)
        self.said.update(name for name in self.options if name.startswith(f"{path}."))
        return derived_cell(made, whole)

    def _derivation(self, node: tree.BlockChoice | tree.Derived, unit: Unit) -> tree.Definition:
        """A block that is derived or chosen once for all of its uses, as it was decided."""
        text = _Text(self, unit, node.name)
        if isinstance(node, tree.Derived):
            name, _ = tree.split_call(node.base)
            if (name.name, "") in self.cells:  # its parameters are written out
                return replace(node, base=name)
            return cast("tree.Definition", text._below(node))
        base = text.expression(node.choice)
        if not isinstance(base, tree.Call | tree.Name):
            return node
        return tree.Derived("block", node.name, base, (), node.doc, span=node.span)

    def expression(self, node: tree.Expression, unit: Unit) -> tree.Expression:
        """An expression at the top level of a file, such as the argument of a derivation."""
        return _Text(self, unit, "").expression(node) if self.decided else node

    def insert(self, node: tree.Insert, unit: Unit) -> tree.Insert:
        return cast("tree.Insert", _Text(self, unit, "")._below(node)) if self.decided else node


class Inserts:
    """The insertions of a plan, as a member has them.

    A block that is decided anew at each place is one block for each: `copies` are these, by name,
    with the file that they are in. Places that decide alike share one.
    """

    def __init__(self, plan: Plan, member: MemberText) -> None:
        self.member = member
        self.copies: dict[str, tuple[tree.Block | tree.Cell, Unit]] = {}
        self._inserted = [each for several in plan.inserted.values() for each in several]
        self.written = tuple([self._insert(insert, unit) for unit, insert in plan.inserts])

    def _insert(self, node: tree.Insert, unit: Unit) -> tree.Insert:
        if not self.member.decided:
            return node
        each = [one for insertion in node.insertions for one in self._insertions(insertion, unit)]
        return self.member.insert(replace(node, insertions=tuple(each)), unit)

    def _insertions(self, node: tree.Insertion, unit: Unit) -> Iterator[tree.Insertion]:
        written = self._text(node, unit)
        if not node.each or written is None:
            yield node
            return
        places: dict[str, list[tree.Place]] = {}
        for inserted in self._inserted:
            if inserted.node is node:
                name = self._copy(*written, inserted.mark)
                places.setdefault(name, []).append(tree.Place(inserted.mark, None, span=node.span))
        for name, labels in places.items():
            yield tree.Insertion(tree.Name(name, span=NOWHERE), tuple(labels), span=node.span)

    def _text(self, node: tree.Insertion, unit: Unit) -> tuple[tree.Block | tree.Cell, Unit] | None:
        """The block or the cell that is inserted, as it is written, if it is one by its name."""
        found = unit.names.get(node.block.name) if isinstance(node.block, tree.Name) else None
        if found is None or not isinstance(found.node, tree.Block):
            return None
        texts = (d for d in found.unit.file.definitions if isinstance(d, tree.Block | tree.Cell))
        return next(text for text in texts if text.name == found.name), found.unit

    def _copy(self, written: tree.Block | tree.Cell, unit: Unit, mark: str) -> str:
        """The name of the block as it is decided for a place."""
        decided = cast("tree.Block | tree.Cell", self.member.definition(written, unit, mark))
        for name, (copy, _) in self.copies.items():
            if replace(decided, name=name) == copy:
                return name
        name = f"{written.name}_{mark.replace('.', '_')}"
        self.copies[name] = replace(decided, name=name), unit
        return name


@dataclass(frozen=True)
class _Text:
    """The text of one definition. `path` begins the names of its decisions.

    `row` is the place where `each` decides anew, if that is not the definition itself.
    """

    member: MemberText
    unit: Unit
    path: str
    row: str | None = None

    def parameters(self, node: tree.Network | tree.Block | tree.Cell) -> tuple[tree.Parameter, ...]:
        return tuple([cast("tree.Parameter", self._below(each)) for each in node.parameters])

    def body(self, statements: Iterable[tree.Statement]) -> tuple[tree.Statement, ...]:
        return tuple([self._statement(statement) for statement in statements])

    def _statement(self, node: tree.Statement) -> tree.Statement:
        if isinstance(node, tree.Table):
            return self._table(node)
        return cast("tree.Statement", self._node(node))

    def expression(self, node: tree.Expression) -> tree.Expression:
        return cast("tree.Expression", self._node(node))

    def _node(self, node: tree.Node) -> tree.Node:
        """A node with options in place of the choices below it, and what varies written out."""
        match node:
            case tree.Each(value=tree.Choice() as choice):
                return self._choice(choice, self.path if self.row is None else self.row)
            case tree.Choice():
                return self._choice(node, self.path)
            case tree.Call(function=tree.Name(name=name)) if _is_derived_anew(self.unit, name):
                used = _written_out(self.member, self.unit.names[name], self._place(node.function))
                function, own = tree.split_call(used)
                given = tuple([cast("tree.Argument", self._node(a)) for a in node.arguments])
                return tree.Call(function, (*given, *own), span=node.span)
            case tree.Name(name=name) if _is_derived_anew(self.unit, name):
                return _written_out(self.member, self.unit.names[name], self._place(node))
        return self._below(node)

    def _below(self, node: tree.Node) -> tree.Node:
        changed: dict[str, Any] = {}
        own: tuple[str, ...] = node.__match_args__
        for name in own:
            value = getattr(node, name)
            if isinstance(value, tree.Node):
                changed[name] = self._node(value)
            elif isinstance(value, tuple):
                changed[name] = tuple(
                    [self._node(part) if isinstance(part, tree.Node) else part for part in value]
                )
        return replace(node, **changed) if changed else node

    def _choice(self, node: tree.Choice, path: str) -> tree.Node:
        local = self.unit.places.get(key(node.span), "")
        option = self.member.option(dotted(path, local))
        # Where no member asks, as behind a condition, any option does: nothing reads it.
        return option if option is not None else node.options[0]

    def _place(self, node: tree.Name) -> str:
        return dotted(self.path, self.unit.places.get(key(node.span), node.name))

    # Tables

    def _table(self, node: tree.Table) -> tree.Table:
        """A table in which what every row decides for itself is a column."""
        varying = [binding for binding in node.bindings if self._varies(binding.value)]
        added = tuple([tree.Name(b.name or "", span=b.span) for b in varying])
        rows = [self._row(line, varying) for line in node.rows]
        kept = tuple([self._argument(b) for b in node.bindings if b not in varying])
        return replace(node, bindings=kept, columns=(*node.columns, *added), rows=tuple(rows))

    def _argument(self, node: tree.Argument) -> tree.Argument:
        return replace(node, value=self.expression(node.value))

    def _varies(self, node: tree.Expression) -> bool:
        return any(isinstance(each, tree.Each) for each in tree.walk([node]))

    def _row(
        self, line: tree.Row | tree.Rule, varying: Iterable[tree.Argument]
    ) -> tree.Row | tree.Rule:
        if isinstance(line, tree.Rule):
            return line
        place = dotted(self.path, self.unit.places.get(key(line.span), ""))
        cells = [cast("tree.Expression | tree.Dash", self._node(cell)) for cell in line.cells]
        inside = replace(self, row=place)
        return replace(line, cells=(*cells, *[inside._cell(each) for each in varying]))

    def _cell(self, binding: tree.Argument) -> tree.Expression | tree.Dash:
        """What a row decides for a definition of the table; a dash where its block takes none."""
        names = {dotted(self.row or "", name) for name in self._local_names(binding.value)}
        if names.isdisjoint(self.member.options):
            return tree.Dash(span=binding.span)
        return self.expression(binding.value)

    def _local_names(self, node: tree.Expression) -> Iterator[str]:
        for each in tree.walk([node]):
            if isinstance(each, tree.Choice):
                yield self.unit.places.get(key(each.span), "")


def _is_derived_anew(unit: Unit, name: str) -> bool:
    """Whether a name is that of a definition that decides at each use, and has no body."""
    return unit.varies(name) and not isinstance(unit.names[name].node, tree.Block)


def _written_out(member: MemberText, definition: Definition, place: str) -> tree.Call | tree.Name:
    """The block of a definition that decides at each use, as it is at a place."""
    node, unit = definition.node, definition.unit
    text = _Text(member, unit, definition.name, place)
    if isinstance(node, tree.BlockChoice):
        chosen = text.expression(node.choice)
        member.used.append((chosen, unit))
        return cast("tree.Call | tree.Name", chosen)
    assert isinstance(node, tree.Derived)
    base, arguments = tree.split_call(node.base)
    own = tuple([cast("tree.Argument", text._node(argument)) for argument in arguments])
    if _is_derived_anew(unit, base.name):
        base, before = tree.split_call(_written_out(member, unit.names[base.name], place))
        taken = {argument.name for argument in own}
        own = (*[argument for argument in before if argument.name not in taken], *own)
    made = tree.Call(base, own, span=node.span) if own else base
    member.used.append((made, unit))
    return made
