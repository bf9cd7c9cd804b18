"""X3D as PyTorchVideo names it."""

from __future__ import annotations

import re

from archdsl.weights.sources.base import Names, Source

PYTORCHVIDEO = Source(
    "pytorchvideo",
    "PyTorchVideo's X3D",
    re.compile(r"\bblocks\.(\d{1,9})\.res_blocks\.\d+\.branch2\.conv_a\.weight$"),
    {
        # PyTorchVideo has these two the wrong way round: `conv_t` is the convolution over space,
        # and `conv_xy` the one over time.
        "stem": (
            Names(
                "blocks.{unit}", {"conv1": "conv.conv_t", "conv2": "conv.conv_xy", "norm": "norm"}
            ),
        ),
        "bottleneck": (
            Names(
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
        ),
        "head": (
            Names(
                "blocks.{unit}",
                {
                    "conv1": "pool.pre_conv",
                    "norm": "pool.pre_norm",
                    "conv2": "pool.post_conv",
                    "linear": "proj",
                },
            ),
        ),
    },
    classifier="proj",
    residual="bottleneck",
)
