"""The check of every claim of a spec, on the network that the claim is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.claims import figures, structure
from archdsl.claims.figures import ClaimResult, Measurement, Verdict, show_setting, verdict
from archdsl.costs.metrics import METRICS
from archdsl.diagnostics import (
    CompileError,
    Diagnostic,
    Diagnostics,
    did_you_mean,
    error,
    note,
    one_of,
    placed,
    suggestion,
    warning,
)
from archdsl.ir.cells import cells
from archdsl.network import Network
from archdsl.source import Span
from archdsl.spec import Spec
from archdsl.syntax import tree


def count_claims(spec: Spec) -> int:
    """The number of claimed figures and properties in a spec, without remarks."""
    items = (item for claim in spec.program.main.claims() for item in claim.items)
    return sum(not isinstance(item, tree.Remark) for item in items)


@dataclass(frozen=True)
class ExaminedClaim:
    """A claim with its network, and a result for each figure and property that it states."""

    network: Network
    results: tuple[ClaimResult, ...]


def check_claims(spec: Spec, diagnostics: Diagnostics) -> list[ClaimResult]:
    """The results of all claims of a spec. Mistakes and unmet claims go to `diagnostics`."""
    return [checked for claim in examine_claims(spec, diagnostics) for checked in claim.results]


def examine_claims(spec: Spec, diagnostics: Diagnostics) -> Iterator[ExaminedClaim]:
    """The claims of a spec one by one, except those about networks that cannot be built.

    Mistakes and unmet claims go to `diagnostics`. A claim's network is built when it is asked for,
    so that one is in memory at a time.
    """
    for claim in spec.program.main.claims():
        name, arguments = tree.split_call(claim.network)
        try:
            network = _build(spec, name, arguments)
        except CompileError as failure:
            diagnostics.collect(failure)
            continue
        # Several claims can be about one network; the same diagnostic counts once.
        diagnostics.extend(network.diagnostics)
        checker = _Checker(spec, diagnostics, network, arguments)
        yield ExaminedClaim(network, tuple(checker.results(claim)))


def _build(spec: Spec, name: tree.Name, arguments: tuple[tree.Argument, ...]) -> Network:
    if name.name not in spec.program.main.names:
        if spec.program.main.may_see(name.name):
            raise CompileError([])  # the file that may define it has been reported
        hint = did_you_mean(name.name, spec.networks)
        message = f"no network is called `{name.name}`"
        raise CompileError([error("claim", message, name.span, help=hint)])
    network = spec.build(name.name, spec.arguments(arguments))
    _check_decided(network, name)
    return network


def _check_decided(network: Network, name: tree.Name) -> None:
    """Check that a claim is about one network, and no space."""
    names = network.open_decisions
    if not names:
        return
    count = "1 decision is" if len(names) == 1 else f"{len(names)} decisions are"
    message = f"`{name.name}` is a space of networks, and a claim is about one: {count} open"
    chosen = f"{names[0]} = ..." + ", ..." * (len(names) > 1)
    hint = f"claim it of a member: `network found = {name.name} + choose({chosen})`"
    raise CompileError([error("claim", message, name.span, help=hint)])


@dataclass(frozen=True)
class _Checker:
    """Checks one claim on the network that it is about, built with the claim's arguments."""

    spec: Spec
    diagnostics: Diagnostics
    network: Network
    arguments: tuple[tree.Argument, ...]

    def results(self, claim: tree.Claim) -> Iterator[ClaimResult]:
        for item in claim.items:
            try:
                if isinstance(item, tree.Property):
                    yield self._check_property(item)
                elif isinstance(item, tree.Figure):
                    yield self._check_figure(item)
            except CompileError as failure:
                self.diagnostics.collect(placed(failure, item.span))

    def _check_property(self, item: tree.Property) -> ClaimResult:
        network_cells = cells(self.network.graph)
        match item.value:
            case tree.AtMost(value=tree.Number(value=most)) if item.name in structure.COUNTED:
                measured, is_met = structure.compare_bound(item.name, most, network_cells)
            case _ if item.name in structure.PROPERTIES:
                measured, is_met = structure.compare_property(item, network_cells)
            case _ if item.name in METRICS or item.name in figures.STATED:
                must = f"`{item.name}` must be a figure such as `3.8M`"
                message = f"{must}, but this is `{item.value.span.text}`"
                raise CompileError([error("claim", message, item.value.span)])
            case _:
                raise CompileError([_unknown(item, item.name)])
        return self._judge(item, item.name, item.value.span.text, measured, is_met)

    def _check_figure(self, item: tree.Figure) -> ClaimResult:
        metric, claimed = item.metric, item.value.text
        if item.base is not None:
            return self._check_increase(item, item.base)
        if metric in figures.STATED:
            return self._check_stated(item)
        if metric in structure.COUNTED:
            measured, is_met = structure.compare_count(
                metric, item.value.value, cells(self.network.graph)
            )
            return self._judge(item, metric, claimed, measured, is_met)
        if metric not in METRICS:
            raise CompileError([_unknown(item, metric)])
        measured, is_met = figures.compare_figure(item, self.network, None)
        return self._judge(item, metric, claimed, measured, is_met)

    def _check_stated(self, item: tree.Figure) -> ClaimResult:
        """An accuracy, which only training can measure: it is checked to be a percentage."""
        if not 0 <= item.value.value <= 100:
            must = f"`{item.metric}` must be a percentage from 0 to 100"
            message = f"{must}, but this is {item.value.text}"
            raise CompileError([error("claim", message, item.value.span)])
        shown, text = _shown(self.network), item.value.text
        return ClaimResult(shown, item.metric, text, None, Verdict.STATED, item)

    def _check_increase(self, item: tree.Figure, base: tree.Call | tree.Name) -> ClaimResult:
        """What a network has more than its base.

        The base gets the claim's arguments too, unless the claim gives it others, so that both are
        compared at the same input size and number of classes.
        """
        if item.metric not in METRICS:
            message = f"an increase of `{item.metric}` over a network cannot be measured"
            raise CompileError([error("claim", message, item.span, help=one_of(METRICS))])
        name, own = tree.split_call(base)
        named = {argument.name for argument in own}
        given = (*own, *(a for a in self.arguments if a.name not in named))
        other = _build(self.spec, name, given)
        measured, is_met = figures.compare_figure(item, self.network, other)
        metric, claimed = f"{item.metric} on {other.name}", f"+{item.value.text}"
        return self._judge(item, metric, claimed, measured, is_met)

    def _judge(
        self,
        item: tree.Figure | tree.Property,
        metric: str,
        claimed: str,
        measured: Measurement,
        is_met: bool,
    ) -> ClaimResult:
        result = verdict(is_met=is_met, is_disputed=item.disputed)
        checked = ClaimResult(_shown(self.network), metric, claimed, measured, result, item)
        self.diagnostics.extend(_explain(checked, measured, item))
        return checked


