"""Expansion by trained accuracy, as X3D's: what is to be trained next, and what it ends with.

All of it is a function of the accuracies, so whoever knows these comes to the same next step.

Feichtenhofer, CVPR 2020, section 3.2. What the paper leaves open is decided here: of equal
accuracies the first in the order of the axes goes on, and the contracted network is trained too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from archdsl.expansion.stages import Expansions, Grown, Stage

Results: TypeAlias = Mapping[Grown, float | None]
"""The accuracy of each network that was tried; None of one whose training came to no end."""


@dataclass(frozen=True)
class Progress:
    """How far results lead: the stages so far, and all networks of steps that they call for.

    `end` is what the expansion ends with, once that is known: a network of the last step, or that
    contracted. It is the start if that cannot grow, or nothing that it grows into can be trained.
    """

    stages: tuple[Stage, ...]
    wanted: tuple[Grown, ...]
    end: Grown | None


def progress(expansions: Expansions, results: Results) -> Progress:
    """How far these results lead: from each step, its most accurate network goes on.

    Raises:
        Refused: the network at the start cannot be changed.
    """
    stages = [expansions.start]
    wanted: list[Grown] = []
    while True:
        last = stages[-1]
        if last.is_beyond:
            return Progress(tuple(stages), tuple(wanted), last.grown.contracted())
        wanted += last.tried
        if any(grown not in results for grown in last.tried):
            return Progress(tuple(stages), tuple(wanted), None)
        best = _best(last, results)
        if best is None:
            return Progress(tuple(stages), tuple(wanted), last.grown)
        stages.append(expansions.stage(best))


def _best(stage: Stage, results: Results) -> Grown | None:
    """The most accurate network of a step, and of equal ones the first."""
    found = [(accuracy, grown) for grown in stage.tried if (accuracy := results[grown]) is not None]
    return max(found, key=lambda pair: pair[0], default=(None, None))[1]
