"""What training code does with an emitted module: train, copy, pickle, export, compile, DDP."""

from __future__ import annotations

import copy
import inspect
import pickle
from pathlib import Path

import pytest
import torch
from torch import nn

import archdsl
from emit.running import ROOT, network_class, samples


def _network(name: str, **parameters: object) -> archdsl.Network:
    return archdsl.load(ROOT / "specs" / f"{name}.arch").network(**parameters)


@pytest.fixture(scope="module")
def tiny() -> archdsl.Network:
    return archdsl.load(Path(__file__).parent / "tiny.arch").network()


def test_reads_like_its_table() -> None:
    text = _network("autox3d_l").source()
    blocks, network = text.partition("class Unchanged")[0], text.partition("class AutoX3DL")[2]
    assert (blocks + network.partition("def get_classifier")[0]).count("\n") < 275
    assert "Bottleneck(24, 16, mid=54, stride=2, se=True)" in text
    assert "*(Bottleneck(16, 16, mid=84, se=i % 2 == 0) for i in range(2, 6))" in text
    assert "3 x 16 x 312^2 (C x T x H x W)" in text


def test_open_parameters_are_arguments(tiny: archdsl.Network) -> None:
    module = network_class(tiny)(classes=7, dropout=0.1).eval()
    assert module(*samples(tiny, 2)).shape == (2, 7)
    assert any(isinstance(m, nn.Dropout) and m.p == 0.1 for m in module.modules())


def test_a_constant_parameter_leaves_the_others_open(tmp_path: Path) -> None:
    """The depth is a constant of the module; `heads` is an argument though sizes divide by it."""
    spec = tmp_path / "vit.arch"
    spec.write_text(
        """use transformer
        network vit(heads = 4, depth = 3, classes: int = 10, dropout = 0.1) {
          input image: 3 x 8^2
          x = image -> conv(16) -> flatten(positions) -> transpose
          for i in range(depth) { x = x -> transformer_block(heads) }
          return x -> mean(0) -> dropout(dropout) -> linear(classes)
        }"""
    )
    arguments = inspect.signature(network_class(archdsl.load(spec).network())).parameters
    assert list(arguments) == ["heads", "classes", "dropout"]


@pytest.mark.parametrize("size", [(3, 1, 32, 32), (3, 5, 64, 96), (3, 16, 80, 33)])
def test_takes_any_clip(tiny: archdsl.Network, size: tuple[int, ...]) -> None:
    assert network_class(tiny)().eval()(torch.randn(1, *size)).shape == (1, 10)


def test_forward_features(tiny: archdsl.Network) -> None:
    module = network_class(tiny)().eval()
    assert module.forward_features(*samples(tiny)).shape == (1, 16, 4, 8, 8)


def test_initialisation() -> None:
    module = network_class(_network("x3d_s"))()
    convolution = module.res4[0].conv1
    fan_out = convolution.out_channels
    assert convolution.weight.std().item() == pytest.approx((2 / fan_out) ** 0.5, rel=0.05)
    assert module.head.linear.weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert not module.head.linear.bias.any()
    assert not module.res4[0].norm3.weight.any()
    assert module.res4[0].norm1.weight.eq(1).all()


def test_trains_a_step(tiny: archdsl.Network) -> None:
    module = network_class(tiny)(classes=5).train()
    optimiser = torch.optim.SGD(module.parameters(), lr=0.01)
    before = [p.detach().clone() for p in module.parameters()]
    loss = nn.functional.cross_entropy(module(*samples(tiny, 2)), torch.tensor([0, 3]))
    loss.backward()
    optimiser.step()
    assert all(p.grad is not None for p in module.parameters())
    assert any(not torch.equal(a, b) for a, b in zip(before, module.parameters(), strict=True))


def test_copies(tiny: archdsl.Network) -> None:
    module = network_class(tiny)().eval()
    inputs = samples(tiny)
    expected = module(*inputs)
    for copied in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        torch.testing.assert_close(copied(*inputs), expected)


