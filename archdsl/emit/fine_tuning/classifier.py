"""`get_classifier` and `reset_classifier`: the last layer, and another one in its place.

Only a network that ends in a linear layer over its `classes` has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from archdsl.emit.initialise import initialised_as
from archdsl.emit.members import SELF, Signature
from archdsl.emit.python import (
    Assign,
    Atom,
    Attribute,
    Call,
    Class,
    Docstring,
    Expr,
    Function,
    If,
    Infix,
    Keyword,
    Parameter,
    Raise,
    Return,
    Statement,
    literal,
)
from archdsl.ir.classifier import final_linear
from archdsl.ir.graph import Address, Graph
from archdsl.ir.probabilities import final_softmax
from archdsl.ops.forms import Layer

_SELF, _INT = Parameter("self"), Atom("int")
_LINEAR, _MODULE = Atom("nn.Linear"), Atom("nn.Module")
_CLASSES, _COUNT, _NEW = Atom("classes"), Atom("num_classes"), Atom("new")
_STORED, _FEATURES = Attribute(SELF, "num_classes"), Attribute(SELF, "num_features")
_RESET = Expr(Call(Atom("self.reset_parameters")))


def with_classifier(
    network: Class, signature: Signature, graph: Graph, paths: Mapping[Address, str]
) -> Class:
    """The network's class with these methods and `num_classes`, if it has a classifier.

    `paths` are those of the layers that Python knows the type of.
    """
    last = final_linear(graph)
    path = paths.get(graph.address(last.scope, last.site)) if last else None
    if last is None or path is None:
        return network
    form = last.operation.emit(graph.types(graph.operands(last)), last.results)
    assert isinstance(form, Layer)
    if signature.defaults.get("classes") != last.results[0].shape[-1]:
        return network
    body = [_counting(each, path) if _is_constructor(each) else each for each in network.body]
    return replace(network, body=(*body, *_methods(graph, form, path)))


def _is_constructor(statement: Statement) -> bool:
    return isinstance(statement, Function) and statement.name == "__init__"


def _counting(constructor: Statement, path: str) -> Statement:
    """The constructor, which also stores how many classes there are, and features for them."""
    assert isinstance(constructor, Function)
    first, *others = constructor.body
    features = Assign(_FEATURES, Atom(f"self.{path}.in_features"))
    last = [each for each in others if each == _RESET]
    layers = [each for each in others if each != _RESET]
    body = (first, Assign(_STORED, _CLASSES), *layers, features, *last)
    return replace(constructor, body=body)


def _methods(graph: Graph, form: Layer, path: str) -> Iterator[Function]:
    yield Function("get_classifier", (_SELF,), _MODULE, (Return(Atom(f"self.{path}")),))
    body = tuple(_replacement(graph, form, path))
    yield Function("reset_classifier", (_SELF, Parameter("num_classes", _INT)), Atom("None"), body)


def _replacement(graph: Graph, form: Layer, path: str) -> Iterator[Statement]:
    """A new layer with the spec's initial weights, or none, where the old one was."""
    layer = tuple(_new_layer(graph, form))
    if needed := _needed(graph):
        yield Docstring("Put another last layer, for so many classes, in the place of the old one.")
        refusal = Raise(Call(Atom("ValueError"), (literal(f"{needed}: it needs a class"),)))
        yield If(Infix("<", (_COUNT, literal(1))), (refusal,))
        yield from layer
    else:
        yield Docstring("Put another last layer in the place of the old one; for 0 classes none.")
        yield Assign(_NEW, Call(Atom("nn.Identity")), _MODULE)
        yield If(_COUNT, layer)
    owner, _, name = f"self.{path}".rpartition(".")
    placed = Call(Attribute(_NEW, "to"), (Atom("next(self.parameters())"),))
    yield Expr(Call(Atom(f"{owner}.add_module"), (literal(name), placed)))
    yield Assign(_STORED, _COUNT)


def _needed(graph: Graph) -> str:
    """Why a network cannot do without its last layer; "" where features can take its place."""
    if final_softmax(graph):
        return "a softmax follows the last layer"
    costs = (each.operation.cost(graph.types(graph.operands(each)), each.results) for each in graph)
    is_only = sum(cost.parameters > 0 for cost in costs) == 1
    return "the last layer is the only one" if is_only else ""


def _new_layer(graph: Graph, form: Layer) -> Iterator[Statement]:
    others = (one for one in form.arguments if not one.positional and one.value != one.default)
    given = (Keyword(one.name, literal(one.value)) for one in others)
    yield Assign(_NEW, Call(_LINEAR, (_FEATURES, _COUNT, *given)))
    yield from initialised_as(graph, "linear", form, _NEW)
