"""Other people's weights for a network: tensor by tensor, by name, nothing left over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archdsl.diagnostics import CompileError, error
from archdsl.spec import Network
from archdsl.weights.advice import advised
from archdsl.weights.files import WeightsFile, torch_or_fault
from archdsl.weights.matching import COUNTER, Match
from archdsl.weights.sources import Source, recognised

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Import:
    """All tensors of the network, in its order; `match` tells where each comes from.

    Those of `match.fresh` and `match.absent`, which are counters, are as the network starts;
    those of `match.unused` are counters too, and left behind.
    """

    match: Match
    state: dict[str, Tensor]

    @property
    def window(self) -> str | None:
        """The window that others' heads have at this input, where ours pools what is left."""
        graph = self.match.network.graph
        heads = (scope for scope in graph.scopes if "window" in scope.bindings and scope.inputs)
        for head in heads:
            if head.definition == "head" and not isinstance(head.bindings["window"], tuple):
                (features,) = head.inputs.values()
                return f"({', '.join(map(str, graph.type(features).extents))})"
        return None


def bring(network: Network, file: WeightsFile, source: Source) -> Import:
    """The weights of a file as the network's own.

    Raises:
        CompileError: a tensor of either side has no counterpart of its shape on the other.
    """
    match = Match(network, file, source)
    _check_names(match)
    if faults := match.faults():
        raise CompileError(advised(faults, match))
    return Import(match, _state(match))


def _state(match: Match) -> dict[str, Tensor]:
    contiguous = torch_or_fault().contiguous_format
    as_it_starts = {*match.fresh, *match.absent}
    return {
        key: match.started[key]
        if key in as_it_starts
        else match.file.tensors[theirs].detach().clone(memory_format=contiguous)
        for key, theirs in match.names.items()
    }


def _check_names(match: Match) -> None:
    """Refuse a network that has no names there, and a file whose keys are another's altogether."""
    keys, network, source = match.file.tensors, match.network, match.source
    found = recognised(keys)
    hint = None
    if found and found is not source:
        hint = f"they are those of {found.title}: `--from {found.name}`"
    elif {key for key in match.shapes if not key.endswith(COUNTER)} <= keys.keys():
        hint = f"they are those of {network.name} itself: `load_weights` takes the file as it is"
    if found is not source:
        message = f"the keys of {match.file.path} are not those of {source.title}"
        raise CompileError([error("weights", message, help=hint)])
    if not match.names:
        message = f"{network.name} has no block of {source.title}: {', '.join(source.blocks)}"
        raise CompileError(advised([error("weights", message)], match))
