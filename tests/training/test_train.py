"""`--target train`: the readable module's classes and weights, its outputs and its gradients."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from emit.running import ROOT, class_in, gallery, load_network, network_class, results, samples
from laws import law
from networks.strategies import NAME, networks
from passes.test_fold_norm import network
from torch import Tensor, nn

import archdsl
from archdsl.cli.main import main

SMALL = [
    ("specs/x3d_s.arch", {"frames": 4, "size": 32}),
    ("specs/autox3d_s.arch", {"frames": 4, "size": 32}),
    ("specs/i3d_r50.arch", {"frames": 4, "size": 32}),
    ("specs/tiny.arch", {}),
    ("tests/networks/mobilenet_v3_large.arch", {}),
    ("tests/networks/unet.arch", {}),
]


def both(network: archdsl.Network) -> tuple[nn.Module, nn.Module]:
    """The readable module and that for training, with the same weights, which learn."""
    torch.manual_seed(0)
    readable = network_class(network)()
    fast = class_in(network.lowered("train").text, "fast")()
    fast.load_state_dict(readable.state_dict())
    assert list(fast.state_dict()) == list(readable.state_dict())
    assert [name for name, _ in fast.named_modules()] == [
        name for name, _ in readable.named_modules()
    ]
    return readable.double(), fast.double()


def learned(model: nn.Module, inputs: tuple[Tensor, ...]) -> dict[str, Tensor]:
    """The outputs, the gradients, and the statistics of norms after a step of training."""
    torch.manual_seed(2)  # of dropout
    outputs = results(model(*inputs))
    drawn = [torch.randn(y.shape, generator=torch.Generator().manual_seed(1)) for y in outputs]
    loss = sum((y * w.double()).sum() for y, w in zip(outputs, drawn, strict=True))
    if isinstance(loss, Tensor) and loss.requires_grad:
        loss.backward()
    gradients = {n: p.grad for n, p in model.named_parameters() if p.grad is not None}
    buffers = {f"buffer {n}": b for n, b in model.named_buffers()}
    return {**{str(i): y for i, y in enumerate(outputs)}, **gradients, **buffers}


def compare(network: archdsl.Network) -> None:
    """Check that both learn the same of the same clips, in float64."""
    readable, fast = both(network)
    inputs = samples(network, 2, dtype=torch.float64)
    ours, theirs = learned(fast, inputs), learned(readable, inputs)
    assert ours.keys() == theirs.keys()
    for name, truth in theirs.items():
        scale = float(truth.detach().abs().max()) if truth.numel() else 0.0
        torch.testing.assert_close(
            ours[name], truth, rtol=1e-6, atol=1e-8 * max(scale, 1), equal_nan=True, msg=name
        )


@law(networks(), few=5, many=400)
def test_learns_what_the_readable_module_learns(text: str) -> None:
    compare(network(text, NAME))


@pytest.mark.parametrize(("path", "given"), SMALL, ids=[path for path, _ in SMALL])
def test_learns_the_same(path: str, given: dict[str, int]) -> None:
    compare(archdsl.load(ROOT / path).network(**given))


@pytest.mark.slow
@pytest.mark.parametrize(("path", "name"), gallery(), ids=[name for _, name in gallery()])
def test_learns_the_same_in_the_gallery(path: Path, name: str) -> None:
    compare(load_network(path, name))


def test_begins_with_the_same_weights() -> None:
    """Layers are drawn in the same order, by the same rules."""
    found = archdsl.load(ROOT / "specs" / "x3d_s.arch").network(frames=4, size=32)
    states = []
    for text in (found.source(), found.lowered("train").text):
        torch.manual_seed(0)
        states.append(class_in(text)().state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_it_has_no_conversion() -> None:
    text = archdsl.load(ROOT / "specs" / "tiny.arch").network().lowered("train").text
    assert "from_readable" not in text
    assert "NAMES" not in text


def test_classes_of_a_spec_keep_clear_of_layers() -> None:
    """Blocks whose classes would have the names of the layers get others."""
    text = """
block depthwise(x) { return x -> conv(4, 3, groups = 4) -> batch_norm }
block conv3d(x) { return x -> conv(4) -> batch_norm }
block phases(x) { return x + x }
network n() {
  input x: 4 x 3 x 5^2
  return x -> depthwise -> conv3d -> phases
}
"""
    compare(network(text))


def test_compile_writes_it_beside_the_readable_one(tmp_path: Path) -> None:
    spec = str(ROOT / "specs" / "tiny.arch")
    assert main(["compile", spec, "--target", "train", "-o", str(tmp_path)]) == 0
    script = """
import torch, tiny, tiny_train
model, fast = tiny.Tiny().eval(), tiny_train.Tiny().eval()
fast.load_state_dict(model.state_dict())
video = torch.randn(2, *tiny.INPUTS["video"])
torch.testing.assert_close(fast(video), model(video), rtol=1e-4, atol=1e-4)
"""
    made = subprocess.run([sys.executable, "-c", script], cwd=tmp_path / "tiny", check=False)
    assert made.returncode == 0


SHARING = """
import sys
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel
import tiny_train

dist.init_process_group("gloo")
torch.manual_seed(0)
model = tiny_train.Tiny(dropout=0.0)
video = torch.randn(4, *tiny_train.INPUTS["video"])
own = video.chunk(2)[dist.get_rank()]
shared = DistributedDataParallel(model)
shared(own).square().mean().backward()
torch.save([p.grad for p in model.parameters()], f"{sys.argv[1]}/{dist.get_rank()}.pt")
"""


def test_processes_share_gradients(tmp_path: Path) -> None:
    """Two processes get the mean of what each would get alone."""
    found = archdsl.load(ROOT / "specs" / "tiny.arch").network(frames=4, size=16)
    text = found.lowered("train").text
    (tmp_path / "tiny_train.py").write_text(text)
    (tmp_path / "share.py").write_text(SHARING)
    processes = []
    for rank in (0, 1):
        place = {"RANK": str(rank), "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
        store = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(20000 + os.getpid() % 20000)}
        command = [sys.executable, "share.py", str(tmp_path)]
        processes.append(subprocess.Popen(command, cwd=tmp_path, env=os.environ | place | store))
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    shared = [torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1)]
    torch.manual_seed(0)
    model = class_in(text)(dropout=0.0)
    video = torch.randn(4, *found.inputs["video"])
    alone = []
    for own in video.chunk(2):
        one = copy.deepcopy(model)
        one(own).square().mean().backward()
        alone.append([p.grad for p in one.parameters()])
    for first, second, *each in zip(*shared, *alone, strict=True):
        torch.testing.assert_close(first, second)
        mean: Any = sum(each) / 2
        torch.testing.assert_close(first, mean, rtol=1e-3, atol=1e-6)
