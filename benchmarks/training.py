"""How fast modules of `--target train` learn, relative to other forms of the same network.

A step is a forward and a backward pass and a change of all weights. The error is that of the
gradients in float32, as a whole, against those in float64.

python benchmarks/training.py [--batches N ...] [--threads N ...] [--seconds N]
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from contenders import SUBJECTS, Written
from measure import Result, conclude
from rounds import HEAPS, in_a_process, in_turn, machine, paired, show
from torch import Tensor, nn

TRAIN, READABLE, VIDEO = "train", "readable", "PyTorchVideo"
_SUBJECT = "X3D-S"
_CLASSES = 400
_RATIOS = {1: 2.0, 2: 2.5}
"""How many times as fast as PyTorchVideo it is to be, on one thread and on two."""
_ERROR = 1.2


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", nargs="+", type=int, default=[2, 8])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--seconds", type=float, default=60.0, help="of each row")
    parser.add_argument("--child", choices=("times", "error"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        (batch,), (threads,) = options.batches, options.threads
        json.dump(_child(options.child, batch, threads, options.seconds), sys.stdout)
        return 0
    print(f"{machine()}\n")
    rows = [(batch, threads) for batch in options.batches for threads in options.threads]
    found = [result for row in rows for result in _of_times(*row, options.seconds)]
    error = _run("error", options.batches[0], 1, 0, "default heap")["error"]
    return conclude([*found, Result("error of gradients / readable's", error, _ERROR)])


def _of_times(batch: int, threads: int, seconds: float) -> Iterator[Result]:
    for heap in HEAPS:
        where = f"batch {batch}, {threads} thread{'s' * (threads > 1)}, {heap}"
        row = _run("times", batch, threads, seconds, heap)
        show(where, row, TRAIN)
        ratio = paired(row["wall"], VIDEO, TRAIN)
        least = _RATIOS.get(threads, _RATIOS[2])
        yield Result(f"{where}: {VIDEO} / {TRAIN}", ratio, least, at_least=True)


def _run(what: str, batch: int, threads: int, seconds: float, heap: str) -> Any:
    options = ("--batches", batch, "--threads", threads, "--seconds", seconds, "--child", what)
    return in_a_process(__file__, *options, threads=threads, heap=heap)


def _child(what: str, batch: int, threads: int, seconds: float) -> Any:
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as folder:
        written = Written(replace(SUBJECTS[_SUBJECT], batch=batch), Path(folder))
        video = written.pytorchvideo()  # first: ours takes its weights
        assert isinstance(video, nn.Module)
        models = {TRAIN: written.for_training(), READABLE: written.readable, VIDEO: video}
        x = torch.randn(written.shape)
        labels = torch.randint(0, _CLASSES, (batch,))
        if what == "error":
            return {"error": _error(models[TRAIN], models[READABLE], x, labels)}
        return in_turn({name: _step(model, x, labels) for name, model in models.items()}, seconds)


def _step(model: nn.Module, x: Tensor, labels: Tensor) -> Callable[[], None]:
    """One step of training, to be repeated."""
    optimizer = torch.optim.SGD(model.train().parameters(), lr=1e-4, momentum=0.9)

    def step() -> None:
        optimizer.zero_grad()
        F.cross_entropy(model(x), labels).backward()
        optimizer.step()

    return step


def _error(fast: nn.Module, readable: nn.Module, x: Tensor, labels: Tensor) -> float:
    """The error of all gradients together, relative to that of the readable module."""
    exact = _gradients(copy.deepcopy(readable).double(), x.double(), labels)
    ours, theirs = (
        (_gradients(model, x, labels) - exact).norm() / exact.norm() for model in (fast, readable)
    )
    print(f"error of all gradients: {TRAIN} {ours:.2e}, {READABLE} {theirs:.2e}", file=sys.stderr)
    return float(ours / theirs)


def _gradients(model: nn.Module, x: Tensor, labels: Tensor) -> Tensor:
    torch.manual_seed(0)  # of dropout, which draws as many numbers in all forms
    F.cross_entropy(model.train()(x), labels).backward()
    return torch.cat([p.grad.flatten().double() for p in model.parameters() if p.grad is not None])


if __name__ == "__main__":
    sys.exit(main())
