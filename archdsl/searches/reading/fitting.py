"""Whether a search fits its space: choices, axes to expand along, and members within bounds."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.diagnostics import CompileError, Diagnostic, Label, error, placed
from archdsl.network import Network
from archdsl.plan.candidates import Candidates
from archdsl.plan.rows import Refused
from archdsl.plan.transforms.axes import axis
from archdsl.searches.reading.settings import bounds_of
from archdsl.settings.reading.entries import Entries, Entry
from archdsl.source import Span


def unsearchable(entries: Entries, network: Network, space: Span) -> Iterator[Diagnostic]:
    """Why there is nothing to try by trials; `space` is the network's name in the search."""
    if not network.open_decisions:
        message = f"network `{network.name}` has no choices, so there is nothing to search"
        also = [Label(entries["method"].span, "chooses among members")]
        help = "write a choice in it, as in `channels = {16, 24, 32}`, or `method expansion(...)`"
        yield error("search", message, space, also=also, help=help)


def unexpandable(
    entries: Entries, network: Network, candidates: Candidates, space: Span
) -> Iterator[Diagnostic]:
    """Why a network cannot be expanded as a search says; `space` is its name there."""
    yield from _undecided(entries, network, space)
    yield from _axes(entries, network, candidates)
    yield from _start(entries, candidates, space)


def _undecided(entries: Entries, network: Network, space: Span) -> Iterator[Diagnostic]:
    """An expansion grows one network."""
    names = [f"{name} = first" for name in network.open_decisions]
    if names:
        message = f"an expansion grows one network, but `{network.name}` has choices"
        also = [Label(entries["method"].span, "an expansion")]
        chosen = ", ".join(names[:2] + ["..."] * (len(names) > 2))
        help = f"derive a network from it: `network NAME = {network.name} + choose({chosen})`"
        yield error("search", message, space, also=also, help=help)


def _axes(entries: Entries, network: Network, candidates: Candidates) -> Iterator[Diagnostic]:
    """Every axis must be one of the network's, as a step along it must change the network."""
    entry = entries["method"]
    for name in entry.value.axes:
        try:
            axis(name).scale(candidates.plan)
        except Refused as refused:
            message = f"`{network.name}` cannot be expanded along `{name}`: {refused.message}"
            yield error("search", message, entry.span_of("axes"), help=refused.help)


def _start(entries: Entries, candidates: Candidates, space: Span) -> Iterator[Diagnostic]:
    """An expansion begins below its bound.

    Raises:
        CompileError: a latency is bounded, and this machine was not probed.
    """
    for bound in bounds_of(entries):
        own = _own(bound, candidates)
        if own >= bound.value.most:
            wanted = f"`{bound.name}` must be bounded above what it begins with, {own:,}"
            message = f"{wanted}, but this is {bound.value.text_of(bound.value.most)}"
            yield error("search", message, bound.span, also=[Label(space, "it begins here")])


def _own(bound: Entry, candidates: Candidates) -> int:
    """The figure that is bounded, of the network that an expansion begins with."""
    try:
        return candidates.own.figure(bound.name)
    except CompileError as failure:
        raise placed(failure, bound.span) from None
