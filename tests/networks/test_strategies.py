"""Random networks compile, and inference at their own input size gives the same shapes."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.build.harness import build
from tests.networks.strategies import NAME, networks

QUICK = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(networks())
def test_random_networks_are_valid(text: str) -> None:
    network = build(text, NAME)
    assert not [d for d in network.diagnostics if d.is_error]
    again = network.at(**network.inputs)
    assert [node.results for node in again.graph] == [node.results for node in network.graph]
    assert again.costs.total == network.costs.total
