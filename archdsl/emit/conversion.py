"""The weights of a lowered module, from those of the readable one: what its file says about them.

Most layers have the name that they have in the readable module. Tables tell the others, and the
norms that layers do; a function reads them, and gives a network that is ready.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import TypeAlias

from archdsl.emit.module import Definitions
from archdsl.emit.names import file_name, free
from archdsl.emit.python import (
    Assign,
    Atom,
    Attribute,
    Call,
    Comment,
    Dict,
    Docstring,
    Entry,
    Expr,
    Function,
    Keyword,
    Parameter,
    Python,
    Return,
    Statement,
    literal,
)
from archdsl.emit.signatures import parameters
from archdsl.ir.graph import Address, Graph, Node
from archdsl.ops.forms import PyValue
from archdsl.passes.base import Fold, Lowered, Paths

CONVERTED = ("converted",)
"""What it reads of the layers of a target."""

Places: TypeAlias = Mapping[Address, str]
"""The path of each layer in a module, by its address in the graph."""


def about_lowered(graph: Graph) -> Iterator[str]:
    """What a reader of the file must know, as lines of its docstring."""
    name = file_name(graph.name)
    yield ""
    yield f"For inference alone: `from_readable` gives it the weights of {name}.py, the readable"
    yield "module. Without them all its convolutions are 0. Blocks may write over the tensors"
    yield "that they get, so hooks see what is left; the inputs of the network stay as they"
    yield "are. There are no gradients."


def conversion(
    graph: Graph, readable: Places, lowered: Lowered, found: Definitions
) -> Iterator[Statement]:
    """The tables and the function `from_readable`.

    `graph` is that of the readable module, and `readable` has the paths of its layers.
    """
    before, after = _paths(graph, readable), _paths(lowered.graph, found.paths)
    folded: dict[float, dict[str, str]] = {}
    for rule in lowered.weights:
        if isinstance(rule, Fold):
            folded.setdefault(rule.eps, {})[after[rule.node]] = before[rule.reads[1]]
    pairs = ((after[rule.node], before[rule.reads[0]]) for rule in lowered.weights)
    names = {own: theirs for own, theirs in pairs if own != theirs}
    yield Comment(
        "By its eps, the batch norm that each layer does, as the readable module calls it."
    )
    norms: Mapping[float, Python] = {eps: _table(layers) for eps, layers in folded.items()}
    yield Assign(Atom("NORMS"), _table(norms), Atom("dict[float, dict[str, str]]"))
    yield Comment("Layers that the readable module calls otherwise.")
    yield Assign(Atom("NAMES"), _table(names), Atom("dict[str, str]"))
    yield _from_readable(found)


def named_alike(graph: Graph, readable: Places, lowered: Lowered) -> Lowered:
    """The same, with the attributes of the readable module as names of layers where they can be.

    A layer that left its block has the name that the block has there.
    """
    before, prefixes = _paths(graph, readable), _prefixes(graph, readable)
    read = {rule.node: before[rule.reads[0]].split(".") for rule in lowered.weights}
    nodes = [
        _named(lowered.graph, node, read.get(node.index, []), prefixes) for node in lowered.graph
    ]
    return replace(lowered, graph=replace(lowered.graph, nodes=tuple(nodes)))


def _named(graph: Graph, node: Node, path: Sequence[str], prefixes: Mapping[Address, int]) -> Node:
    scope = graph.scopes[node.scope]
    if not path or scope.block is None or len(node.results) > 1:
        return node
    return replace(node, names=(path[prefixes[graph.address(scope.parent, scope.site)]],))


def _prefixes(graph: Graph, readable: Places) -> Mapping[Address, int]:
    """For each scope how many parts the paths of its layers have in common, but for their last."""
    paths: dict[int, list[list[str]]] = {}
    for index, path in _paths(graph, readable).items():
        for scope in graph.enclosing(graph.node(index).scope):
            paths.setdefault(scope.index, []).append(path.split("."))
    scopes = ((graph.scopes[index], own) for index, own in paths.items())
    return {graph.address(s.parent, s.site): _common(own) for s, own in scopes}


def _common(paths: Sequence[list[str]]) -> int:
    least, most = min(paths), max(paths)
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(least, most, strict=False))
    return min(len(list(pairs)), *(len(path) - 1 for path in paths))


def _paths(graph: Graph, places: Places) -> Paths:
    addresses = ((node.index, graph.address(node.scope, node.site)) for node in graph)
    return {index: places[address] for index, address in addresses if address in places}


def _table(entries: Mapping[str, str] | Mapping[float, Python]) -> Python:
    pairs: Iterable[tuple[PyValue, PyValue | Python]] = entries.items()
    return Dict(tuple([Entry(literal(key), _value(value)) for key, value in pairs]))


def _value(value: PyValue | Python) -> Python:
    return value if isinstance(value, Python) else literal(value)


def _from_readable(found: Definitions) -> Function:
    signature = found.network.signature
    own = parameters(signature)
    names = [parameter.name for parameter in own]
    model, state = (Atom(free(name, names)) for name in ("model", "state"))
    made = Call(Atom(signature.name), tuple([Keyword(p.name, Atom(p.name)) for p in own]))
    converted = Call(
        Atom(*CONVERTED),
        (state, Call(Attribute(model, "state_dict")), Atom("NORMS"), Atom("NAMES")),
    )
    body = (
        Docstring(
            "The network with the weights of the readable module, from its state dict.\n\n"
            "Norms are folded in float64."
        ),
        Assign(model, made),
        Expr(Call(Attribute(model, "load_state_dict"), (converted,))),
        Return(Call(Attribute(Call(Attribute(model, "eval")), "requires_grad_"), (Atom("False"),))),
    )
    given = (Parameter(str(state), Atom("Mapping[str, Tensor]")), *own)
    return Function("from_readable", given, Atom(signature.name), body)
