"""Forms of one network in turn, in a process of their own: medians of the ratios of all rounds.

Whatever else the machine does slows all forms of a round, so ratios of rounds stay; seconds do not.
With a kept heap, glibc hands no pages back: a default one zeroes them again each time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter, process_time
from typing import Any

import torch

HEAPS: Mapping[str, Mapping[str, str]] = {
    "default heap": {},
    "kept heap": {
        "MALLOC_MMAP_THRESHOLD_": "4000000000",
        "MALLOC_TRIM_THRESHOLD_": "4000000000",
        "MALLOC_TOP_PAD_": "500000000",
    },
}

_LEAST = 3

Rounds = Mapping[str, Any]
"""`wall` and `cpu` have the seconds of each form in each round, and `load` is the machine's."""


def machine() -> str:
    """What figures depend on, in a line."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{torch.backends.cpu.get_cpu_capability()}, torch {torch.__version__}, load {load}"


def in_turn(forms: Mapping[str, Callable[[], object]], seconds: float) -> Rounds:
    """Run all forms in rounds for some seconds, after one round that is not measured."""
    for form in forms.values():
        form()
    wall: dict[str, list[float]] = {name: [] for name in forms}
    cpu: dict[str, list[float]] = {name: [] for name in forms}
    end, done = perf_counter() + seconds, 0
    while perf_counter() < end or done < _LEAST:
        for name, form in forms.items():
            started, used = perf_counter(), process_time()
            form()
            wall[name].append(perf_counter() - started)
            cpu[name].append(process_time() - used)
        done += 1
    return {"wall": wall, "cpu": cpu, "load": os.getloadavg()[0]}


def paired(times: Mapping[str, list[float]], form: str, ours: str) -> float:
    """How many times as long as ours a form takes, in the median of the rounds."""
    return median(a / b for a, b in zip(times[form], times[ours], strict=True))


def show(where: str, row: Rounds, ours: str) -> None:
    """Print a line for each form."""
    print(f"{where}, load {row['load']:.1f}, {len(row['wall'][ours])} rounds")
    for form, walls in row["wall"].items():
        wall, cpu = (paired(row[clock], form, ours) for clock in ("wall", "cpu"))
        fastest = min(walls) / min(row["wall"][ours])
        print(
            f"  {form:14}{median(walls) * 1e3:9.1f} ms  {wall:6.2f} times {ours}, "
            f"of CPU time {cpu:6.2f}, of the fastest rounds {fastest:6.2f}"
        )
    print(flush=True)


def in_a_process(script: str, *arguments: object, threads: int, heap: str) -> Any:
    """What a script prints as JSON, with so many threads and such a heap."""
    variables = {**os.environ, "OMP_NUM_THREADS": str(threads), **HEAPS[heap]}
    command = (sys.executable, script, *map(str, arguments))
    done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)
