"""Searches in processes of their own: killed and begun again, or several that do what one does."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from scripts import folders
from scripts.runs import begun, count_lines, same

KILLED = Path(folders.__file__).with_name("killed.py")
PATIENCE = 600  # seconds


def check_killed(
    script: Path,
    flags: list[object],
    results: Callable[[Path], dict[str, Any]],
    folder: Path,
    moments: int,
    writes: int,
) -> None:
    """Kill runs of a script at random moments, half of them while it writes, and go on with each:
    all end with the results of one that was left alone. `writes` is the last of these moments."""
    command = [script, *flags, "--save-every", 1, "--keep", 2, "--resume", "auto"]
    assert begun(command, folder / "whole").wait() == 0
    expected, lines = results(folder / "whole"), count_lines(folder / "whole")
    chance = random.Random(3)
    for number in range(moments):
        output = folder / str(number)
        if number % 2:
            run = begun(command, output)
            known = chance.randrange(1, lines)
            while count_lines(output) < known:
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.1))
            run.kill()
        else:
            run = begun([KILLED, chance.randint(1, writes), *command], output)
        assert run.wait() == -signal.SIGKILL
        kept = sorted(str(path.relative_to(output)) for path in output.rglob("*.*"))
        print(f"killed with {', '.join(kept) or 'nothing'}")
        assert begun(command, output).wait() == 0, output.with_suffix(".txt").read_text()
        assert same(results(output), expected), number
        assert count_lines(output) == lines


def last_state(script: Path, flags: list[object], output: Path, processes: int) -> dict[str, Any]:
    """The last checkpoint of a run in so many processes."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", str(processes), str(script)]
    done = subprocess.run(
        [*command, *map(str, flags), "--output-dir", str(output)],
        env=folders.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    last = max((output / "checkpoints").glob("step_*.pt"))
    state: dict[str, Any] = torch.load(last, weights_only=True)
    return state


def results_in(output: Path, names: tuple[str, ...]) -> dict[str, Any]:
    """All that is kept of a run: checkpoints, what was found, and some files by name."""
    files = [*output.glob("checkpoints/*.pt"), *output.glob("found/*.pt")]
    kept = {str(path.relative_to(output)): torch.load(path, weights_only=True) for path in files}
    texts = [*(output / name for name in names), *output.glob("found/*.arch")]
    return kept | {path.name: path.read_text() for path in texts}
