"""The folder that searches a space along paths of a supernet: its weights, costs, and scripts."""

from __future__ import annotations

from archdsl.diagnostics import CompileError, Diagnostics, error
from archdsl.emit.folder import sealed_files
from archdsl.emit.manifest import about_search
from archdsl.emit.names import network_doc
from archdsl.emit.scripts import Target, search_scripts
from archdsl.network import Network
from archdsl.searches.search import Search
from archdsl.space.cost_file import cost_file
from archdsl.supernet.module import MODULE, Sharing
from archdsl.supernet.searched import SPACE, Searched

COSTS = "costs.json"


def search_folder(searched: Searched, diagnostics: Diagnostics) -> dict[str, str]:
    """The text of each file, by its name.

    Raises:
        CompileError: weights of the members cannot be shared, their costs are not known, or all of
            them cost more than a bound.
    """
    search, space = searched.search, searched.space
    _check_bounds(searched)
    made = space.supernet(_sharing(search))
    target = _target(space, made.arguments)
    texts = {MODULE: made.text, **search_scripts(searched.recipe, target, search)}
    texts[SPACE] = searched.space_text(diagnostics)
    about = about_search(space.graph, MODULE, searched.recipe, search.name, searched.origin)
    return sealed_files(texts, about, {COSTS: cost_file(space.name, space.walk)})


def _check_bounds(searched: Searched) -> None:
    """Of the space as it is written: its parameters may be others than those of the spec."""
    for bound in searched.search.bounds:
        least = searched.space.walk.least(bound.metric)
        if least is not None and least.cost > bound.most:
            message = f"no member of `{searched.space.name}` is within this bound"
            told = f"{message}: the least is {least.cost:,}"
            raise CompileError([error("search", told, searched.span_of(bound))])


def _sharing(search: Search) -> Sharing:
    return Sharing(is_fair=search.channels == "fair", is_cut=search.kernels == "cut")


def _target(space: Network, arguments: tuple[str, ...]) -> Target:
    """What recipe.py has to know of the supernet, which stands in for a network."""
    graph, name = space.graph, MODULE.removesuffix(".py")
    classes = graph.type(graph.outputs[0]).channels
    return Target(name, "Supernet", arguments, network_doc(graph.name, graph.doc), classes)
