"""Figures of a network compared with numbers as papers print them, and the verdicts.

A printed number is met within half a unit of its last digit: `3.8M` from 3.75M to 3.85M. A dispute
says that the paper prints a number which its own network does not have, so it is an error of
neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from archdsl.build.values import Value, show
from archdsl.costs import metrics
from archdsl.network import Network
from archdsl.syntax import tree
from archdsl.syntax.lexemes import SUFFIXES, split_number

STATED = ("top1", "top5")
"""Figures that a claim can state, but only training can measure."""


class Verdict(Enum):
    MET = "met"
    NOT_MET = "not met"
    DISPUTED = "disputed"
    DISPUTED_BUT_MET = "disputed, but met"
    STATED = "as published"


def verdict(*, is_met: bool, is_disputed: bool) -> Verdict:
    if is_disputed:
        return Verdict.DISPUTED_BUT_MET if is_met else Verdict.DISPUTED
    return Verdict.MET if is_met else Verdict.NOT_MET


@dataclass(frozen=True)
class Measurement:
    """What was measured: the exact `value`, `text` as the claim prints it, and the difference."""

    value: int | str
    text: str
    residual: str = ""


@dataclass(frozen=True)
class ClaimResult:
    """The result for one figure or property of a claim; `measured` is None if it only states it.

    `item` is what the text says.
    """

    network: str
    metric: str
    claimed: str
    measured: Measurement | None
    verdict: Verdict
    item: tree.Figure | tree.Property = field(compare=False, repr=False)


@dataclass(frozen=True)
class SpaceResult:
    """How many members of a space are valid: all of them, or of some that were drawn.

    Without all, `reason` says why. `decisions` have the options that members take.
    """

    space: str
    members: int
    is_all: bool
    reason: str
    decisions: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class SpecReport:
    """What `check` reports of one spec: what it defines, and the results of its claims.

    `spaces` are those of its networks that have choices. `written` counts the claims in the text,
    also those whose network could not be built.
    """

    path: str
    networks: tuple[str, ...]
    recipes: tuple[str, ...]
    searches: tuple[str, ...]
    spaces: Sequence[SpaceResult]
    written: int
    claims: Sequence[ClaimResult]


def show_setting(network: str, given: Mapping[str, Value]) -> str:
    """`x3d_s(size = 182)`."""
    values = ", ".join(f"{name} = {show(value)}" for name, value in given.items())
    return f"{network}({values})" if given else network


def compare_figure(
    figure: tree.Figure, network: Network, base: Network | None
) -> tuple[Measurement, bool]:
    """The measured figure, less that of the base if there is one, and whether the claim is met."""
    value = metrics.figure(figure.metric, network.graph, network.costs)
    if base is not None:
        value -= metrics.figure(figure.metric, base.graph, base.costs)
    text = figure.value.text
    # Exact, since a float would decide at random on a difference of exactly half a unit.
    off: Fraction = value - Fraction(figure.value.value)
    shown = signed(text, value) if base is not None else in_unit_of(text, value)
    measured = Measurement(value, shown, signed(text, off) if off else "0")
    return measured, abs(off) <= last_digit(text) / 2


def last_digit(text: str) -> Fraction:
    """The value of one unit in the last printed digit: 100,000 in `6.1M`, 1 in `3794274`."""
    scale, decimals = _scale(text)
    return scale / Fraction(10) ** decimals


def in_unit_of(text: str, measured: int | Fraction) -> str:
    """A measured number in the unit of the claim, with two more digits."""
    _, suffix = split_number(text)
    if not suffix:
        return str(measured)
    scale, decimals = _scale(text)
    # Two more digits, so that a figure that misses by less than the last one still looks different.
    return f"{float(measured / scale):.{decimals + 2}f}{suffix}"


def signed(text: str, difference: int | Fraction) -> str:
    """A difference in the unit of the claim, with its sign."""
    if difference < 0:
        return f"-{in_unit_of(text, -difference)}"
    return f"+{in_unit_of(text, difference)}"


def _scale(text: str) -> tuple[Fraction, int]:
    """The factor of a literal (1,000,000 in `6.1M`), and the number of its decimals."""
    digits, suffix = split_number(text)
    mantissa, _, exponent = digits.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    power = int(exponent or 0)
    scale: Fraction = Fraction(10) ** power * SUFFIXES.get(suffix, 1)
    return scale, decimals
