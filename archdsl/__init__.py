"""archdsl: an architecture compiler for video networks.

>>> import archdsl
>>> spec = archdsl.load("x3d_s")
>>> network = spec.network()
>>> network.costs.total.macs
1962892112

`load` reads a spec, `parse` one that is a text, and `list` has those that are published. A `Spec`
gives each `Network`, which knows its costs, draws itself and becomes PyTorch. `expand` and `follow`
grow one. A mistake raises `CompileError`, which holds each `Diagnostic`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archdsl.version import __version__

if TYPE_CHECKING:
    from archdsl.catalogue.entries import Entry
    from archdsl.catalogue.listing import list_networks as list  # noqa: F401
    from archdsl.costs.breakdown import Part
    from archdsl.costs.figures import Costs, Figures
    from archdsl.diagnostics import CompileError, Diagnostic, Severity
    from archdsl.drawing import Drawing
    from archdsl.expansion.steps import Expansion, expand
    from archdsl.expansion.trail import Trail, follow
    from archdsl.network import Network
    from archdsl.recipes.recipe import Recipe
    from archdsl.searches.search import Search
    from archdsl.space.walk import Walk
    from archdsl.spec import Spec, load, parse

__all__ = [
    "CompileError",
    "Costs",
    "Diagnostic",
    "Drawing",
    "Entry",
    "Expansion",
    "Figures",
    "Network",
    "Part",
    "Recipe",
    "Search",
    "Severity",
    "Spec",
    "Trail",
    "Walk",
    "__version__",
    "expand",
    "follow",
    "load",
    "parse",
]

_HOMES = {
    "CompileError": "diagnostics.CompileError",
    "Costs": "costs.figures.Costs",
    "Diagnostic": "diagnostics.Diagnostic",
    "Drawing": "drawing.Drawing",
    "Entry": "catalogue.entries.Entry",
    "Expansion": "expansion.steps.Expansion",
    "Figures": "costs.figures.Figures",
    "Network": "network.Network",
    "Part": "costs.breakdown.Part",
    "Recipe": "recipes.recipe.Recipe",
    "Search": "searches.search.Search",
    "Severity": "diagnostics.Severity",
    "Spec": "spec.Spec",
    "Trail": "expansion.trail.Trail",
    "Walk": "space.walk.Walk",
    "expand": "expansion.steps.expand",
    "follow": "expansion.trail.follow",
    "list": "catalogue.listing.list_networks",  # `import *` must not hide Python's own
    "load": "spec.load",
    "parse": "spec.parse",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used.

    The command line imports this package too. It disables the garbage collector before anything
    large is imported, and most commands need little of the API.
    """
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, _, attribute = _HOMES[name].rpartition(".")
    return getattr(import_module(f"archdsl.{module}"), attribute)


def __dir__() -> tuple[str, ...]:
    """The public names, also those that are not imported yet."""
    return ("__version__", *_HOMES)
