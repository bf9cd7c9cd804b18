"""A symbol in words: what an editor shows of a name under the pointer, or beside a completion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, fields
from functools import cached_property
from typing import Any

from archdsl.analysis.describing import language, operations
from archdsl.analysis.describing.attributes import attribute_docs, docstring
from archdsl.analysis.names.finding import Names, shown
from archdsl.analysis.names.meanings import body_of
from archdsl.analysis.names.symbol import Kind, Symbol
from archdsl.frozen import Frozen
from archdsl.ops import OPERATIONS
from archdsl.plan.transforms import TRANSFORMS
from archdsl.program.program import NamedRecipe, Unit
from archdsl.recipes.recipe import VOCABULARY as RECIPE
from archdsl.recipes.recipe import Recipe
from archdsl.searches.search import VOCABULARY as SEARCH
from archdsl.searches.search import Search
from archdsl.settings.forms import Setting, Vocabulary, options_of
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class _Settings:
    """The settings of recipes or of searches, and the class whose fields they fill."""

    vocabulary: Vocabulary
    values: type

    @cached_property
    def docs(self) -> Mapping[str, str]:
        return attribute_docs(self.values)


_SETTINGS = {"recipe": _Settings(RECIPE, Recipe), "search": _Settings(SEARCH, Search)}


@dataclass(frozen=True)
class Description:
    """What is said of a symbol: how it is written, what it does, and where it belongs."""

    signature: str
    text: str = ""
    where: str = ""


def describe(symbol: Symbol, names: Names) -> Description:
    """What is said of a symbol that a program sees."""
    if symbol.file is not None:
        return _defined(symbol, names)
    return _OF_LANGUAGE.get(symbol.kind, _word)(symbol)


# What files define


def _defined(symbol: Symbol, names: Names) -> Description:
    unit = names.unit(symbol)
    if unit is None:
        return Description(symbol.name)
    if symbol.kind is Kind.FILE:
        return Description(f"use {symbol.name}", unit.file.doc or "", shown(unit))
    if symbol.owner is None:
        return _definition(symbol, unit)
    return _inside(symbol, names, unit)


def _definition(symbol: Symbol, unit: Unit) -> Description:
    for node in unit.file.definitions:
        is_recipe = isinstance(node, NamedRecipe)
        is_search = isinstance(node, tree.Search)
        kind = Kind.RECIPE if is_recipe else Kind.SEARCH if is_search else None
        if getattr(node, "name", None) != symbol.name or isinstance(node, tree.Use):
            continue
        if kind is symbol.kind or (kind is None and symbol.kind not in (Kind.RECIPE, Kind.SEARCH)):
            doc = getattr(node, "doc", None) or _doc_of_base(symbol, unit)
            return Description(head(node), doc, shown(unit))
    return Description(symbol.name)


def _doc_of_base(symbol: Symbol, unit: Unit) -> str:
    """What is said of the block or network that a definition derives from."""
    definition = unit.names.get(symbol.name)
    body = body_of(definition) if definition is not None else None
    return (body.node.doc or "") if body is not None and body is not definition else ""


def head(node: tree.Definition) -> str:
    """A definition without its body, in one line."""
    match node:
        case tree.Block() | tree.Network() | tree.Cell():
            kind = type(node).__name__.lower()
            parameters = ", ".join(_line(each.span) for each in node.parameters)
            return f"{kind} {node.name}({parameters})"
        case tree.Recipe() | tree.Search():
            kind = type(node).__name__.lower()
            parameters = ", ".join(_line(each.span) for each in node.parameters)
            given = f"({parameters})" if parameters else ""
            target = node.network if isinstance(node, tree.Recipe) else node.space
            suffix = f" for {_line(target.span)}" if target is not None else ""
            return f"{kind} {node.name}{given}{suffix}"
        case tree.Derived() | tree.DerivedRecipe() | tree.BlockChoice():
            start = node.span.text.rpartition('"""')[2] if node.doc is not None else node.span.text
            return " ".join(start.split())
    return _line(node.span)


def _line(span: Span) -> str:
    return " ".join(span.text.split())


