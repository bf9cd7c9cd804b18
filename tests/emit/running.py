"""Emitted modules as torch runs them, and the graph run without them, to compare."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import torch
from ops.harness import Emitted
from torch import Tensor, nn

import archdsl
from archdsl.ir.graph import Graph, Value
from archdsl.ir.naming import name_all
from archdsl.ops.sources import Input

ROOT = Path(__file__).resolve().parents[2]
SPECS = sorted((ROOT / "specs").glob("*.arch"))
EXAMPLES = sorted((ROOT / "tests" / "networks").glob("*.arch"))


@cache
def gallery() -> list[tuple[Path, str]]:
    """Every network of our specs, and the main one of each that is only tested with."""
    own = [(path, name) for path in SPECS for name in archdsl.load(path).networks]
    return own + [(path, archdsl.load(path).choose()) for path in EXAMPLES]


@cache
def built(path: Path, name: str) -> archdsl.Network:
    """A network of the gallery, built once for all that is asked of it."""
    return archdsl.load(path).network(name)


@cache
def folder(path: Path, name: str) -> dict[str, str]:
    """The files that `archdsl compile` writes of a network of the gallery."""
    return built(path, name).build()


def emitted(network: archdsl.Network, name: str = "emitted") -> type[nn.Module]:
    """The network's class, from its source text, in a module that pickle can find."""
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(network.source(), f"<{name}>", "exec"), module.__dict__)
    own = [v for v in vars(module).values() if isinstance(v, type) and v.__module__ == name]
    return own[-1]


def samples(network: archdsl.Network, batch: int = 1, **options: object) -> list[Tensor]:
    return [torch.randn(batch, *shape, **options) for shape in network.inputs.values()]


def results(output: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return output if isinstance(output, tuple) else (output,)


class Interpreter(nn.Module):
    """Runs a graph node by node. Shares nothing with emission but the form of one operation."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        nodes = [node for node in graph if not isinstance(node.operation, Input)]
        self.steps = nn.ModuleDict(
            {
                str(n.index): Emitted(n.operation.emit(graph.types(graph.operands(n)), n.results))
                for n in nodes
            }
        )

    def load(self, module: nn.Module) -> None:
        """Take over the state of an emitted module, which was made in the same order."""
        for kind in (_layers, _weights):
            ours, theirs = list(kind(self)), list(kind(module))
            assert [t.shape for t in ours] == [t.shape for t in theirs]
            for mine, other in zip(ours, theirs, strict=True):
                mine.data.copy_(other.data)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        known: dict[Value, Tensor] = dict(zip(self.graph.inputs.values(), inputs, strict=True))
        for node in self.graph:
            if isinstance(node.operation, Input):
                continue
            operands = [known[value] for value in self.graph.operands(node)]
            made = self.steps[str(node.index)](*operands)
            made = tuple(made) if len(node.results) > 1 else (made,)
            for place, (value, type_) in enumerate(zip(made, node.results, strict=True)):
                assert tuple(value.shape[1:]) == type_.shape, name_all(self.graph).path(node)
                known[Value(node.index, place)] = value
        return tuple(known[value] for value in self.graph.outputs)


def _layers(module: nn.Module) -> Iterator[Tensor]:
    """The parameters and buffers of torch's own layers."""
    for layer in module.modules():
        if type(layer).__module__.startswith("torch.nn.modules"):
            yield from layer.parameters(recurse=False)
            yield from layer.buffers(recurse=False)


def _weights(module: nn.Module) -> Iterator[Tensor]:
    """The parameters that stand in a class of the module's own."""
    for owner in module.modules():
        if not type(owner).__module__.startswith("torch.nn.modules"):
            yield from owner.parameters(recurse=False)


def randomise(module: nn.Module, seed: int = 0) -> None:
    """Random state everywhere, so that no branch starts at zero and no scale at one."""
    generator = torch.Generator().manual_seed(seed)
    for tensor in (*module.parameters(), *module.buffers()):
        if tensor.is_floating_point():
            values = torch.rand(tensor.shape, generator=generator, dtype=tensor.dtype)
            tensor.data.copy_(values * 0.5 + 0.25)


def unsettle(module: nn.Module) -> None:
    """Scales and statistics away from their start, so that each of them matters."""
    torch.manual_seed(0)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm3d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.uniform_(layer.bias, -0.2, 0.2)
            nn.init.uniform_(layer.running_mean, -0.2, 0.2)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
