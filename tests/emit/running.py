"""What the tests of emission share: networks, their emitted classes, and an interpreter.

The interpreter runs the graph without emission, so that the two can be compared.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import torch
from ops.harness import Emitted
from torch import Tensor, nn

import archdsl
from archdsl.ir.graph import Graph, Value
from archdsl.ir.naming import name_all
from archdsl.ir.types import TensorType
from archdsl.ops.sources import Input
from archdsl.syntax import tree

ROOT = Path(__file__).resolve().parents[2]
Load = Callable[[str], archdsl.Network]

SPECS = sorted((ROOT / "specs").glob("*.arch"))
EXAMPLES = sorted((ROOT / "tests" / "networks").glob("*.arch"))


@cache
def gallery() -> list[tuple[Path, str]]:
    """Every network of the specs but spaces, and the main network of each in tests/networks."""
    files = [path for path in SPECS if not _has_choices(path)]
    own = [(path, name) for path in files for name in archdsl.load(path).networks]
    return own + [(path, archdsl.load(path).choose()) for path in EXAMPLES]


def _has_choices(path: Path) -> bool:
    definitions = archdsl.load(path).program.main.file.definitions
    return any(isinstance(node, tree.Choice) for node in tree.walk(definitions))


REPEATS = frozenset(
    """autox3d_l_printed autox3d_l_printed_plain autox3d_m autox3d_m_plain i3d_mit i3d_r50_mit
    i3d_r50_pytorchvideo
    s3d_mit i3d_agnostic i3d_r50_gpb i3d_r50_agnostic tiny_frame x3d_m x3d_xs vivit""".split()
)
"""Networks of the gallery whose blocks are those of another one there, in other sizes or places."""


@cache
def load_network(path: Path, name: str) -> archdsl.Network:
    """A network of the gallery, built once for all tests."""
    return archdsl.load(path).network(name)


@cache
def build_files(path: Path, name: str) -> dict[str, str]:
    """The files that `archdsl compile` writes for a network of the gallery, by name."""
    return load_network(path, name).build()


def network_class(network: archdsl.Network, name: str = "emitted") -> type[nn.Module]:
    """The network's class, from its emitted source."""
    return class_in(network.source(), name)


def class_in(source: str, name: str = "emitted") -> type[nn.Module]:
    """The network's class in the source of an emitted module.

    The module is registered under `name`, where pickle and `inspect` look for it.
    """
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(source, f"<{name}>", "exec"), module.__dict__)
    own = [v for v in vars(module).values() if isinstance(v, type) and v.__module__ == name]
    return own[-1]


def samples(network: archdsl.Network, batch: int = 1, **options: object) -> list[Tensor]:
    """Random inputs of a network, which are integers where it takes integers."""
    types = map(network.graph.type, network.graph.inputs.values())
    return [_sample(type_, batch, **options) for type_ in types]


def _sample(x: TensorType, batch: int, **options: object) -> Tensor:
    if x.integers is not None:
        return torch.randint(x.integers.least, x.integers.most + 1, (batch, *x.shape))
    return torch.randn(batch, *x.shape, **options)


def results(output: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return output if isinstance(output, tuple) else (output,)


class Tied(nn.Module):
    """The weight of an earlier step."""

    def __init__(self, step: nn.Module) -> None:
        super().__init__()
        self.step = step

    def forward(self) -> Tensor:
        return self.step.layer.weight


class Interpreter(nn.Module):
    """Runs a graph node by node; it shares only the forms of operations with emission."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        self.steps = nn.ModuleDict()
        for node in graph:
            if node.weights_of is not None:
                step = self.steps[str(node.weights_of)]
                self.steps[str(node.index)] = Tied(step) if node.operation.needs_owner else step
            elif not isinstance(node.operation, Input):
                operands = graph.types(graph.operands(node))
                form = node.operation.emit(operands, node.results)
                self.steps[str(node.index)] = Emitted(form)

    def load(self, module: nn.Module) -> None:
        """Copy the state of an emitted module, whose layers are in the same order."""
        for kind in (_layers, _weights):
            ours, theirs = list(kind(self)), list(kind(module))
            assert [t.shape for t in ours] == [t.shape for t in theirs]
            for mine, other in zip(ours, theirs, strict=True):
                mine.data.copy_(other.data)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        tensors: dict[Value, Tensor] = dict(zip(self.graph.inputs.values(), inputs, strict=True))
        for node in self.graph:
            if isinstance(node.operation, Input):
                continue
            operands = [tensors[value] for value in self.graph.operands(node)]
            output = self.steps[str(node.index)](*operands)
            outputs = tuple(output) if len(node.results) > 1 else (output,)
            for place, (tensor, type_) in enumerate(zip(outputs, node.results, strict=True)):
                assert tuple(tensor.shape[type_.leading :]) == type_.shape, name_all(
                    self.graph
                ).path(node)
                tensors[Value(node.index, place)] = tensor
        return tuple(tensors[value] for value in self.graph.outputs)


def both_outputs(network: archdsl.Network) -> Iterator[tuple[Tensor, Tensor]]:
    """Each output of the emitted module, and of the interpreter with the same random state.

    In float64, so that only rounding can differ.
    """
    module = network_class(network)().double().eval()
    randomise(module)
    interpreter = Interpreter(network.graph).double().eval()
    interpreter.load(module)
    inputs = samples(network, dtype=torch.float64)
    return zip(results(module(*inputs)), interpreter(*inputs), strict=True)


def _layers(module: nn.Module) -> Iterator[Tensor]:
    """The parameters and buffers of torch's own layers."""
    for layer in module.modules():
        if type(layer).__module__.startswith("torch.nn.modules"):
            yield from layer.parameters(recurse=False)
            yield from layer.buffers(recurse=False)


def _weights(module: nn.Module) -> Iterator[Tensor]:
    """The free parameters of the module's own classes."""
    for owner in module.modules():
        if not type(owner).__module__.startswith("torch.nn.modules"):
            yield from owner.parameters(recurse=False)


def randomise(module: nn.Module, seed: int = 0) -> None:
    """Fill all parameters, and the buffers of layers, with random values in [0.25, 0.75].

    A branch that starts at zero, or a scale that starts at one, would hide mistakes. The buffers of
    the module's own classes are constants.
    """
    generator = torch.Generator().manual_seed(seed)
    layers = [one for one in module.modules() if type(one).__module__.startswith("torch.nn")]
    buffers = (buffer for layer in layers for buffer in layer.buffers(recurse=False))
    for tensor in (*module.parameters(), *buffers):
        if tensor.is_floating_point():
            values = torch.rand(tensor.shape, generator=generator, dtype=tensor.dtype)
            tensor.data.copy_(values * 0.5 + 0.25)


def randomise_norms(module: nn.Module) -> None:
    """Randomise the scales and statistics of batch norms, which otherwise start at 0 and 1."""
    torch.manual_seed(0)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm3d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.uniform_(layer.bias, -0.2, 0.2)
            nn.init.uniform_(layer.running_mean, -0.2, 0.2)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
