"""Which parts of a graph are boxes and which are frames, and which box each operation is in.

Repeats are folded as in `archdsl show`: both use `ir.listing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby

from archdsl import limits
from archdsl.costs.figures import Convention, Costs
from archdsl.draw.opening import below_tables, entries_of_row, path_of
from archdsl.draw.picture import Box, Group, Item, Look
from archdsl.draw.style import clean, shorten
from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ir.listing import Entry, listing
from archdsl.ir.members import Member
from archdsl.ir.naming import Naming, name_all
from archdsl.ops.sources import Input

_LONGEST = 30


@dataclass(frozen=True)
class View:
    """How much of a network is shown: `depth` levels of blocks, or the stages of its tables.

    What is `turned`, by its path, is open where it would be folded, and folded where it would be
    open.
    """

    costs: Costs
    convention: Convention
    depth: int | None = None
    turned: frozenset[str] = frozenset()


@dataclass
class Outline:
    """The items of a network in the order of execution, which is the order of their keys too.

    `scopes` and `nodes` have the key of the box that a scope or a node is drawn as, and `frames`
    that of the frame of an opened scope. `outputs` are those of each box, and `members` what a box
    or a frame stands for. `is_open` has the frames that can be folded, and the boxes that can be
    opened. A node in a repeat that is folded has its counterpart in the first repeat as an `alias`.
    `hidden` counts what is beyond `limits.DRAWN`.
    """

    graph: Graph
    view: View
    naming: Naming
    items: list[Item] = field(default_factory=list)
    scopes: dict[int, int] = field(default_factory=dict)
    nodes: dict[int, int] = field(default_factory=dict)
    frames: dict[int, int] = field(default_factory=dict)
    outputs: dict[int, tuple[Value, ...]] = field(default_factory=dict)
    members: dict[int, tuple[Member, ...]] = field(default_factory=dict)
    is_open: dict[int, bool] = field(default_factory=dict)
    alias: dict[int, int] = field(default_factory=dict)
    hidden: int = 0
    keys: int = 0

    def key(self) -> int:
        self.keys += 1
        return self.keys

    def node(self, index: int) -> int:
        """The node that is drawn for this one: its counterpart in the first repeat."""
        while index in self.alias:  # a repeat may be inside of a repeat
            index = self.alias[index]
        return index

    def value(self, value: Value) -> Value:
        return value._replace(node=self.node(value.node))

    def box(self, index: int) -> int:
        """The key of the box that a node is in."""
        index = self.node(index)
        if index in self.nodes:
            return self.nodes[index]
        around = self.graph.enclosing(self.graph.node(index).scope)
        return next(self.scopes[scope.index] for scope in around if scope.index in self.scopes)


def make_outline(graph: Graph, view: View) -> Outline:
    """The items of a network as a view shows it."""
    outline, below = Outline(graph, view, name_all(graph)), below_tables(graph)
    outliner = _Outliner(outline, _extents(graph), below)
    outline.items += outliner.items(listing(graph), 1)
    return outline


def _extents(graph: Graph) -> dict[int, range]:
    """The nodes of each scope, which are consecutive."""
    extents: dict[int, range] = {}
    for node in graph:
        for scope in graph.enclosing(node.scope):
            first = extents.get(scope.index, range(node.index, 0)).start
            extents[scope.index] = range(first, node.index + 1)
    return extents


@dataclass
class _Outliner:
    """Fills an outline."""

    outline: Outline
    extents: Mapping[int, range]
    rows: Mapping[int, list[Scope]]

    def items(self, entries: Sequence[Entry], level: int) -> Iterator[Item]:
        for place, entry in enumerate(entries):
            if self.outline.keys >= limits.DRAWN:
                yield self._remainder(entries[place:])
                return
            yield self._item(entry, level)

    def _item(self, entry: Entry, level: int) -> Item:
        member = entry.member
        if member is None:
            return self._repeated_group(entry, level)
        if isinstance(member, Node) or not self._opens(member, entry.covers, level):
            return self._box(entry, member)
        return self._opened(entry, member, level)

    def _opens(self, scope: Scope, covers: Sequence[Member], level: int) -> bool:
        if level >= limits.DRAWN_LEVELS:  # the layout recurses
            return False
        depth = self.outline.view.depth
        is_open = scope.kind == "stage" if depth is None else level < depth
        return is_open != self._is_turned(covers)

    def _is_turned(self, covers: Sequence[Member]) -> bool:
        turned = self.outline.view.turned
        return bool(turned) and path_of(self.outline.naming, covers) in turned

    # Frames

    def _repeated_group(self, entry: Entry, level: int) -> Group:
        """A frame around members that repeat in turn, which are no block of the network."""
        key, size = self._key(entry.covers), len(entry.inside)
        self._fold([entry.covers[i : i + size] for i in range(0, len(entry.covers), size)])
        items = tuple(self.items(entry.inside, level))
        return Group(key, "in turn", items, times=entry.times)

    def _opened(self, entry: Entry, scope: Scope, level: int) -> Group:
        key = self._key(entry.covers)
        self.outline.frames[scope.index], self.outline.is_open[key] = key, True
        self._fold([(member,) for member in entry.covers])
        # Without a depth, a stage shows the rows of its table, which the listing passes over.
        rows = self.rows.get(scope.index) if self.outline.view.depth is None else None
        inside = entry.inside
        items = self._rows(rows, inside, level) if rows else self.items(inside, level + 1)
        title = _title(entry, scope.definition)
        return Group(key, title, tuple(items), times=entry.times)

    def _fold(self, rounds: Sequence[Sequence[Member]]) -> None:
        """Draw every round as the first."""
        first = self._nodes(rounds[0])
        for members in rounds[1:]:
            self.outline.alias |= zip(self._nodes(members), first, strict=True)

    def _nodes(self, members: Iterable[Member]) -> list[int]:
        return list(chain.from_iterable(map(self._extent, members)))

    def _extent(self, member: Member) -> range:
        if isinstance(member, Node):
            return range(member.index, member.index + 1)
        return self.extents.get(member.index, range(0))

    # Boxes

    def _box(self, entry: Entry, member: Member) -> Box:
        key = self._key(entry.covers)
        for covered in entry.covers:
            self._assign(key, covered)
        if isinstance(member, Node) and isinstance(member.operation, Input):
            return Box(key, Look.END, shorten(clean(entry.name), _LONGEST))
        if isinstance(member, Node):
            kind = member.operation.name
        else:
            kind, self.outline.is_open[key] = member.definition, False
        return Box(key, Look.BLOCK, _title(entry, kind), times=entry.times, heat=0.0)

    def _rows(self, rows: Iterable[Scope], entries: Sequence[Entry], level: int) -> Iterator[Item]:
        """The rows of a stage as in its table. A block inserted into a row is a box of its own."""
        for row in rows:
            blocks = self.rows.get(row.index, [])
            if not blocks:  # a row of an operation, not of a block
                yield self._row(row.definition, [row], len(self._extent(row)))
            for kind, group in groupby(blocks, key=lambda scope: scope.definition):
                # The row's own blocks come first, and have its name; insertions have their own.
                name = row.definition if kind == blocks[0].definition else kind
                scopes = list(group)
                inside = entries_of_row(scopes, entries)
                if inside and level + 1 < limits.DRAWN_LEVELS and self._is_turned(scopes):
                    yield self._opened_row(name, scopes, inside, level + 1)
                    continue
                box = self._row(name, scopes, len(scopes))
                self.outline.is_open |= {box.key: False} if inside else {}
                yield box

    def _opened_row(
        self, name: str, scopes: Sequence[Scope], inside: Sequence[Entry], level: int
    ) -> Group:
        """A row as a frame with its blocks, or with what is in its block if all are alike."""
        (first, *others), key = inside, self._key(scopes)
        title, self.outline.is_open[key] = shorten(clean(name), _LONGEST), True
        if others or first.member is None:
            return Group(key, title, tuple(self.items(inside, level)))
        self.outline.frames[scopes[0].index] = key
        self._fold([(member,) for member in first.covers])
        return Group(key, title, tuple(self.items(first.inside, level + 1)), times=first.times)

    def _row(self, name: str, scopes: Sequence[Scope], times: int) -> Box:
        key = self._key(scopes)
        for scope in scopes:
            self._assign(key, scope)
        title = shorten(clean(name), _LONGEST)
        return Box(key, Look.BLOCK, title, times=max(times, 1), heat=0.0)

    def _remainder(self, entries: Sequence[Entry]) -> Box:
        """One box for all entries beyond `limits.DRAWN`."""
        covers = [member for entry in entries for member in entry.covers]
        key = self._key(covers)
        for covered in covers:
            self._assign(key, covered)
        self.outline.hidden += len(covers)
        return Box(key, Look.REST, f"… {len(covers):,} more")

    def _key(self, members: Sequence[Member]) -> int:
        key = self.outline.key()
        self.outline.members[key] = tuple(members)
        return key

    def _assign(self, key: int, member: Member) -> None:
        if isinstance(member, Node):
            self.outline.nodes[member.index] = key
        else:
            self.outline.scopes[member.index] = key
            self.outline.outputs[key] = member.outputs


def _title(entry: Entry, kind: str) -> str:
    """`double`, or `x1: double` if the author gave it a name, with `shared` for shared layers."""
    kind, name = clean(kind), clean(entry.name)
    # A name that only repeats the kind, with a number perhaps, was made up and says nothing.
    is_own = not re.fullmatch(f"(.*_)?({re.escape(kind)})?[0-9]*", name.partition("-")[0])
    # The name of a part, `wte.weight`, ends with its kind.
    parts = [name] if name.endswith(f".{kind}") else [name if is_own else "", kind]
    shared = ", shared" if entry.member and entry.member.share else ""
    return shorten(": ".join(filter(None, parts)) + shared, _LONGEST)