def _inside(symbol: Symbol, names: Names, unit: Unit) -> Description:
    """A parameter, a variable, a column or a stage: the line that defines it."""
    owner = symbol.definition
    where = f"{symbol.kind.value} of {owner.kind.value} `{owner.name}`"
    place = next(iter(names.definitions(symbol)), None)
    if place is None:
        return Description(symbol.name, where=where)
    if symbol.kind is Kind.PARAMETER:
        node = parameter_node(symbol, unit)
        return Description(_line(node.span) if node else symbol.name, where=where)
    if symbol.kind in (Kind.COLUMN, Kind.STAGE):
        return Description(symbol.name, where=where)
    _, span = place
    return Description(span.source.line(span.line).strip(), where=where)


def parameter_node(symbol: Symbol, unit: Unit) -> tree.Parameter | None:
    owner = symbol.definition
    for node in unit.file.definitions:
        if getattr(node, "name", None) == owner.name and hasattr(node, "parameters"):
            for parameter in node.parameters:
                if parameter.name == symbol.name:
                    assert isinstance(parameter, tree.Parameter)
                    return parameter
    return None


# What the language defines


def _operation(symbol: Symbol) -> Description:
    kind = OPERATIONS[symbol.name]
    takes = "\n".join(
        f"- `{each.name}`: {operations.expects(each)}" for each in operations.parameters(kind)
    )
    example = operations.example(kind)
    parts = [operations.words(kind), takes, f"Example: `{example}`" if example else ""]
    return Description(operations.signature(kind), "\n\n".join(filter(None, parts)), "operation")


def _function(symbol: Symbol) -> Description:
    return Description(*language.FUNCTIONS[symbol.name], "function on values")


def _transform(symbol: Symbol) -> Description:
    kind = TRANSFORMS.get(symbol.name)
    if kind is None:
        return _word(symbol)
    return Description(kind.signature(), docstring(kind), "transform")


def _setting(symbol: Symbol) -> Description:
    owner = symbol.owner.name if symbol.owner else ""
    if owner not in _SETTINGS:
        return _word(symbol)
    settings = _SETTINGS[owner]
    vocabulary = settings.vocabulary
    form, field = vocabulary.forms[symbol.name], vocabulary.fields[symbol.name]
    own = next((each for each in options_of(form) if each.name == symbol.name), None)
    about = docstring(own) if own is not None else settings.docs.get(field, "")
    how = f"Write {form.syntax(symbol.name)}."
    return Description(
        symbol.name, "\n\n".join(filter(None, [about, how])), f"setting of a {owner}"
    )


def _method(symbol: Symbol) -> Description:
    kind = _settings_class(symbol)
    if kind is None:
        return _word(symbol)
    where = f"value of `{symbol.owner.name}`" if symbol.owner else ""
    return Description(kind.signature(), docstring(kind), where)


def _option(symbol: Symbol) -> Description:
    owner = symbol.owner
    where = f"parameter of `{owner.name}`" if owner else ""
    for each in _fields_of(owner) if owner else ():
        if each.name == symbol.name:
            declared = operations.declared(each)
            return Description(declared, f"Must be {operations.expects(each)}.", where)
    return Description(symbol.name, where=where)


def _fields_of(owner: Symbol) -> Iterator[Field[Any]]:
    """The fields of the class whose option is described."""
    kind: type[Frozen] | None = None
    if owner.kind is Kind.OPERATION:
        kind = OPERATIONS.get(owner.name)
    elif owner.kind is Kind.TRANSFORM:
        kind = TRANSFORMS.get(owner.name)
    else:
        kind = _settings_class(owner)
    yield from fields(kind) if kind is not None else ()


def _settings_class(symbol: Symbol) -> type[Setting] | None:
    """The class of a setting with options, or of one value of a setting that names several."""
    setting = symbol if symbol.kind is Kind.SETTING else symbol.owner
    owner = setting.owner.name if setting and setting.owner else ""
    if setting is None or owner not in _SETTINGS:
        return None
    form = _SETTINGS[owner].vocabulary.forms.get(setting.name)
    known = options_of(form) if form is not None else ()
    return next((each for each in known if each.name == symbol.name), None)


def _word(symbol: Symbol) -> Description:
    line = language.LINES.get(symbol.kind, {}).get(symbol.name, "")
    return Description(symbol.name, line, symbol.kind.value)


_OF_LANGUAGE: dict[Kind, Callable[[Symbol], Description]] = {
    Kind.OPERATION: _operation,
    Kind.FUNCTION: _function,
    Kind.TRANSFORM: _transform,
    Kind.SETTING: _setting,
    Kind.METHOD: _method,
    Kind.OPTION: _option,
}
