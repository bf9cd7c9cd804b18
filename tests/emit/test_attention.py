"""Attention operations, cells, GloRe and non-local blocks compared with equations in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from math import ceil

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from build.harness import build
from hypothesis import strategies as st
from laws import law
from torch import Tensor, nn
from torch.export import Dim
from torch.utils.flop_counter import FlopCounterMode

import archdsl
from emit import equations
from emit.equations import PHI, Array, Attention, Cell, Weights, within
from emit.running import Load, network_class, samples

OVER = ("temporal", "spatial", "spatiotemporal")
CLIP, CONTEXT = (6, 4, 3, 5), (5, 4, 3, 5)
WIDTH = 7
OPERATIONS = [
    Attention(over, by, phi, gate)
    for over, by, phi, gate in product(OVER, ("dot", "map"), PHI, (False, True))
]


# Modules with random weights, and their tensors as arrays


def module_of(network: archdsl.Network) -> nn.Module:
    """The module in float64, with random weights that hide no branch and saturate no unit."""
    module = network_class(network)().double().eval()
    generator = torch.Generator().manual_seed(0)
    for name, tensor in module.state_dict().items():
        if name.endswith(("norm.weight", "running_var")):
            tensor.uniform_(0.5, 1.5, generator=generator)
        elif tensor.is_floating_point():
            tensor.normal_(0, tensor[0].numel() ** -0.5, generator=generator)
    return module


def weights_of(module: nn.Module) -> Weights:
    return {name: tensor.numpy().copy() for name, tensor in module.state_dict().items()}


def random(*shape: int, batch: int = 2) -> Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(batch, *shape, dtype=torch.float64, generator=generator)


def array(clips: Tensor) -> Array:
    """B x T x H x W x C."""
    return clips.detach().movedim(1, -1).numpy()


def assert_equal(ours: Tensor, theirs: Array) -> None:
    np.testing.assert_allclose(array(ours), theirs, rtol=1e-12, atol=1e-10)


@contextmanager
def watched(part: nn.Module) -> Iterator[list[Tensor]]:
    """The inputs and the output of a submodule in the next calls."""
    seen: list[Tensor] = []
    handle = part.register_forward_hook(lambda _, inputs, output: seen.extend([*inputs, output]))
    yield seen
    handle.remove()


# One operation


def words(operation: Attention) -> str:
    gate = ", gate = true" * operation.gate
    return f"over = {operation.over}, by = {operation.by}, phi = {operation.phi}{gate}"


def shape_words(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def attending(operation: Attention, has_context: bool = False) -> archdsl.Network:
    """A network of one operation, whose width differs from that of its input."""
    context = f"\n  input context: {shape_words(CONTEXT)}" * has_context
    options = "context, " * has_context + f"width = {WIDTH}, {words(operation)}"
    return build(f"""use attention_cell
network n() {{
  input f: {shape_words(CLIP)}{context}
  op = f -> attend({options})
  return op
}}""")


def inputs_of(network: archdsl.Network, batch: int = 2) -> list[Tensor]:
    return [random(*shape, batch=batch) for shape in network.inputs.values()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=words)
def test_on_its_own_input(operation: Attention) -> None:
    """Equation A, and map-based attention."""
    network = attending(operation)
    module = module_of(network)
    (f,) = inputs_of(network)
    weights = within(weights_of(module), "op")
    assert_equal(module(f), np.stack([operation.of(one, one, weights) for one in array(f)]))


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.by == "dot"], ids=words)
def test_on_keys_and_values_of_another(operation: Attention) -> None:
    """Equation B."""
    network = attending(operation, has_context=True)
    module = module_of(network)
    f, context = inputs_of(network)
    weights = within(weights_of(module), "op")
    pairs = zip(array(f), array(context), strict=True)
    assert_equal(module(f, context), np.stack([operation.of(*pair, weights) for pair in pairs]))


def test_weighted_sum() -> None:
    network = build("""use attention_cell
