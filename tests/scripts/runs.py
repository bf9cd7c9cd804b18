"""Runs of scripts as processes: begun, watched by their log, and compared by what they keep."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import torch

from scripts.folders import environment


def begun(command: list[object], output: Path) -> subprocess.Popen[bytes]:
    with open(output.with_suffix(".txt"), "ab") as log:
        return subprocess.Popen(
            [sys.executable, *map(str, command), "--output-dir", str(output)],
            env=environment(),
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def count_lines(output: Path) -> int:
    """How far a run has come, as its log says."""
    log = output / "log.jsonl"
    return log.read_text().count("\n") if log.exists() else 0


def same(one: object, other: object) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    return one == other
