"""All names of a file, in the order of the text: the index in which an offset is looked up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from archdsl.analysis.names import spelling
from archdsl.analysis.names.bodies import BodyReader
from archdsl.analysis.names.expressions import applied, names_in
from archdsl.analysis.names.labels import Labels, stages
from archdsl.analysis.names.meanings import (
    Meanings,
    definition_symbol,
    file_symbol,
    recipe_symbol,
    search_symbol,
)
from archdsl.analysis.names.scopes import Body, Scope, scope_of
from archdsl.analysis.names.settings import (
    SettingsReader,
    networks_of,
    recipe_base,
    scope_of_settings,
)
from archdsl.analysis.names.symbol import Kind, Occurrence, Role, Symbol
from archdsl.analysis.names.transforms import TransformReader
from archdsl.program.program import Program, Unit, name_span
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Index:
    """The names of one file, in the order of the text."""

    occurrences: tuple[Occurrence, ...]

    @cached_property
    def _starts(self) -> Sequence[int]:
        return [each.span.start for each in self.occurrences]

    def at(self, offset: int) -> Occurrence | None:
        """The name at an offset, also right behind it, as a cursor stands after a word."""
        last = bisect_right(self._starts, offset)
        for each in reversed(self.occurrences[max(0, last - 2) : last]):
            if each.span.start <= offset <= each.span.end and each.span.start < each.span.end:
                return each
        return None

    def of(self, symbol: Symbol) -> Iterator[Occurrence]:
        """All occurrences of a symbol."""
        return (each for each in self.occurrences if symbol in each.all_symbols)


def index(program: Program, unit: Unit) -> Index:
    """The index of one file of a program."""
    found = sorted(_Reader(program, unit).names(), key=lambda each: each.span.start)
    return Index(tuple(found))


class _Reader:
    """Reads the definitions of one file."""

    def __init__(self, program: Program, unit: Unit) -> None:
        self._program = program
        self._unit = unit
        self._meanings = Meanings(program, unit)
        self._scope = Scope(self._meanings)
        self._used = {use.name: file_symbol(used) for use, used in unit.used}

    def names(self) -> Iterator[Occurrence]:
        for definition in self._unit.file.definitions:
            yield from self._definition(definition)

    def _definition(self, node: tree.Definition) -> Iterator[Occurrence]:
        match node:
            case tree.Use():
                file = self._used.get(node.name)
                span = spelling.trailing(node, len(node.name))
                yield Occurrence(span, (file,) if file else (), Role.READS)
            case tree.Block() | tree.Network() | tree.Cell():
                yield from self._with_body(node)
            case tree.Derived():
                yield from self._derived(node)
            case tree.BlockChoice():
                yield self._defined(name_span(node), definition_symbol(node, self._unit))
                yield from names_in(node.choice, self._scope)
            case tree.Claim():
                yield from self._claim(node)
            case tree.Recipe():
                yield from self._recipe(node)
            case tree.DerivedRecipe():
                yield from self._derived_recipe(node)
            case tree.Search():
                yield from self._search(node)

    def _defined(self, span: Span, symbol: Symbol) -> Occurrence:
        return Occurrence(span, (symbol,), Role.DEFINES)

    def _with_body(self, node: Body) -> Iterator[Occurrence]:
        owner = definition_symbol(node, self._unit)
        yield self._defined(name_span(node), owner)
        reader = BodyReader(scope_of(node, owner, self._meanings), owner)
        yield from reader.parameters(node.parameters)
        yield from reader.body(node.body)
        if isinstance(node, tree.Network):
            for stage, row in stages(node, owner):
                # Nothing names it in the text, so it begins, without a width, at its first row.
                place = Span(row.span.source, row.span.start, row.span.start)
                yield self._defined(place, stage)

    def _derived(self, node: tree.Derived) -> Iterator[Occurrence]:
        yield self._defined(name_span(node), definition_symbol(node, self._unit))
        yield from self._base(node.base)
        if node.transforms:
            base, _ = tree.split_call(node.base)
            network = self._unit.names.get(base.name)
            reader = TransformReader(self._program, self._scope, network)
            yield from reader.changes(node.transforms)

    def _base(self, node: tree.Call | tree.Name) -> Iterator[Occurrence]:
        """A definition by its name, and the parameters that it is given."""
        return applied(node, self._scope)

    def _claim(self, node: tree.Claim) -> Iterator[Occurrence]:
        yield from self._base(node.network)
        network, _ = tree.split_call(node.network)
        labels = Labels.of(self._program, self._unit.names.get(network.name))
        for item in node.items:
            if isinstance(item, tree.Remark):
                continue
            name = item.metric if isinstance(item, tree.Figure) else item.name
            span = spelling.word(item, name)
            if span is not None:
                yield Occurrence(span, (Symbol(Kind.METRIC, name),), Role.READS)
            if isinstance(item, tree.Figure) and item.base is not None:
                yield from self._base(item.base)
            elif isinstance(item, tree.Property) and name == "same":
                for part in tree.walk([item.value]):
                    yield from labels.named(part.span) if isinstance(part, tree.Name) else ()
            elif isinstance(item, tree.Property):
                yield from names_in(item.value, self._scope)

    # Recipes and searches

    def _network(self, node: tree.Name | None) -> Iterator[Occurrence]:
        if node is not None:
            symbol = self._meanings.definitions.get(node.name)
            yield Occurrence(node.span, (symbol,) if symbol else (), Role.READS)

    def _recipe(self, node: tree.Recipe) -> Iterator[Occurrence]:
        owner = recipe_symbol(node, self._unit)
        found = networks_of(node, self._unit, self._program)
        networks = {each.number: Labels.of(self._program, each) for each in found}.values()
        scope = scope_of_settings(node, owner, self._meanings, networks)
        yield self._defined(name_span(node), owner)
        yield from self._network(node.network)
        yield from BodyReader(scope, owner).parameters(node.parameters)
        yield from SettingsReader(Kind.RECIPE, scope, networks).settings(node.settings)

    def _derived_recipe(self, node: tree.DerivedRecipe) -> Iterator[Occurrence]:
        yield self._defined(name_span(node), recipe_symbol(node, self._unit))
        yield from self._network(node.network)
        yield from recipe_base(node.base, self._scope, self._meanings)

    def _search(self, node: tree.Search) -> Iterator[Occurrence]:
        owner = search_symbol(node, self._unit)
        space, _ = tree.split_call(node.space)
        labels = Labels.of(self._program, self._unit.names.get(space.name))
        scope = scope_of_settings(node, owner, self._meanings, [labels])
        yield self._defined(name_span(node), owner)
        yield from self._base(node.space)
        yield from BodyReader(scope, owner).parameters(node.parameters)
        yield from SettingsReader(Kind.SEARCH, scope, [labels]).settings(node.settings)
