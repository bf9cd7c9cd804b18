"""How fast modules of `--target infer` are, relative to other forms of the same network.

python benchmarks/inference.py [NETWORK ...] [--threads N ...] [--seconds N]
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import torch
from contenders import SUBJECTS, Form, Written
from measure import Result, conclude
from rounds import HEAPS, in_a_process, in_turn, machine, paired, show

INFER, READABLE, VIDEO, OPENVINO = "infer", "readable", "PyTorchVideo", "OpenVINO"
_ERROR, _PEAK, _PACKING = 1.2, 0.75, 2.0
_CLIPS = 2
"""Of how many clips the largest error is taken."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "networks", nargs="*", metavar="NETWORK", choices=SUBJECTS, help=", ".join(SUBJECTS)
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="of each row")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument(
        "--child", choices=("times", "start", INFER, READABLE), help=argparse.SUPPRESS
    )
    options = parser.parse_args()
    names = options.networks or list(SUBJECTS)
    if options.child:
        json.dump(_child(options.child, names[0], options.threads[0], options.seconds), sys.stdout)
        return 0
    print(f"{machine()}\n")
    rows = [(name, threads) for name in names for threads in options.threads]
    found = [result for row in rows for result in _of_times(*row, options.seconds)]
    return conclude([*found, *(result for name in names for result in _of_a_start(name))])


def _of_times(name: str, threads: int, seconds: float) -> Iterator[Result]:
    for heap in HEAPS:
        row = _run("times", name, threads, seconds, heap)
        where = f"{name}, {threads} thread{'s' * (threads > 1)}, {heap}"
        show(where, row, INFER)
        yield from _ratios(where, name, row)


def _of_a_start(name: str) -> Iterator[Result]:
    start = _run("start", name)
    yield Result(f"{name}, largest error / readable's", start["error"], _ERROR)
    if SUBJECTS[name].depth is None:
        return
    yield Result(f"{name}, time to load and pack / a forward pass", start["packing"], _PACKING)
    ours, theirs = (_run(form, name)["peak"] for form in (INFER, READABLE))
    yield Result(f"{name}, peak memory of a forward pass / readable's", ours / theirs, _PEAK)


def _ratios(where: str, name: str, row: Mapping[str, Any]) -> Iterator[Result]:
    bounds = {VIDEO: 3.0, OPENVINO: 1.0}
    if SUBJECTS[name].depth is None:
        bounds = {READABLE: 1.8 if SUBJECTS[name].is_video else 1.5}
    for rival in bounds.keys() & row["wall"].keys():
        value = paired(row["wall"], rival, INFER)
        yield Result(f"{where}: {rival} / {INFER}", value, bounds[rival], at_least=True)


def _run(
    what: str, name: str, threads: int = 1, seconds: float = 0, heap: str = "default heap"
) -> Any:
    options = ("--seconds", seconds, "--child", what, "--threads", threads)
    return in_a_process(__file__, name, *options, threads=threads, heap=heap)


@torch.no_grad()
def _child(what: str, name: str, threads: int, seconds: float) -> dict[str, Any]:
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as folder:
        written = Written(SUBJECTS[name], Path(folder))
        if what == "times":
            return _times(written, threads, seconds)
        return _start(written) if what == "start" else _peak(written, what)


def _times(written: Written, threads: int, seconds: float) -> dict[str, Any]:
    video = written.pytorchvideo()  # first: ours takes its weights
    fast, x = written.for_inference(), torch.randn(written.shape)
    others = {READABLE: written.readable, VIDEO: video, OPENVINO: written.openvino(threads)}
    forms: dict[str, Form] = {INFER: fast, **{name: form for name, form in others.items() if form}}
    for form in forms.values():
        torch.testing.assert_close(form(x), fast(x), rtol=1e-3, atol=1e-3)
    return in_turn({name: partial(form, x) for name, form in forms.items()}, seconds)


def _start(written: Written) -> dict[str, float]:
    """From the readable module's weights to the first logits, less a pass; and the error."""
    x = torch.randn(written.shape)
    times = []
    for _ in range(3):
        started = process_time()
        model = written.for_inference()
        model(x)
        first = process_time()
        model(x)
        times.append((process_time() - first, first - started))
    again, first = (median(each) for each in zip(*times, strict=True))
    return {"packing": (first - again) / again, "error": _error(model, written)}


def _error(fast: Form, written: Written) -> float:
    """The largest error against float64, relative to that of the readable module."""
    clips = [torch.randn(written.shape) for _ in range(_CLIPS)]
    logits = [(fast(x), written.readable(x)) for x in clips]
    exact = written.readable.double()
    errors = [
        [(y.double() - exact(x.double())).abs().max().item() for y in pair]
        for x, pair in zip(clips, logits, strict=True)
    ]
    ours, theirs = (max(each) for each in zip(*errors, strict=True))
    return float(ours / theirs)


def _peak(written: Written, form: str) -> dict[str, Any]:
    """The growth of the process in its first forward pass, with what that packs."""
    model = written.for_inference() if form == INFER else written.readable
    x = torch.randn(written.shape)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    model(x)
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before}


if __name__ == "__main__":
    sys.exit(main())
