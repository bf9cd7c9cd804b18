"""A build folder: the module, its entry point for torch.hub, and the scripts of a recipe."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from archdsl import files
from archdsl.costs.figures import Costs
from archdsl.emit.manifest import NAME, Origin, digests, manifest
from archdsl.emit.module import Module
from archdsl.emit.names import file_name, network_doc
from archdsl.emit.pages import page
from archdsl.emit.python import (
    Assign,
    Atom,
    Attribute,
    Call,
    Docstring,
    Expr,
    Function,
    If,
    Infix,
    Keyword,
    Parameter,
    Return,
    render,
)
from archdsl.emit.scripts import Target, scripts
from archdsl.emit.writer import DOC_WIDTH
from archdsl.ir.graph import Graph, final_softmax
from archdsl.recipes.recipe import Recipe

_TITLE = 'Entry point of torch.hub, which loads this folder with `source="local"`.'


@dataclass(frozen=True)
class HubView:
    """What the template shows, each part as finished lines of Python."""

    docstring: list[str]
    imported: str
    entry: list[str]


def hubconf(graph: Graph, module: Module) -> str:
    """The text of a `hubconf.py` that stands beside the module."""
    name = file_name(graph.name)
    docstring = render((Docstring(_TITLE),))
    # The other name keeps the module, and all it holds, from being an entry point itself.
    view = HubView(docstring, f"import {name} as _{name}", render((_entry(graph, module),)))
    return page("hubconf.py.j2", hub=view)


def _entry(graph: Graph, module: Module) -> Function:
    own = Atom(f"_{file_name(graph.name)}")
    names = [parameter.name for parameter in module.parameters]
    model, weights = (Atom(_free(name, names)) for name in ("model", "weights"))
    made = Call(Attribute(own, module.class_name), tuple(Keyword(n, Atom(n)) for n in names))
    loaded = Expr(Call(Attribute(own, "load_weights"), (model, weights)))
    body = (
        Docstring(f"{_described(graph)}\n\n`{weights}` is a file of weights to start from."),
        Assign(model, made),
        If(Infix("is not", (weights, Atom("None"))), (loaded,)),
        Return(model),
    )
    union = Infix("|", (Atom("str"), Atom("None")))
    given = (*module.parameters, Parameter(str(weights), union, Atom("None")))
    return Function(file_name(graph.name), given, Attribute(own, module.class_name), body)


def _described(graph: Graph) -> str:
    return textwrap.fill(network_doc(graph.name, graph.doc), DOC_WIDTH)


def _free(name: str, taken: Iterable[str]) -> str:
    while name in taken:
        name += "_"
    return name


def build(
    graph: Graph, module: Module, recipe: Recipe | None, origin: Origin, costs: Costs
) -> dict[str, str]:
    """The text of each file, sealed, by its name; with a recipe there are scripts."""
    texts = {f"{file_name(graph.name)}.py": module.text, "hubconf.py": hubconf(graph, module)}
    texts |= scripts(recipe, _target(graph, module)) if recipe else {}
    made = {name: files.sealed(text) for name, text in texts.items()}
    told = manifest(graph, module, recipe, origin, costs) | {"files": digests(made)}
    return {**made, NAME: files.sealed_json(told)}


def _target(graph: Graph, module: Module) -> Target:
    return Target(
        file_name(graph.name),
        module.class_name,
        tuple(parameter.name for parameter in module.parameters),
        network_doc(graph.name, graph.doc),
        graph.type(graph.outputs[0]).channels,
        gives_probabilities=final_softmax(graph) is not None,
    )
