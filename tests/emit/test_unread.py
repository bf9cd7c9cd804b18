"""What nothing reads is in no module: each parameter that is there gets a gradient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from archdsl.spec import Spec
from emit.running import Load, network_class, results, samples

BLOCKS = """
block pair(x, channels) {
  y = x -> conv(channels, 3) -> relu
  return y, y -> conv(2 * channels) -> batch_norm
}
block gated(x, g) { return x -> conv(8, 3) }
block noted(x) {
  seen = x -> conv(24, 3)
  return x -> conv(seen.channels) -> relu
}
"""


@pytest.mark.parametrize(
    ("body", "unread"),
    [
        (
            "x = image -> conv(8, 3)\naux = x -> conv(16, 3) -> batch_norm\nx -> mean -> linear(2)",
            1,
        ),
        ("x = image -> conv(8, 3)\na = x -> conv(4)\nb = a -> pair(4)\nx -> mean -> linear(2)", 1),
        ("w = parameter((1, 8), normal)\nimage -> conv(8, 3) -> mean -> linear(2)", 1),
        ("a, b = image -> pair(8)\na -> mean -> linear(2)", 1),
        ("a, b = image -> pair(8)\nc, d = a -> pair(8)\nconcat(c, d, axis = 0) -> linear(2)", 1),
        (
            "x = image -> conv(8, 3)\ng = x -> mean -> linear(8)\ngated(x, g) -> mean -> linear(2)",
            1,
        ),
        ("image -> noted -> noted -> mean -> linear(2)", 1),
        ("a, b, c = image -> conv(9, 3) -> chunk(3, 0)\na + c -> mean -> linear(2)", 0),
        ("share f = conv(channels = 6)\na = image -> f\nb = image -> f\nb -> mean -> linear(2)", 1),
        (
            "share f = pair(channels = 6)\na, b = image -> f\nc, d = image -> relu -> f\n"
            "a + c -> mean -> linear(2)",
            1,
        ),
        (
            "share f = pair(channels = 6)\na, b = image -> f\nc, d = image -> relu -> f\n"
            "d -> mean -> linear(2)",
            1,
        ),
        ("input other: 5 x 8^2\nother -> conv(3)\nimage -> conv(8, 3) -> mean -> linear(2)", 2),
    ],
)
def test_each_parameter_gets_a_gradient(load: Load, body: str, unread: int) -> None:
    network = load(f"{BLOCKS}\nnetwork tiny() {{\ninput image: 3 x 8^2\n{body}\n}}")
    module = network_class(network)()
    outputs = results(module(*samples(network, 2)))
    sum(output.sum() for output in outputs).backward()
    assert [name for name, p in module.named_parameters() if p.grad is None] == []
    assert sum(p.numel() for p in module.parameters()) == network.costs.total.params
    left_out = [one for one in network.diagnostics if one.message.startswith("nothing uses")]
    assert len(left_out) == unread


def test_an_open_parameter_behind_the_size_of_an_unread_tensor_is_closed(load: Load) -> None:
    """The class could not follow it: what it would compute the size from is not there."""
    network = load(
        """network tiny(classes = 6) { input image: 3 x 8^2
          seen = image -> conv(classes)
          image -> conv(8, 3) -> mean -> linear(seen.channels)
        }"""
    )
    assert network_class(network)()(torch.zeros(1, 3, 8, 8)).shape == (1, 6)
    with pytest.raises(TypeError):
        network_class(network)(classes=7)
    assert Spec(network.program).network(classes=7).outputs == ((7,),)


def test_sums_of_known_blocks_leave_out_what_is_not_read(load: Load) -> None:
    """A search over costs adds up blocks that it has built before."""
    network = load(
        """block pair(x, channels) { return x -> conv(channels), x -> conv(channels, 3) }
        block first(x, y) { return x -> relu }
        block both(x, y, channels) {
          unread = x -> conv(40, 3)
          return x -> conv(channels, 3), x -> conv(channels)
        }
        network tiny(width = 8) { input image: 3 x 8^2
          table {
            | block | channels  | number |
            |-------|-----------|--------|
            | pair  | width     | 1      |
            | both  | width     | 3      |
            | both  | 2 * width | 2      |
            | first | -         | 1      |
          }
          mean
          linear(2)
        }"""
    )
    candidates = Spec(network.program).candidates("tiny", {})
    assert candidates.own.total == network.costs.total


def _two_steps(rank: int, store: str, source: str) -> None:
    """Two steps under data parallelism: the second fails if the first left a gradient out."""
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    init = f"file://{store}"
    torch.distributed.init_process_group("gloo", init_method=init, rank=rank, world_size=2)
    module = torch.nn.parallel.DistributedDataParallel(namespace["Tiny"]())
    for _ in range(2):
        module(torch.randn(2, 3, 8, 8)).sum().backward()
    # The module first: its end joins a thread of the group, which may be waiting for this one.
    del module
    torch.distributed.destroy_process_group()


@pytest.mark.slow
def test_two_processes_train_a_network_with_an_unread_branch(load: Load, tmp_path: Path) -> None:
    network = load(
        f"""{BLOCKS}
        network tiny() {{ input image: 3 x 8^2
          a, b = image -> pair(8)
          unread = a -> noted -> linear(5)
          a -> mean -> linear(2)
        }}"""
    )
    torch.multiprocessing.spawn(_two_steps, (str(tmp_path / "store"), network.source()), nprocs=2)
