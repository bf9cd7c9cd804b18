"""The trainings of a trial: its folder, one run of `train.py` for each seed, and what came of
them."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archdsl import files
from archdsl.diagnostics import CompileError, error
from archdsl.search import cores
from archdsl.search.attending import attend, held
from archdsl.search.child import DIVERGED, OUTPUT, Child, Ending, Log, as_typed
from archdsl.search.records.presence import living
from archdsl.search.stopping import StopRequest

TRIALS = "trials"
"""The folder of a run with a folder for each trial."""

_RESULT = "result.json"
_GIVEN = frozenset(
    "--data --output-dir --resume --seed --hold-out --eval-only --checkpoint".split()
)


@dataclass(frozen=True)
class How:
    """How `train.py` is run, the same for all trials of a worker.

    `options` go to it as they are. `epochs` is how many there will be, for people.
    """

    data: str
    figure: str
    epochs: int
    hold_out: str = ""
    options: tuple[str, ...] = ()
    processes: int | None = None

    def command(self, output: Path, seed: int) -> list[str]:
        """The command of one training, to be run in the folder of the trial."""
        held_out = ["--hold-out", self.hold_out] if self.hold_out else []
        return [
            *(*launcher(self.processes), "train.py", "--data", self.data),
            *("--output-dir", str(output), "--seed", str(seed), "--resume", "auto"),
            *("--keep", "1", *held_out, *self.options),
        ]


def launcher(processes: int | None) -> list[str]:
    """What a script of a build folder is run with, in several processes if their number is said."""
    several = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    return [sys.executable, *(several if processes else [])]


def not_for_users(options: Sequence[str]) -> list[str]:
    """Those of the options for a script that a search gives by itself, also if abbreviated."""
    names = [option.partition("=")[0] for option in options if option.startswith("--")]
    return [name for name in names if any(given.startswith(name) for given in _GIVEN)]


@dataclass(frozen=True)
class Trained:
    """All trainings ended; the accuracy of each, in percent."""

    accuracies: tuple[float, ...]


@dataclass(frozen=True)
class Broken:
    """A training ended otherwise: how, in which folder, and the command to repeat it."""

    ending: Ending
    folder: Path
    command: str

    @property
    def has_diverged(self) -> bool:
        return self.ending.status == DIVERGED


@dataclass(frozen=True)
class Attendance:
    """Who attends to a training: `on_epoch` gets the accuracy after each epoch.

    `check` is called every moment, and can raise to end the training; `stop` is the user's wish.
    """

    on_epoch: Callable[[int, float], None]
    check: Callable[[], None]
    stop: StopRequest


@dataclass(frozen=True)
class Bench:
    """The folder of a trial in a run, while this process or its child has the lock on it."""

    run: Path
    folder: Path
    lock: int

    def train(self, how: How, seeds: Sequence[int], attendance: Attendance) -> Trained | Broken:
        """Train the member once for each seed; those that ended earlier are not repeated.

        Raises:
            Stopped: the user has asked for it. The training has saved and ended.
            OSError: something cannot be written here.
        """
        found: list[float] = []
        for turn, seed in enumerate(seeds):
            output = self.folder / f"seed_{seed}"
            accuracy = _known(output)
            if accuracy is None:
                ended = self._once(how, seed, attendance, turn * how.epochs)
                if isinstance(ended, Broken):
                    return ended
                accuracy = ended
                _keep(output, accuracy)
            found.append(accuracy)
        return Trained(tuple(found))

    def _once(self, how: How, seed: int, attendance: Attendance, before: int) -> float | Broken:
        output = self.folder / f"seed_{seed}"
        output.mkdir(parents=True, exist_ok=True)
        command = how.command(Path(output.name), seed)
        log, last = Log(output / "log.jsonl"), math.nan
        # Workers come and go: what they share is found anew for each training.
        own = cores.environment(living(self.run) * (how.processes or 1))
        child = Child(command, self.folder, output / OUTPUT, self.lock, own)

        def look() -> None:
            nonlocal last
            for epoch, last in log.validations(how.figure):
                attendance.on_epoch(before + epoch, last)
            attendance.check()

        ending = attend(child, attendance.stop, look)
        if ending.status or math.isnan(last):
            return Broken(ending, self.folder, as_typed(command, self.folder))
        return last


def _keep(output: Path, accuracy: float) -> None:
    """Note that a training has ended. What it would have been resumed from is not needed any
    more."""
    files.replace(output / _RESULT, json.dumps({"accuracy": accuracy}) + "\n")
    for checkpoint in output.glob("checkpoints/step_*.pt"):
        checkpoint.unlink(missing_ok=True)


def _known(output: Path) -> float | None:
    """The accuracy of a training that has ended."""
    try:
        accuracy = json.loads((output / _RESULT).read_bytes())["accuracy"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    is_percent = isinstance(accuracy, float | int) and 0 <= accuracy <= 100
    return float(accuracy) if is_percent else None


@contextmanager
def bench(
    run: Path, name: str, contents: Mapping[str, str], wait: Callable[[], None]
) -> Iterator[Bench]:
    """The folder of a trial with the member's scripts in it, and the lock on it.

    `wait` is called while another process still trains there, and can raise.

    Raises:
        CompileError: the files cannot be written, or somebody has edited them.
    """
    folder = run / TRIALS / name
    with held(folder, wait) as lock:
        _write(folder, contents)
        yield Bench(run, folder, lock)


def _write(folder: Path, contents: Mapping[str, str]) -> None:
    edited = [name for name in contents if files.is_edited(folder / name)]
    if edited:
        message = f"{folder / edited[0]} was edited, so its training is none of this search"
        hint = f"to train the member anew, remove the folder {folder}"
        raise CompileError([error("file", message, help=hint)])
    files.write_all({folder / name: text for name, text in contents.items()})
