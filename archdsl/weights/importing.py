"""Other people's weights for a network: tensor by tensor, by name, nothing left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archdsl.compiler import Network
from archdsl.diagnostics import CompileError, error
from archdsl.elaborate.parameters import given_by_program
from archdsl.weights.files import WeightsFile, torch_or_fault
from archdsl.weights.matching import CLASSES, COUNTER, Match, instance
from archdsl.weights.sources import Source, recognised

if TYPE_CHECKING:
    from torch import Tensor

_VARIANTS = {"shortcut_norm": ("always", "where_channels_differ")}
"""Parameters of the library's blocks in which implementations differ."""


@dataclass(frozen=True)
class Import:
    """All tensors of the network, in its order, and where each comes from.

    `names` goes from our keys to theirs; `fresh` are those of the classifier that start anew,
    `zeros` the counters that the file lacks, `unused` those of the file that nothing needs.
    """

    network: Network
    file: WeightsFile
    source: Source
    names: Mapping[str, str]
    state: dict[str, Tensor]
    fresh: tuple[str, ...]
    zeros: tuple[str, ...]
    unused: tuple[str, ...]

    @property
    def window(self) -> str | None:
        """The window that others' heads have at this input, where ours pools what is left."""
        graph = self.network.graph
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
        raise CompileError([*faults[:-1], replace(faults[-1], help=_advice(match))])
    zeros = tuple(match.absent)
    state = _state(match)
    fresh, unused = tuple(match.fresh), tuple(match.unused)
    return Import(network, file, source, match.names, state, fresh, zeros, unused)


def _state(match: Match) -> dict[str, Tensor]:
    torch = torch_or_fault()
    started = _started(match.network) if match.fresh else {}
    state: dict[str, Tensor] = {}
    for key, theirs in match.names.items():
        if key in match.fresh:
            state[key] = started[key]
        elif key in match.absent:
            state[key] = torch.zeros((), dtype=torch.long)
        else:
            kept = match.file.tensors[theirs]
            state[key] = kept.clone(memory_format=torch.contiguous_format)
    return state


def _started(network: Network) -> Mapping[str, Tensor]:
    """The state of the network as it starts, the same each time."""
    random = torch_or_fault().random
    with random.fork_rng(devices=[]):
        random.manual_seed(0)
        return instance(network).state_dict()


def _check_names(match: Match) -> None:
    """Refuse a file whose keys are another's altogether."""
    keys, network, title = match.file.tensors, match.network, match.source.title
    found = recognised(keys)
    hint = None
    if found is match.source:
        return
    if found:
        hint = f"they are those of {found.title}: `--from {found.name}`"
    elif {key for key in match.shapes if not key.endswith(COUNTER)} <= keys.keys():
        hint = f"they are those of {network.name} itself: `load_weights` takes the file as it is"
    message = f"the keys of {match.file.path} are not those of {title}"
    raise CompileError([error("weights", message, help=hint)])


def _advice(match: Match) -> str | None:
    """What would make the file fit, where that is known."""
    if match.other_classes and match.other_classes == match.misshapen:
        count = match.shapes[match.other_classes[0]][0]
        return f"`--set {CLASSES}={count}` starts the classifier anew"
    for parameter, values in _VARIANTS.items():
        for value in values:
            if _fits(match, parameter, value):
                return f"it fits with `--set {parameter}={value}`"
    return None


def _fits(match: Match, parameter: str, value: str) -> bool:
    """Whether the file is of the same network with another value of a parameter."""
    network = match.network
    given = {**network.given, parameter: given_by_program(parameter, value)}
    try:
        variant = network.spec.build(network.name, given)
    except CompileError:
        return False
    return not Match(variant, match.file, match.source).faults()
