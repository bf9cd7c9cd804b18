"""Costs compared with papers, with the authors' code, and with measurements by other tools."""

from __future__ import annotations

import pytest

import archdsl
from archdsl import Network
from archdsl.costs.figures import CONVENTIONS

# Network, frames, sizes at training and test, the side of PyTorchVideo's pooling window.
FAMILY = {
    "x3d_xs": (4, (160, 182), 5),
    "x3d_s": (13, (160, 182), 5),
    "x3d_m": (16, (224, 256), 7),
    "x3d_l": (16, (312, 356), 10),
}

# Giga, at the training and at the test size, as printed to three decimals.
MEASURED = {
    "x3d_xs": {"macs": (0.605, 0.844), "pytorchvideo": (0.657, 0.915), "torch": (1.211, 1.688)},
    "x3d_s": {"macs": (1.963, 2.727), "pytorchvideo": (2.133, 2.957), "torch": (3.926, 5.454)},
    "x3d_m": {"macs": (4.732, 6.186), "pytorchvideo": (5.142, 6.720), "torch": (9.465, 12.371)},
    "x3d_l": {
        "macs": (18.368, 24.778),
        "pytorchvideo": (19.768, 26.637),
        "torch": (36.735, 49.555),
    },
}


def load(name: str, network: str | None = None, **parameters: object) -> Network:
    return archdsl.load(f"specs/{name}.arch").network(network, **parameters)


def giga(network: Network, convention: str) -> float:
    return network.costs.total.total(CONVENTIONS[convention]) / 1e9


@pytest.mark.parametrize("name", FAMILY)
@pytest.mark.parametrize("test", [False, True], ids=["train", "test"])
def test_figures_of_pytorchvideo(name: str, test: bool) -> None:
    frames, sizes, side = FAMILY[name]
    parameters = {"shortcut_norm": "where_channels_differ", "window": (frames, side, side)}
    network = load(name, size=sizes[test], **parameters)
    measured = {name: values[test] for name, values in MEASURED[name].items()}
    assert {name: round(giga(network, name), 3) for name in measured} == measured


@pytest.mark.parametrize(
    ("name", "params"),
    [("x3d_xs", 3_794_274), ("x3d_s", 3_794_274), ("x3d_m", 3_794_274), ("x3d_l", 6_153_384)],
)
def test_parameters_by_either_shortcut_rule(name: str, params: int) -> None:
    rule = load(name, shortcut_norm="where_channels_differ")
    assert rule.costs.total.params == params
    # SlowFast normalises the one shortcut of 24 channels that keeps them as well.
    assert load(name).costs.total.params == params + 2 * 24


@pytest.mark.parametrize(
    ("name", "size", "macs"), [("x3d_s", 182, 2.722), ("x3d_m", 256, 6.181), ("x3d_l", 356, 24.764)]
)
def test_head_counted_after_global_pooling(name: str, size: int, macs: float) -> None:
    assert round(giga(load(name, size=size), "macs"), 3) == macs


EXPANSION = [
    (1, 112, 1, 1, 0.0207),
    (1, 112, 2.25, 1, 0.0410),
    (2, 112, 2.25, 1, 0.0802),
    (2, 160, 2.25, 1, 0.1534),
    (2, 160, 2.25, 2.2, 0.3036),
    (4, 160, 2.25, 2.2, 0.6053),
    (8, 160, 2.25, 2.2, 1.2087),
    (16, 160, 2.25, 2.2, 2.415),
    (13, 160, 2.25, 2.2, 1.9629),
    (16, 224, 2.25, 2.2, 4.7325),
    (16, 312, 2.25, 2.2, 9.4516),
    (16, 312, 2.25, 5, 18.3677),
]


@pytest.mark.parametrize(("frames", "size", "bottleneck", "depth", "macs"), EXPANSION)
def test_steps_of_the_expansion(
    frames: int, size: int, bottleneck: float, depth: float, macs: float
) -> None:
    network = load("x2d", frames=frames, size=size, bottleneck=bottleneck, depth=depth)
    decimals = len(str(macs).partition(".")[2])
    assert round(giga(network, "macs"), decimals) == macs


def test_x2d() -> None:
    total = load("x2d").costs.total
    assert round(total.macs / 1e6, 3) == 20.662
    assert round(total.params / 1e6, 4) == 1.6336


# Million multiply-adds and thousand parameters, row by row.
AUTOX3D_S = [
    (63.90, 0.8),
    (164.11, 5.2),
    (206.17, 12.1),
    (194.19, 36.6),
    (176.91, 39.3),
    (156.83, 99.3),
    (180.08, 160.0),
    (165.19, 136.5),
    (209.03, 181.9),
    (129.08, 330.5),
    (83.43, 288.8),
    (213.90, 740.6),
]


def test_rows_of_autox3d_s() -> None:
    network = load("autox3d_s", "autox3d_s_plain")
    *rows, head = network.breakdown("row")
    figures = [(round(r.figures.macs / 1e6, 2), round(r.figures.params / 1e3, 1)) for r in rows]
    assert figures == AUTOX3D_S
    assert head.kind == "head"
    assert round(network.costs.total.macs / 1e9, 4) == 1.9715
    assert round(network.costs.total.params / 1e6, 4) == 3.8198


@pytest.mark.parametrize(
    ("name", "network", "size", "macs", "reported"),
    [
        ("autox3d_s", "autox3d_s_plain", 182, 2.732, 2.7),
        ("autox3d_m", "autox3d_m_plain", 256, 6.208, 6.2),
        ("autox3d_l", "autox3d_l_plain", 356, 24.81, 24.8),
        ("autox3d_l", "autox3d_l_printed_plain", 356, 25.17, 25.2),
    ],
)
def test_autox3d_without_attention(
    name: str, network: str, size: int, macs: float, reported: float
) -> None:
    measured = giga(load(name, network, size=size), "macs")
    assert round(measured, len(str(macs).partition(".")[2])) == macs
    assert round(measured, 1) == reported


def test_another_input_is_another_inference() -> None:
    """Parameters are the same at another input size, and global pooling accepts any."""
    network = load("x3d_s")
    resized = network.at(video=(3, 13, 182, 182))
    assert resized.costs.total == load("x3d_s", size=182).costs.total
    assert resized.inputs == {"video": (3, 13, 182, 182)}
    assert network.inputs == {"video": (3, 13, 160, 160)}
