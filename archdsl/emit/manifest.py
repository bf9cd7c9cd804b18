"""network.json: what a build folder holds, for programs that read it.

It names the network's class and its module, says what goes in and what it costs, where it comes
from, and the digest of each file, so that nobody has to read that from Python.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from archdsl.costs.figures import Costs
from archdsl.costs.metrics import inference_bytes, training_bytes
from archdsl.emit.module import Module
from archdsl.emit.names import file_name
from archdsl.frozen import Frozen
from archdsl.ir.graph import Graph
from archdsl.recipes.recipe import Recipe
from archdsl.version import __version__


class Origin(Frozen):
    """Where a network comes from: the name of its spec, and the digest of all that it uses.

    `given` are the parameters that were set, as the language writes them.
    """

    spec: str
    digest: str
    given: tuple[tuple[str, str], ...] = ()


def manifest(
    graph: Graph, module: Module, recipe: Recipe | None, origin: Origin, costs: Costs
) -> dict[str, Any]:
    """What network.json says of a network, but for the files."""
    own = {"network": graph.name, "class": module.class_name}
    file, name = f"{file_name(graph.name)}.py", recipe.name if recipe else None
    return own | _about(graph, file, name, origin) | {"costs": _costs(graph, costs)}


def about_search(
    graph: Graph, module: str, recipe: Recipe, search: str, origin: Origin
) -> dict[str, Any]:
    """What it says of a folder that searches a space: the graph is that of some member."""
    own = {"space": graph.name, "class": "Supernet", "search": search}
    return own | _about(graph, module, recipe.name, origin)


def _about(graph: Graph, module: str, recipe: str | None, origin: Origin) -> dict[str, Any]:
    return {
        "module": module,
        "inputs": {name: list(graph.type(value).shape) for name, value in graph.inputs.items()},
        **_below(graph),
        "outputs": [list(graph.type(value).shape) for value in graph.outputs],
        "classes": _classes(graph),
        "recipe": recipe,
        "spec": {"file": origin.spec, "sha256": origin.digest, "set": dict(origin.given)},
        "archdsl": __version__,
    }


def _below(graph: Graph) -> dict[str, dict[str, int]]:
    """What the integers of each input of integers are below; nothing where there is none."""
    types = {name: graph.type(value) for name, value in graph.inputs.items()}
    below = {name: type_.integers.most + 1 for name, type_ in types.items() if type_.integers}
    return {"below": below} if below else {}


def _classes(graph: Graph) -> int | None:
    """How many scores a sample gets, if the network is a classifier."""
    outputs = [graph.type(value) for value in graph.outputs]
    return outputs[0].channels if len(outputs) == 1 and outputs[0].rank == 1 else None


def digests(files: Mapping[str, str]) -> dict[str, str]:
    """The SHA-256 of each file."""
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}


def _costs(graph: Graph, costs: Costs) -> dict[str, int]:
    """Of one sample, in single precision; memory as `archdsl flops` estimates it."""
    total = costs.total
    return {
        "parameters": total.params,
        "macs": total.macs,
        "activations": total.activations,
        "inference_bytes": inference_bytes(graph, costs),
        "training_bytes": training_bytes(graph, costs),
    }
