"""What a process holds in memory, as the system counts it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from archdsl.bench import memory

MANY = 64 * 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="others do not forget a peak")
def test_a_peak_stays_until_it_is_forgotten() -> None:
    memory.forget_peak()
    before = memory.peak()
    held = bytearray(b"x" * MANY)
    del held
    risen = memory.peak()
    assert before is not None
    assert risen is not None
    assert risen > before + MANY // 2
    memory.forget_peak()
    after, resident = memory.peak(), memory.resident()
    assert after is not None
    assert resident is not None
    assert after < risen - MANY // 2
    assert resident < after + 2**20


def test_elsewhere_only_a_peak_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(memory, "_STATUS", tmp_path / "status")
    monkeypatch.setattr(memory, "_FORGET", tmp_path / "none" / "clear_refs")
    memory.forget_peak()
    peak = memory.peak()
    assert peak is not None
    assert peak > 2**20
    assert memory.resident() == peak
