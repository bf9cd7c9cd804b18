"""Importing weights from another library: every tensor accounted for, or a refusal with advice.

A tensor that silently keeps its random start gives a network that runs and is wrong. So each
tensor of either side must have a counterpart of the same shape; where one has none, the error
names a parameter or a spec beside this one with which the file would fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.build.parameters import given_from_python
from archdsl.diagnostics import CompileError, Diagnostic, error
from archdsl.network import Network
from archdsl.spec import Spec, load
from archdsl.weights.files import largest, of_reading
from archdsl.weights.inflation import Inflation, identity, inflated
from archdsl.weights.matching import COUNTER, Match, Named
from archdsl.weights.positions import depths
from archdsl.weights.rule import WeightFile, best_reading, import_torch, read, weights_error
from archdsl.weights.sources import SOURCES, recognise

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Import:
    """The imported state dict, in the network's order; `match` says where each tensor comes from.

    Tensors in `match.reset`, `match.missing` and `match.own.inserted` keep their initial values,
    and those in `match.own.identities` pass on what they are given. Those in `match.missing` and
    `match.unexpected` are counters of batch norms, which nothing depends on.
    """

    match: Match
    state: dict[str, Tensor]
    inflation: Inflation

    @property
    def window(self) -> str | None:
        """The fixed pooling window that the source's head has at this input size.

        None if the network has such a window too. Without one, our head pools globally, which is
        the same at this input size and differs on larger clips.
        """
        graph = self.match.own.network.graph
        heads = (scope for scope in graph.scopes if "window" in scope.bindings and scope.inputs)
        for head in heads:
            if head.definition == "head" and not isinstance(head.bindings["window"], tuple):
                (features,) = head.inputs.values()
                return f"({', '.join(map(str, graph.type(features).extents))})"
        return None


def import_weights(
    network: Network,
    path: Path,
    library: str,
    checkpoint_key: str | None = None,
    inflation: Inflation = Inflation.REPEAT,
) -> Import:
    """The weights of a file under the network's own keys; `library` is a name in SOURCES.

    Raises:
        CompileError: a tensor of either side has no counterpart of its shape on the other.
    """
    file = read(path)
    own = _named(network, file, library)
    if not own.names:
        blocks = ", ".join(filter(None, own.source.blocks))
        lacking = f"{network.name} has no block of {own.source.title}: {blocks}"
        match = Match(own, largest(file, checkpoint_key))
        raise CompileError(_with_advice([error("weights", lacking)], match))
    found = best_reading(file, own.expected, checkpoint_key)
    match = Match(own, of_reading(file, found))
    if errors := match.errors():
        raise CompileError(_with_advice(errors, match))
    if faults := list(found.faults()):
        raise CompileError([error("weights", f"{path}: {fault}") for fault in faults])
    return Import(match, _state(match, inflation), inflation)


def _named(network: Network, file: WeightFile, library: str) -> Named:
    """The network of a library whose keys a file has, and what it calls the layers of ours.

    Raises:
        CompileError: the file has other keys.
    """
    found = [recognise(each.tensors) for each in file.stored]
    known = [source for source in SOURCES[library] if source in found or not source.blocks]
    if known:
        return Named(network, known[0])
    titles = ", ".join(source.title for source in SOURCES[library])
    message = f"the keys of {file.path} are not those of {titles}"
    shapes = Named(network, SOURCES[library][0]).shapes
    ours = {key for key in shapes if not key.endswith(COUNTER)}
    if any(ours <= each.tensors.keys() for each in file.stored):
        hint = f"they are the keys of {network.name} itself: `load_weights` takes the file as it is"
        raise weights_error(message, hint)
    for theirs in filter(None, found):
        hint = f"they are the keys of {theirs.title}: `--from {theirs.library}`"
        raise weights_error(message, hint)
    raise weights_error(message, str(file))


def _state(match: Match, inflation: Inflation) -> dict[str, Tensor]:
    own = match.own
    start = {*match.reset, *match.missing, *own.inserted}
    state: dict[str, Tensor] = {}
    for key, initial in own.initial.items():
        if key in own.identities:
            state[key] = _passing(key, own)
        elif key in own.constants:
            state[key] = initial.new_full(initial.shape, own.constants[key])
        elif key in start:
            state[key] = initial
        else:
            state[key] = _copied(key, match, inflation)
        if state[key].isnan().any():
            raise weights_error(f"{own.names.get(key, key)} of {match.file.path} holds NaN")
    return state


def _copied(key: str, match: Match, inflation: Inflation) -> Tensor:
    """A tensor of the file in the shape that it has here, and in no lower precision."""
    torch = import_torch()
    own, initial = match.own, match.own.initial[key]
    tensor = match.file.tensors[own.names[key]].detach()
    moved = own.layouts[key].applied(tensor) if key in own.layouts else tensor
    precise = moved.to(torch.promote_types(tensor.dtype, initial.dtype))
    # Cloned, because tensors of a checkpoint may be views that share one large storage, which
    # would be saved with each of them; contiguous, because safetensors stores nothing else.
    copied: Tensor = inflated(precise, tuple(initial.shape), inflation)
    return copied.clone(memory_format=torch.contiguous_format)


def _passing(key: str, own: Named) -> Tensor:
    """A tensor of a convolution over time, or of its norm, that passes on what it is given."""
    layer, _, leaf = key.rpartition(".")
    initial = own.initial[key]
    if initial.ndim > 1:
        return identity(own.shapes[key])
    norm: Any = own.module.get_submodule(layer)
    # It divides by the root of variance + eps: so that is 1.
    return initial - norm.eps if leaf == "running_var" else initial


_MOST_NEIGHBOURS = 40
"""How many other specs are tried: each is parsed, built and matched."""


def _with_advice(errors: Sequence[Diagnostic], match: Match) -> list[Diagnostic]:
    """The errors, with the depths of both sides in the first, and what would fit in the last."""
    first, *rest = errors
    noted = [replace(first, notes=(*_depth_notes(match), *first.notes)), *rest]
    return [*noted[:-1], replace(noted[-1], help=_advice(match))]


def _depth_notes(match: Match) -> Iterator[str]:
    theirs, ours = match.depths
    if theirs != ours:
        blocks = f"{_joined(theirs)} residual blocks in its stages"
        yield f"the file has {blocks}, {match.own.network.name} has {_joined(ours) or 'none'}"


def _joined(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _advice(match: Match) -> str | None:
    """Which variant of this network fits the file; if none does, which of its neighbours do."""
    own = match.own.network
    for network, flag in _variants(own, match):
        if _fits(network, match):
            return f"it fits with `{flag}`"
    fitting: dict[str, list[str]] = {}
    for path, neighbour in _neighbours(own):
        for network, flag in ((neighbour, ""), *_variants(neighbour, match)):
            if _fits(network, match):
                fitting.setdefault(flag, []).append(str(path))
                break
    parts = (f"{', '.join(paths)}{flag and f' with `{flag}`'}" for flag, paths in fitting.items())
    return f"it fits {'; '.join(parts)}" if fitting else None


def _variants(network: Network, match: Match) -> Iterator[tuple[Network, str]]:
    """The network as other libraries build it, with the flag that asks for that."""
    for parameter, values in match.own.source.variants.items():
        for value in values:
            given = {**network.given, parameter: given_from_python(parameter, value)}
            try:
                yield Spec(network.program).build(network.name, given), f"--set {parameter}={value}"
            except CompileError:
                return


def _neighbours(network: Network) -> Iterator[tuple[Path, Network]]:
    """The networks of the other specs in the same folder, as far as they compile."""
    own = network.program.main.path
    for path in islice(sorted(own.parent.glob(f"*{own.suffix}")), _MOST_NEIGHBOURS):
        try:
            if path != own:
                yield path, load(path).network()
        except CompileError:
            continue


def _fits(network: Network, match: Match) -> bool:
    # Depths need the graph only. A full match emits the module and runs it, which takes long.
    if not match.depths[0] or depths(network.graph, match.own.source) != match.depths[0]:
        return False
    return not Match(Named(network, match.own.source), match.file).errors()
