"""Claims as they fare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


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
class Measured:
    """What was measured: exactly, as the claim prints its own, and how far it is from that."""

    value: int | str
    text: str
    residual: str = ""


@dataclass(frozen=True)
class Checked:
    """One thing that was claimed, `measured` where that can be."""

    network: str
    metric: str
    claimed: str
    measured: Measured | None
    verdict: Verdict


@dataclass(frozen=True)
class SpecReport:
    """A spec that could be read: networks, recipes, how many claims it makes, how they fare."""

    path: str
    networks: tuple[str, ...]
    recipes: tuple[str, ...]
    written: int
    claims: Sequence[Checked]
