"""The folder that searches a space by gradients: a supergraph, scripts, and the space as a spec."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from archdsl.build.values import Given
from archdsl.diagnostics import Diagnostics
from archdsl.emit.folder import sealed_files, supergraph_files
from archdsl.emit.manifest import Origin, manifest
from archdsl.recipes.recipe import Recipe
from archdsl.searches.reading.supernets import weighing_of
from archdsl.searches.search import Search
from archdsl.searches.supernets import Adam, Differentiable
from archdsl.source import Source
from archdsl.spec import Spec
from archdsl.supergraphs.network import supergraph
from archdsl.syntax.parser import parse_argument

SPACE = "space.arch"
"""The space as a spec that needs the library alone, from which members derive."""

CONNECTIONS = "connections.json"
"""What the scripts have to know of the search and of its decisions."""


def search_folder(
    spec: Spec, search: Search, given: dict[str, Given], diagnostics: Diagnostics
) -> dict[str, str]:
    """The text of each file, by its name.

    Raises:
        CompileError: the space cannot be searched by gradients.
    """
    assert isinstance(search.method, Differentiable)
    written = [f"{name} = {value}" for name, value in search.space.given]
    own = spec.arguments([parse_argument(Source("search", text)) for text in written])
    given = {**own, **given}
    space = spec.build(search.space.name, given)
    found = supergraph(space, weighing_of(search.method))
    network, recipe, program = found.network, search.train.recipe, spec.program
    texts = supergraph_files(network.graph, network.module, recipe)
    kept = _named(search.finish.recipe if search.finish else recipe, space.name)
    origin = f"{space.name}, of {Path(program.main.file.source.name).name}"
    texts[SPACE] = spec.standalone_text(space.name, origin, given, diagnostics, [kept])
    made = Origin(Path(program.main.file.source.name).name, program.digest)
    about = manifest(network.graph, network.module, recipe, made, network.costs)
    data = {
        "search": search.name,
        "space": space.name,
        "seed": search.seed,
        "hold_out": float(search.held_out),
        "adam": _options(search.architecture),
        "decisions": found.decisions,
    }
    return sealed_files(texts, about, {CONNECTIONS: data})


def _named(recipe: Recipe, network: str) -> Recipe:
    return replace(recipe, name=f"{network}_train", network=network)


def _options(adam: Adam | None) -> dict[str, object] | None:
    """The options of torch's Adam; None if the weights' optimiser moves the connections too."""
    if adam is None:
        return None
    return {"lr": float(adam.lr), "betas": [float(beta) for beta in adam.betas]}
