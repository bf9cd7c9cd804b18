"""Random valid networks: what was inferred is what torch makes of the emitted module."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from networks.strategies import NAME, networks
from torch.utils.flop_counter import FlopCounterMode

import archdsl
from archdsl import files
from emit.running import Interpreter, emitted, randomise, results, samples

_slowly = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def _load(text: str) -> archdsl.Network:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.arch"
        path.write_text(text)
        return archdsl.load(path).network(NAME)


@given(networks())
@_slowly
def test_torch_agrees(text: str) -> None:
    """Parameters, FLOPs and the shape of every output, exactly."""
    network = _load(text)
    with torch.device("meta"):
        module = emitted(network)().eval()
        inputs = samples(network, 2)
    with FlopCounterMode(display=False) as counter:
        outputs = results(module(*inputs))
    assert counter.get_total_flops() == 2 * network.costs.total.flops
    assert sum(p.numel() for p in module.parameters()) == network.costs.total.params
    assert tuple(tuple(t.shape[1:]) for t in outputs) == network.outputs


@given(networks())
@_slowly
def test_same_as_node_by_node(text: str) -> None:
    """The module's wiring and arguments, and every shape between, against the graph itself."""
    network = _load(text)
    module = emitted(network)().double().eval()
    randomise(module)
    interpreter = Interpreter(network.graph).double().eval()
    interpreter.load(module)
    inputs = samples(network, dtype=torch.float64)
    for ours, theirs in zip(results(module(*inputs)), interpreter(*inputs), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9, equal_nan=True)


@given(networks())
@_slowly
def test_layout(text: str) -> None:
    """In black's layout, without black."""
    black = pytest.importorskip("black")
    source = files.sealed(_load(text).source())
    assert black.format_str(source, mode=black.Mode()) == source
