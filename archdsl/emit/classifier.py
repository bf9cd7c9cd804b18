"""The methods by which a network is fine-tuned: its last layer, and another one in its place.

They have the names that timm's users know. Only a network that ends in a linear layer over its
`classes` has them.
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
    Function,
    Keyword,
    Parameter,
    Python,
    Return,
    Statement,
    literal,
)
from archdsl.ir.classifier import final_linear
from archdsl.ir.graph import Address, Graph
from archdsl.ops.forms import Layer

_SELF, _INT, _LINEAR = Parameter("self"), Atom("int"), Atom("nn.Linear")
_CLASSES, _COUNT, _NEW = Atom("classes"), Atom("num_classes"), Atom("new")
_STORED = Attribute(SELF, "num_classes")


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
    body = [_counting(each) if _is_constructor(each) else each for each in network.body]
    return replace(network, body=(*body, *_methods(graph, form, Atom(f"self.{path}"))))


def _is_constructor(statement: Statement) -> bool:
    return isinstance(statement, Function) and statement.name == "__init__"


def _counting(constructor: Statement) -> Statement:
    """The constructor, which also stores how many classes there are."""
    assert isinstance(constructor, Function)
    first, *others = constructor.body
    return replace(constructor, body=(first, Assign(_STORED, _CLASSES), *others))


def _methods(graph: Graph, form: Layer, layer: Python) -> Iterator[Function]:
    yield Function("get_classifier", (_SELF,), _LINEAR, (Return(layer),))
    count = Parameter("num_classes", _INT)
    body = tuple(_replacement(graph, form, layer))
    yield Function("reset_classifier", (_SELF, count), Atom("None"), body)


def _replacement(graph: Graph, form: Layer, layer: Python) -> Iterator[Statement]:
    """A new layer with the spec's initial weights, where the old one was."""
    yield Docstring("Put a new last layer, for so many classes, in the place of the old one.")
    others = (one for one in form.arguments if not one.positional and one.value != one.default)
    given = (Keyword(one.name, literal(one.value)) for one in others)
    yield Assign(_NEW, Call(_LINEAR, (Attribute(layer, "in_features"), _COUNT, *given)))
    yield from initialised_as(graph, "linear", form, _NEW)
    yield Assign(layer, Call(Attribute(_NEW, "to"), (Attribute(layer, "weight"),)))
    yield Assign(_STORED, _COUNT)
