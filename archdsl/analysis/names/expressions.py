"""The names in expressions: what is read and called, and which parameters are given a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from archdsl.analysis.names import spelling
from archdsl.analysis.names.meanings import Symbols
from archdsl.analysis.names.scopes import OPEN, Callee, Scope
from archdsl.analysis.names.symbol import Kind, Occurrence, Role, Symbol
from archdsl.source import Span
from archdsl.syntax import tree

_KEYWORDS = {"in": Kind.RUNNING, "cell": Kind.WORD, "_": Kind.WORD}
"""Words of the language that can stand where a name can."""


def names_in(node: tree.Node, scope: Scope) -> Iterator[Occurrence]:
    """The names in an expression, in any order."""
    match node:
        case tree.Name():
            yield read(node, scope)
        case tree.Call():
            # Without a tensor it is a block for later: `conv(kernel = 3)`.
            is_applied = any(each.name is None for each in node.arguments)
            yield read(node.function, scope, Role.CALLS if is_applied else Role.READS)
            yield from arguments(node.arguments, callee(node, scope), scope)
        case tree.Chain():
            yield from names_in(node.first, scope)
            for step in node.steps:
                yield from applied(step, scope)
        case tree.Attribute():
            yield from names_in(node.value, scope)
            span = spelling.word(node, node.name, node.value.span.end)
            if span is not None:
                yield Occurrence(span, (Symbol(Kind.SIZE, node.name),), Role.READS)
        case _:
            for part in tree.below(node):
                yield from names_in(part, scope)


def applied(node: tree.Node, scope: Scope) -> Iterator[Occurrence]:
    """The names in what is applied where it stands: a step, a statement, the block of a row."""
    if not isinstance(node, tree.Call | tree.Name):
        yield from names_in(node, scope)
        return
    function, given = tree.split_call(node)
    yield read(function, scope, Role.CALLS)
    yield from arguments(given, callee(node, scope), scope)


def read(node: tree.Name, scope: Scope, role: Role = Role.READS) -> Occurrence:
    """A name that is read. Parentheses around it belong to its node."""
    if node.name in _KEYWORDS:
        return Occurrence(_span(node), (Symbol(_KEYWORDS[node.name], node.name),), role)
    return Occurrence(_span(node), scope.symbols(node.name, node.span.start), role)


def _span(node: tree.Name) -> Span:
    return spelling.word(node, node.name) or node.span


def callee(node: tree.Node, scope: Scope) -> Callee:
    """The parameters of what a node applies: a name, a call, or one of several by a choice."""
    match node:
        case tree.Name() | tree.Call():
            function, _ = tree.split_call(node)
            return scope.callee(function.name, function.span.start)
        case tree.Each():
            return callee(node.value, scope)
        case tree.Choice():
            return merged(callee(option, scope) for option in node.options)
        case tree.Constant() | tree.Dash():
            return Callee()
    return OPEN


def merged(callees: Iterable[Callee]) -> Callee:
    """The parameters of several, any of which may be called."""
    found: dict[str, Symbols] = {}
    is_open = False
    for each in callees:
        is_open = is_open or each.is_open
        for name, symbols in each.parameters.items():
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *symbols)))
    return Callee(found, is_open)


def arguments(given: Iterable[tree.Argument], callee: Callee, scope: Scope) -> Iterator[Occurrence]:
    """The names in the arguments of a call.

    After the first argument with a name, `classes` alone is short for `classes = classes`.
    """
    is_named = False
    for argument in given:
        if argument.name is not None:
            is_named = True
            yield given_name(argument, argument.name, callee)
        elif is_named and isinstance(argument.value, tree.Name):
            yield _short(argument.value, callee, scope)
            continue
        yield from names_in(argument.value, scope)


def given_name(argument: tree.Argument, name: str, callee: Callee) -> Occurrence:
    """The name of the parameter that an argument gives a value."""
    symbols = callee.parameters.get(name, ())
    return Occurrence(spelling.leading(argument, len(name)), symbols, Role.GIVES, callee.is_open)


def _short(node: tree.Name, callee: Callee, scope: Scope) -> Occurrence:
    value = read(node, scope)
    parameters = callee.parameters.get(node.name, ())
    return replace(value, is_open=callee.is_open, also=parameters)
