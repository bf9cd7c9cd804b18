"""How benchmarks measure: whole processes, medians of interleaved runs, and ratios with bounds.

Only ratios within one run have bounds. Seconds depend on the machine, and on what else it does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).resolve().parents[1]
_ENVIRONMENT = {name: os.environ[name] for name in os.environ if not name.startswith("PYTHON")}
"""Without Python's settings: one of them makes every run compile all files again."""

ARCHDSL = (sys.executable, "-m", "archdsl")

Command = Sequence[str]


@dataclass(frozen=True)
class Usage:
    """The wall time and the CPU time of a process in seconds, and its peak memory in bytes."""

    wall: float
    cpu: float
    peak_bytes: int


@dataclass(frozen=True)
class Result:
    """A figure with its bound, which is an upper one unless `at_least`."""

    what: str
    value: float
    bound: float
    at_least: bool = False
    unit: str = ""

    @property
    def holds(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def run(command: Command) -> Usage:
    """Run a process, and drop what it prints.

    Raises:
        SystemExit: with its stderr, if it fails.
    """
    with tempfile.TemporaryFile() as errors:
        started = perf_counter()
        child = subprocess.Popen(
            command, cwd=ROOT, env=_ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=errors
        )
        # Not `child.wait()`: only wait4 has the resources of this one child.
        _, status, usage = os.wait4(child.pid, 0)
        wall = perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            why = errors.read().decode()
            raise SystemExit(f"{why}exit {child.returncode}: {' '.join(command)}")
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in KiB on Linux
    return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def compare(commands: Mapping[str, Command], times: int) -> dict[str, Usage]:
    """The median of each command. They run in turn, so that a busy machine slows all of them."""
    runs: dict[str, list[Usage]] = {name: [] for name in commands}
    # Once without measuring: the first run compiles Python files and fills the page cache.
    for command in commands.values():
        run(command)
    for _ in range(times):
        for name, command in commands.items():
            runs[name].append(run(command))
    return {name: _median(usages) for name, usages in runs.items()}


def _median(usages: Sequence[Usage]) -> Usage:
    return Usage(
        median(usage.wall for usage in usages),
        median(usage.cpu for usage in usages),
        max(usage.peak_bytes for usage in usages),
    )


def show(usages: Mapping[str, Usage]) -> None:
    """Print a line for each command."""
    width = max(map(len, usages))
    print(f"{'':{width}}  {'wall':>8}  {'CPU':>8}  {'peak':>8}")
    for name, usage in usages.items():
        peak = f"{usage.peak_bytes / 2**20:.0f} MiB"
        print(f"{name:{width}}  {usage.wall:6.3f} s  {usage.cpu:6.3f} s  {peak:>8}")
    print()


def conclude(results: Sequence[Result]) -> int:
    """Print each figure with its bound, and return the exit status: 0 if all bounds hold."""
    width = max(len(result.what) for result in results)
    for result in results:
        bound = f"{'at least' if result.at_least else 'at most'} {result.bound:g}{result.unit}"
        verdict = "holds" if result.holds else "DOES NOT HOLD"
        print(f"{result.what:{width}}  {result.value:8.3f}{result.unit}  {bound:<16}  {verdict}")
    return 0 if all(result.holds for result in results) else 1
