"""Whether a search has members to try: how many there are, and whether some are within its bounds.

The walk knows all members and what they cost, exactly. It knows nothing of memory, which is no sum:
of that some members are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.costs.metrics import WHOLE, unit
from archdsl.diagnostics import CompileError, Diagnostic, counted, error, note, placed, warning
from archdsl.network import Network
from archdsl.searches.methods import Sampling
from archdsl.searches.reading.settings import bounds_of
from archdsl.searches.reading.together import exclusive
from archdsl.searches.search import Bound
from archdsl.searches.supernets import Hinge, Probabilistic
from archdsl.settings.reading.entries import Entries, Entry
from archdsl.space.quantities import ADDED
from archdsl.space.walk import CostedMember, Walk

_SHOWN = 4
"""Decisions of a member that a note lists at most."""


def budgets(entries: Entries, walk: Walk, space: str) -> Iterator[Diagnostic]:
    """Bounds that no member of a space meets, or that all do, and trials beyond its members."""
    method = entries["method"]
    if isinstance(method.value, Sampling) and walk.members < method.value.trials:
        has = counted(walk.members, "member")
        message = f"`{space}` has {has}, fewer than the {method.value.trials:,} trials"
        yield warning("search", message, method.span_of("trials"))
    added = [bound for bound in bounds_of(entries) if bound.name in ADDED]
    alone = [found for bound in added for found in _budget(bound, walk, space)]
    yield from alone
    if not any(found.is_error for found in alone):
        yield from exclusive(added, walk, space)
    yield from _target(entries, walk, space)


def measured(entries: Entries, network: Network) -> Iterator[Diagnostic]:
    """Bounds of memory and latency, which are no sums: members are drawn and measured.

    Raises:
        CompileError: a latency is bounded, and this machine was not probed.
    """
    for entry in bounds_of(entries):
        if entry.name in WHOLE:
            yield _sampled(entry, network)


def _sampled(entry: Entry, network: Network) -> Diagnostic:
    try:
        costs = network.drawn_costs(entry.name)
    except CompileError as failure:
        raise placed(failure, entry.span) from None
    within = sum(map(entry.value.holds, costs))
    drawn = f"of {counted(len(costs), 'member')} of `{network.name}` drawn by lot"
    figures = f": they have {min(costs):,} to {max(costs):,} {unit(entry.name)}" if costs else ""
    if not within:
        return warning("search", f"{drawn} none is within this bound{figures}", entry.span)
    some = "all are" if within == len(costs) else f"{within} {'is' if within == 1 else 'are'}"
    return note("search", f"{drawn} {some} within this bound{figures}", entry.span)


def unknown_costs(entries: Entries, why: str, space: str) -> Iterator[Diagnostic]:
    """A search along paths, whose costs are exact, where the walk does not apply."""
    method = entries["method"]
    if isinstance(
        method.value, Probabilistic
    ):  # what others try is built, and then costs are known
        message = f"what members of `{space}` cost is not known, and paths need it: {why}"
        help = "leave fewer decisions open, with `choose`"
        yield error("search", message, method.span, help=help)


def _target(entries: Entries, walk: Walk, space: str) -> Iterator[Diagnostic]:
    """A target of a hinge that no path exceeds, or that all do."""
    penalty = entries.get("penalty")
    if penalty is None or not isinstance(penalty.value, Hinge) or penalty.value.target is None:
        return
    metric = next((bound.name for bound in bounds_of(entries)), "macs")
    least, greatest = walk.least(metric), walk.greatest(metric)
    if least is None or greatest is None:
        return
    target, span = penalty.value.target, penalty.span_of("target")
    if target >= greatest.cost:
        message = f"no path pays: no member of `{space}` has more than {greatest.cost:,} `{metric}`"
        yield warning("search", message, span)
    elif target < least.cost:
        message = f"every path pays: no member of `{space}` has less than {least.cost:,} `{metric}`"
        yield note("search", message, span)


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


def _unmet(entry: Entry, space: str, which: str, member: CostedMember) -> Diagnostic:
    message = f"no member of `{space}` is within this bound: the {which} is {member.cost:,}"
    taken = [f"{name} = {option}" for name, option in member.taken.items()]
    more = len(taken) - _SHOWN
    rest = f" and {counted(more, 'other option')}" if more > 0 else ""
    return error("search", message, entry.span, notes=[f"by {', '.join(taken[:_SHOWN])}{rest}"])


def _is_between(bound: Bound, walk: Walk) -> bool:
    """Whether the costs of all members are on both sides of a range, and none is in it."""
    spread = walk.spread(bound.metric)
    return spread is not None and not spread.within(bound.least or 0, bound.most).high
