"""Networks over images as torchvision names them, from which networks over videos start.

GoogLeNet is Inception-v1, and so the start of I3D and of S3D; ResNet-50 is that of I3D-R50.
Kernels are inflated along time (Carreira and Zisserman, CVPR 2017). In the separable blocks of S3D
only the convolution over space has a counterpart. The one over time starts as an identity, as in
the authors' code, so that the network begins with the features of the one over images.
"""

from __future__ import annotations

import re

from archdsl.weights.sources.base import NETWORK, Names, Source

_LIBRARY = "torchvision-2d"
_GATE = "squeeze_excite"
_NORMALISED = (
    "torchvision's weights of ImageNet expect `normalise(mean = (0.485, 0.456, 0.406), std ="
    " (0.229, 0.224, 0.225))`"
)


def _branch(ours: str, theirs: str) -> dict[str, str]:
    """A branch of Inception that reduces, then convolves; in S3D over space, then over time."""
    return {
        f"{ours}.narrow.conv": f"{theirs}.0.conv",
        f"{ours}.narrow.norm": f"{theirs}.0.bn",
        f"{ours}.wide.conv": f"{theirs}.1.conv",
        f"{ours}.wide.norm": f"{theirs}.1.bn",
        f"{ours}.wide.space.conv": f"{theirs}.1.conv",
        f"{ours}.wide.space.norm": f"{theirs}.1.bn",
    }


_CLASSIFIER = (Names("", {"linear": "fc", "conv": "fc"}),)

GOOGLENET = Source(
    _LIBRARY,
    "torchvision's GoogLeNet",
    re.compile(r"\binception(\d)[a-e]\.branch1\.conv\.weight$"),
    {
        "conv_norm_act": (Names("{name}", {"conv": "conv", "norm": "bn"}),),
        "separable": (
            Names("{name}", {"space.conv": "conv", "space.norm": "bn"}, identity=("time",)),
        ),
        "inception": (
            Names(
                "{name}",
                {
                    "branch1.conv": "branch1.conv",
                    "branch1.norm": "branch1.bn",
                    **_branch("branch2", "branch2"),
                    **_branch("branch3", "branch3"),
                    "branch4.conv": "branch4.1.conv",
                    "branch4.norm": "branch4.1.bn",
                },
                identity=("branch2.wide.time", "branch3.wide.time"),
            ),
        ),
        "classifier": _CLASSIFIER,
    },
    classifier="fc",
    places=(
        *("conv1", "conv2", "conv3"),
        *(f"inception{module}" for module in "3a 3b 4a 4b 4c 4d 4e 5a 5b".split()),
        "",
    ),
    unused=("aux1.", "aux2."),
    is_flat=True,
    note="torchvision's weights of ImageNet expect `normalise(mean = 0.5, std = 0.5)`, and its 3x3"
    " pools pad on one side alone, these on both",
)

RESNET = Source(
    _LIBRARY,
    "torchvision's ResNet",
    re.compile(r"\blayer(\d)\.\d+\.conv1\.weight$"),
    {
        "conv_norm_act": (Names("", {"conv": "conv1", "norm": "bn1"}),),
        "bottleneck_block": (
            Names(
                "layer{unit}.{index}",
                {
                    "conv_norm_act1.conv": "conv1",
                    "conv_norm_act1.norm": "bn1",
                    "conv_norm_act2.conv": "conv2",
                    "conv_norm_act2.norm": "bn2",
                    "conv_norm_act3.conv": "conv3",
                    "conv_norm_act3.norm": "bn3",
                    "projection.conv": "downsample.0",
                    "projection.norm": "downsample.1",
                },
            ),
        ),
        "basic_block": (
            Names(
                "layer{unit}.{index}",
                {
                    "conv1": "conv1",
                    "norm1": "bn1",
                    "conv2": "conv2",
                    "norm2": "bn2",
                    "projection.conv": "downsample.0",
                    "projection.norm": "downsample.1",
                },
            ),
        ),
        "classifier": _CLASSIFIER,
        NETWORK: (Names("", {"linear": "fc"}),),
    },
    classifier="fc",
    residual="bottleneck_block",
    is_flat=True,
    note=_NORMALISED,
)


def _features(*blocks: Names) -> dict[str, tuple[Names, ...]]:
    """The parts of a MobileNet that both have: numbered blocks, the first and last plain ones."""
    return {
        "conv_norm_act": (Names("features.{place}", {"conv": "0", "norm": "1"}),),
        "inverted_residual": blocks,
    }


def _inverted_v2(*parts: str) -> Names:
    """These parts of a block, each a module; what reduces stands beside its norm."""
    layers: dict[str, str] = {}
    for place, part in enumerate(parts):
        layers |= {f"{part}.conv": f"conv.{place}.0", f"{part}.norm": f"conv.{place}.1"}
    last = len(parts)
    layers |= {"reduce.conv": f"conv.{last}", "reduce.norm": f"conv.{last + 1}"}
    return Names("features.{place}", layers)


def _inverted_v3(*parts: str) -> Names:
    """These parts of a block, each a module."""
    layers: dict[str, str] = {}
    for place, part in enumerate(parts):
        ours = ("conv1", "conv2") if part == _GATE else ("conv", "norm")
        theirs = ("fc1", "fc2") if part == _GATE else ("0", "1")
        pairs = zip(ours, theirs, strict=True)
        layers |= {f"{part}.{own}": f"block.{place}.{their}" for own, their in pairs}
    return Names("features.{place}", layers)


MOBILENET_V2 = Source(
    _LIBRARY,
    "torchvision's MobileNetV2",
    re.compile(r"\bfeatures\.1\.conv\.0\.0\.weight$"),
    {
        **_features(_inverted_v2("depthwise"), _inverted_v2("expand", "depthwise")),
        "classifier": (Names("", {"linear": "classifier.1"}),),
        NETWORK: (Names("", {"linear": "classifier.1"}),),
    },
    classifier="classifier.1",
    is_flat=True,
    note=_NORMALISED,
)

MOBILENET_V3 = Source(
    _LIBRARY,
    "torchvision's MobileNetV3",
    re.compile(r"\bfeatures\.1\.block\.0\.0\.weight$"),
    {
        **_features(
            _inverted_v3("depthwise", "reduce"),
            _inverted_v3("depthwise", _GATE, "reduce"),
            _inverted_v3("expand", "depthwise", "reduce"),
            _inverted_v3("expand", "depthwise", _GATE, "reduce"),
        ),
        NETWORK: (Names("", {"linear1": "classifier.0", "linear2": "classifier.3"}),),
    },
    classifier="classifier.3",
    is_flat=True,
    note=_NORMALISED,
)

TORCHVISION_2D = (GOOGLENET, RESNET, MOBILENET_V2, MOBILENET_V3)
