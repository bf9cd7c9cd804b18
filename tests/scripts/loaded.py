"""The files of a build folder as modules, for tests and benchmarks: no package holds them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from types import ModuleType


@dataclass(frozen=True)
class Scripts:
    """What stands in a folder beside its network, as modules that know one another."""

    recipe: ModuleType
    errors: ModuleType
    disk: ModuleType
    tables: ModuleType
    formats: ModuleType
    classes: ModuleType
    lists: ModuleType
    labels: ModuleType
    packets: ModuleType
    pictures: ModuleType
    decoding: ModuleType
    video: ModuleType
    processes: ModuleType
    loading: ModuleType
    weights: ModuleType
    checkpoints: ModuleType
    log: ModuleType
    stopping: ModuleType
    arguments: ModuleType
    held_out: ModuleType
    learner: ModuleType
    resuming: ModuleType
    run: ModuleType
    epochs: ModuleType
    options: ModuleType
    scoring: ModuleType
    confusion: ModuleType
    labelled: ModuleType
    train: ModuleType
    evaluate: ModuleType
    predict: ModuleType
    network: ModuleType


def scripts_of(build: Path, network: str = "small") -> Scripts:
    """All files of a folder with a recipe, of a network that is trained."""
    own = [field.name for field in fields(Scripts)][:-1]
    return Scripts(*modules_of(build, (*own, network)))


def modules_of(build: Path, names: Iterable[str]) -> list[ModuleType]:
    """A folder's modules of these names; for this call its files are the only ones of theirs."""
    with alone(path.stem for path in build.glob("*.py")):
        sys.path.insert(0, str(build))
        try:
            return [importlib.import_module(name) for name in names]
        finally:
            sys.path.remove(str(build))


@contextmanager
def importable(scripts: Scripts) -> Iterator[None]:
    """Find these modules by their names meanwhile, as what workers send has to be."""
    own = {module.__name__: module for module in vars(scripts).values()}
    with alone(own):
        sys.modules.update(own)
        yield


@contextmanager
def alone(names: Iterable[str]) -> Iterator[None]:
    """Forget modules of these names, and those that are imported meanwhile."""
    own = [*names]
    others = {name: sys.modules.pop(name) for name in own if name in sys.modules}
    try:
        yield
    finally:
        for name in own:
            sys.modules.pop(name, None)
        sys.modules.update(others)
