"""The scripts, called in this process: starting another takes seconds."""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from archdsl.recipes.recipe import Recipe
from scripts import folders
from scripts.recipes import FULL_LENGTH, IN_VIEWS

SIGNALS = (signal.SIGTERM, signal.SIGINT)
FILES = ("recipe", "formats", "lists", "packets", "decoding", "video", "run", "train", "evaluate")


@dataclass(frozen=True)
class Scripts:
    """The files of a build folder as modules, which know one another."""

    network: ModuleType
    recipe: ModuleType
    formats: ModuleType
    lists: ModuleType
    packets: ModuleType
    decoding: ModuleType
    video: ModuleType
    run: ModuleType
    train: ModuleType
    evaluate: ModuleType


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


def scripts_of(build: Path, network: str = "small") -> Scripts:
    """All files of a folder with a recipe."""
    return Scripts(*modules_of(build, (network, *FILES)))


def modules_of(build: Path, names: Iterable[str]) -> list[ModuleType]:
    """A folder's modules of these names; for this call its files are the only ones of theirs."""
    own = [path.stem for path in build.glob("*.py")]
    others = {name: sys.modules.pop(name) for name in own if name in sys.modules}
    sys.path.insert(0, str(build))
    try:
        return [importlib.import_module(name) for name in names]
    finally:
        sys.path.remove(str(build))
        for name in own:
            sys.modules.pop(name, None)
        sys.modules.update(others)


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

    def call(script: Scripts, *flags: object) -> int:
        monkeypatch.setattr(sys, "argv", ["train.py", *map(str, (*usual, *flags))])
        monkeypatch.setitem(sys.modules, "small", script.network)  # its file has a digest
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
def formats(in_views: Scripts) -> ModuleType:
    """A folder's formats.py."""
    return in_views.formats


@pytest.fixture(scope="session")
def lists(in_views: Scripts) -> ModuleType:
    """A folder's lists.py."""
    return in_views.lists


@pytest.fixture(scope="session")
def evaluate_whole(load_script: Load) -> Scripts:
    """Those that test on whole videos."""
    return load_script(FULL_LENGTH)
