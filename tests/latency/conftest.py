"""A folder for roofs that is the test's own, with roofs and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.latency.remembered import remember
from latency.machines import roofs


@pytest.fixture
def unprobed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a machine that was not probed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "archdsl"


@pytest.fixture
def probed(unprobed: Path) -> Path:
    """The same with the roofs of `machines`."""
    assert remember(roofs()) is not None
    return unprobed
