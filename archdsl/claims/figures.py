"""Figures that can be claimed of a network and measured on it."""

from __future__ import annotations

from fractions import Fraction

from archdsl.claims.digits import in_unit_of, last_digit, signed
from archdsl.claims.verdicts import Measured
from archdsl.costs import metrics
from archdsl.spec import Network
from archdsl.syntax import tree

METRICS = metrics.METRICS
"""What can be claimed and measured, by name."""

STATED = ("top1", "top5")
"""What can be claimed and only training could measure."""


def measure(metric: str, network: Network) -> int:
    """One of METRICS, for one view of one sample."""
    return metrics.figure(metric, network.graph, network.costs)


def compared(figure: tree.Figure, network: Network, base: Network | None) -> tuple[Measured, bool]:
    """What a figure measures, beyond a base where it has one, and whether it is met.

    It is met within half a unit of the last digit that was printed.
    """
    value = measure(figure.metric, network)
    if base is not None:
        value -= measure(figure.metric, base)
    text = figure.value.text
    off: Fraction = value - Fraction(figure.value.value)
    shown = signed(text, value) if base is not None else in_unit_of(text, value)
    measured = Measured(value, shown, signed(text, off) if off else "0")
    return measured, abs(off) <= last_digit(text) / 2
