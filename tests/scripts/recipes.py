"""Recipes for the small network at 30 frames a second, one for each way of testing."""

from __future__ import annotations

from dataclasses import replace

from archdsl.recipes.recipe import Clip, FullLength, Resize, Views
from scripts.folders import MINIMAL

FRAMES, STRIDE, RATE, CROP = 4, 3, 30, 24

IN_VIEWS = replace(
    MINIMAL,
    name="small_views",
    clip=Clip(FRAMES, STRIDE, RATE),
    short="skip",
    test=Views(clips=3, size=CROP, crops=3),
)
FULL_LENGTH = replace(
    IN_VIEWS,
    name="small_whole",
    scale=Resize((24, 32)),
    test=FullLength(size=(24, 32), frames=10, stride=2),
)
