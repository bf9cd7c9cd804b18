"""What a block computes from its parameters and the sizes of its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archdsl.ir.formula import Formula, Term
from archdsl.syntax import tree

_OPERATORS = frozenset({"+", "-", "*", "/", "//", "%"})
_FUNCTIONS = frozenset({"int", "floor", "ceil", "min", "max", "round_to", "sqrt"})


def formulas(block: tree.Block | tree.Network) -> Mapping[str, Formula]:
    """The parameters whose default is computed from others, and what the body hands on so."""
    names = frozenset(parameter.name for parameter in block.parameters)
    defaults = ((p.name, p.default) for p in block.parameters if p.default is not None)
    handed = ((name, value) for name, value in _named(block) if name not in names)
    found = ((name, _term(node, names)) for name, node in (*handed, *defaults) if name)
    return {name: term for name, term in found if isinstance(term, Formula)}


def _named(block: tree.Block | tree.Network) -> Iterator[tuple[str | None, tree.Expression]]:
    """What a body gives a name: arguments of its calls, and values that it assigns."""
    for node in tree.walk(block.body):
        if isinstance(node, tree.Argument):
            yield node.name, node.value
        elif isinstance(node, tree.Assign) and len(node.targets) == 1:
            yield node.targets[0], node.value


def _term(node: tree.Expression, names: frozenset[str]) -> Term | None:
    match node:
        case tree.Number(value=value):
            return value
        case tree.Name(name=name) if name in names:
            return name
        case tree.Attribute(value=tree.Name(name=name), name=size) if name in names:
            return f"{name}.{size}"
        case tree.Binary(operator=sign, left=left, right=right) if sign in _OPERATORS:
            return _formula(sign, (left, right), names)
        case tree.Call(function=tree.Name(name=name), arguments=arguments) if name in _FUNCTIONS:
            return _formula(name, tuple(a.value for a in arguments), names)
    return None


def _formula(
    operator: str, nodes: tuple[tree.Expression, ...], names: frozenset[str]
) -> Formula | None:
    terms = [_term(node, names) for node in nodes]
    known = tuple(term for term in terms if term is not None)
    return Formula(operator, known) if len(known) == len(terms) else None
