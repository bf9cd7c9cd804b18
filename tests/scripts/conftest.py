"""Emitted once, for all tests of the scripts' parts."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from scripts.emitted import FULL_LENGTH, IN_VIEWS, script, write_build


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_build(tmp_path_factory.mktemp("builds") / "views", IN_VIEWS)


@pytest.fixture(scope="session")
def train(build: Path) -> ModuleType:
    return script(build, "train")


@pytest.fixture(scope="session")
def evaluate(build: Path) -> ModuleType:
    return script(build, "evaluate")


@pytest.fixture(scope="session")
def evaluate_whole(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    folder = tmp_path_factory.mktemp("builds") / "whole"
    return script(write_build(folder, FULL_LENGTH), "evaluate")
