"""The view of a recipe that evaluate.py's templates show."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from archdsl.emit.names import first_paragraph
from archdsl.emit.pages import page
from archdsl.emit.python import Docstring, literal, render
from archdsl.emit.scripts.clips import AMP, clip_constants, number
from archdsl.emit.scripts.imports import Target, imports
from archdsl.frozen import Frozen
from archdsl.recipes.recipe import FullLength, Recipe, Views

_WIDTH = 84
_USAGE = """\
    python evaluate.py --data DIR --checkpoint FILE
    torchrun --nproc-per-node 8 evaluate.py --data DIR --checkpoint FILE"""


class EvaluationView(Frozen):
    """What the pieces of evaluate.py ask."""

    has_views: bool
    keeps_shape: bool
    is_bounded: bool
    """Whether the whole of a long video is too much."""
    spread: str
    """Where the clips start, among `starts` places."""
    crops: str
    """Which crops are taken, in words."""
    places: str
    """Where they begin along a side that is longer by `spare`."""
    has_classes: bool
    dataset: str
    build: str
    classes: str
    probabilities: str
    """How likely the classes are, of what the network makes of a `video`."""


def evaluate_script(recipe: Recipe, target: Target) -> str:
    """The text of evaluate.py."""
    view = _view(recipe, target)
    views = {"evaluate": view, "data": view, "target": target}
    pieces = (page(f"pieces/{name}.py.j2", **views) for name in _pieces(view))
    body = "\n\n\n".join(piece.strip("\n") for piece in pieces)
    return page(
        "evaluate.py.j2",
        docstring=render((Docstring(_header(recipe, target)),)),
        imports=imports(body, target),
        constants=list(_constants(recipe, target)),
        body=body,
    )


def _pieces(view: EvaluationView) -> tuple[str, ...]:
    data = ("views", "spans") if view.has_views else ("full_videos",)
    return (
        *("faults", "evaluation", "pixels", "weights", "results", "files", "process"),
        *(*data, "decoding", "lists", "numbers", "evaluation_main"),
    )


def _view(recipe: Recipe, target: Target) -> EvaluationView:
    test = recipe.test
    has_classes = "classes" in target.arguments
    crops = test.crops if isinstance(test, Views) else 1
    clips = test.clips if isinstance(test, Views) else 1
    return EvaluationView(
        has_views=isinstance(test, Views),
        keeps_shape=isinstance(test, Views),
        is_bounded=isinstance(test, FullLength) and test.frames is not None,
        spread=_SPREAD if clips > 1 else "[(starts - 1) // 2]",
        crops=_CROPS[crops],
        places=_PLACES[crops],
        has_classes=has_classes,
        dataset="Views" if isinstance(test, Views) else "FullVideos",
        build=f"{target.local_name}({'classes=args.classes' if has_classes else ''})",
        classes="args.classes" if has_classes else "CLASSES",
        probabilities=_PROBABILITIES[target.gives_probabilities],
    )


_PROBABILITIES = {True: "model(video).float()", False: "model(video).float().softmax(1)"}
_SPREAD = "[round(i * (starts - 1) / (CLIPS - 1)) for i in range(CLIPS)]"
_CROPS = {
    1: "Of each clip the centre.",
    3: "Of each clip left, centre and right, or top, centre and bottom.",
}
_PLACES = {1: "[(spare + 1) // 2]", 3: "[0, (spare + 1) // 2, spare]"}


def _constants(recipe: Recipe, target: Target) -> Iterator[str]:
    yield f"OUTPUT_DIR = {literal(f'runs/{recipe.name}')}"
    test = recipe.test
    if isinstance(test, Views):
        yield clip_constants(recipe)
        yield f"CLIPS, SIZE = {test.clips}, {test.size}"
    else:
        height, width = test.size
        yield f"HEIGHT, WIDTH = {height}, {width}"
        yield f"STRIDE, RATE = {test.stride}, {number(recipe.clip.rate)}"
        if test.frames is not None:
            yield f"MOST_FRAMES = {test.frames}"
    yield f"AMP = {literal(AMP[recipe.precision])}"


def _header(recipe: Recipe, target: Target) -> str:
    """What the script is, and how it is started; also what --help begins with."""
    title = f"Test {target.module}.{target.class_name} as the recipe {recipe.name} has it."
    parts = [title, first_paragraph(target.title), _protocol(recipe)]
    return "\n\n".join([*(textwrap.fill(part, _WIDTH) for part in parts), _USAGE])


def _protocol(recipe: Recipe) -> str:
    test = recipe.test
    if isinstance(test, Views):
        clips = f"{test.clips} clip{'s' * (test.clips > 1)}"
        crops = f"{test.crops} crop{'s' * (test.crops > 1)} of {test.size} x {test.size}"
        return f"Views of a video: {clips} x {crops}, whose softmax is averaged."
    size = f"{test.size[0]} x {test.size[1]}"
    most = f", of at most {test.frames} frames," if test.frames is not None else ""
    return f"Each video is tested in its full length{most} at {size}, in one pass."
