"""A trial as the storage has it, checked: what everybody else reads of trials.

A storage is untrusted: others write to it, and a file can be edited. What it says is text, numbers
and names of options. None of it becomes a path or code, and what does not have the form below is
refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from archdsl.search.records.damage import Damaged

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

T = TypeVar("T")

_NO_BEAT: tuple[float | None, float] = (None, 0.0)
_WORKER = re.compile("[0-9a-f]{12}")
_WORKER_NAME = re.compile(r"[\w.:-]{1,300}")
_MEMBER_NAME = re.compile(r"\w{1,300}#\w{1,64}")
_LONGEST = 10_000
"""Characters of one text, and entries of one list."""


class State(Enum):
    """How far a trial is."""

    WAITING = "waiting"
    DECIDING = "being drawn"
    RUNNING = "running"
    TRAINED = "trained"
    DIVERGED = "diverged"
    INTERRUPTED = "interrupted"  # another trial goes on with it
    FAILED = "failed"
    SKIPPED = "skipped"  # it was not trained: its member is known, or not wanted


FINISHED = {State.TRAINED, State.DIVERGED, State.FAILED}
"""States of trials that were tried to the end."""


@dataclass(frozen=True)
class Chosen:
    """The member of a trial: the text of the option at each decision, and what follows from them.

    `likeness` is the same for two spellings of one network. `costs` has exact figures by metric.
    """

    name: str
    taken: Mapping[str, str]
    likeness: str
    costs: Mapping[str, int] = field(compare=False)

    def attribute(self) -> dict[str, object]:
        """The form in which a storage keeps it."""
        return {
            "name": self.name,
            "taken": dict(self.taken),
            "likeness": self.likeness,
            "costs": dict(self.costs),
        }


@dataclass(frozen=True)
class Record:
    """A trial. `reason` is why it was asked for: empty where a sampler has drawn it.

    `accuracies` has one figure in percent for each training that ended, `epochs` those after each
    epoch so far. `again` is the number of the trial that this one goes on with. `beat` is the last
    sign of life of its worker, in seconds of that machine's clock; `seconds` is how long it
    trained.
    """

    number: int
    state: State
    reason: str
    again: int | None
    chosen: Chosen | None
    values: tuple[float, ...]
    accuracies: tuple[float, ...]
    epochs: tuple[float, ...]
    worker: str
    worker_name: str
    beat: float | None
    seconds: float
    crashes: int
    why: str

    @property
    def accuracy(self) -> float | None:
        """The mean over its trainings, in percent."""
        return math.fsum(self.accuracies) / len(self.accuracies) if self.accuracies else None

    @property
    def spread(self) -> float | None:
        """The standard deviation of its trainings, of two at least."""
        mean, count = self.accuracy, len(self.accuracies)
        if mean is None or count < 2:
            return None
        return math.sqrt(math.fsum((each - mean) ** 2 for each in self.accuracies) / (count - 1))


def read(trial: FrozenTrial) -> Record:
    """A trial of Optuna.

    Raises:
        Damaged: an attribute does not have the form in which workers write it.
    """
    try:
        return _read(trial)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        raise Damaged(f"trial {trial.number} has attributes that no worker has written") from None


def _read(trial: FrozenTrial) -> Record:
    has = _Attributes(trial.user_attrs)
    chosen = has.get("member", _chosen, None)
    worker, worker_name = has.get("worker", _worker, ("", ""))
    beat, seconds = has.get("beat", _beat, _NO_BEAT)
    why = has.get("skipped", _words, "") or has.get("failed", _words, "")
    return Record(
        number=trial.number,
        state=_state(trial, chosen is not None),
        reason=has.get("reason", _words, ""),
        again=has.get("again", _count, None),
        chosen=chosen,
        values=tuple(map(_finite, trial.values or ())),
        accuracies=has.get("trained", _percents, ()),
        epochs=_percents(
            [trial.intermediate_values[at] for at in sorted(trial.intermediate_values)]
        ),
        worker=worker,
        worker_name=worker_name,
        beat=beat,
        seconds=seconds,
        crashes=has.get("crashes", _count, 0),
        why=why,
    )


def _state(trial: FrozenTrial, has_member: bool) -> State:
    has = trial.user_attrs
    match trial.state.name:
        case "WAITING":
            return State.WAITING
        case "RUNNING":
            return State.RUNNING if has_member else State.DECIDING
        case "COMPLETE" if "skipped" not in has:
            return State.DIVERGED if has.get("diverged") else State.TRAINED
        case "FAIL" if has_member and "skipped" not in has:
            return State.FAILED if "failed" in has else State.INTERRUPTED
    return State.SKIPPED


@dataclass(frozen=True)
class _Attributes:
    """The attributes of a trial, each read by a function that refuses what is no such thing."""

    values: Mapping[str, Any]

    def get(self, name: str, form: Callable[[Any], T], default: T) -> T:
        return form(self.values[name]) if name in self.values else default


def _must(holds: bool) -> None:
    if not holds:
        raise ValueError


def _text(value: Any) -> str:
    _must(isinstance(value, str) and len(value) <= _LONGEST)
    return str(value)


def _words(value: Any) -> str:
    """Text for people, which no spreadsheet takes for a formula."""
    text = _text(value)
    _must(text[:1] not in ("=", "+", "-", "@", "\t", "\r"))
    return text


def _named(value: Any) -> str:
    text = _text(value)
    _must(_MEMBER_NAME.fullmatch(text) is not None)
    return text


def _count(value: Any) -> int:
    _must(type(value) is int and 0 <= value < 2**63)
    return int(value)


def _finite(value: Any) -> float:
    number = float(value)
    _must(math.isfinite(number))
    return number


def _percents(values: Any) -> tuple[float, ...]:
    _must(isinstance(values, list) and len(values) <= _LONGEST * 10)
    found = tuple(map(_finite, values))
    _must(all(0 <= each <= 100 for each in found))
    return found


def _beat(value: Any) -> tuple[float | None, float]:
    _must(isinstance(value, list))
    time, seconds = map(_finite, value)
    _must(time >= 0 and seconds >= 0)
    return time, seconds


def _worker(value: Any) -> tuple[str, str]:
    identity, name = map(_text, value)
    _must(_WORKER.fullmatch(identity) is not None and _WORKER_NAME.fullmatch(name) is not None)
    return identity, name


def _chosen(value: Any) -> Chosen:
    taken, costs = value["taken"], value["costs"]
    _must(isinstance(taken, dict) and len(taken) <= _LONGEST and isinstance(costs, dict))
    return Chosen(
        _named(value["name"]),
        {_text(name): _text(option) for name, option in taken.items()},
        _text(value["likeness"]),
        {_text(metric): _count(cost) for metric, cost in costs.items()},
    )
