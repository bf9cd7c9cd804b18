"""The scripts, called in this process: starting another takes seconds."""

from __future__ import annotations

import importlib.util
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from archdsl.recipes.recipe import Recipe
from scripts import folders
from scripts.recipes import FULL_LENGTH, IN_VIEWS

Load = Callable[[Recipe], ModuleType]
SIGNALS = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.write_videos(tmp_path_factory.mktemp("data") / "videos")


@pytest.fixture(scope="session")
def load_script(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """The train.py of a recipe for the small network, as a module."""
    made: dict[str, ModuleType] = {}

    def loaded(recipe: Recipe) -> ModuleType:
        if recipe.name not in made:
            build = folders.write_build(tmp_path_factory.mktemp("built") / "build", recipe)
            made[recipe.name] = module_of(build / "train.py")
        return made[recipe.name]

    return loaded


def module_of(script: Path) -> ModuleType:
    """A script's module, which imports the network beside it."""
    sys.modules.pop("small", None)
    sys.path.insert(0, str(script.parent))
    spec = importlib.util.spec_from_file_location(f"{script.stem}_{script.parent}", script)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    sys.path.remove(str(script.parent))
    return module


@pytest.fixture
def train(
    monkeypatch: pytest.MonkeyPatch, videos: Path, tmp_path: Path
) -> Iterator[Callable[..., int]]:
    """Calls a script; its exit status. It writes to `run` in the test's folder."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    usual = ["--data", videos, "--workers", 0, "--output-dir", tmp_path / "run"]

    def call(script: ModuleType, *flags: object) -> int:
        monkeypatch.setattr(sys, "argv", ["train.py", *map(str, (*usual, *flags))])
        status: int = script.main()
        return status

    yield call
    torch.set_num_threads(threads)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def decoding(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """A train.py, for its way to read videos."""
    build = folders.write_build(tmp_path_factory.mktemp("built") / "build", IN_VIEWS)
    return module_of(build / "train.py")


@pytest.fixture(scope="session")
def evaluate(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The evaluate.py that tests in views."""
    build = folders.write_build(tmp_path_factory.mktemp("built") / "build", IN_VIEWS)
    return module_of(build / "evaluate.py")


@pytest.fixture(scope="session")
def evaluate_whole(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The evaluate.py that tests on whole videos."""
    build = folders.write_build(tmp_path_factory.mktemp("built") / "build", FULL_LENGTH)
    return module_of(build / "evaluate.py")
