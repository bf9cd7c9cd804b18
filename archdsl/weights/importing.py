"""Other people's weights for a network: tensor by tensor, nothing left over, and what would fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.build.parameters import given_by_program
from archdsl.diagnostics import CompileError, Diagnostic, error
from archdsl.spec import Network, load
from archdsl.weights.files import WeightsFile, torch_or_fault
from archdsl.weights.matching import COUNTER, Match, depths
from archdsl.weights.sources import VARIANTS, Source, recognised

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
        raise CompileError(_advised(faults, match))
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
        raise CompileError(_advised([error("weights", message)], match))


_TRIED = 40
"""How many specs beside the network's are looked at."""


def _advised(faults: Sequence[Diagnostic], match: Match) -> list[Diagnostic]:
    """The faults, the first with how deep both sides are, the last with what would fit."""
    first, *rest = faults
    every = [replace(first, notes=(*_depths(match), *first.notes)), *rest]
    return [*every[:-1], replace(every[-1], help=_advice(match))]


def _depths(match: Match) -> Iterator[str]:
    theirs, ours = match.depths
    if theirs != ours:
        blocks = f"{_listed(theirs)} residual blocks in its stages"
        yield f"the file has {blocks}, {match.network.name} {_listed(ours) or 'none'}"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _advice(match: Match) -> str | None:
    own = match.network
    for network, flag in _variants(own, match):
        if _fits(network, match):
            return f"it fits with `{flag}`"
    found: dict[str, list[str]] = {}
    for path, neighbour in _neighbours(own):
        for network, flag in ((neighbour, ""), *_variants(neighbour, match)):
            if _fits(network, match):
                found.setdefault(flag, []).append(str(path))
                break
    fitting = (f"{', '.join(paths)}{flag and f' with `{flag}`'}" for flag, paths in found.items())
    return f"it fits {'; '.join(fitting)}" if found else None


def _variants(network: Network, match: Match) -> Iterator[tuple[Network, str]]:
    """The network as others may have it, and how to ask for that."""
    for parameter, values in VARIANTS.items():
        for value in values:
            given = {**network.given, parameter: given_by_program(parameter, value)}
            try:
                yield network.spec.build(network.name, given), f"--set {parameter}={value}"
            except CompileError:
                return


def _neighbours(network: Network) -> Iterator[tuple[Path, Network]]:
    """The networks of the other specs in the same folder."""
    own = Path(network.spec.program.main.file.source.name)
    for path in islice(sorted(own.parent.glob(f"*{own.suffix}")), _TRIED):
        try:
            if path != own:
                yield path, load(path).network()
        except CompileError:
            continue


def _fits(network: Network, match: Match) -> bool:
    if depths(network.graph) != match.depths[0]:
        return False
    return not Match(network, match.file, match.source).faults()
