"""The cores of a machine, shared by the trainings on it.

Each process of torch takes a thread for every core. Two of them on two cores wait for each other at
every operation, and are several times slower than with a thread each.
"""

from __future__ import annotations

import os

THREADS = "OMP_NUM_THREADS"
"""The variable that says how many threads a process takes, torch's included."""


def environment(processes: int) -> dict[str, str]:
    """The environment of a training, if so many processes train on this machine.

    What the user has set holds.
    """
    own = dict(os.environ)
    return own if own.get(THREADS) else {**own, THREADS: str(threads(processes))}


def threads(processes: int) -> int:
    """The threads of each of some processes that share the cores, at least 1."""
    may_use = getattr(os, "sched_getaffinity", None)  # not on every system
    cores = len(may_use(0)) if may_use else os.cpu_count() or 1
    return max(1, cores // processes)
