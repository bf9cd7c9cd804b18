"""The report of `archdsl show`: the graph as a tree of blocks, with shapes and costs.

Which blocks repeat is found by `ir.listing`, so that pictures fold the same ones.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, dataclass, fields

from archdsl.build.values import show as show_value
from archdsl.ir.graph import Node, Value
from archdsl.ir.listing import Entry, listing
from archdsl.network import Network
from archdsl.ops.base import Operation
from archdsl.ops.sources import Input
from archdsl.recipes.recipe import Recipe
from archdsl.report.folding import columns, folded
from archdsl.report.text import readable, width
from archdsl.searches.search import Search

_STEP = "  "
_FIGURES = 24
"""Columns of parameters and MACs, with the gaps before them."""

_LEAST = 24
"""Columns that the tree has at least, however deep it is."""


@dataclass(frozen=True)
class _Line:
    """A line of the tree, and the figures to the right of it."""

    tree: str
    output: str = ""
    params: str = ""
    macs: str = ""


def show(network: Network, depth: int | None = None) -> str:
    """The graph of a network, blocks opened down to `depth` levels."""
    lines = list(_Listing(network, depth).lines())
    output = max(width(line.output) for line in lines)
    room = max(_LEAST, columns(sys.stdout) - _FIGURES - output)
    tree = min(max(width(line.tree) for line in lines), room)
    return "".join(f"{text}\n" for line in lines for text in _aligned(line, tree, output))


def show_recipe(recipe: Recipe) -> str:
    """A recipe with the values of its settings, one a line."""
    return f"\nrecipe {recipe.name}\n{_settings(recipe.lines)}"


def show_search(search: Search) -> str:
    """A search with the values of its settings, one a line."""
    return f"\nsearch {search.name} for {search.space}\n{_settings(search.lines)}"


def _settings(lines: Iterable[str]) -> str:
    most = columns(sys.stdout)
    parts = (part for line in lines for part in folded(_STEP + line, most, 3 * _STEP))
    return "".join(f"{part}\n" for part in parts)


def _aligned(line: _Line, tree: int, output: int) -> Iterator[str]:
    """A line with its figures, and below it what the tree has no room for."""
    indent = len(line.tree) - len(line.tree.lstrip())
    # A deep line leaves a little room, even if it is wider than the others then.
    most = max(tree, indent + _LEAST)
    first, *others = folded(line.tree, most, " " * (indent + 2 * len(_STEP)))
    space = " " * (tree - width(first))
    gap = " " * (output - width(line.output))
    yield f"{first}{space}  {line.output}{gap}  {line.params:>9}  {line.macs:>9}".rstrip()
    yield from others


@dataclass(frozen=True)
class _Listing:
    network: Network
    depth: int | None

    def lines(self) -> Iterator[_Line]:
        network, costs = self.network, self.network.costs.total
        head = f"network {network.name}"
        yield _Line(head, "output", "params", "MACs")
        yield from self._entries(listing(network.graph), 1, _STEP)
        outputs = self._shapes(network.graph.outputs)
        yield _Line("total", outputs, readable(costs.params), readable(costs.macs))

    def _entries(self, entries: Iterable[Entry], level: int, indent: str) -> Iterator[_Line]:
        for entry in entries:
            yield self._line(entry, indent)
            # A group that repeats is indented, but is no level of the network.
            below = level if entry.member is None else level + 1
            if self.depth is not None and below > self.depth:
                continue
            yield from self._entries(entry.inside, below, indent + _STEP)
            if entry.results:
                yield _Line(f"{indent}{_STEP}return {', '.join(entry.results)}")

    def _line(self, entry: Entry, indent: str) -> _Line:
        reads = f" <- {', '.join(entry.reads)}" if entry.reads else ""
        shared = ", shared" if entry.member and entry.member.share else ""
        times = f"  x {entry.times}" if entry.times > 1 else ""
        if entry.member is None:
            # No figures: the members have their own, and a sum would count them twice for a reader.
            return _Line(f"{indent}{entry.name}: these {len(entry.inside)} in turn{times}")
        if isinstance(entry.member, Node):
            head = _heading(
                entry.name, entry.member.operation.name, describe(entry.member.operation)
            )
            figures = self.network.costs.nodes[entry.member.index]
            outputs = " and ".join(map(str, entry.member.results))
        else:
            head = _heading(entry.name, entry.member.definition, entry.member.definition)
            figures = self.network.costs.scopes[entry.member.index]
            outputs = self._shapes(entry.member.outputs)
        params = readable(figures.params) if figures.params else ""
        macs = readable(figures.macs) if figures.macs else ""
        return _Line(f"{indent}{head}{shared}{reads}{times}", outputs, params, macs)

    def _shapes(self, values: Iterable[Value]) -> str:
        return " and ".join(str(self.network.graph.type(value)) for value in values)


def _heading(name: str, kind: str, written: str) -> str:
    """`conv2(54)` for the second `conv(54)`, and `pool1: max_pool(2)` if the author named it."""
    # Names are made of the kind and a number, unless the author assigned the result to a name.
    is_made = re.fullmatch(re.escape(kind) + "[0-9]*", name)
    if is_made and written.startswith(kind):
        return name + written[len(kind) :]
    return f"{name}: {written}" if written else name


def describe(operation: Operation) -> str:
    """An operation as the language writes it: `conv(54, kernel = (3, 3, 3), groups = 54)`.

    A part of other layers has no text but its name.
    """
    if isinstance(operation, Input):
        return "input"
    if operation.needs_owner or operation.formula:
        return operation.formula
    written = [
        show_value(getattr(operation, field.name))
        if field.default is MISSING
        else f"{field.name} = {show_value(getattr(operation, field.name))}"
        for field in fields(operation)
        if field.default is MISSING or getattr(operation, field.name) != field.default
    ]
    return f"{operation.name}({', '.join(written)})" if written else operation.name
