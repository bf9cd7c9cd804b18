"""A space as one network to be searched by gradients: the supergraph, and what its weights decide.

It is an ordinary network, with costs, a module and scripts of its own. Beside it stands which of
the module's parameters are the connection weights of which decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from archdsl import compiler
from archdsl.build.connections import Connection, Weighing
from archdsl.diagnostics import CompileError, Diagnostics, error
from archdsl.ir.graph import Address
from archdsl.ir.pruning import without_unread
from archdsl.network import Network
from archdsl.program.program import name_span


@dataclass(frozen=True)
class Supergraph:
    """A space as one network, and its connections in the order in which they are met."""

    network: Network
    connections: tuple[Connection, ...]

    @cached_property
    def parameters(self) -> Mapping[str, tuple[str, ...]]:
        """The keys of the connection weights of each decision, one for each of its places.

        A decision that no output depends on is not there.
        """
        paths = self.network.module.paths
        found = {each.decision.name: _keys(paths, each.places) for each in self.connections}
        return {name: keys for name, keys in found.items() if keys}

    @property
    def decisions(self) -> dict[str, dict[str, object]]:
        """What the scripts have to know of each decision: see `connections.py` of a folder."""
        return {
            each.decision.name: {
                "items": list(each.items),
                "most": each.most,
                "is_tuple": each.is_selection,
                "weights": list(self.parameters[each.decision.name]),
            }
            for each in self.connections
            if each.decision.name in self.parameters
        }


def _keys(paths: Mapping[Address, str], places: Iterable[Address]) -> tuple[str, ...]:
    return tuple([f"{paths[place]}.weights" for place in places if place in paths])


def supergraph(space: Network, weighing: Weighing) -> Supergraph:
    """The supergraph of a space.

    Raises:
        CompileError: it is one network already, or has a choice that is not between tensors.
    """
    if not space.open_decisions:
        message = f"`{space.name}` is one network: there is nothing to search for"
        raise CompileError([error("choice", message, name_span(space.plan.network))])
    request = compiler.request(space.program, space.plan, space.name, space.resized)
    built, connections = compiler.relaxed(request, weighing)
    diagnostics = Diagnostics()
    diagnostics.extend(built.diagnostics)
    if diagnostics.has_errors or not built.is_sound:
        raise CompileError(diagnostics)
    graph = without_unread(built.graph)
    return Supergraph(replace(space, graph=graph, decisions=()), connections)
