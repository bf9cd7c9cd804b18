"""What the three modules of a network do on a GPU: readable, for inference, and for training.

Each row is one form of one module: the type of its numbers, its memory layout, and whether it is
compiled or replayed as a CUDA graph. One table of clips a second and peak memory; a row that fails
has its error, and rows beyond the budget are left out. Nothing else is to run on the GPU.

python benchmarks/gpu.py [--spec SPEC] [--budget SECONDS] [--tiny]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import torch
import torch.nn.functional as F
from contenders import Subject, Written
from torch import Tensor, nn

READABLE, INFER, TRAIN = "readable", "infer", "train"
_DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
_IS_GPU = _DEVICE.type == "cuda"
_STREAMS = 3
"""Passes before a CUDA graph is recorded, as torch's manual has it."""

Work = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """A form of a module. `kind` is fp32, tf32 or bf16 (autocast), `how` is eager, compiled or
    a CUDA graph."""

    module: str
    batch: int
    kind: str = "fp32"
    is_last: bool = False
    how: str = "eager"
    learns: bool = False

    def __str__(self) -> str:
        layout = "last" if self.is_last else "first"
        work = "training" if self.learns else "inference"
        return f"{work:9}  {self.module:8}  {self.batch:5}  {self.kind:4}  {layout:5}  {self.how:8}"


HEADER = f"{'work':9}  {'module':8}  batch  kind  chan.  {'how':8}   clips/s       ms    MiB"


def cases(batches: list[int], learned: int) -> Iterator[Case]:
    """What is measured, the rows that matter most first."""
    for batch in batches:
        for module in (READABLE, INFER):
            for kind in ("fp32", "tf32", "bf16"):
                yield from (Case(module, batch, kind, is_last) for is_last in (False, True))
            yield Case(module, batch, "bf16", True, "graph")
    for module in (READABLE, TRAIN):
        for kind in ("fp32", "tf32", "bf16"):
            for is_last in (False, True):
                yield Case(module, learned, kind, is_last, learns=True)
    for kind in ("tf32", "bf16"):
        for module in (READABLE, INFER):
            yield Case(module, batches[-1], kind, True, "compiled")
        for module in (READABLE, TRAIN):
            yield Case(module, learned, kind, True, "compiled", learns=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spec", default="specs/x3d_s.arch")
    parser.add_argument("--budget", type=float, default=440.0, help="seconds of all rows")
    parser.add_argument("--tiny", action="store_true", help="small batches, to try it anywhere")
    options = parser.parse_args()
    batches, learned = ([1, 2], 2) if options.tiny else ([1, 8, 64], 32)
    name = torch.cuda.get_device_name() if _IS_GPU else "cpu"
    print(f"{name}, torch {torch.__version__}, {options.spec}\n\n{HEADER}", flush=True)
    end = perf_counter() + options.budget
    with tempfile.TemporaryDirectory() as folder:
        written = Written(Subject(options.spec), Path(folder))
        left_out = [
            case for case in cases(batches, learned) if not _measured(case, written, end, options)
        ]
    if left_out:
        print(f"\nbeyond the budget: {len(left_out)} rows")
    return 0


def _measured(case: Case, written: Written, end: float, options: argparse.Namespace) -> bool:
    """Print the row of a case, if there is time for it."""
    compiles = case.how == "compiled"
    if end - perf_counter() < (90 if compiles and _IS_GPU else 10):
        return False
    if options.tiny and compiles:
        case = replace(case, how="traced")  # a compiler for a CPU takes minutes
    try:
        seconds, peak = _time(case, written, 0.1 if options.tiny else 2.0)
    except (RuntimeError, torch.OutOfMemoryError) as error:
        print(f"{case}  {type(error).__name__}: {str(error).splitlines()[0][:80]}", flush=True)
    else:
        clips = case.batch / seconds
        print(f"{case}  {clips:8.1f} {seconds * 1e3:8.2f} {peak:6.0f}", flush=True)
    return True


def _time(case: Case, written: Written, least: float) -> tuple[float, float]:
    """The median of the seconds of one pass or step, and the peak of the memory in MiB."""
    for place in (torch.backends.cuda.matmul, torch.backends.cudnn):
        place.allow_tf32 = case.kind != "fp32"
    torch.compiler.reset()
    if _IS_GPU:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    work = _work(case, written)
    for _ in range(_STREAMS):
        work()
    times: list[float] = []
    end = perf_counter() + least
    while len(times) < 3 or (perf_counter() < end and len(times) < 200):
        _wait()
        started = perf_counter()
        work()
        _wait()
        times.append(perf_counter() - started)
    return median(times), torch.cuda.max_memory_allocated() / 2**20 if _IS_GPU else 0.0


def _work(case: Case, written: Written) -> Work:
    made = {READABLE: lambda: written.readable, INFER: written.for_inference}
    model: nn.Module = made.get(case.module, written.for_training)()
    x = torch.randn(case.batch, *written.shape[1:], device=_DEVICE)
    move: Any = model.to  # its types lack memory_format
    layout = torch.channels_last_3d if case.is_last else torch.contiguous_format
    model, x = move(_DEVICE, memory_format=layout), x.contiguous(memory_format=layout)
    run: Callable[[Tensor], Any] = model
    if case.how in ("compiled", "traced"):
        backend = "inductor" if case.how == "compiled" else "aot_eager"
        run = torch.compile(model, backend=backend)
    work = _step(case, model, run, x) if case.learns else _pass(case, model.eval(), run, x)
    return _recorded(work) if case.how == "graph" and _IS_GPU else work


def _pass(case: Case, model: nn.Module, run: Callable[[Tensor], Any], x: Tensor) -> Work:
    @torch.no_grad()
    def work() -> object:
        with _numbers(case):
            return run(x)

    return work


def _step(case: Case, model: nn.Module, run: Callable[[Tensor], Any], x: Tensor) -> Work:
    optimizer = torch.optim.SGD(model.train().parameters(), lr=1e-4, momentum=0.9)

    def work() -> object:
        optimizer.zero_grad()
        with _numbers(case):
            logits = run(x)
        F.cross_entropy(logits.float(), labels).backward()
        return optimizer.step()

    with torch.no_grad(), _numbers(case):
        classes = model(x).shape[1]
    labels = torch.randint(0, classes, (case.batch,), device=_DEVICE)
    return work


def _numbers(case: Case) -> Any:
    is_half = case.kind == "bf16"
    return torch.autocast(_DEVICE.type, torch.bfloat16) if is_half else nullcontext()


def _recorded(work: Work) -> Work:
    """The same as a CUDA graph, which costs the CPU one launch."""
    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(_STREAMS):
            work()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph.replay


def _wait() -> None:
    if _IS_GPU:
        torch.cuda.synchronize()


if __name__ == "__main__":
    sys.exit(main())
