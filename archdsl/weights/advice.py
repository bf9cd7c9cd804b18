"""What to do about a file that does not fit a network: which network it would fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from archdsl.build.parameters import given_by_program
from archdsl.diagnostics import CompileError, Diagnostic
from archdsl.spec import Network, load
from archdsl.weights.matching import Match
from archdsl.weights.sources import depths

_VARIANTS = {"shortcut_norm": ("always", "where_channels_differ")}
"""Parameters of the library's blocks in which implementations differ."""

_TRIED = 40
"""How many specs beside the network's are looked at."""


def advised(faults: Sequence[Diagnostic], match: Match) -> list[Diagnostic]:
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
    for parameter, values in _VARIANTS.items():
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
