"""The scripts, called in this process: starting another takes seconds."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from archdsl.recipes.recipe import Recipe
from scripts import folders
from scripts.loaded import Scripts, scripts_of
from scripts.recipes import FULL_LENGTH, IN_VIEWS

SIGNALS = (signal.SIGTERM, signal.SIGINT)

Load = Callable[[Recipe], Scripts]


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folders.write_videos(tmp_path_factory.mktemp("data") / "videos")


@pytest.fixture(scope="session")
def load_script(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """The scripts of a recipe for the small network."""
    made: dict[str, Scripts] = {}

    def loaded(recipe: Recipe) -> Scripts:
        if recipe.name not in made:
            build = folders.write_build(tmp_path_factory.mktemp("built") / "build", recipe)
            made[recipe.name] = scripts_of(build)
        return made[recipe.name]

    return loaded


@pytest.fixture
def train(
    monkeypatch: pytest.MonkeyPatch, videos: Path, tmp_path: Path
) -> Iterator[Callable[..., int]]:
    """Calls a script; its exit status. It writes to `run` in the test's folder."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    # To draw takes as long as to train.
    for name in ("torch.utils.tensorboard", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    usual = ["--data", videos, "--workers", 0, "--output-dir", tmp_path / "run"]

    def call(script: Scripts, *flags: object) -> int:
        monkeypatch.setattr(sys, "argv", ["train.py", *map(str, (*usual, *flags))])
        status: int = script.train.main()
        return status

    yield call
    torch.set_num_threads(threads)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def in_views(load_script: Load) -> Scripts:
    """Those that test in views."""
    return load_script(IN_VIEWS)


@pytest.fixture(scope="session")
def decoding(in_views: Scripts) -> ModuleType:
    """A folder's decoding.py."""
    return in_views.decoding


@pytest.fixture(scope="session")
def video(in_views: Scripts) -> ModuleType:
    """A folder's video.py."""
    return in_views.video


@pytest.fixture(scope="session")
def pictures(in_views: Scripts) -> ModuleType:
    """A folder's pictures.py."""
    return in_views.pictures


@pytest.fixture(scope="session")
def disk(in_views: Scripts) -> ModuleType:
    """A folder's disk.py."""
    return in_views.disk


@pytest.fixture(scope="session")
def lists(in_views: Scripts) -> ModuleType:
    """A folder's lists.py."""
    return in_views.lists


@pytest.fixture(scope="session")
def evaluate_whole(load_script: Load) -> Scripts:
    """Those that test on whole videos."""
    return load_script(FULL_LENGTH)
