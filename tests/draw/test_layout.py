"""Layouts of the gallery and of random networks: nothing overlaps, no wire crosses a box."""

from __future__ import annotations

from pathlib import Path

import pytest
from laws import law

from archdsl.draw.layout.frames import lay_out
from archdsl.draw.layout.geometry import spread
from archdsl.draw.picture import Box, Group, Look, Wire
from tests.build.harness import build
from tests.draw.harness import GALLERY, check, of_file, picture
from tests.networks.strategies import NAME, networks


@pytest.mark.parametrize("depth", [None, 2])
@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_gallery(path: Path, depth: int | None) -> None:
    drawn = of_file(path, depth)
    if drawn is not None:
        check(drawn)


@pytest.mark.parametrize("name", ["x3d_xs", "s3d_attention", "slowfast_r50", "fpn", "timesformer"])
def test_all_blocks_opened(name: str) -> None:
    (path,) = (path for path in GALLERY if path.stem == name)
    drawn = of_file(path, 9)
    assert drawn is not None
    check(drawn)


@law(networks(), few=20, many=300)
def test_random_networks(text: str) -> None:
    network = build(text, NAME)
    for depth in (None, 9):
        check(picture(network, depth))


def box(key: int) -> Box:
    return Box(key, Look.BLOCK, f"b{key}")


def axes(items: tuple[Box | Group, ...], wires: tuple[Wire, ...]) -> dict[str, float]:
    return {a.item.title: a.x + a.width / 2 for a in lay_out(items, wires).areas}


def test_the_main_path_is_straight_beside_skips() -> None:
    """As in a U-Net; a shorter skip runs closer to the main path."""
    chain = tuple(map(box, range(1, 8)))
    wires = [Wire(key, (key + 1,), "64") for key in (4, 5, 6)]
    wires += [Wire(key, (key + 1, 8 - key), "64") for key in (1, 2, 3)]
    assert len(set(axes(chain, tuple(wires)).values())) == 1
    drawn = lay_out(chain, tuple(wires))
    assert (
        len({max(x for x, _ in path.points) for path in drawn.paths if len(path.points) > 8}) >= 2
    )


def test_branches_are_symmetric_about_their_axis() -> None:
    wires = (Wire(1, (2, 3, 4)), Wire(2, (5,)), Wire(3, (5,)), Wire(4, (5,)))
    positions = axes(tuple(map(box, range(1, 6))), wires)
    assert positions["b1"] == positions["b3"] == positions["b5"]
    assert positions["b2"] < positions["b3"] < positions["b4"]


def test_wires_into_frames_do_not_cross() -> None:
    """The order inside the frame follows the order of its inputs."""
    frame = Group(3, "frame", (box(4), box(5)))
    wires = (Wire(1, (5,), "1"), Wire(2, (4,), "2"))
    positions = axes((box(1), box(2), frame), wires)
    assert (positions["b1"] < positions["b2"]) == (positions["b5"] < positions["b4"])


def test_wires_back_are_not_drawn() -> None:
    assert not lay_out((box(1), box(2)), (Wire(2, (1,)),)).paths


def test_an_empty_picture() -> None:
    assert not lay_out((), ()).areas


@pytest.mark.parametrize(
    ("wanted", "positions"),
    [
        ([], []),
        ([50], [50]),
        ([50, 50], [45, 55]),
        ([0, 90], [5, 90]),
        ([20, 19, 80], [14.5, 24.5, 80]),
    ],
)
def test_spread(wanted: list[float], positions: list[float]) -> None:
    assert spread(wanted, 10, 5, 95) == positions
