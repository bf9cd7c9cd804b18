"""Roofs on disk: what `archdsl probe` has found is there for every later command."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from archdsl.diagnostics import CompileError, error
from archdsl.latency.roofs import Machine, Roof, Roofs
from archdsl.resources import cache_folder

_PREFIX, _SUFFIX = "roofs-", ".json"


def remember(roofs: Roofs) -> Path | None:
    """Write roofs to disk, and return their file; None where no folder is safe."""
    home = cache_folder()
    if home is None:
        return None
    name = sha256(str(roofs.machine).encode()).hexdigest()[:16]
    path = home / f"{_PREFIX}{name}{_SUFFIX}"
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(roofs), indent=1), encoding="utf-8")
    temporary.replace(path)
    return path


def roofs_of_this_machine() -> Roofs:
    """The roofs that were measured last for this processor and the release of torch that is here.

    Raises:
        CompileError: there are none.
    """
    home = cache_folder()
    files = home.glob(f"{_PREFIX}*{_SUFFIX}") if home else ()
    here = (processor(), torch_release())
    newest_first = sorted(files, key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for roofs in filter(None, map(_read, newest_first)):
        if (roofs.machine.processor, roofs.machine.torch) == here:
            return roofs
    message = "how fast this machine is has not been measured, so no latency is known"
    raise CompileError([error("latency", message, help="measure it once: `archdsl probe`")])


@cache
def processor() -> str:
    """The name of this machine's processor, and how many cores of it there are."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not on Linux
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.processor() or platform.machine()
    return f"{name} x {os.cpu_count()}"


def torch_release() -> str:
    """The release of torch, which takes seconds to import."""
    try:
        return version("torch")
    except PackageNotFoundError:
        return "none"


def _read(path: Path) -> Roofs | None:
    """The roofs in a file; None if it is no such file, or is of another archdsl."""
    try:
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        targets = {
            target: {make: Roof(**roof) for make, roof in makes.items()}
            for target, makes in stored["targets"].items()
        }
        return Roofs(Machine(**stored["machine"]), targets)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
