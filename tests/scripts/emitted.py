"""The emitted scripts as modules, to call their parts."""

from __future__ import annotations

import sys
from importlib import util
from pathlib import Path
from types import ModuleType

from archdsl.compiler import load
from archdsl.emit.scripts import Target, scripts
from archdsl.recipes.recipe import Recipe
from archdsl.recipes.settings import Clip, FullLength, Resize, ScaleJitter, Sgd, Views

SMALL = Path(__file__).with_name("small.arch")
TARGET = Target("small", "Small", ("classes", "dropout"), 3, "Small: trained in seconds.")
FRAMES, STRIDE, RATE, CROP = 4, 3, 30, 24

IN_VIEWS = Recipe(
    name="small_train",
    network="small",
    doc=None,
    epochs=1,
    batch=2,
    optimizer=Sgd(1),
    clip=Clip(FRAMES, STRIDE, RATE),
    crop=CROP,
    scale=ScaleJitter((24, 32)),
    test=Views(clips=3, size=CROP, crops=3),
)
FULL_LENGTH = Recipe(
    name="small_whole",
    network="small",
    doc=None,
    epochs=1,
    batch=2,
    optimizer=Sgd(1),
    clip=Clip(FRAMES, STRIDE, RATE),
    crop=CROP,
    scale=Resize((24, 32)),
    test=FullLength(size=(24, 32), frames=10, stride=2),
)


def write_build(folder: Path, recipe: Recipe) -> Path:
    folder.mkdir(parents=True)
    (folder / "small.py").write_text(load(SMALL).network().source())
    for name, text in scripts(recipe, TARGET).items():
        (folder / name).write_text(text)
    return folder


def script(build: Path, name: str) -> ModuleType:
    """A script of a build folder, imported under a name of its own."""
    spec = util.spec_from_file_location(f"{build.name}_{name}", build / f"{name}.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(build))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(build))
        sys.modules.pop("small", None)
    return module
