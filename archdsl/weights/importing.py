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
from typing import TYPE_CHECKING

from archdsl.build.parameters import given_from_python
from archdsl.diagnostics import CompileError, Diagnostic, error
from archdsl.network import Network
from archdsl.spec import Spec, load
from archdsl.weights.files import Weights, largest, of_reading
from archdsl.weights.matching import COUNTER, Match, Named, depths
from archdsl.weights.rule import WeightFile, best_reading, import_torch, read, weights_error
from archdsl.weights.sources import VARIANTS, Source, recognise

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Import:
    """The imported state dict, in the network's order; `match` says where each tensor comes from.

    Tensors in `match.reset` and `match.missing` keep their initial values. Those in
    `match.missing` and `match.unexpected` are counters of batch norms, which nothing depends on.
    """

    match: Match
    state: dict[str, Tensor]

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
    network: Network, path: Path, source: Source, checkpoint_key: str | None = None
) -> Import:
    """The weights of a file under the network's own keys.

    Raises:
        CompileError: a tensor of either side has no counterpart of its shape on the other.
    """
    own = Named(network, source)
    match = Match(own, _chosen(path, own, checkpoint_key))
    if errors := match.errors():
        raise CompileError(_with_advice(errors, match))
    return Import(match, _state(match))


def _chosen(path: Path, own: Named, checkpoint_key: str | None) -> Weights:
    """The mapping of a file that has the source's keys.

    Raises:
        CompileError: none has them, or several; or the source has no name for any layer.
    """
    file = read(path)
    if not any(recognise(each.tensors) is own.source for each in file.stored):
        raise _other_keys(file, own)
    if not own.names:
        blocks = ", ".join(own.source.blocks)
        lacking = f"{own.network.name} has no block of {own.source.title}: {blocks}"
        match = Match(own, largest(file, checkpoint_key))
        raise CompileError(_with_advice([error("weights", lacking)], match))
    return of_reading(file, best_reading(file, own.expected, checkpoint_key))


def _other_keys(file: WeightFile, own: Named) -> CompileError:
    """That a file has other keys than the source's, and whose they are."""
    message = f"the keys of {file.path} are not those of {own.source.title}"
    ours = {key for key in own.shapes if not key.endswith(COUNTER)}
    if any(ours <= each.tensors.keys() for each in file.stored):
        hint = f"they are the keys of {own.network.name} itself: `load_weights` takes the file"
        return weights_error(message, f"{hint} as it is")
    theirs = next(filter(None, (recognise(each.tensors) for each in file.stored)), None)
    hint = f"they are the keys of {theirs.title}: `--from {theirs.name}`" if theirs else str(file)
    return weights_error(message, hint)


def _state(match: Match) -> dict[str, Tensor]:
    # Cloned, because tensors of a checkpoint may be views that share one large storage, which
    # would be saved with each of them; contiguous, because safetensors stores nothing else.
    contiguous = import_torch().contiguous_format
    unchanged = {*match.reset, *match.missing}
    return {
        key: match.own.initial[key]
        if key in unchanged
        else match.file.tensors[theirs].detach().clone(memory_format=contiguous)
        for key, theirs in match.own.names.items()
    }


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
    for parameter, values in VARIANTS.items():
        for value in values:
            given = {**network.given, parameter: given_from_python(parameter, value)}
            try:
                yield Spec(network.program).build(network.name, given), f"--set {parameter}={value}"
            except CompileError:
                return


def _neighbours(network: Network) -> Iterator[tuple[Path, Network]]:
    """The networks of the other specs in the same folder, as far as they compile."""
    own = Path(network.program.main.file.source.name)
    for path in islice(sorted(own.parent.glob(f"*{own.suffix}")), _MOST_NEIGHBOURS):
        try:
            if path != own:
                yield path, load(path).network()
        except CompileError:
            continue


def _fits(network: Network, match: Match) -> bool:
    # Depths need the graph only. A full match emits the module and runs it, which takes long.
    if depths(network.graph) != match.depths[0]:
        return False
    return not Match(Named(network, match.own.source), match.file).errors()