network n() { input x: 3 x 2^3; input y: 3 x 2^3; input z: 3 x 2^3
  total = weighted_sum((x, y, z)); return total }""")
    module, values = network_class(network)().double(), inputs_of(network)
    torch.testing.assert_close(module(*values), sum(values) / 3, rtol=0, atol=1e-10)
    shares = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    next(module.parameters()).data.copy_(shares.log())
    expected = 0.5 * values[0] + 0.3 * values[1] + 0.2 * values[2]
    torch.testing.assert_close(module(*values), expected, rtol=0, atol=1e-10)


# Before and after the operations of a cell


@pytest.mark.parametrize(("old", "new"), [((4, 6), (2, 3)), ((3, 5), (7, 4)), ((1, 9), (4, 9))])
def test_equations_resize_as_torch_does(old: tuple[int, int], new: tuple[int, int]) -> None:
    clips = random(3, 2, *old, batch=1)
    frames = [F.interpolate(clips[:, :, t], size=new, mode="bilinear") for t in range(2)]
    assert_equal(torch.stack(frames, dim=2), equations.bilinear(array(clips)[0], *new)[None])


def preparing(options: str, shape: tuple[int, ...]) -> archdsl.Network:
    return build(f"""use attention_cell
network n() {{
  input x: {shape_words(shape)}
  f0 = x -> prepare({options})
  return ungroup(f0, x)
}}""")


@pytest.mark.parametrize("size", [None, 3, 8])
@pytest.mark.parametrize("frames", [None, 3, 4, 7, 9])
def test_prepare(size: int | None, frames: int | None) -> None:
    network = preparing(f"channels = 4, size = {size}, frames = {frames}".lower(), (6, 7, 5, 4))
    module = module_of(network)
    (clips,) = inputs_of(network)
    weights = within(weights_of(module), "f0")
    groups = [g for clip in array(clips) for g in equations.prepare(clip, weights, size, frames)]
    with watched(module.get_submodule("f0")) as seen:
        module(clips)
    assert_equal(seen[-1], np.stack(groups))


def test_prepare_by_hand() -> None:
    """Each position of the smaller frame is the mean of four, and zeros pad the last group."""
    module = network_class(preparing("channels = 1, size = 2, frames = 2", (1, 3, 4, 4)))().double()
    nn.init.ones_(next(module.parameters()))
    rows = torch.arange(16.0).reshape(4, 4).double()
    clip = torch.stack([rows, 2 * rows, 3 * rows])[None, None]
    with watched(module.get_submodule("f0")) as seen:
        module(clip)
    small = torch.tensor([[2.5, 4.5], [10.5, 12.5]])
    expected = torch.stack([small, 2 * small, 3 * small, 0 * small]).reshape(2, 1, 2, 2, 2)
    torch.testing.assert_close(seen[-1], expected.double(), rtol=0, atol=1e-10)


# Whole cells


CELLS = {
    "one operation": Cell((Attention("temporal"),), ("op1",)),
    "as GPB finds them": Cell(
        (
            Attention("spatial", "map", "sigmoid"),
            Attention("temporal", "dot", "softmax", True, ("op1",)),
            Attention("spatiotemporal"),
            Attention("spatial", inputs=("op2",)),
        ),
        ("op1", "op2", "op3", "op4"),
        "cell",
    ),
    "as gradients find them": Cell(
        (
            Attention("temporal"),
            Attention("spatial"),
            Attention("spatial", inputs=("f0", "op1")),
            Attention("spatiotemporal", inputs=("op1", "op2")),
        ),
        ("op1", "op3", "op4"),
        "cell",
    ),
    "the same on their own inputs": Cell(
        (
            Attention("temporal", phi="relu"),
            Attention("spatial", gate=True, inputs=("op1",)),
            Attention("spatiotemporal", "map", "softmax", inputs=("f0", "op1", "op2")),
        ),
        ("op2", "op3"),
    ),
    "no groups": Cell((Attention("spatiotemporal"),), ("op1",), frames=None),
    "no resizing": Cell((Attention("spatial"),), ("op1",), size=None),
}
SHAPE = (8, 7, 5, 4)


def written(cell: Cell) -> str:
    """The cell in the language, under the name `tested`."""
    lines = [f"  keys_values = {cell.keys_values}"]
    lines += [f"  prepare(channels = {cell.channels}, size = {cell.size}, frames = {cell.frames})"]
    for number, operation in enumerate(cell.operations, start=1):
        read = ", ".join(operation.inputs)
        read = read if len(operation.inputs) == 1 else f"({read})"
        lines += [f"  op{number} = attend({read}, {words(operation)})"]
    body = "\n".join([*lines, f"  combine({', '.join(cell.outputs)})"]).replace("None", "none")
    return f"use attention_cell\ncell tested {{\n{body}\n}}\n"


def alone(cell: Cell) -> archdsl.Network:
    """A network that consists of the cell."""
    return build(f"""{written(cell)}
