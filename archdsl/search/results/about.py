"""What a run is of, as its folder says it to whoever asks without the spec."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archdsl import files
from archdsl.diagnostics import CompileError, error
from archdsl.search.domain import Goal, Objective
from archdsl.search.post import Setup
from archdsl.search.records.storage import Address
from archdsl.searches.search import ACCURACIES

RUN = "run.json"
"""The file that says which search a folder is of."""


@dataclass(frozen=True)
class About:
    """What a run is of, as its folder says it to who asks for its state without the spec.

    `storage` is empty where the trials are in the folder; it lacks a password if there is one.
    """

    name: str
    space: str
    goal: Goal
    metric: str
    asked: int
    storage: str
    is_whole: bool

    @classmethod
    def of(cls, setup: Setup, address: Address, run: Path) -> About:
        own = Address.of(None, run)
        storage = "" if address == own else address.shown
        asked, metric = setup.course.asked, setup.baseline.metric
        name, space = setup.name, setup.space.name
        return cls(name, space, setup.goal, metric, asked, storage, address.is_public)

    @property
    def figure(self) -> str:
        """What the logs of trainings call the accuracy that is wanted."""
        return ACCURACIES[self.goal.trained.metric].figure

    def text(self) -> str:
        """The content of `run.json`."""
        values: dict[str, object] = {
            "search": self.name,
            "space": self.space,
            "trained": _objective(self.goal.trained),
            "costs": [_objective(cost) for cost in self.goal.costs],
            "metric": self.metric,
            "asked": self.asked,
            "storage": self.storage,
            "storage_is_whole": self.is_whole,
        }
        return files.sealed_json(values)

    @classmethod
    def read(cls, run: Path) -> About:
        """What a folder is of.

        Raises:
            CompileError: it is none of a run.
        """
        try:
            values = json.loads((run / RUN).read_bytes())
            goal = Goal(
                _read_accuracy(values["trained"]), (*map(_read_objective, values["costs"]),)
            )
            names = [str(values[key]) for key in ("search", "space", "metric", "storage")]
            asked, is_whole = int(values["asked"]), bool(values["storage_is_whole"])
        except (OSError, ValueError, LookupError, TypeError):
            hint = "name the folder that `archdsl search SPEC -o RUN` was given"
            message = f"{run} is not the folder of a search"
            raise CompileError([error("file", message, help=hint)]) from None
        name, space, metric, storage = names
        return cls(name, space, goal, metric, asked, storage, is_whole)


def _objective(objective: Objective) -> list[str]:
    return [objective.metric, "maximise" if objective.maximise else "minimise"]


def _read_accuracy(values: Sequence[str]) -> Objective:
    objective = _read_objective(values)
    if objective.metric not in ACCURACIES:
        raise ValueError(objective.metric)
    return objective


def _read_objective(values: Sequence[str]) -> Objective:
    metric, way = values
    return Objective(str(metric), way == "maximise")
