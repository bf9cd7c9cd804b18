"""How claims fare: figures measured on a network against numbers as they were printed.

A printed number holds within half a unit of its last digit; a dispute turns a verdict round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from archdsl.build.values import Value, show
from archdsl.costs import metrics
from archdsl.network import Network
from archdsl.syntax import tree
from archdsl.syntax.lexemes import SUFFIXES

STATED = ("top1", "top5")
"""What can be claimed and only training could measure."""


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
    """What was measured: exactly, as the claim prints its own, and how far it is from that."""

    value: int | str
    text: str
    residual: str = ""


@dataclass(frozen=True)
class ClaimResult:
    """One thing that was claimed, `measured` where that can be."""

    network: str
    metric: str
    claimed: str
    measured: Measurement | None
    verdict: Verdict


@dataclass(frozen=True)
class SpecReport:
    """A spec that could be read: networks, recipes, how many claims it makes, how they fare."""

    path: str
    networks: tuple[str, ...]
    recipes: tuple[str, ...]
    written: int
    claims: Sequence[ClaimResult]


def show_setting(network: str, given: Mapping[str, Value]) -> str:
    """`x3d_s(size = 182)`."""
    values = ", ".join(f"{name} = {show(value)}" for name, value in given.items())
    return f"{network}({values})" if given else network


def compare_figure(
    figure: tree.Figure, network: Network, base: Network | None
) -> tuple[Measurement, bool]:
    """What a figure measures, beyond a base where it has one, and whether it is met.

    It is met within half a unit of the last digit that was printed.
    """
    value = metrics.figure(figure.metric, network.graph, network.costs)
    if base is not None:
        value -= metrics.figure(figure.metric, base.graph, base.costs)
    text = figure.value.text
    off: Fraction = value - Fraction(figure.value.value)
    shown = signed(text, value) if base is not None else in_unit_of(text, value)
    measured = Measurement(value, shown, signed(text, off) if off else "0")
    return measured, abs(off) <= last_digit(text) / 2


def last_digit(text: str) -> Fraction:
    """What one in the last printed digit is worth: 100,000 in `6.1M`, 1 in `3794274`."""
    scale, decimals = _scale(text)
    return scale / Fraction(10) ** decimals


def in_unit_of(text: str, measured: int | Fraction) -> str:
    """A measured number as the claim prints its own, with two digits more."""
    if text[-1] not in SUFFIXES:
        return str(measured)
    scale, decimals = _scale(text)
    return f"{float(measured / scale):.{decimals + 2}f}{text[-1]}"


def signed(text: str, difference: int | Fraction) -> str:
    """A difference as the claim prints its own, with its sign."""
    if difference < 0:
        return f"-{in_unit_of(text, -difference)}"
    return f"+{in_unit_of(text, difference)}"


def _scale(text: str) -> tuple[Fraction, int]:
    """What a literal multiplies its digits by, and how many of them are decimals."""
    digits = text.rstrip("".join(SUFFIXES))
    mantissa, _, exponent = digits.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    power = int(exponent or 0)
    scale: Fraction = Fraction(10) ** power * SUFFIXES.get(text[-1], 1)
    return scale, decimals
