"""Searches written in tests, for a small space, or their mistakes."""

from __future__ import annotations

from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.searches.search import Search
from tests.mistakes import Mistake, load_text

SPACE = """network n(frames = 8, size = 32, classes: int = 4, dropout = 0.5) {
  input video: 3 x frames x size^2
  conv({8, 12}, kernel = 3)
  batch_norm
  mean
  dropout(dropout)
  linear(classes)
}

recipe r(epochs = 10) for n {
  epochs epochs
  batch 8
  optimizer sgd(lr = 0.1)
  clip(frames = video.frames)
  scale_jitter 36..40
  crop video.height
  test views(clips = 2, size = 36)
}
"""
"""A space of two networks of one video, with a recipe."""

SETTINGS = ("method bandit(trials = 12)", "maximise top1")
"""The settings that a search must have, beside the recipe that the network has."""


def spec(*settings: str, leaving_out: str = "", head: str = "search s for n") -> str:
    """A spec with the space and a search: these settings, and the required ones."""
    left_out = {leaving_out, *(setting.split()[0] for setting in settings if setting)}
    rest = [setting for setting in SETTINGS if setting.split()[0] not in left_out]
    return f"{SPACE}{head} {{\n" + "\n".join([*rest, *settings]) + "\n}\n"


def search(text: str, **parameters: object) -> Search:
    """The search of a spec.

    Raises:
        CompileError: there is a mistake in it.
    """
    return load_text(text).search(**parameters)  # type: ignore[arg-type]


def mistakes(text: str) -> list[Mistake]:
    """The mistakes in the searches of a spec, with its warnings."""
    diagnostics = Diagnostics()
    read = load_text(text)
    for name in read.searches:
        try:
            read.search(name, diagnostics)
        except CompileError as failure:
            diagnostics.collect(failure)
    return [Mistake.of(diagnostic) for diagnostic in diagnostics]
