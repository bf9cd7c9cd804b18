"""A spec written in a test, as a network."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from emit.running import Load


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """The only network of a spec."""

    def load_text(text: str) -> archdsl.Network:
        path = tmp_path / "network.arch"
        path.write_text(text)
        return archdsl.load(path).network()

    return load_text