def _shown(network: Network) -> str:
    return show_setting(network.name, {name: given.value for name, given in network.given.items()})


def _explain(
    checked: ClaimResult, measured: Measurement, item: tree.Figure | tree.Property
) -> Iterator[Diagnostic]:
    """The diagnostic of a claim: none where it is met and not disputed."""
    exact = f"{measured.value:,}" if isinstance(measured.value, int) else measured.value
    span, label = item.value.span, f"measured {exact}"
    message = f"{checked.metric} of `{checked.network}`: {checked.claimed} claimed,"
    message = f"{message} {measured.text} measured"
    if checked.verdict is Verdict.NOT_MET:
        hint = 'if the source prints this, dispute it: `disputed ... "why"`'
        yield error("claim", message, span, label, help=hint)
    elif checked.verdict is Verdict.DISPUTED:
        yield note("disputed", message, span, label)
    elif checked.verdict is Verdict.DISPUTED_BUT_MET:
        yield warning("disputed", f"{message}: they agree", _word(item), "remove this word")


def _word(item: tree.Figure | tree.Property) -> Span:
    """The span of the word `disputed`, with which the item begins."""
    return Span(item.span.source, item.span.start, item.span.start + len("disputed"))


def _unknown(item: tree.Figure | tree.Property, name: str) -> Diagnostic:
    """The error for a name that is no figure and no property, at that name."""
    known = [*METRICS, *figures.STATED, *structure.COUNTED, *structure.PROPERTIES]
    # The tree has no span for the name alone. It comes after the word `disputed`, if that is there.
    before = item.span.start + (len("disputed") if item.disputed else 0)
    start = item.span.source.text.index(name, before)
    span = Span(item.span.source, start, start + len(name))
    from archdsl.foreign.words import metric_hint  # a table that only a mistake needs

    hint = metric_hint(name) or suggestion(name, known)
    return error("claim", f"nothing is measured as `{name}`", span, help=hint)
