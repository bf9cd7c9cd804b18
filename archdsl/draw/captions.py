"""The lines on a box: the parameters of an operation or a block that tell it from others.

What a reader can see elsewhere is left out: the channels that the shape on the wire shows, and what
is as its default, or the same word, in all boxes of a kind. What one box of a kind shows, all do,
so that neighbours can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from archdsl.draw.outline import Outline
from archdsl.draw.picture import Look, boxes
from archdsl.draw.style import clean, shorten
from archdsl.draw.words import fact, is_default, is_word, written
from archdsl.ir.graph import Graph, Node, Scope
from archdsl.ir.members import Member
from archdsl.params.numbers import is_number

_LONGEST, _MOST = 36, 3
"""Characters of a line, and lines."""

_IN_SHAPE = ("channels", "features")
"""Parameters that the shape of the result shows too."""

_CONTROL = ("number", *_IN_SHAPE)
"""Columns of tables that are no facts of a block."""


def facts_by_box(outline: Outline) -> Mapping[int, tuple[str, ...]]:
    """The facts of each box by its key, such as `kernel 3×3×3`, in the order of the parameters."""
    shown = [box.key for box in boxes(outline.items) if box.look is Look.BLOCK]
    instances = {key: _instances(outline, key) for key in shown}
    kinds: dict[str, _Kind] = {}
    for each in instances.values():
        for instance in each:
            kinds.setdefault(instance.kind, _Kind()).add(instance)
    return {key: tuple(kinds[each[0].kind].facts(each)) for key, each in instances.items() if each}


def lines(facts: Iterable[str]) -> tuple[str, ...]:
    """Facts put together in lines, as many as there is room for."""
    packed = [""]
    for each in facts:
        text, last = shorten(each, _LONGEST), packed[-1]
        if len(last) + 2 + len(text) <= _LONGEST:
            packed[-1] = f"{last}, {text}" if last else text
        elif len(packed) < _MOST:
            packed.append(text)
        else:
            packed[-1] = shorten(f"{last}, …", _LONGEST)
            break
    return tuple(filter(None, packed))


# What a box stands for


@dataclass(frozen=True)
class _Instance:
    """An operation or a block, with its parameters and their defaults.

    `formula` is the operation as it is written, where that says more than its parameters.
    """

    kind: str
    values: Mapping[str, object]
    defaults: Mapping[str, object]
    formula: str = ""


def _instances(outline: Outline, key: int) -> list[_Instance]:
    return [each for member in outline.members[key] for each in _of_member(outline.graph, member)]


def _of_member(graph: Graph, member: Member) -> Iterator[_Instance]:
    if isinstance(member, Node):
        yield _of_node(member)
    elif member.kind == "row":  # of operations, for those of blocks have the blocks as members
        yield from (_of_node(node) for node in graph if node.scope == member.index)
    elif member.block:
        cells = _cells(graph, member)
        own = {name: member.bindings.get(name) for name in member.block.parameters}
        yield _Instance(member.definition, cells | own, member.block.defaults)


def _of_node(node: Node) -> _Instance:
    operation = node.operation
    if operation.needs_owner or operation.formula:
        return _Instance(operation.name, {}, {}, operation.formula)
    own = {each.name: getattr(operation, each.name) for each in fields(operation)}
    return _Instance(operation.name, own, {each.name: each.default for each in fields(operation)})


def _cells(graph: Graph, scope: Scope) -> dict[str, object]:
    """The numbers of a row that its block does not take as they are, as an expansion."""
    row = graph.scopes[scope.parent or 0]
    if row.kind != "row" or scope.block is None:
        return {}
    known, cells = {*_CONTROL, *scope.block.parameters}, row.bindings.items()
    return {name: value for name, value in cells if name not in known and is_number(value)}


# What the boxes of a kind show


@dataclass
class _Kind:
    """All instances of a block or an operation that are drawn: which parameters they show."""

    values: dict[str, dict[str, None]] = field(default_factory=dict)
    notable: set[str] = field(default_factory=set)

    def add(self, instance: _Instance) -> None:
        for name, value in instance.values.items():
            self.values.setdefault(name, {})[written(value)] = None
            if not is_word(value) and not is_default(value, instance.defaults.get(name, ...)):
                self.notable.add(name)

    def facts(self, instances: Sequence[_Instance]) -> Iterator[str]:
        if instances[0].formula:
            yield clean(instances[0].formula)
        for name in self._shown:
            values = [each.values.get(name) for each in instances]
            if text := clean(fact(name, values, instances[0].defaults.get(name, ...))):
                yield text

    @property
    def _shown(self) -> Iterator[str]:
        for name, different in self.values.items():
            if name not in _IN_SHAPE and (name in self.notable or len(different) > 1):
                yield name
