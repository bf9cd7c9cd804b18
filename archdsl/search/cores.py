"""The cores of a machine, shared by the trainings on it.

Each process of torch takes a thread for every core. Two of them on two cores wait for each other at
every operation, and are several times slower than with a thread each.
"""

from __future__ import annotations

import os

from archdsl.diagnostics import counted

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
    return max(1, _cores() // processes)


def crowding(processes: int) -> str | None:
    """What is told where some trainings take more threads than there are cores; else None."""
    said = os.environ.get(THREADS, "")
    each = int(said) if said.isdecimal() and int(said) else threads(processes)
    if each * processes <= _cores():
        return None
    trainings, share = counted(processes, "training"), threads(processes)
    if each == 1:
        return f"{trainings} on {counted(_cores(), 'core')}: fewer workers are as fast"
    here = f"{trainings} of {each} threads on {counted(_cores(), 'core')}"
    return f"{here}: {THREADS}={share} is faster"


def _cores() -> int:
    """Those that this process may use."""
    may_use = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(may_use(0)) if may_use else os.cpu_count() or 1
