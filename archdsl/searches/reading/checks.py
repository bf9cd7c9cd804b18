"""Checks of the settings of a search against each other.

A search that these refuse would train what nobody meant, or would find nothing, after days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations

from archdsl.costs.figures import CONVENTIONS
from archdsl.diagnostics import Diagnostic, Label, error, one_of, warning
from archdsl.ops.base import Cost
from archdsl.plan.transforms.contract import Contract
from archdsl.searches.methods import Bandit, Evolution, Expansion, Random
from archdsl.searches.reading import supernets
from archdsl.searches.reading.settings import bounds_of
from archdsl.searches.search import ACCURACIES, Bound, Training
from archdsl.settings.reading.entries import Entries, Entry


def contradictions(entries: Entries) -> Iterator[Diagnostic]:
    """Contradictions between settings that are each valid."""
    for check in _CHECKS:
        yield from check(entries)
    is_supernet = supernets.is_supernet(entries)
    yield from (supernets.contradictions if is_supernet else supernets.misplaced)(entries)


def unmeasured(trained: Mapping[str, Training | None], entries: Entries) -> Iterator[Diagnostic]:
    """An objective that the recipe of trials does not measure, since another loss does."""
    training, metric = trained["train"], entries["maximise"].value
    losses = ACCURACIES[metric].losses
    if training is not None and training.recipe.loss not in losses:
        wanted = f"`{metric}` is measured with `loss {losses[0]}`"
        message = f"{wanted}, but this trains with `{training.recipe.loss}`"
        also = [Label(entries["train"].span, f"trained by `{training.instance.name}`")]
        yield error("search", message, entries["maximise"].span, also=also)


def _startup(entries: Entries) -> Iterator[Diagnostic]:
    """Without a trial after them, a bandit would be an even draw under another name."""
    method = entries["method"].value
    if isinstance(method, Bandit) and method.startup >= method.trials:
        yield _too_many(entries["method"], "startup", method.startup, method.trials)


def _population(entries: Entries) -> Iterator[Diagnostic]:
    method = entries["method"].value
    if isinstance(method, Evolution) and method.population >= method.trials:
        yield _too_many(entries["method"], "population", method.population, method.trials)


def _too_many(entry: Entry, option: str, first: int, trials: int) -> Diagnostic:
    """That the trials end before the method begins: all are drawn evenly."""
    name = entry.value.name
    message = f"`{option}` of `{name}` must be below its trials, {trials}, but this is {first}"
    fewer = f"`{option} = {max(trials // 3, 2)}`, or " if trials > 2 else ""
    help = f"write {fewer}`random({trials})`, since all trials would be drawn evenly"
    return error("search", message, entry.span_of(option), help=help)


def _keep(entries: Entries) -> Iterator[Diagnostic]:
    if "keep" not in entries:
        return
    span, keep = entries["keep"].span, entries["keep"].value
    match entries["method"].value:
        case Expansion():
            yield warning("search", "`keep` has no effect: an expansion gives one network", span)
        case (Bandit() | Random() | Evolution()) as method if keep > method.trials:
            message = f"`keep` must be at most the trials, {method.trials}, but this is {keep}"
            also = [Label(entries["method"].span_of("trials"), "the trials")]
            yield error("search", message, span, also=also)


def _no_cost(entries: Entries) -> Iterator[Diagnostic]:
    """All candidates of a step cost about the same, and the most accurate one goes on."""
    if isinstance(entries["method"].value, Expansion) and "minimise" in entries:
        message = "an expansion has no `minimise`: its steps fix the cost"
        also = [Label(entries["method"].span, "the most accurate of each step goes on")]
        yield error("search", message, entries["minimise"].span, also=also)


def _one_bound(entries: Entries) -> Iterator[Diagnostic]:
    """An expansion grows by one metric, up to a bound of it."""
    if not isinstance(entries["method"].value, Expansion):
        return
    method, bounds = entries["method"], bounds_of(entries)
    if not bounds:
        message = "an expansion needs a bound of the cost to which it grows"
        yield error("search", message, method.span, help="write `macs <= 2G`")
    for entry in bounds[1:]:
        message = "an expansion grows to one bound, but this is another"
        yield error("search", message, entry.span, also=[Label(bounds[0].span, "the first one")])
    for entry in bounds[:1]:
        if entry.value.least is not None:
            message = "an expansion begins below its bound, so it has no least cost"
            help = f"write `{Bound(entry.name, None, entry.value.most)}`"
            yield error("search", message, entry.span, help=help)
        if method.value.contract and entry.name not in Contract.budgets:
            message = f"an expansion cannot be contracted to a bound of `{entry.name}`"
            also = [Label(method.span, "contracts its last step, unless `contract = false`")]
            names = one_of(Contract.budgets)
            yield error("search", message, entry.span, also=also, help=names)


def _same_cost(entries: Entries) -> Iterator[Diagnostic]:
    """Bounds of one cost under two names, as FLOPs are twice the MACs."""
    for first, second in combinations(bounds_of(entries), 2):
        one, other = _in_macs(first.value), _in_macs(second.value)
        if one is None or other is None:
            continue
        same = _ratio(first.name, second.name)
        if max(one[0], other[0]) > min(one[1], other[1]):
            message = f"no network is within both bounds: {same}"
            also = [Label(first.span, "the other bound")]
            yield error("search", message, second.span, also=also)
        elif one[0] <= other[0] and other[1] <= one[1]:
            yield _without_effect(first, second, same)
        elif other[0] <= one[0] and one[1] <= other[1]:
            yield _without_effect(second, first, same)


def _without_effect(loose: Entry, strict: Entry, same: str) -> Diagnostic:
    also = [Label(strict.span, "this is as strict or stricter")]
    return warning("search", f"this bound has no effect: {same}", loose.span, also=also)


def _ratio(one: str, other: str) -> str:
    """``flops` are 2 x `macs``."""
    less, more = sorted((one, other), key=lambda name: _PER_MAC[name])
    times = Fraction(_PER_MAC[more], _PER_MAC[less])
    return f"`{more}` are {times} x `{less}`" if times > 1 else f"`{one}` are `{other}`"


def _in_macs(bound: Bound) -> tuple[Fraction, Fraction] | None:
    """The ends of a bound in multiply-adds; None if it also counts something else."""
    if bound.metric not in _PER_MAC:
        return None
    per_mac = _PER_MAC[bound.metric]
    return Fraction(bound.least or 0) / per_mac, Fraction(bound.most) / per_mac


_PER_MAC = {
    name: convention.of(Cost(macs=1))
    for name, convention in CONVENTIONS.items()
    if not convention.of(Cost(parameters=1, normalised=1, fvcore=1))
}
"""What a multiply-add counts by the conventions that count nothing else."""

_CHECKS = (_startup, _population, _keep, _no_cost, _one_bound, _same_cost)
