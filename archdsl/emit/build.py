"""A network's build folder: its module, and what goes with it."""

from __future__ import annotations

from archdsl.emit.hub import hubconf
from archdsl.emit.module import Module
from archdsl.emit.names import file_name, network_doc
from archdsl.emit.scripts import Target, scripts
from archdsl.ir.ending import softmax_at_end
from archdsl.ir.graph import Graph
from archdsl.recipes.recipe import Recipe


def build(graph: Graph, module: Module, recipe: Recipe | None) -> dict[str, str]:
    """The text of each file, by its name; with a recipe there are scripts."""
    files = {f"{file_name(graph.name)}.py": module.text, "hubconf.py": hubconf(graph, module)}
    return {**files, **scripts(recipe, _target(graph, module))} if recipe else files


def _target(graph: Graph, module: Module) -> Target:
    return Target(
        file_name(graph.name),
        module.class_name,
        tuple(parameter.name for parameter in module.parameters),
        network_doc(graph.name, graph.doc),
        gives_probabilities=softmax_at_end(graph) is not None,
    )