network n() {{
  input x: {shape_words(SHAPE)}
  inner = x -> tested
  return inner
}}""")


@pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
@pytest.mark.parametrize("name", CELLS)
def test_cell(name: str, training: bool) -> None:
    cell = CELLS[name]
    module = module_of(alone(cell))
    weights, clips = within(weights_of(module), "inner"), random(*SHAPE)
    expected = cell.of(array(clips), weights, training)
    assert_equal(module.train(training)(clips), expected)


KINDS = st.builds(
    Attention,
    st.sampled_from(OVER),
    st.sampled_from(("dot", "map")),
    st.sampled_from(tuple(PHI)),
    st.booleans(),
)


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    """Any cell of one to five operations in which each is read or combined."""
    names = ["f0"]
    operations = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        read = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        operations.append(replace(draw(KINDS), inputs=tuple(read)))
        names.append(f"op{number}")
    read_at_all = {name for operation in operations for name in operation.inputs}
    outputs = tuple(n for n in names[1:] if n not in read_at_all or draw(st.booleans()))
    keys_values = draw(st.sampled_from(("operation", "cell")))
    channels, size, frames = (draw(st.integers(1, most)) for most in (5, 4, 8))
    return Cell(tuple(operations), outputs, keys_values, channels, size, frames)


@law(cells(), few=12, many=200)
def test_any_cell(cell: Cell) -> None:
    module = module_of(alone(cell))
    clips = random(*SHAPE)
    assert_equal(module(clips), cell.of(array(clips), within(weights_of(module), "inner")))


def test_a_cell_starts_as_the_identity() -> None:
    """Its last scale is zero, and has a gradient from the first step on."""
    module = network_class(alone(CELLS["as GPB finds them"]))().double()
    clips = random(*SHAPE)
    result = module(clips)
    assert torch.equal(result, clips)
    (result * clips).sum().backward()
    gradient = module.get_parameter("inner.combine.norm.weight").grad
    assert gradient is not None
    assert gradient.all()


# One set of weights for clips of any length and size


CLIPS = {
    "as written": (6, 12, 12),
    "longer": (12, 12, 12),
    "a group in part": (8, 12, 12),
    "one frame": (1, 12, 12),
    "larger and odd": (7, 23, 17),
    "smaller": (4, 3, 5),
    "one place": (2, 1, 1),
}


@pytest.fixture(scope="module")
def small() -> archdsl.Network:
    """A network with a cell, written for training clips of 6 frames."""
    return build(f"""{written(CELLS["as GPB finds them"])}
