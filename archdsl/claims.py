"""What a spec's papers printed, measured: each claim against the network that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from archdsl.compiler import Network, Spec
from archdsl.costs.conventions import CONVENTIONS
from archdsl.diagnostics import (
    CompileError,
    Diagnostic,
    Diagnostics,
    did_you_mean,
    error,
    note,
    warning,
)
from archdsl.elaborate.values import show
from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.literals import SUFFIXES

_FIGURES: dict[str, Callable[[Network], int]] = {
    "params": lambda network: network.costs.total.params,
    "activations": lambda network: network.costs.total.activations,
    "memory": lambda network: network.inference_bytes,
    "training_memory": lambda network: network.training_bytes,
    "bytes": lambda network: network.costs.total.bytes_moved,
}

METRICS = (*_FIGURES, *CONVENTIONS)
"""What can be claimed and measured, by name."""

STATED = ("top1", "top5")
"""What can be claimed and only training could measure."""


class Verdict(Enum):
    MET = "met"
    NOT_MET = "not met"
    DISPUTED = "disputed"
    DISPUTED_BUT_MET = "disputed, but met"
    STATED = "as published"


@dataclass(frozen=True)
class Checked:
    """One figure that was claimed, `measured` where that can be, in the unit of the claim."""

    network: str
    figure: tree.Figure
    measured: int | None
    verdict: Verdict

    @property
    def metric(self) -> str:
        return self.figure.metric

    @property
    def claimed(self) -> str:
        return self.figure.value.text

    @property
    def measured_text(self) -> str:
        return "" if self.measured is None else in_unit_of(self.claimed, self.measured)


@dataclass(frozen=True)
class SpecReport:
    """A spec that could be read: its networks, how many claims it makes, and how they fare."""

    path: str
    networks: tuple[str, ...]
    written: int
    claims: Sequence[Checked]


def written(spec: Spec) -> int:
    """How many figures a spec claims."""
    items = (item for claim in spec.program.main.claims() for item in claim.items)
    return sum(isinstance(item, tree.Figure) for item in items)


def measure(metric: str, network: Network) -> int:
    """One of METRICS, for one view of one sample."""
    if metric in _FIGURES:
        return _FIGURES[metric](network)
    return network.costs.total.total(CONVENTIONS[metric])


def check_claims(spec: Spec, diagnostics: Diagnostics) -> list[Checked]:
    """Every claim of a spec, measured. What is wrong goes to `diagnostics`."""
    checker = _Checker(spec, diagnostics)
    return [checked for claim in spec.program.main.claims() for checked in checker.claim(claim)]


@dataclass(frozen=True)
class _Checker:
    spec: Spec
    diagnostics: Diagnostics

    def claim(self, claim: tree.Claim) -> Iterator[Checked]:
        name, arguments = tree.called(claim.network)
        try:
            network = self._build(name, arguments)
        except CompileError as failure:
            self.diagnostics.take(failure)
            return
        self.diagnostics.extend(network.diagnostics)
        for item in claim.items:
            if isinstance(item, tree.Figure):
                yield from self._figure(_shown(name.name, network), item, network)

    def _build(self, name: tree.Name, arguments: tuple[tree.Argument, ...]) -> Network:
        if name.name not in self.spec.program.main.names:
            hint = did_you_mean(name.name, self.spec.networks)
            message = f"no network is called `{name.name}`"
            raise CompileError([error("claim", message, name.span, help=hint)])
        return self.spec.build(name.name, self.spec.arguments(arguments))

    def _figure(self, shown: str, figure: tree.Figure, network: Network) -> Iterator[Checked]:
        if figure.metric in STATED:
            yield Checked(shown, figure, None, Verdict.STATED)
        elif figure.metric not in METRICS:
            self.diagnostics.add(_unknown_metric(figure))
        else:
            checked = _compare(shown, figure, measure(figure.metric, network))
            self.diagnostics.extend(_explain(checked))
            yield checked


def _shown(name: str, network: Network) -> str:
    """`x3d_s(size = 182)`."""
    given = ", ".join(f"{key} = {show(g.value)}" for key, g in network.given.items())
    return f"{name}({given})" if given else name


def _compare(shown: str, figure: tree.Figure, measured: int) -> Checked:
    off: Fraction = abs(measured - Fraction(figure.value.value))
    is_met = off <= last_digit(figure.value.text) / 2
    met = Verdict.DISPUTED_BUT_MET if figure.disputed else Verdict.MET
    unmet = Verdict.DISPUTED if figure.disputed else Verdict.NOT_MET
    return Checked(shown, figure, measured, met if is_met else unmet)


def last_digit(text: str) -> Fraction:
    """What one in the last printed digit is worth: 100,000 in `6.1M`, 1 in `3794274`."""
    scale, decimals = _scale(text)
    return scale / Fraction(10) ** decimals


def _scale(text: str) -> tuple[Fraction, int]:
    """What a literal multiplies its digits by, and how many of them are decimals."""
    digits = text.rstrip("".join(SUFFIXES))
    mantissa, _, exponent = digits.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    power = int(exponent or 0)
    scale: Fraction = Fraction(10) ** power * SUFFIXES.get(text[-1], 1)
    return scale, decimals


def in_unit_of(text: str, measured: int) -> str:
    """A measured number as the claim prints its own, with two digits more."""
    if text[-1] not in SUFFIXES:
        return str(measured)
    scale, decimals = _scale(text)
    return f"{float(measured / scale):.{decimals + 2}f}{text[-1]}"


def _explain(checked: Checked) -> Iterator[Diagnostic]:
    figure = checked.figure
    span, measured = figure.value.span, f"measured {checked.measured:,}"
    message = f"{figure.metric} of `{checked.network}`: {checked.claimed} claimed,"
    message = f"{message} {checked.measured_text} measured"
    if checked.verdict is Verdict.NOT_MET:
        hint = 'where the source does print this, say so: `disputed ... "why"`'
        yield error("claim", message, span, measured, help=hint)
    elif checked.verdict is Verdict.DISPUTED:
        yield note("disputed", message, span, measured)
    elif checked.verdict is Verdict.DISPUTED_BUT_MET:
        yield warning("disputed", f"{message}: they agree", _word(figure), "not needed")


def _word(figure: tree.Figure) -> Span:
    """The word `disputed`."""
    return Span(figure.span.source, figure.span.start, figure.span.start + len("disputed"))


def _unknown_metric(figure: tree.Figure) -> Diagnostic:
    known = [*METRICS, *STATED]
    before = figure.span.start + (len("disputed") if figure.disputed else 0)
    start = figure.span.source.text.index(figure.metric, before)
    span = Span(figure.span.source, start, start + len(figure.metric))
    hint = did_you_mean(figure.metric, known) or f"there is {', '.join(known)}"
    return error("claim", f"nothing is measured as `{figure.metric}`", span, help=hint)
