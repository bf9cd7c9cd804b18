"""How weights start: the body of `reset_parameters`."""

from __future__ import annotations

from fractions import Fraction

from archdsl.emit.python import (
    Atom,
    Call,
    Expr,
    For,
    If,
    Infix,
    Keyword,
    Python,
    Statement,
    Tuple,
    literal,
)
from archdsl.ir.graph import Graph, Initialisation
from archdsl.ops.base import Layer

_WEIGHT, _BIAS = Atom("module.weight"), Atom("module.bias")


def initialisation(graph: Graph) -> tuple[Statement, ...]:
    """A loop over all modules that starts those kinds the spec speaks of."""
    branches: tuple[Statement, ...] = ()
    for rule in reversed(graph.initialisations):
        layers = _layers(graph, rule.operation)
        if layers:
            branches = (_branch(rule, layers, branches),)
    if not branches:
        return ()
    return (For(Atom("module"), Atom("self.modules()"), branches),)


def _layers(graph: Graph, operation: str) -> list[Layer]:
    nodes = (node for node in graph if node.operation.name == operation)
    forms = (n.operation.emit(graph.types(graph.operands(n)), n.results) for n in nodes)
    return [form for form in forms if isinstance(form, Layer)]


def _branch(rule: Initialisation, layers: list[Layer], others: tuple[Statement, ...]) -> If:
    kinds = tuple(Atom(name) for name in sorted({layer.constructor for layer in layers}))
    test = Call(Atom("isinstance"), (Atom("module"), kinds[0] if len(kinds) == 1 else Tuple(kinds)))
    return If(test, (Expr(_scheme(rule)), *_bias(layers)), others)


def _scheme(rule: Initialisation) -> Python:
    options = tuple(
        Keyword(name, literal(float(value) if isinstance(value, Fraction) else value))  # type: ignore[arg-type]
        for name, value in rule.options.items()
    )
    match rule.scheme:
        case "he_fan_out" | "he_fan_in":
            mode = Keyword("mode", literal(rule.scheme.removeprefix("he_")))
            return Call(Atom("nn.init.kaiming_normal_"), (_WEIGHT, mode))
        case "xavier":
            return Call(Atom("nn.init.xavier_uniform_"), (_WEIGHT,))
        case "normal":
            return Call(Atom("nn.init.normal_"), (_WEIGHT, *options))
        case "truncated_normal":
            return Call(Atom("nn.init.trunc_normal_"), (_WEIGHT, *options))
    return Call(Atom("nn.init.zeros_"), (_WEIGHT,))


def _bias(layers: list[Layer]) -> tuple[Statement, ...]:
    """Biases start at zero, where there are any."""
    biased = {_has_bias(layer) for layer in layers}
    zeroed = Expr(Call(Atom("nn.init.zeros_"), (_BIAS,)))
    if biased == {False}:
        return ()
    if biased == {True}:
        return (zeroed,)
    return (If(Infix("is", (_BIAS, Atom("not None"))), (zeroed,)),)


def _has_bias(layer: Layer) -> bool:
    return any(argument.name == "bias" and bool(argument.value) for argument in layer.arguments)