network n() {{
  input video: 3 x 6 x 12^2
  x = video -> conv(8, 3, stride = (1, 2, 2)) -> batch_norm -> relu
  inner = x -> tested
  return inner -> mean(positions) -> linear(5)
}}""")


@pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
@pytest.mark.parametrize("clip", CLIPS)
def test_takes_any_clip(small: archdsl.Network, clip: str, training: bool) -> None:
    module = module_of(small)
    weights = within(weights_of(module), "inner")
    with watched(module.get_submodule("inner")) as seen:
        assert module.train(training)(random(3, *CLIPS[clip])).shape == (2, 5)
    entered, left = seen
    assert left.shape == entered.shape
    assert_equal(left, CELLS["as GPB finds them"].of(array(entered), weights, training))


@pytest.mark.parametrize("clip", CLIPS)
def test_costs_what_torch_counts_for_any_clip(small: archdsl.Network, clip: str) -> None:
    assert_costs(small.at(video=(3, *CLIPS[clip])), module_of(small))


@pytest.mark.parametrize("clip", CLIPS)
def test_samples_do_not_mix(small: archdsl.Network, clip: str) -> None:
    module = module_of(small)
    clips = random(3, *CLIPS[clip], batch=3)
    apart = torch.cat([module(one) for one in torch.split(clips, 1)])
    torch.testing.assert_close(module(clips), apart, rtol=0, atol=1e-10)


@pytest.mark.slow
def test_exports_with_dynamic_sizes(small: archdsl.Network) -> None:
    """Batch, frames and size are dynamic.

    The example has several groups of frames: torch.export would make one group a constant.
    """
    module = module_of(small)
    dynamic = (dict.fromkeys((0, 2, 3, 4), Dim.DYNAMIC),)
    clips = random(3, *CLIPS["as written"])
    program = torch.export.export(module, (clips,), dynamic_shapes=dynamic).module()
    for clip in ("as written", "longer", "a group in part", "larger and odd", "smaller"):
        clips = random(3, *CLIPS[clip], batch=3)
        torch.testing.assert_close(program(clips), module(clips), rtol=0, atol=1e-10)


# GloRe and non-local blocks


def within_network(use: str, block: str, shape: tuple[int, ...] = SHAPE) -> archdsl.Network:
    return build(f"""use {use}
network n() {{
  input x: {shape_words(shape)}
  inner = x -> {block}
  return inner
}}""")


@pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
@pytest.mark.parametrize("block", ["glore", "glore(3)", "glore(nodes = 5, states = 2)"])
def test_glore(block: str, training: bool) -> None:
    network = within_network("glore", block)
    module, clips = module_of(network), random(*SHAPE)
    expected = equations.glore(array(clips), within(weights_of(module), "inner"), training)
    assert_equal(module.train(training)(clips), expected)


@pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
@pytest.mark.parametrize("frames", [None, 3, 7, 16])
@pytest.mark.parametrize("pool", [False, True], ids=["whole", "pooled"])
def test_non_local(pool: bool, frames: int | None, training: bool) -> None:
    """On 7 frames: in one group, in several with a remainder, and in one that is padded."""
    block = f"non_local(width = 5, pool = {pool}, frames = {frames})".lower()
    module, clips = module_of(within_network("non_local", block)), random(*SHAPE)
    weights = within(weights_of(module), "inner")
    expected = equations.non_local(array(clips), weights, pool, frames, training)
    assert_equal(module.train(training)(clips), expected)


# Costs


def assert_costs(network: archdsl.Network, module: nn.Module) -> None:
    """The inferred costs are those that torch counts while the module runs."""
    with FlopCounterMode(display=False) as counter:
        module(*inputs_of(network, batch=1))
    assert counter.get_total_flops() == 2 * network.costs.total.macs
    assert sum(p.numel() for p in module.parameters()) == network.costs.total.params


def rows_of(over: str, t: int, h: int, w: int) -> int:
    return {"temporal": t, "spatial": h * w, "spatiotemporal": t * h * w}[over]


def macs_of(operation: Attention, c: int, width: int, extents: tuple[int, ...]) -> int:
    """P positions in R rows, G1, G2 and G3 have P c width MACs each, both products R P width."""
    rows = rows_of(operation.over, *extents)
    positions = extents[0] * extents[1] * extents[2]
    gate = width * width * operation.gate
    if operation.by == "map":
        return 2 * positions * c * width + rows * rows + gate
    return 3 * positions * c * width + 2 * rows * positions * width + gate


def parameters_of(operation: Attention, c: int, width: int, extents: tuple[int, ...]) -> int:
    """Only the gate and the linear maps, rows to width and rows to rows, have biases."""
    rows = rows_of(operation.over, *extents)
    columns = extents[0] * extents[1] * extents[2] // rows * c
    gate = (width * width + width) * operation.gate
    if operation.by == "map":
        return (columns + 1) * width + (rows + 1) * rows + c * width + gate
    return 3 * c * width + gate


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.phi == "softmax"], ids=words)
def test_costs_of_an_operation(operation: Attention) -> None:
    network = attending(operation)
    sizes = (CLIP[0], WIDTH, CLIP[1:])
    assert network.costs.total.macs == macs_of(operation, *sizes)
    assert network.costs.total.params == parameters_of(operation, *sizes)
    assert_costs(network, module_of(network))


@pytest.mark.parametrize("name", CELLS)
def test_costs_of_a_cell(name: str) -> None:
    """Operations work on each group of frames, the layers before and after on the whole clip."""
    cell, network = CELLS[name], alone(CELLS[name])
    c, frames, height, width = SHAPE
    side = (height, width) if cell.size is None else (cell.size, cell.size)
    group = (cell.frames or frames, *side)
    frame = c * cell.channels * (1 + len(cell.outputs))
    sizes = (cell.channels, cell.channels, group)
    inner = sum(macs_of(operation, *sizes) for operation in cell.operations)
    total = frames * height * width * frame + ceil(frames / group[0]) * inner
    assert network.costs.total.macs == total
    learned = sum(parameters_of(operation, *sizes) for operation in cell.operations)
    sums = sum(len(o.inputs) for o in cell.operations if len(o.inputs) > 1)
    assert network.costs.total.params == frame + learned + sums + 2 * c
    assert_costs(network, module_of(network))


def test_costs_of_glore() -> None:
    """MACs: L (2 C s + C n + 2 s n) + s n^2 + n s^2; biases where the authors' code has them."""
    network = within_network("glore", "glore(3, states = 5)")
    c, length, n, s = SHAPE[0], 7 * 5 * 4, 3, 5
    macs = length * (2 * c * s + c * n + 2 * s * n) + s * n**2 + n * s**2
    assert network.costs.total.macs == macs
    assert network.costs.total.params == 2 * c * s + c * n + n**2 + s**2 + (s + n + n) + 2 * c
    assert_costs(network, module_of(network))


