"""The names of the places where a spec decides: of choices, and of what is used in the text.

A decision of a space is known by its name, to people and in files, so a name must follow from the
text alone. It is what stands to the left of a choice: the variable, the parameter, the cell of a
table. A place that uses a definition has a name too, since `each` decides there anew.

Names are local to a definition: `op2.over` in a cell, `stage2.row1.channels` in a network. Where
two would be one, both are numbered in the order of the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

from archdsl.ir.naming import unique_names
from archdsl.program.stages import labelled
from archdsl.source import Span
from archdsl.syntax import tree

Key: TypeAlias = tuple[int, int]
"""The offsets of a node in its file."""

Places: TypeAlias = Mapping[Key, str]

_COMBINE = "combine"
"""The call of a cell whose arguments are its operations: they need no name of a parameter."""


class Names(Protocol):
    """What is known of the names of a file."""

    def varies(self, name: str) -> bool:
        """Whether it is a block that decides anew at each use."""
        ...

    def parameters(self, name: str) -> Sequence[str]:
        """The parameters of a block or an operation, beginning with what it is applied to."""
        ...


def key(span: Span) -> Key:
    return span.start, span.end


def dotted(*names: str) -> str:
    """Parts of a name, without those that are empty."""
    return ".".join(filter(None, names))


def places_of(definitions: Iterable[tree.Definition], names: Names) -> Places:
    """The local name of every choice, row and use of a definition in a file, by its offsets."""
    named: dict[Key, str] = {}
    for definition in definitions:
        found = list(_Namer(names).definition(definition))
        again = Counter(name for _, name in found)
        seen: Counter[str] = Counter()
        for span, name in found:
            seen[name] += 1
            numbered = dotted(name, str(seen[name])) if again[name] > 1 and name else name
            named[key(span)] = numbered
    return named


Named: TypeAlias = tuple[Span, str]


class _Namer:
    """Walks one definition in the order of its text. A name is given from the outside in."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.is_cell = False

    def definition(self, node: tree.Definition) -> Iterator[Named]:
        match node:
            case tree.Block() | tree.Network() | tree.Cell():
                self.is_cell = isinstance(node, tree.Cell)
                for parameter in node.parameters:
                    if parameter.default is not None:
                        yield from self.expression(parameter.default, parameter.name)
                yield from self.body(node.body)
            case tree.Derived():
                yield from self.piped(node.base, "")
                for change in node.transforms:
                    if isinstance(change, tree.Insert):
                        yield from self.insert(change)
            case tree.BlockChoice():
                yield from self.expression(node.choice, "")

    def insert(self, node: tree.Insert) -> Iterator[Named]:
        for insertion in node.insertions:
            yield from self.expression(insertion.block, tree.split_call(insertion.block)[0].name)

    def body(self, statements: Iterable[tree.Statement]) -> Iterator[Named]:
        for statement in statements:
            yield from self.statement(statement)

    def statement(self, node: tree.Statement) -> Iterator[Named]:
        match node:
            case tree.Input():
                yield from self.expression(node.shape, node.name)
            case tree.Initialise():
                yield from self.expression(node.scheme, dotted("init", node.kind))
            case tree.Share():
                yield from self.expression(node.block, node.name)
            case tree.Assign():
                yield from self.expression(node.value, "_".join(node.targets))
            case tree.Apply(call=tree.Chain()):
                yield from self.expression(node.call, _called(node.call))
            case tree.Apply(call=tree.Call() | tree.Name() as call):
                yield from self.piped(call, _called(call))
            case tree.Require():
                yield from self.expression(node.condition, "require")
            case tree.Return():
                for value in node.values:
                    yield from self.expression(value, "return")
            case tree.If():
                yield from self.expression(node.test, "if")
                yield from self.body((*node.body, *node.otherwise))
            case tree.For():
                yield from self.expression(node.values, "_".join(node.targets))
                yield from self.body(node.body)
            case tree.Table():
                yield from self.table(node)

    def table(self, node: tree.Table) -> Iterator[Named]:
        for binding in node.bindings:
            yield from self.expression(binding.value, binding.name or "")
        columns = [column.name for column in node.columns]
        stages = [*labelled(node)]
        # Stages of one label are numbered, as blocks of one name are.
        unique = unique_names([("", text) for text, _ in stages])
        for text, (_, rows) in zip(unique, stages, strict=True):
            for place, row in enumerate(rows):
                name = text if len(rows) == 1 else f"{text}.row{place}"
                yield row.span, name
                for column, cell in zip(columns, row.cells, strict=False):
                    yield from self.expression(cell, dotted(name, column))

    def expression(self, node: tree.Node, name: str) -> Iterator[Named]:
        """The choices in an expression, and the definitions that it uses, under a name."""
        match node:
            case tree.Choice():
                yield node.span, name
                for option in node.options:
                    yield from self.expression(option, dotted(name, _called(option)))
            case tree.Each(value=tree.Call() | tree.Name() as call):
                yield node.span, name
                yield from self.arguments(*tree.split_call(call), name)
            case tree.Each():
                yield from self.expression(node.value, name)
            case tree.Name():
                if self.names.varies(node.name):
                    yield node.span, name
            case tree.Call():
                yield from self.expression(node.function, name)
                yield from self.arguments(node.function, node.arguments, name)
            case tree.Chain():
                yield from self.expression(node.first, name)
                for step in node.steps:
                    yield from self.piped(step, dotted(name, _called(step)))
            case tree.Tuple():
                for place, item in enumerate(node.items):
                    yield from self.expression(item, dotted(name, str(place)))
            case _:
                for part in tree.below(node):
                    yield from self.expression(part, name)

    def piped(self, step: tree.Call | tree.Name, name: str) -> Iterator[Named]:
        """A step of a chain, whose first parameter is what the chain passes on."""
        function, arguments = tree.split_call(step)
        yield from self.expression(function, name)
        yield from self.arguments(function, arguments, name, piped=1)

    def arguments(
        self, function: tree.Name, arguments: Iterable[tree.Argument], name: str, piped: int = 0
    ) -> Iterator[Named]:
        parameters = dict(enumerate(self.names.parameters(function.name)))
        is_combine = self.is_cell and function.name == _COMBINE
        for place, argument in enumerate(arguments, start=piped):
            positional = "" if is_combine else parameters.get(place, str(place))
            yield from self.expression(argument.value, dotted(name, argument.name or positional))


def _called(node: tree.Node) -> str:
    """The name that a call goes by where nothing stands to its left."""
    match node:
        case tree.Name():
            return node.name
        case tree.Call():
            return node.function.name
        case tree.Chain():
            return _called(node.first)
    return ""
