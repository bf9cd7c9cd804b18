"""What must not wait: a step for the device, the end for a worker, Ctrl-C for imports."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from archdsl.recipes.recipe import Sgd
from archdsl.spec import load
from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts

# AdamW keeps its count of steps on the CPU, and reads it from there: another reading than ours.
RECIPE = replace(
    folders.MAXIMAL, name="waiting", optimizer=Sgd(Fraction(1, 100)), augment=None, sync_bn=False
)
PATIENCE = 100  # seconds
WAITING = {
    "aten._local_scalar_dense.default": "a number is read from a tensor",
    "aten.lift_fresh.default": "a tensor is made of numbers",
    "aten.nonzero.default": "a shape follows from values",
}
READING = ("item", "tolist", "cpu", "numpy", "__bool__", "__int__", "__float__", "__index__")


class Operations(TorchDispatchMode):
    """Counts the operations that make a CPU wait for a GPU."""

    def __init__(self, seen: Counter[str]) -> None:
        super().__init__()
        self.seen = seen

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        self.seen["all"] += 1
        if str(function) in WAITING:
            self.seen[WAITING[str(function)]] += 1
        return function(*args, **(kwargs or {}))


class Readings(TorchFunctionMode):
    """Counts what reads a tensor, which on a CPU may be no operation."""

    def __init__(self, seen: Counter[str]) -> None:
        super().__init__()
        self.seen = seen

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        if getattr(function, "__name__", "") in READING:
            self.seen[function.__name__] += 1
        return function(*args, **(kwargs or {}))


class Watch:
    """Both, on entry and until the end of a block."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    def __enter__(self) -> None:
        self.modes = ExitStack()
        self.modes.enter_context(Operations(self.seen))
        self.modes.enter_context(Readings(self.seen))

    def __exit__(self, *_: object) -> None:
        self.modes.close()


def watched(scripts: Scripts, patch: pytest.MonkeyPatch, watch: Watch) -> list[bool]:
    """Watches each step and its note; whether figures were read in it."""
    step, note = scripts.learner.Learner.step, scripts.run.Run.note_step
    shown = []

    def stepped(learner: object, *given: object) -> object:
        with watch:
            return step(learner, *given)

    def noted(run: Any, *given: object) -> None:
        with watch:
            note(run, *given)
        shown.append(not run.unread)

    patch.setattr(scripts.learner.Learner, "step", stepped)
    patch.setattr(scripts.run.Run, "note_step", noted)
    return shown


def test_a_step_of_which_nothing_is_shown_reads_nothing_from_the_device(
    load_script: Load, train: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts, watch = load_script(RECIPE), Watch()
    shown = watched(scripts, monkeypatch, watch)
    scripts.recipe.normalise(torch.zeros(1, 3, 1, 1, 1))  # mean and deviation, once for a run
    assert train(scripts) == 0
    assert shown == [False] * 6
    assert watch.seen.pop("all") > 100
    assert not watch.seen


def test_a_step_of_which_figures_are_shown_reads_them_at_once(
    load_script: Load, train: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts, watch = load_script(RECIPE), Watch()
    shown = watched(scripts, monkeypatch, watch)
    monkeypatch.setattr(scripts.log.Display, "is_due", lambda display: True)
    assert train(scripts) == 0
    assert shown == [True] * 6
    assert watch.seen["tolist"] == 6


ENDLESS = """
import sys, time
import torch
from loading import load
from stopping import exit_status
from video import Sample

def get(key):
    if key:
        time.sleep(10**6)
    return Sample(torch.zeros(1), 0, [])

def work(world):
    print(len(next(load(get, [[0], [1]], 1)).clips), flush=True)

sys.exit(exit_status(work))
"""


def test_a_script_that_is_done_ends_though_a_worker_does_not(tmp_path: Path) -> None:
    build = folders.write_build(tmp_path / "build", folders.MINIMAL)
    (build / "endless.py").write_text(ENDLESS)
    done = subprocess.run(
        [sys.executable, build / "endless.py"],
        env=folders.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


INTERRUPTED = """
import os, signal, time
os.kill(os.getpid(), signal.SIGINT)
time.sleep(10**6)
"""


@pytest.mark.parametrize("is_single", [False, True])
def test_ctrl_c_while_torch_is_imported(tmp_path: Path, is_single: bool) -> None:
    network = load(folders.HERE.parents[1] / "specs" / "tiny.arch").network()
    texts = network.build_single() if is_single else network.build()
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "torch.py").write_text(INTERRUPTED)
    for script in ("train.py", "evaluate.py"):
        done = subprocess.run(
            [sys.executable, tmp_path / script],
            env=folders.environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert (done.returncode, done.stdout, done.stderr) == (130, "", "stopped\n")