@pytest.mark.parametrize(("pool", "seen"), [(False, 5 * 4), (True, 2 * 2)])
@pytest.mark.parametrize(("frames", "group", "number"), [("none", 7, 1), ("3", 3, 3)])
def test_costs_of_non_local(pool: bool, seen: int, frames: str, group: int, number: int) -> None:
    """In each group, both products have positions x visible positions x width MACs."""
    block = f"non_local(width = 6, pool = {str(pool).lower()}, frames = {frames})"
    network = within_network("non_local", block)
    c, width, positions, seen = SHAPE[0], 6, group * 5 * 4, group * seen
    layers = 2 * positions * c * width + 2 * seen * c * width
    assert network.costs.total.macs == number * (layers + 2 * positions * seen * width)
    assert network.costs.total.params == 4 * c * width + 3 * width + c + 2 * c
    assert_costs(network, module_of(network))


# Gradients


BLOCKS = {"glore": "glore", "non_local": "non_local(frames = 3)"}
UNMOVED = {"non_local": {"inner.key.bias"}}
"""A bias of the keys adds the same number to all scores of a query, which softmax cancels."""


@pytest.mark.parametrize("name", [*CELLS, *BLOCKS])
def test_every_parameter_learns(name: str) -> None:
    network = alone(CELLS[name]) if name in CELLS else within_network(name, BLOCKS[name])
    module = module_of(network)
    (module(random(*SHAPE)) ** 2).sum().backward()
    still = {n for n, p in module.named_parameters() if p.grad is None or p.grad.norm() < 1e-10}
    assert still == UNMOVED.get(name, set())


def test_a_view_of_a_parameter_as_a_result_can_be_counted(load: Load) -> None:
    """Under `no_grad`, FlopCounterMode fails on a result that is such a view."""
    network = load(
        """block token(x) { return x -> parameter((2, 8)) }
        block place() { w = parameter((8, 2))
          return w -> transpose
        }
        network tiny() { input x: 2 x 8
          y = x + token(x) + place()
          return y -> linear(8)
        }"""
    )
    module = network_class(network)()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(*samples(network))
    assert counter.get_total_flops() == network.costs.total.flops
