"""Random valid networks: the emitted module has the inferred shapes, costs and outputs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import torch
from laws import law
from networks.strategies import NAME, networks
from torch.utils.flop_counter import FlopCounterMode

import archdsl
from archdsl import files
from emit.running import both_outputs, network_class, results, samples

_any_network = law(networks(), few=15, many=300)


def _load(text: str) -> archdsl.Network:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.arch"
        path.write_text(text)
        return archdsl.load(path).network(NAME)


@_any_network
def test_torch_agrees(text: str) -> None:
    """Parameters, FLOPs and the shapes of all outputs are exact."""
    network = _load(text)
    with torch.device("meta"):
        module = network_class(network)().eval()
        inputs = samples(network, 2)
    with FlopCounterMode(display=False) as counter:
        outputs = results(module(*inputs))
    assert counter.get_total_flops() == 2 * network.costs.total.flops
    assert sum(p.numel() for p in module.parameters()) == network.costs.total.params
    assert tuple(tuple(t.shape[1:]) for t in outputs) == network.outputs


@_any_network
def test_the_module_computes_the_graph(text: str) -> None:
    """Outputs and all shapes in between are those of the interpreter."""
    for ours, theirs in both_outputs(_load(text)):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9, equal_nan=True)


@_any_network
def test_layout(text: str) -> None:
    """Emitted text is in black's layout, which is implemented without black."""
    black = pytest.importorskip("black")
    source = files.sealed(_load(text).source())
    assert black.format_str(source, mode=black.Mode()) == source
