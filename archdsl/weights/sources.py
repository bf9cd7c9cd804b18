"""How others name the layers of X3D, block by block, and keep their weights.

All that is known of other people's code stands here: one source more is one `Source` more, in
SOURCES. The rest of the room, the command line and the reports read it from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

VARIANTS = {"shortcut_norm": ("always", "where_channels_differ")}
"""Parameters of the library's blocks in which implementations differ."""

NESTED = ("model_state", "state_dict")
"""What checkpoints call the dict of weights in them."""

RESIDUAL = "bottleneck"
"""The block that stages are made of."""

CLASSIFIER = "head", "linear"
"""The layer, as a block and its place there, whose size is the number of classes."""


@dataclass(frozen=True)
class Names:
    """A block of the library as others have it.

    `prefix` is filled with the `unit` that the block stands in, a stage or the block itself, and
    with its place in that; both count from 0, `ordinal` is the unit from 1. `layers` goes from
    our layer in the block to theirs.
    """

    prefix: str
    layers: Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """A library with X3D in it: its name, its names for each block, and a mark of its keys.

    The mark is the first weight of a residual block, with the stage as its group.
    """

    name: str
    title: str
    mark: re.Pattern[str]
    blocks: Mapping[str, Names]


PYTORCHVIDEO = Source(
    "pytorchvideo",
    "PyTorchVideo's X3D",
    re.compile(r"blocks\.(\d{1,9})\.res_blocks\.\d+\.branch2\.conv_a\.weight"),
    {
        # What is called `conv_t` there is the convolution over space, `conv_xy` that over time.
        "stem": Names(
            "blocks.{unit}", {"conv1": "conv.conv_t", "conv2": "conv.conv_xy", "norm": "norm"}
        ),
        RESIDUAL: Names(
            "blocks.{unit}.res_blocks.{place}",
            {
                "conv1": "branch2.conv_a",
                "norm1": "branch2.norm_a",
                "conv2": "branch2.conv_b",
                "norm2": "branch2.norm_b.0",
                "squeeze_excite.conv1": "branch2.norm_b.1.block.0",
                "squeeze_excite.conv2": "branch2.norm_b.1.block.2",
                "conv3": "branch2.conv_c",
                "norm3": "branch2.norm_c",
                "projection.conv": "branch1_conv",
                "projection.norm": "branch1_norm",
            },
        ),
        "head": Names(
            "blocks.{unit}",
            {
                "conv1": "pool.pre_conv",
                "norm": "pool.pre_norm",
                "conv2": "pool.post_conv",
                "linear": "proj",
            },
        ),
    },
)

SLOWFAST = Source(
    "slowfast",
    "SlowFast's X3D",
    re.compile(r"s(\d{1,9})\.pathway0_res\d+\.branch2\.a\.weight"),
    {
        "stem": Names(
            "s{ordinal}.pathway0_stem", {"conv1": "conv_xy", "conv2": "conv", "norm": "bn"}
        ),
        RESIDUAL: Names(
            "s{ordinal}.pathway0_res{place}",
            {
                "conv1": "branch2.a",
                "norm1": "branch2.a_bn",
                "conv2": "branch2.b",
                "norm2": "branch2.b_bn",
                "squeeze_excite.conv1": "branch2.se.fc1",
                "squeeze_excite.conv2": "branch2.se.fc2",
                "conv3": "branch2.c",
                "norm3": "branch2.c_bn",
                "projection.conv": "branch1",
                "projection.norm": "branch1_bn",
            },
        ),
        "head": Names(
            "head",
            {"conv1": "conv_5", "norm": "conv_5_bn", "conv2": "lin_5", "linear": "projection"},
        ),
    },
)

SOURCES = {source.name: source for source in (PYTORCHVIDEO, SLOWFAST)}


def recognised(keys: Iterable[str]) -> Source | None:
    """Whose X3D the keys are of."""
    listed = list(keys)
    return next((s for s in SOURCES.values() if any(map(s.mark.fullmatch, listed))), None)