def test_exports_with_dynamic_sizes(tiny: archdsl.Network) -> None:
    module = network_class(tiny)().eval()
    batch, frames = torch.export.Dim("batch", min=1), torch.export.Dim("frames", min=2)
    dynamic = ({0: batch, 2: frames},)
    program = torch.export.export(module, tuple(samples(tiny, 2)), dynamic_shapes=dynamic)
    other = torch.randn(3, 3, 7, 32, 32)
    torch.testing.assert_close(program.module()(other), module(other))


def test_compiles_without_graph_breaks(tiny: archdsl.Network) -> None:
    """The backend `eager` only traces, so that no C++ compiler is needed."""
    module = network_class(tiny)().eval()
    compiled = torch.compile(module, fullgraph=True, backend="eager")
    inputs = samples(tiny)
    torch.testing.assert_close(compiled(*inputs), module(*inputs))


def test_distributed(tiny: archdsl.Network, tmp_path: Path) -> None:
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path / 'store'}", rank=0, world_size=1
    )
    try:
        # Not in a variable here: torch waits for ever if the group is destroyed before the module,
        # since the module's end then joins a thread that needs the interpreter's lock.
        _distributed_step(tiny)
    finally:
        torch.distributed.destroy_process_group()


def _distributed_step(tiny: archdsl.Network) -> None:
    module = nn.parallel.DistributedDataParallel(network_class(tiny)(classes=5))
    module(*samples(tiny, 2)).sum().backward()
    assert all(p.grad is not None for p in module.parameters())


def test_the_header_names_the_spec() -> None:
    network = _network("x3d_s")
    text = network.source()
    assert network.program.digest in text
    assert "from x3d_s.arch" in text
    assert str(ROOT) not in text


def test_an_open_parameter_may_reach_several_layers(tmp_path: Path) -> None:
    """The layers after it get their sizes from it, through the shapes."""
    path = tmp_path / "wide.arch"
    path.write_text(
        "network wide(width: int = 8, classes: int = 5) {\n"
        "  input video: 3 x 4 x 8^2\n"
        "  conv(width)\n  batch_norm\n  conv(6)\n  mean(positions)\n  linear(classes)\n}\n"
    )
    module = network_class(archdsl.load(path).network())(classes=3)
    assert module(torch.randn(2, 3, 4, 8, 8)).shape == (2, 3)


def test_half_of_an_open_parameter_follows_it(tmp_path: Path) -> None:
    path = tmp_path / "halved.arch"
    path.write_text(
        "block top(x, classes) {\n"
        "  return x -> mean(positions) -> linear(classes // 2) -> linear(classes)\n}\n"
        "network halved(classes: int = 8) {\n  input video: 3 x 4 x 8^2\n  top(classes)\n}\n"
    )
    module = network_class(archdsl.load(path).network())(classes=20)
    assert [p.shape[0] for p in module.parameters()] == [10, 10, 20, 20]


CELLS = """use x3d_s
use attention_cell
cell look {
  prepare(channels = x.channels / 4, size = 4, frames = 2)
  op1 = attend(f0, over = temporal)
  combine(op1)
}
network with_cells = x3d_s(frames = 4, size = 64)
  + insert (look after (res3.1, res4.*), look after res5)
"""


def test_weights_of_a_backbone_fit_after_an_insertion(tmp_path: Path) -> None:
    """Every key stays the same, and a cell whose last scale is zero changes nothing."""
    for spec in (ROOT / "specs").glob("x*.arch"):
        (tmp_path / spec.name).write_text(spec.read_text())
    (tmp_path / "with_cells.arch").write_text(CELLS)
    base = _network("x3d_s", frames=4, size=64)
    before = network_class(base, "before")().eval()
    after = network_class(archdsl.load(tmp_path / "with_cells.arch").network(), "after")().eval()
    missing, unexpected = after.load_state_dict(before.state_dict(), strict=False)
    assert not unexpected
    assert missing
    assert all("_look." in key for key in missing)
    (clip,) = samples(base)
    assert torch.equal(before(clip), after(clip))
