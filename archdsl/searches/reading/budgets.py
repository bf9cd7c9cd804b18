"""Whether a search has members to try: how many there are, and whether some are within its bounds.

The walk knows all members and what they cost, exactly. It knows nothing of memory, which is no sum.
"""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.costs.metrics import METRICS
from archdsl.diagnostics import Diagnostic, counted, error, note, warning
from archdsl.searches.methods import Sampling
from archdsl.searches.search import Bound
from archdsl.settings.reading.entries import Entries, Entry
from archdsl.space.quantities import ADDED
from archdsl.space.walk import Member, Walk

_SHOWN = 4
"""Decisions of a member that a note lists at most."""


def budgets(entries: Entries, walk: Walk, space: str) -> Iterator[Diagnostic]:
    """Bounds that no member of a space meets, or that all do, and trials beyond its members."""
    method = entries["method"]
    if isinstance(method.value, Sampling) and walk.members < method.value.trials:
        has = counted(walk.members, "member")
        message = f"`{space}` has {has}, fewer than the {method.value.trials:,} trials"
        yield warning("search", message, method.span_of("trials"))
    for metric in METRICS:
        if metric in entries and metric in ADDED:
            yield from _budget(entries[metric], walk, space)


def _budget(entry: Entry, walk: Walk, space: str) -> Iterator[Diagnostic]:
    bound: Bound = entry.value
    least, greatest = walk.least(bound.metric), walk.greatest(bound.metric)
    if least is None or greatest is None:
        return  # without members there is another mistake
    if least.cost > bound.most:
        yield _unmet(entry, space, "least", least)
    elif bound.least is not None and greatest.cost < bound.least:
        yield _unmet(entry, space, "greatest", greatest)
    elif bound.holds(least.cost) and bound.holds(greatest.cost):
        costs = f"{least.cost:,} to {greatest.cost:,}"
        message = f"all members of `{space}` are within this bound: they have {costs}"
        yield note("search", message, entry.span)
    elif _is_between(bound, walk):
        message = f"no member of `{space}` is within this bound, but some are below and above it"
        yield error("search", message, entry.span)


def _unmet(entry: Entry, space: str, which: str, member: Member) -> Diagnostic:
    message = f"no member of `{space}` is within this bound: the {which} is {member.cost:,}"
    taken = [f"{name} = {option}" for name, option in member.taken.items()]
    more = len(taken) - _SHOWN
    rest = f" and {counted(more, 'other option')}" if more > 0 else ""
    return error("search", message, entry.span, notes=[f"by {', '.join(taken[:_SHOWN])}{rest}"])


def _is_between(bound: Bound, walk: Walk) -> bool:
    """Whether the costs of all members are on both sides of a range, and none is in it."""
    spread = walk.spread(bound.metric)
    return spread is not None and not spread.within(bound.least or 0, bound.most).high
