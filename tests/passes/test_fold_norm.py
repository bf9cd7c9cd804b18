"""`fold_norm`: the module after the pass, with weights by its rules, gives the same outputs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from types import ModuleType

import pytest
import torch
from emit.running import ROOT, network_class, randomise, results, samples
from laws import law
from networks.strategies import NAME, networks
from ops.harness import Emitted
from torch import nn

import archdsl
from archdsl.emit.module import write_module
from archdsl.emit.targets.readable import READABLE
from archdsl.ir.graph import Graph
from archdsl.ops.forms import Weight
from archdsl.passes.base import Fold, Lowered, Paths, nodes_with_tensors
from archdsl.passes.fold_norm import fold_norm


def network(text: str, name: str | None = None) -> archdsl.Network:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.arch"
        path.write_text(text)
        return archdsl.load(path).network(name)


def module_of(graph: Graph) -> nn.Module:
    module = ModuleType("lowered")
    sys.modules["lowered"] = module
    exec(compile(write_module(graph, "", (), READABLE).text, "<lowered>", "exec"), module.__dict__)
    own = [v for v in vars(module).values() if isinstance(v, type) and v.__module__ == "lowered"]
    instance: nn.Module = own[-1]()
    return instance.double().eval()


def paths(graph: Graph, module: nn.Module) -> Paths:
    """The path of each node's tensors in a module, whose layers are in the graph's order."""
    weights, layers = [], []
    for path, part in module.named_modules():
        if not type(part).__module__.startswith("torch.nn.modules"):
            weights += [f"{path}.{name}" if path else name for name in part._parameters]
        elif part._parameters or part._buffers:
            layers.append(path)
    found = {}
    for node in nodes_with_tensors(graph):
        form = node.operation.emit(graph.types(graph.operands(node)), node.results)
        if isinstance(form, Weight):
            found[node.index] = weights.pop(0)
        elif Emitted(form).state_dict():
            found[node.index] = layers.pop(0)
        else:
            found[node.index] = f"without_{node.index}"
    assert not weights
    assert not layers
    return found


def check(network: archdsl.Network) -> Lowered:
    """Compare outputs before and after the pass, with random weights, in float64."""
    lowered = fold_norm(network.graph)
    before = network_class(network)().double().eval()
    randomise(before)
    after = module_of(lowered.graph)
    place = paths(network.graph, before), paths(lowered.graph, after)
    after.load_state_dict(lowered.convert_state(before.state_dict(), *place))
    inputs = samples(network, 2, dtype=torch.float64)
    pairs = zip(results(before(*inputs)), results(after(*inputs)), strict=True)
    for ours, theirs in pairs:
        torch.testing.assert_close(theirs, ours, rtol=1e-10, atol=1e-10, equal_nan=True)
    return lowered


@law(networks(), few=12, many=200)
def test_same_outputs(text: str) -> None:
    check(network(text, NAME))


def test_x3d_s() -> None:
    """Every norm of X3D-S follows a convolution that nothing else reads."""
    whole = archdsl.load(ROOT / "specs" / "x3d_s.arch").network(frames=4, size=32)
    lowered = check(whole)
    kinds = [node.operation.name for node in whole.graph]
    assert "batch_norm" not in {node.operation.name for node in lowered.graph}
    assert kinds.count("batch_norm") == sum(isinstance(rule, Fold) for rule in lowered.weights)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("x -> conv(4, 3) -> batch_norm", 0),
        ("x -> conv(4, 3, bias = true) -> batch_norm(eps = 1e-3)", 0),
        ("x -> conv(4, 3) -> batch_norm(affine = false)", 0),
        ("x -> conv(6, 3, groups = 3) -> batch_norm -> batch_norm", 1),
        ("x -> mean -> linear(4) -> batch_norm", 0),
        ("x -> mean -> linear(4, bias = false) -> batch_norm -> relu", 0),
        ("x -> linear(4) -> batch_norm", 1),
        ("x -> relu -> batch_norm", 1),
    ],
)
def test_norms_that_can_be_folded(body: str, left: int) -> None:
    lowered = check(network(f"network n() {{\n  input x: 3 x 6^2\n  return {body}\n}}\n"))
    assert sum(node.operation.name == "batch_norm" for node in lowered.graph) == left


@pytest.mark.parametrize("given", ["y, y -> batch_norm", "y + (y -> batch_norm)"])
def test_a_norm_stays_if_its_convolution_is_read_elsewhere(given: str) -> None:
    body = f"  y = x -> conv(4, 3)\n  return {given}"
    lowered = check(network(f"network n() {{\n  input x: 3 x 6^2\n{body}\n}}\n"))
    assert not any(isinstance(rule, Fold) for rule in lowered.weights)
    assert sum(node.operation.name == "batch_norm" for node in lowered.graph) == 1
