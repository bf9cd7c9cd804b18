"""What each pass of the module for inference is worth: the time after it, and the time without it.

All modules have the same weights and run in turn. What is compared are the ratios of each round to
the whole target. Without `drop_training` nothing changes in evaluation, so that line is the noise.
Of one thread the processor's time is measured, to which other programs add little.

nice -n -15 python benchmarks/passes.py [SPEC] [ROUNDS]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from statistics import median
from time import process_time
from types import ModuleType
from typing import Any

import torch
from measure import ROOT
from torch import Tensor, nn

import archdsl
from archdsl.compiler import emit_lowered
from archdsl.emit.targets.base import Pass
from archdsl.emit.targets.infer import INFER

_DEFAULTS = ("specs/x3d_s.arch", "25")

_READABLE, _WHOLE = "readable", "infer"


def main(arguments: Sequence[str]) -> int:
    spec, rounds = (*arguments, *_DEFAULTS[len(arguments) :])
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = archdsl.load(ROOT / spec).network()
    inputs = [torch.randn(1, *shape) for shape in network.inputs.values()]
    with torch.inference_mode():
        times = _times(_modules(network), inputs, int(rounds))
    print(f"{'':28} {'ms':>8} {'over all':>9}")
    for name, spent in times.items():
        ratio = median(one / whole for one, whole in zip(spent, times[_WHOLE], strict=True))
        print(f"{name:28} {1e3 * median(spent):8.1f} {ratio:9.3f}")
    return 0


def _modules(network: archdsl.Network) -> dict[str, nn.Module]:
    """The readable module, and one for each choice of passes, with its weights."""
    readable = _scope(network.source())[network.module.class_name]().eval()
    modules = {_READABLE: readable}
    for name, passes in _choices():
        target = replace(INFER, passes=passes)
        text = emit_lowered(network.program, network.graph, network.module, target).text
        modules[name] = _scope(text)["from_readable"](readable.state_dict()).eval()
    return modules


def _choices() -> Iterator[tuple[str, tuple[Pass, ...]]]:
    """All passes, those up to each, and all but each."""
    names = [each.__name__ for each in INFER.passes]
    yield _WHOLE, INFER.passes
    for count, name in enumerate(names[:-1], 1):
        yield f"up to {count} {name}", INFER.passes[:count]
    for name in dict.fromkeys(names):
        yield f"without {name}", tuple([p for p in INFER.passes if p.__name__ != name])


def _scope(text: str) -> dict[str, Any]:
    module = ModuleType("measured")
    sys.modules[module.__name__] = module
    exec(compile(text, "<measured>", "exec"), module.__dict__)
    return module.__dict__


def _times(
    modules: Mapping[str, nn.Module], inputs: Sequence[Tensor], rounds: int
) -> dict[str, list[float]]:
    """The seconds of each module in each round, after two that pack weights.

    The order is another one in each round: a module finds the heap as the one before has left it.
    """
    found: dict[str, list[float]] = {name: [] for name in modules}
    random = Random(0)
    for _ in range(2 + rounds):
        for name in random.sample([*modules], len(modules)):
            start = process_time()
            modules[name](*inputs)
            found[name].append(process_time() - start)
    return {name: spent[2:] for name, spent in found.items()}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
