"""The folder that searches a space by gradients: a supergraph, scripts, and the space as a spec."""

from __future__ import annotations

import json

from archdsl.diagnostics import Diagnostics
from archdsl.emit.folder import sealed_files, supergraph_files
from archdsl.emit.manifest import manifest
from archdsl.searches.reading.supernets import weighing_of
from archdsl.searches.supernets import Adam, Differentiable
from archdsl.supergraphs.network import supergraph
from archdsl.supernet.searched import SPACE, Searched

CONNECTIONS = "connections.json"
"""What the scripts have to know of the search and of its decisions."""


def search_folder(searched: Searched, diagnostics: Diagnostics) -> dict[str, str]:
    """The text of each file, by its name.

    Raises:
        CompileError: the space cannot be searched by gradients.
    """
    search, recipe = searched.search, searched.recipe
    assert isinstance(search.method, Differentiable)
    found = supergraph(searched.space, weighing_of(search.method))
    network = found.network
    texts = supergraph_files(network.graph, network.module, recipe)
    texts[SPACE] = searched.space_text(diagnostics)
    about = manifest(network.graph, network.module, recipe, searched.origin, network.costs)
    data = {
        "search": search.name,
        "space": searched.space.name,
        "seed": search.seed,
        "hold_out": float(search.held_out),
        "adam": _options(search.architecture),
        "decisions": found.decisions,
    }
    return sealed_files(texts, about, {CONNECTIONS: json.dumps(data, indent=2)})


def _options(adam: Adam | None) -> dict[str, object] | None:
    """The options of torch's Adam; None if the weights' optimiser moves the connections too."""
    if adam is None:
        return None
    return {"lr": float(adam.lr), "betas": [float(beta) for beta in adam.betas]}
