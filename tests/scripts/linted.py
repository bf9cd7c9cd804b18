"""What ruff says of emitted scripts, by rules that a strict project would choose."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_RULES = "E,F,I,UP,B,C4,SIM,RUF,PT"


def complaints(folder: Path, source: Path) -> str:
    """What ruff has to say of a folder, whose scripts import those of `source`; "" if nothing."""
    command = ["ruff", "check", "--isolated", "--target-version", "py311", "--select", _RULES]
    done = subprocess.run(
        [sys.executable, "-m", *command, "--config", f'src = ["{source}"]', folder],
        capture_output=True,
        text=True,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr or "it failed"
