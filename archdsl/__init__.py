"""archdsl: an architecture compiler for video networks.

>>> import archdsl
>>> network = archdsl.load("specs/x3d_s.arch").network()
>>> network.costs.total.macs
1962892112
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archdsl.version import __version__

if TYPE_CHECKING:
    from archdsl.catalogue.listing import list_networks as list  # noqa: F401
    from archdsl.diagnostics import CompileError, Diagnostic, Severity
    from archdsl.expansion.steps import expand
    from archdsl.expansion.trail import follow
    from archdsl.network import Network
    from archdsl.spec import Spec, load

__all__ = [
    "CompileError",
    "Diagnostic",
    "Network",
    "Severity",
    "Spec",
    "__version__",
    "expand",
    "follow",
    "load",
]

_HOMES = {
    "Network": "network.Network",
    "Spec": "spec.Spec",
    "expand": "expansion.steps.expand",
    "follow": "expansion.trail.follow",
    "list": "catalogue.listing.list_networks",  # `import *` must not hide Python's own
    "load": "spec.load",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used.

    The command line imports this package too. It disables the garbage collector before anything
    large is imported, and most commands need little of the API.
    """
    if name not in (*__all__, *_HOMES):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, _, attribute = _HOMES.get(name, f"diagnostics.{name}").rpartition(".")
    return getattr(import_module(f"archdsl.{module}"), attribute)
