"""Where emission says that layers are: at the keys of the module."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from archdsl.network import Network
from emit.running import gallery, load_network, network_class

FAST = ("x3d_s", "tiny", "gpt2_small", "slowfast_r50")
CASES = [
    pytest.param(path, name, marks=() if name in FAST else pytest.mark.slow, id=name)
    for path, name in gallery()
]


def test_the_fast_ones_are_there() -> None:
    assert set(FAST) <= {name for _, name in gallery()}


@pytest.mark.parametrize(("path", "name"), CASES)
def test_layers_are_where_they_are_said_to_be(path: Path, name: str) -> None:
    """Each layer has as many weights under its path as it costs, and nothing is left over."""
    network = load_network(path, name)
    graph, paths = network.graph, network.module.paths
    with torch.device("meta"):
        module = network_class(network)()
    left = {key: weight.numel() for key, weight in module.named_parameters()}
    for node in graph:
        count = node.operation.cost(graph.types(graph.operands(node)), node.results).parameters
        if not count or node.weights_of is not None or _is_shared(network, node.scope):
            continue
        place = paths[graph.address(node.scope, node.site)]
        own = [key for key in left if key == place or key.startswith(f"{place}.")]
        assert sum(left.pop(key) for key in own) == count, place
    assert not left


def _is_shared(network: Network, scope: int) -> bool:
    """Whether a node is in a later use of shared layers."""
    return any(each.weights_of is not None for each in network.graph.enclosing(scope))
