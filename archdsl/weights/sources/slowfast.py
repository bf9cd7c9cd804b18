"""X3D as SlowFast names it."""

from __future__ import annotations

import re

from archdsl.weights.sources.base import Names, Source

SLOWFAST = Source(
    "slowfast",
    "SlowFast's X3D",
    re.compile(r"\bs(\d{1,9})\.pathway0_res\d+\.branch2\.a\.weight$"),
    {
        "stem": (
            Names("s{ordinal}.pathway0_stem", {"conv1": "conv_xy", "conv2": "conv", "norm": "bn"}),
        ),
        "bottleneck": (
            Names(
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
        ),
        "head": (
            Names(
                "head",
                {"conv1": "conv_5", "norm": "conv_5_bn", "conv2": "lin_5", "linear": "projection"},
            ),
        ),
    },
    classifier="projection",
    residual="bottleneck",
)
