"""The probe: each of the `operations.arch` in the code of each target, timed on this machine.

What is timed is what `archdsl compile` writes, so a roof is that of the code which networks have.
The operations run in turn, as in a network: one that is called again and again would find its
operands and its code in the nearest cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter_ns, process_time_ns
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

from archdsl.costs.metrics import LATENCIES
from archdsl.emit.targets import TARGETS
from archdsl.emit.targets.base import Target
from archdsl.latency.remembered import processor, torch_release
from archdsl.latency.roofs import Machine, Measured, Roofing, Roofs, roofs_of
from archdsl.latency.work import Work, work_of
from archdsl.network import Network
from archdsl.spec import load

if TYPE_CHECKING:
    from torch import Tensor

Clock: TypeAlias = Callable[[], int]

OPERATIONS = Path(__file__).with_name("operations.arch")

_ROUNDS = 12
"""Rounds in which all operations run in turn, after one that is not counted."""

_CALLS = 200
"""Calls of the smallest operations in a round."""


def probe(threads: int | None = None) -> Roofs:
    """Measure the roofs of this machine, with so many threads or as many as torch takes.

    Of a single thread the processor's time is measured, to which other programs add little.
    """
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
    threads = torch.get_num_threads()
    clock = process_time_ns if threads == 1 else perf_counter_ns
    spec = load(OPERATIONS)
    networks = [spec.network(name) for name in spec.networks]
    with torch.inference_mode():
        found = {target: _roofs(networks, TARGETS[target], clock) for target in LATENCIES.values()}
    return Roofs(Machine(processor(), torch_release(), threads), found)


@dataclass(frozen=True)
class _Trial:
    """An operation in the code of a target, ready to be called."""

    work: Work
    call: Callable[[], object]


def _roofs(networks: Sequence[Network], target: Target, clock: Clock) -> Roofing:
    trials = [_Trial(_work(network, target), _call(network, target)) for network in networks]
    rounds = [[_time(trial.call, 1, clock) for trial in trials] for _ in range(1 + _ROUNDS)]
    times = [median(times) for times in zip(*rounds[1:], strict=True)]
    makes: dict[str, list[tuple[_Trial, float]]] = {}
    for trial, time in zip(trials, times, strict=True):
        makes.setdefault(trial.work.make, []).append((trial, time))
    return roofs_of({make: _measured(timed, clock) for make, timed in makes.items()})


def _measured(timed: Sequence[tuple[_Trial, float]], clock: Clock) -> Measured:
    """Of one make. Its smallest operation does nearly nothing, so it shows what a call takes."""
    smallest = min(timed, key=lambda each: each[0].work.traffic)
    samples = [(trial.work, time) for trial, time in timed if trial is not smallest[0]]
    calls = [_time(smallest[0].call, _CALLS, clock) for _ in range(_ROUNDS)]
    return Measured(median(calls), samples)


def _time(call: Callable[[], object], times: int, clock: Clock) -> float:
    """The nanoseconds of a call, of so many in a row."""
    start = clock()
    for _ in range(times):
        call()
    return (clock() - start) / times


def _work(network: Network, target: Target) -> Work:
    graph = target.lowered(network.graph)
    found = [work for node in graph for work in work_of(graph, node)]
    return max(found, key=lambda work: (work.arithmetic, work.traffic))


def _call(network: Network, target: Target) -> Callable[[], object]:
    """A call of the module of a network, with an input as it is inside of a network."""
    import torch

    (shape,) = network.inputs.values()
    x = torch.randn(1, *shape)
    module = _scope(network.source())[network.module.class_name]().eval()
    if target.passes:
        x = _channels_last(x)
        module = _scope(network.lowered(target.name).text)["from_readable"](module.state_dict())
    return lambda: module(x)


def _scope(text: str) -> dict[str, Any]:
    """The names of an emitted module."""
    module = ModuleType("probed")
    exec(compile(text, "<probed>", "exec"), module.__dict__)
    return module.__dict__


def _channels_last(x: Tensor) -> Tensor:
    """What the module for inference has between its convolutions."""
    import torch

    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    return x.contiguous(memory_format=formats.get(x.dim(), torch.contiguous_format))
