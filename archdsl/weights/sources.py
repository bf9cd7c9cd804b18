"""The names that other libraries give to the layers of X3D, block by block.

This file holds everything that is known about them. To support another library, add a `Source` to
SOURCES: the matching, the command line and the reports read it from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

VARIANTS = {"shortcut_norm": ("always", "where_channels_differ")}
"""Parameters of our blocks in which the implementations of X3D differ, with their values."""

RESIDUAL = "bottleneck"
"""The residual block that stages consist of."""

CLASSIFIER = "head", "linear"
"""The block and the layer in it whose number of outputs is the number of classes."""


@dataclass(frozen=True)
class Names:
    """The names of one block in another library.

    `prefix` may contain `{unit}`, the number of the stage, or of a block outside stages, from 0;
    `{ordinal}`, the same from 1; and `{index}`, the number of the block in its stage, from 0.
    `layers` maps our name of each layer in the block to theirs.
    """

    prefix: str
    layers: Mapping[str, str]


@dataclass(frozen=True)
class Source:
    """A library that has X3D: how the command line calls it, a title, and its names.

    `mark` is found in the key of the first weight of a residual block, with the number of the
    stage as its group. It recognises a file of this library, and counts the blocks of each stage.
    """

    name: str
    title: str
    mark: re.Pattern[str]
    blocks: Mapping[str, Names]


PYTORCHVIDEO = Source(
    "pytorchvideo",
    "PyTorchVideo's X3D",
    re.compile(r"\bblocks\.(\d{1,9})\.res_blocks\.\d+\.branch2\.conv_a\.weight$"),
    {
        # PyTorchVideo has these two the wrong way round: `conv_t` is the convolution over space,
        # and `conv_xy` the one over time.
        "stem": Names(
            "blocks.{unit}", {"conv1": "conv.conv_t", "conv2": "conv.conv_xy", "norm": "norm"}
        ),
        RESIDUAL: Names(
            "blocks.{unit}.res_blocks.{index}",
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
    re.compile(r"\bs(\d{1,9})\.pathway0_res\d+\.branch2\.a\.weight$"),
    {
        "stem": Names(
            "s{ordinal}.pathway0_stem", {"conv1": "conv_xy", "conv2": "conv", "norm": "bn"}
        ),
        RESIDUAL: Names(
            "s{ordinal}.pathway0_res{index}",
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


def recognise(keys: Iterable[str]) -> Source | None:
    """The library whose X3D has these keys."""
    listed = list(keys)
    return next((s for s in SOURCES.values() if any(map(s.mark.search, listed))), None)
