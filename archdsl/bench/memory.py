"""How much memory this process holds, and held at most, as its system counts."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident() -> int | None:
    """The bytes that are in memory now; where only a peak is known, that so far."""
    return _of_linux("VmRSS:") or peak()


def peak() -> int | None:
    """The most bytes that were in memory; None where the system does not say."""
    if (found := _of_linux("VmHWM:")) is not None:
        return found
    try:
        import resource
    except ImportError:  # on Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def forget_peak() -> None:
    """Let the peak be that from now on, where the system can do so."""
    with suppress(OSError):
        _FORGET.write_text("5")


def _of_linux(name: str) -> int | None:
    """A line of this process's status, which is in KiB there."""
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), None)
