"""Values apart from a graph: what one part of a network gets from another.

A part is run by itself, in a graph of its own. Of a tensor that enters it only the type is known,
and whether it is a constant: no rule of the language asks for more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator

from archdsl.build.tables.known import value_key
from archdsl.build.values import Given, Tensor, Value
from archdsl.ir.graph import GraphView
from archdsl.ir.graph import Value as GraphValue
from archdsl.syntax import tree

_VARYING, _CONSTANT = GraphValue(-1), GraphValue(-2)
"""What stands for a tensor that is in no graph."""


def detached(value: Value, graph: GraphView) -> Value:
    """A value whose tensors are in no graph."""
    if isinstance(value, Tensor):
        # Most tensors have samples of their own, and these are no constants.
        constant = not value.type.samples and graph.is_constant(value.value)
        return Tensor(_CONSTANT if constant else _VARYING, value.type)
    if isinstance(value, tuple):
        return tuple([detached(part, graph) for part in value])
    return value


def attached(value: Value, tensor: Callable[[Tensor], Tensor]) -> Value:
    """A value whose tensors `tensor` puts into a graph, in order."""
    if isinstance(value, Tensor):
        return tensor(value)
    if isinstance(value, tuple):
        return tuple([attached(part, tensor) for part in value])
    return value


def is_detached_constant(tensor: Tensor) -> bool:
    return tensor.value == _CONSTANT


def tensors(value: Value) -> Iterator[Tensor]:
    """The tensors of a value, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from tensors(part)


def key_of(value: Value) -> Hashable:
    """A key for a value that is in no graph: equal for values that no text can tell apart."""
    if isinstance(value, Tensor):
        return value.type, value.value
    if isinstance(value, tuple):
        return tuple(map(key_of, value))
    return value_key(value)


def key_of_argument(given: Given) -> Hashable:
    """A key for an argument: a bare name is a word for some parameters, whatever its value."""
    is_word = isinstance(given.written, tree.Name | tree.Tuple)
    return key_of(given.value), given.written if is_word else None
