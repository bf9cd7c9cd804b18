"""The scripts of a build folder at work here: they read lists and videos, and score what they see.

So an accuracy is that of evaluate.py, with whatever its user has edited.
"""

from __future__ import annotations

import random
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.diagnostics import CompileError, error
from archdsl.export.folder import Build, export_error, importable
from archdsl.export.int8.floats import Floats
from archdsl.export.trials import first_line

if TYPE_CHECKING:
    from torch import Tensor

Network = Callable[["Tensor"], "Tensor"]

_NEEDED = ("evaluate", "lists", "recipe", "classes")

_AT_ONCE = 8
"""Views that a network sees at once, if it takes several."""


@dataclass(frozen=True)
class Data:
    """Where the lists are: `train` and `val` in a folder, unless they are named one by one."""

    folder: Path | None
    train: Path | None = None
    val: Path | None = None
    root: Path | None = None


@dataclass(frozen=True)
class Listed:
    """The videos of a list, as its lists.py has them."""

    path: str
    videos: Sequence[Any]


@dataclass(frozen=True)
class Telling:
    """Where lines go that stay, and what is being done now."""

    line: Callable[[str], None]
    now: Callable[[str], None]


@dataclass(frozen=True)
class Standing:
    """A network in the place where the scripts expect one of torch."""

    network: Network

    def parameters(self) -> Iterator[Tensor]:
        import torch

        yield torch.zeros(())  # whose device is that of the clips

    def __call__(self, clips: Tensor) -> Tensor:
        return self.network(clips)


@dataclass(frozen=True)
class Scripts:
    """Modules of a build folder. What their user has to mend, they raise as `evaluate.Fault`."""

    evaluate: Any
    lists: Any
    recipe: Any
    classes: Any

    def listed(self, data: Data, floats: Floats, telling: Telling) -> tuple[Listed, Listed]:
        """The list to calibrate by, and the one to test on; labels mean the classes of the file."""
        named = {"train": data.train, "val": data.val}
        paths = [
            str(path or self.lists.find_list(str(data.folder), name))
            for name, path in named.items()
        ]
        known = self.classes.Classes(floats.names, str(floats.path))
        root, notation = data.root and str(data.root), self.recipe.LABELS.notation
        found, _ = self.lists.read_lists(paths, floats.classes, root, telling.line, known, notation)
        train, val = map(Listed, paths, found)
        return train, val

    def clips(self, listed: Listed, telling: Telling) -> Iterator[Tensor]:
        """The middle view of each video, as the network takes it, in an order that is drawn once.

        Lists are often ordered by class, and of a long one the first clips are enough.
        """
        for video in random.Random(0).sample(listed.videos, len(listed.videos)):
            views, reason = self.evaluate.views_of([video], 0)
            if views:
                yield self.recipe.normalise(views[len(views) // 2][None])
            else:
                telling.line(f"skipped: {video.path}: {reason}")

    def figures(
        self,
        listed: Listed,
        networks: Mapping[str, Network],
        floats: Floats,
        telling: Telling,
    ) -> tuple[dict[str, dict[str, float]], int]:
        """The accuracies of each network on the same views, by their names; of how many videos."""
        results: dict[str, list[Any]] = {name: [] for name in networks}
        at_once = _AT_ONCE if floats.takes_batches else 1
        plain = Namespace(views_per_step=at_once, on_bad_video="skip", amp="no")
        plain.channels_last = False
        for number, video in enumerate(listed.videos):
            telling.now(f"testing: video {number + 1:,} of {len(listed.videos):,}")
            views, reason = self.evaluate.views_of(listed.videos, number)
            if not views:
                telling.line(f"skipped: {video.path}: {reason}")
                continue
            found = self.evaluate.Result(number, video)
            for name, network in networks.items():
                told = self.evaluate.tested(found, views, Standing(network), plain)
                results[name].append(told)
        (first, *_) = results.values()
        if not first:
            raise export_error(f"no video of {listed.path} can be read")
        figures = self.evaluate.figures
        return {name: figures(own, floats.classes) for name, own in results.items()}, len(first)


@contextmanager
def scripts_of(build: Build) -> Iterator[Scripts]:
    """The scripts of a folder, for as long as they are used. This runs them.

    Raises:
        CompileError: there are none, they do not load, or they find mistakes.
    """
    _check_there(build)
    with importable(build.folder):
        try:
            scripts = Scripts(*map(import_module, _NEEDED))
        except ImportError as failure:
            hint = "pip install 'archdsl[video]'"
            raise export_error(f"the scripts do not load: {failure}", hint) from None
        except Exception as failure:
            reason = f"{type(failure).__name__}: {first_line(failure)}"
            raise export_error(f"the scripts of {build.folder} do not load: {reason}") from None
        if not hasattr(scripts.evaluate, "figures"):
            raise export_error(f"{build.folder} is of an older archdsl", "compile it again")
        try:
            yield scripts
        except scripts.evaluate.Fault as fault:
            raise CompileError([error("export", str(line)) for line in fault.args]) from None
        except SystemExit as end:  # how evaluate.py ends where a score is not finite
            raise export_error(str(end.code).removeprefix("error: ")) from None


def _check_there(build: Build) -> None:
    missing = [name for name in _NEEDED if not (build.folder / f"{name}.py").is_file()]
    if not missing:
        return
    if "evaluate" in missing:
        hint = "a recipe in its spec says how videos are read and tested"
        raise export_error(f"{build.folder} has no evaluate.py, so no clips can be read", hint)
    hint = "compile it without --single-file"
    files = ", ".join(f"{name}.py" for name in missing)
    raise export_error(f"{build.folder} has evaluate.py, but not {files}", hint)
