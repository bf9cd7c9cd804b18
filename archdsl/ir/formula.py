"""Defaults that follow from other parameters, kept so that emitted classes can compute them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

Term: TypeAlias = "int | Fraction | str | Formula"
"""A number, a parameter (`mid`) or a size of one (`x.channels`), or a formula."""


@dataclass(frozen=True, slots=True)
class Formula:
    """An operator (`+`, `//`) or a function (`int`, `round_to`) applied to terms."""

    operator: str
    terms: tuple[Term, ...]
