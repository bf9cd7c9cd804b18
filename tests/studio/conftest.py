"""One studio for all that changes nothing, and one for each test that writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.studio.harness import FIRST, Studio, studio


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    path = tmp_path_factory.mktemp("studio") / "first.arch"
    path.write_text(FIRST)
    with studio(path) as running:
        yield running


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Studio]:
    path = tmp_path / "first.arch"
    path.write_text(FIRST)
    with studio(path) as running:
        yield running
