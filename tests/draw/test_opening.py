"""What a reader opens and folds in a picture: stages, rows, blocks; always by their paths."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.costs.figures import CONVENTIONS
from archdsl.draw.network import draw
from archdsl.draw.outline import View
from archdsl.draw.picture import Group, Item, Picture, boxes
from archdsl.network import Network
from tests.draw.harness import ROOT, check


@pytest.fixture(scope="module")
def network() -> Network:
    return archdsl.load(ROOT / "specs/autox3d_l.arch").network()


def shown(network: Network, *turned: str) -> Picture:
    view = View(network.costs, CONVENTIONS["macs"], turned=frozenset(turned))
    return draw(network.graph, view)


def parts(items: tuple[Item, ...]) -> dict[str, Item]:
    """Every box and frame by its path; of several with one path the outermost."""
    found: dict[str, Item] = {}
    for item in items:
        inside = parts(item.items) if isinstance(item, Group) else {}
        found = inside | ({item.details.path: item} if item.details else {}) | found
    return found


def test_paths_are_the_names_of_tables(network: Network) -> None:
    rows = {part.name for part in network.breakdown("row")}
    stages = {part.name for part in network.breakdown("stage")}
    found = parts(shown(network).main.items)
    assert rows | stages <= found.keys()


def test_a_folded_stage_is_a_box_of_the_same_cost(network: Network) -> None:
    frame = parts(shown(network).main.items)["stage3"]
    box = parts(shown(network, "stage3").main.items)["stage3"]
    assert isinstance(frame, Group)
    assert not isinstance(box, Group)
    assert frame.details
    assert box.details
    assert (frame.details.macs, frame.share) == (box.details.macs, box.share)
    assert (frame.details.line, frame.details.last) == (box.details.line, box.details.last)
    assert (frame.details.is_open, box.details.is_open) == (True, False)


def test_a_row_opens_into_its_blocks_and_these_into_operations(network: Network) -> None:
    turned = ["stage2.0-3"]
    blocks = parts(shown(network, *turned).main.items)["stage2.0-3"]
    assert isinstance(blocks, Group)
    assert [each.title for each in boxes([blocks])] == ["bottleneck"] * 4
    inside = parts(shown(network, *turned, "stage2.0").main.items)["stage2.0"]
    assert isinstance(inside, Group)
    assert [each.title for each in boxes([inside])][:3] == ["conv", "batch_norm", "relu"]


def test_costs_stay_whatever_is_open(network: Network) -> None:
    paths = ["stem", "stage1", "stage2.0-3", "stage2.0", "stage2.4-9", "stage2.4", "stage3.4-9"]
    for count in range(len(paths)):
        drawn = shown(network, *paths[count:])
        check(drawn)
        each = [box.details for box in boxes(drawn.main.items) if box.details]
        assert sum(details.macs for details in each) == network.costs.total.macs
        assert sum(details.params for details in each) == network.costs.total.params


def test_an_unknown_path_changes_nothing(network: Network) -> None:
    assert shown(network, "stage9", "stage2.0-1", "") == shown(network)
