"""How well predicted latencies order networks: rank correlation with measured time, per target.

It probes this machine, and then predicts and measures networks of different make, 2-D and 3-D, from
a fraction of a millisecond to a second. Both are of one thread and batch 1. What is measured is the
processor's time, which other programs disturb little; on an idle machine it is what a user waits
for. Nothing else should run.

nice -n -15 python benchmarks/latency.py [SECONDS_PER_NETWORK]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log
from statistics import correlation, median
from time import process_time
from types import ModuleType
from typing import Any

import torch
from measure import ROOT, Result, conclude
from torch import Tensor, nn

import archdsl
from archdsl.costs.metrics import LATENCIES
from archdsl.emit.targets import TARGETS
from archdsl.latency.prediction import Prediction
from archdsl.latency.roofs import Roofs
from archdsl.probe.probe import probe

_NETWORKS: tuple[tuple[str, dict[str, int]], ...] = (
    ("specs/x2d", {}),
    ("specs/x2d", {"frames": 8, "size": 64}),
    ("specs/x3d_xs", {}),
    ("specs/x3d_s", {}),
    ("specs/x3d_m", {"size": 112}),
    ("specs/x3d_m", {"size": 64, "depth": 5}),
    ("specs/autox3d_s", {"size": 96}),
    ("specs/autox3d_s", {"size": 160}),
    ("specs/tiny", {}),
    ("specs/i3d", {"frames": 8, "size": 64}),
    ("specs/i3d", {"frames": 16, "size": 96}),
    ("specs/s3d", {"frames": 8, "size": 64}),
    ("specs/s3d", {"frames": 16, "size": 112}),
    ("specs/i3d_r50", {"frames": 4, "size": 64}),
    ("specs/i3d_r50", {"frames": 8, "size": 112}),
    ("tests/networks/c3d", {"size": 64}),
    ("tests/networks/r2plus1d_18", {"frames": 8, "size": 56}),
    ("tests/networks/ir_csn_50", {"frames": 8, "size": 64}),
    ("tests/networks/slowfast_r50", {"frames": 4, "size": 64}),
    ("tests/networks/swin3d_t", {"frames": 4, "size": 112}),
    ("tests/networks/vivit", {"frames": 8, "size": 64}),
    ("tests/networks/timesformer", {"frames": 2, "size": 112}),
    ("tests/networks/tsm_r50", {"frames": 4, "size": 96}),
    ("tests/networks/efficientnet_b0", {}),
    ("tests/networks/efficientnet_b0", {"size": 96}),
    ("tests/networks/efficientnet_v2_s", {"size": 128}),
    ("tests/networks/mobilenet_v2", {"size": 96}),
    ("tests/networks/mobilenet_v3_large", {}),
    ("tests/networks/mobilenet_v3_large", {"size": 448}),
    ("tests/networks/shufflenet_v2", {}),
    ("tests/networks/fpn", {"size": 96}),
    ("tests/networks/retinanet_r50", {"size": 96}),
    ("tests/networks/unet", {"size": 96}),
    ("tests/networks/unet", {"width": 16}),
    ("tests/networks/vit_b_16", {}),
    ("tests/networks/gpt2_small", {"length": 64}),
    ("tests/networks/m5", {}),
)

_LEAST = 0.95
_ROUNDS, _MOST = 5, 200
"""Calls of a network at least, however long they take, and at most."""


@dataclass(frozen=True)
class Pair:
    """The predicted and the measured milliseconds of a network."""

    network: str
    predicted: float
    measured: float


def main(arguments: Sequence[str]) -> int:
    seconds = float(arguments[0]) if arguments else 1.0
    torch.manual_seed(0)
    roofs = probe(threads=1)
    print(f"{roofs.machine}\n")
    found: dict[str, list[Pair]] = {metric: [] for metric in LATENCIES}
    print(f"{'milliseconds':42}" + "".join(f"{f'{m}, measured':>25}" for m in LATENCIES))
    for path, given in _NETWORKS:
        network = archdsl.load(ROOT / f"{path}.arch").network(**given)
        name = " ".join([network.name, *(f"{key}={value}" for key, value in given.items())])
        for metric, pair in zip(LATENCIES, _pairs(name, network, roofs, seconds), strict=True):
            found[metric].append(pair)
        shown = (pairs[-1] for pairs in found.values())
        print(f"{name:42}" + "".join(f"{p.predicted:15.2f} {p.measured:9.2f}" for p in shown))
    print()
    for metric, pairs in found.items():
        ratios = [pair.measured / pair.predicted for pair in pairs]
        typical = median(abs(log(ratio)) for ratio in ratios)
        print(f"{metric}: measured is {median(ratios):.2f} times the predicted time in the median,")
        print(f"    {min(ratios):.2f} to {max(ratios):.2f}; half are within {100 * typical:.0f} %")
    print()
    count = len(_NETWORKS)
    return conclude(
        [
            Result(f"{metric}: Spearman of {count}", _spearman(pairs), _LEAST, at_least=True)
            for metric, pairs in found.items()
        ]
    )


def _pairs(name: str, network: archdsl.Network, roofs: Roofs, seconds: float) -> Iterator[Pair]:
    """One for each target."""
    readable = _scope(network.source())[network.module.class_name]().eval()
    inputs = [_sample(network, value) for value in network.graph.inputs.values()]
    for target in LATENCIES.values():
        module = readable
        if target != "readable":
            lowered = _scope(network.lowered(target).text)
            module = lowered["from_readable"](readable.state_dict()).eval()
        lowered_graph = TARGETS[target].lowered(network.graph)
        predicted = Prediction(lowered_graph, roofs.targets[target]).nanoseconds
        yield Pair(name, predicted / 1e6, 1e3 * _time(module, inputs, seconds))


def _sample(network: archdsl.Network, value: Any) -> Tensor:
    type_ = network.graph.type(value)
    if type_.integers is not None:
        return torch.randint(type_.integers.least, type_.integers.most + 1, (1, *type_.shape))
    return torch.randn(1, *type_.shape)


def _scope(text: str) -> dict[str, Any]:
    module = ModuleType("measured")
    sys.modules[module.__name__] = module
    exec(compile(text, "<measured>", "exec"), module.__dict__)
    return module.__dict__


def _time(module: nn.Module, inputs: Sequence[Tensor], seconds: float) -> float:
    """The median of some calls, after two that pack weights and fill the heap."""
    with torch.inference_mode():
        spent = [_once(module, inputs) for _ in range(2 + _ROUNDS)][2:]
        while sum(spent) < seconds and len(spent) < _MOST:
            spent.append(_once(module, inputs))
    return median(spent)


def _once(module: nn.Module, inputs: Sequence[Tensor]) -> float:
    start = process_time()
    module(*inputs)
    return process_time() - start


def _spearman(pairs: Sequence[Pair]) -> float:
    predicted = _ranks([pair.predicted for pair in pairs])
    return correlation(predicted, _ranks([pair.measured for pair in pairs]))


def _ranks(values: Sequence[float]) -> list[int]:
    """The place of each value among all in their order; no two of them are equal."""
    order = sorted(values)
    return [order.index(value) for value in values]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
