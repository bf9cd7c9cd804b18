"""Random networks compile, and inference at their own input size gives the same shapes."""

from __future__ import annotations

from laws import law

from tests.build.harness import build
from tests.networks.strategies import NAME, networks


@law(networks(), few=25, many=300)
def test_random_networks_are_valid(text: str) -> None:
    network = build(text, NAME)
    assert not [d for d in network.diagnostics if d.is_error]
    again = network.at(**network.inputs)
    assert [node.results for node in again.graph] == [node.results for node in network.graph]
    assert again.costs.total == network.costs.total
