"""Checks of searches by a supernet: which settings they have, and of what space and recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from archdsl.build.connections import Weighing
from archdsl.costs.metrics import WHOLE
from archdsl.diagnostics import CompileError, Diagnostic, Label, error
from archdsl.network import Network
from archdsl.searches.methods import BySupernet
from archdsl.searches.reading.settings import bounds_of
from archdsl.searches.search import Bound, Search, Training
from archdsl.searches.supernets import Differentiable, Probabilistic
from archdsl.settings.reading.entries import Entries, Entry
from archdsl.source import Span
from archdsl.supergraphs.network import supergraph
from archdsl.syntax.lexemes import number_text

SETTINGS = ("warmup", "architecture", "channels", "kernels", "penalty")
"""The settings that only supernets have."""


def misplaced(entries: Entries) -> Iterator[Diagnostic]:
    """Settings of supernets in a search by trials."""
    found = [entries[field] for field in SETTINGS if field in entries]
    if not found:
        return
    first, *others = sorted(found, key=lambda entry: entry.span.start)
    method = entries["method"]
    names = ", ".join(f"`{entry.name}`" for entry in (first, *others))
    what = "are settings of supernets" if others else "is a setting of supernets"
    also = [Label(entry.span, "another one") for entry in others]
    also.append(Label(method.span, "without a supernet"))
    message = f"{names} {what}, but `{method.value.name}` trains each network by itself"
    help = f"leave {'them' if others else 'it'} out, or write `method {Probabilistic.signature()}`"
    yield error("search", message, first.span, also=also, help=help)


def contradictions(entries: Entries) -> Iterator[Diagnostic]:
    """Contradictions between the settings of a search by a supernet."""
    for check in _CHECKS:
        yield from check(entries)


def _no_front(entries: Entries) -> Iterator[Diagnostic]:
    """The costs of a supernet's paths are pressed, not traded off: there is one result."""
    if "minimise" in entries:
        entry = entries["minimise"]
        message = "a supernet has no `minimise`: its paths pay for what they cost beyond a bound"
        help = "write a bound such as `macs <= 2G`, and `penalty` for the price"
        yield error("search", message, entry.span, help=help)


def _bounds(entries: Entries) -> Iterator[Diagnostic]:
    """The cost of a path is a sum, and is held below a bound."""
    for entry in bounds_of(entries):
        bound: Bound = entry.value
        if bound.metric in WHOLE:
            message = f"a supernet has no bound of `{bound.metric}`, which is no sum over its parts"
            yield error(
                "search", message, entry.span, help="bound `macs`, `params` or `activations`"
            )
        elif bound.least is not None:
            message = "a supernet is held below a bound, so it has no least cost"
            help = f"write `{Bound(bound.metric, None, bound.most)}`"
            yield error("search", message, entry.span, help=help)


def _penalty(entries: Entries) -> Iterator[Diagnostic]:
    """A penalty compares costs with bounds, or with a target of its own."""
    if "penalty" not in entries:
        return
    penalty, bounds = entries["penalty"], bounds_of(entries)
    target = penalty.value.target
    if target is None and not bounds:
        message = "a penalty needs a bound or a target, but this search has neither"
        help = f"write `macs <= 2G`, or `penalty {penalty.value.name}(target = 2G)`"
        yield error("search", message, penalty.span, help=help)
    elif target is not None and len(bounds) > 1:
        message = "`target` is of one cost, but this search has several bounds"
        also = [Label(bound.span, f"a bound of `{bound.name}`") for bound in bounds]
        help = "leave it out: each bound is a target then"
        yield error("search", message, penalty.span_of("target"), also=also, help=help)
    elif target is not None and bounds and target > bounds[0].value.most:
        most = number_text(bounds[0].value.most)
        message = f"`target` must be at most the bound, {most}, but this is {number_text(target)}"
        also = [Label(bounds[0].span, "what costs more is not kept")]
        yield error("search", message, penalty.span_of("target"), also=also)


def _by_gradients(entries: Entries) -> Iterator[Diagnostic]:
    """Settings of paths, where every step runs all options."""
    method = entries["method"]
    if not isinstance(method.value, Differentiable):
        return
    found = [entries[field] for field in _OF_PATHS if field in entries]
    for entry in (*found, *bounds_of(entries)):
        message = f"`{entry.name}` is for paths, but gradients run all options of a space at once"
        also = [Label(method.span, "searches by gradients")]
        help = f"leave it out, or write `method {Probabilistic.signature()}`"
        yield error("search", message, entry.span, also=also, help=help)
    if not method.value.together and "architecture" not in entries:
        message = "connections that learn from held-out videos need an optimiser of their own"
        help = "write `architecture adam(lr = 0.025)`, or leave `together` out"
        yield error("search", message, method.span_of("together"), help=help)


_OF_PATHS = ("warmup", "channels", "kernels", "penalty")

_CHECKS = (_no_front, _bounds, _penalty, _by_gradients)


def unlearned(trained: Mapping[str, Training | None], entries: Entries) -> Iterator[Diagnostic]:
    """A warm-up after which no epoch is left that learns decisions."""
    training = trained["train"]
    if training is None or "warmup" not in entries:
        return
    warmup, epochs = entries["warmup"], training.recipe.epochs
    if warmup.value >= epochs:
        name = training.instance.name
        message = f"`warmup` must be below the epochs of `{name}`, {epochs}"
        also = [Label(entries["train"].span, "decisions are learned after the warm-up")]
        yield error("search", f"{message}, but this is {warmup.value}", warmup.span, also=also)


def unconnected(entries: Entries, network: Network, space: Span) -> Iterator[Diagnostic]:
    """What gradients cannot weigh in a space; `space` is its name in the search."""
    method = entries["method"]
    if not isinstance(method.value, Differentiable):
        return
    try:
        connections = supergraph(network, weighing_of(method.value)).parameters
    except CompileError as failure:
        yield from _said_of(method, "searches by gradients", failure)
        return
    if not connections:
        message = f"`{network.name}` has no connections to weigh, such as `<= 2 of {{f0, op1}}`"
        also = [Label(method.span, "weighs connections")]
        help = f"write `method {Probabilistic.signature()}`, which draws options of any kind"
        yield error("search", message, space, also=also, help=help)


def unshared(search: Search, network: Network, entries: Entries) -> Iterator[Diagnostic]:
    """What paths through a space cannot share, as far as a few of its members show."""
    method = entries["method"]
    if not isinstance(method.value, Probabilistic):
        return
    try:
        network.check_shared(search.kernels)
    except CompileError as failure:
        yield from _said_of(method, "all members share weights", failure)


def _said_of(method: Entry, what: str, failure: CompileError) -> Iterator[Diagnostic]:
    """Mistakes of a space that a method cannot search; it is the place of those without one."""
    by = Label(method.span, what)
    yield from (replace(each, labels=(*each.labels, by)) for each in failure.diagnostics)


def weighing_of(method: Differentiable) -> Weighing:
    """How a method weighs connections."""
    return Weighing(method.connections, method.temperature)


def is_supernet(entries: Entries) -> bool:
    return isinstance(entries["method"].value, BySupernet)
