"""A space of networks on a page: its decisions, how many members there are, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from archdsl import limits
from archdsl.diagnostics import CompileError
from archdsl.network import Network
from archdsl.page.texts import Texts
from archdsl.report.text import in_a_line, readable
from archdsl.space.walk import Walk

_METRICS = {"params": "Parameters", "macs": "MACs"}
_QUANTILES = (5, 25, 50, 75, 95)


@dataclass(frozen=True)
class DecisionView:
    """A decision, its options, and the line of the choice."""

    name: str
    options: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class RangeView:
    """A figure or a row: its least, mean and greatest value in all members, rounded."""

    name: str
    least: str
    mean: str
    greatest: str

    @property
    def text(self) -> str:
        """`6.25 M to 7.56 M`."""
        return self.least if self.least == self.greatest else f"{self.least} to {self.greatest}"


@dataclass(frozen=True)
class SpaceView:
    """A space: its size, ranges of its figures, those of its rows, and how costs spread.

    Without ranges, `why` says why they are not known.
    """

    facts: tuple[tuple[str, str], ...]
    decisions: tuple[DecisionView, ...]
    left_out: int
    ranges: tuple[RangeView, ...]
    rows: tuple[RangeView, ...]
    spread: tuple[tuple[str, str], ...]
    why: str


def space_view(network: Network, texts: Texts) -> SpaceView:
    """What there is to say of a space. Whether its members are sound is not asked here."""
    decisions = tuple(_decisions(network, texts))
    shown, left_out = decisions[: limits.REPORTED_ROWS], len(decisions) - limits.REPORTED_ROWS
    found = _walk(network)
    if isinstance(found, str):
        return SpaceView((), shown, max(0, left_out), (), (), (), found)
    ranges = tuple(_ranges(found))
    facts = (("Members", f"{found.members:,}"), *((each.name, each.text) for each in ranges))
    rows = tuple(_range(r.label, r.least, r.mean, r.greatest) for r in found.rows("macs"))
    return SpaceView(
        facts,
        shown,
        max(0, left_out),
        ranges,
        rows[: limits.REPORTED_ROWS],
        tuple(_spread(found)),
        "",
    )


def _walk(network: Network) -> Walk | str:
    try:
        return network.walked
    except CompileError:
        return "a member has mistakes"


def _decisions(network: Network, texts: Texts) -> Iterator[DecisionView]:
    for each in network.decisions:
        decision = each.decision
        if decision.is_open:
            options = tuple(in_a_line(decision.options[index]) for index in decision.allowed)
            yield DecisionView(decision.name, options, texts.link(decision.span))


def _ranges(walk: Walk) -> Iterator[RangeView]:
    for metric, name in _METRICS.items():
        least, greatest = walk.least(metric), walk.greatest(metric)
        if least and greatest:
            yield _range(name, least.cost, walk.mean(metric), greatest.cost)


def _range(name: str, least: int, mean: Fraction, greatest: int) -> RangeView:
    return RangeView(in_a_line(name), readable(least), readable(round(mean)), readable(greatest))


def _spread(walk: Walk) -> Iterator[tuple[str, str]]:
    """Shares of the members, and what these cost at most."""
    found = walk.spread("macs")
    for percent in _QUANTILES if found else ():
        assert found is not None
        low, high = found.quantile(Fraction(percent, 100))
        yield f"{percent} %", f"{readable((low + high) // 2)} MACs"
