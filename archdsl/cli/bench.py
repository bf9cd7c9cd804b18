"""`archdsl bench`: how fast the modules of a build folder run on this machine."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.cli.build_folders import add_build, add_weights
from archdsl.cli.numbers import count
from archdsl.diagnostics import CompileError, alternatives, error

if TYPE_CHECKING:
    from archdsl.bench.contest import Contest
    from archdsl.bench.ways import Way
    from archdsl.export.folder import Build

_ENGINES = ("eager", "torch.compile", "onnxruntime", "openvino")

_BENCH = """\
BUILD is a folder that `archdsl compile` wrote, DIR/NETWORK. Its module, and that of --target infer
if there is one, run each way in a process of its own: eager, by torch.compile, and, as ONNX, by
ONNX Runtime and OpenVINO, on the CPU, in float32. What is not installed is named.

All are set up first, and then called in rounds, in which they take turns. `latency` is the median
of the rounds, and `quartiles` says how far these are from it. `memory` is the most that a process
holds in its rounds, beyond what it holds once its libraries are imported. Results are compared
with those of the module in eager mode: a way that gives something else is refused. One that fails,
dies, or takes longer than --limit is told with the reason, and the others go on.

FLOPs and memory are inferred of the spec, and so is the latency, where `archdsl probe` has measured
this machine with as many threads. The spec is looked for by its name in the current folder and
among the published ones; --spec names it.

This runs the Python of the folder, with your edits. Without --weights the weights are random.
Nothing else should run meanwhile. torch.compile needs a C++ compiler, and minutes the first time.

examples:
  archdsl bench build/x3d_s
  archdsl bench build/x3d_s --batch 1,8 --threads 2 --input 13x182x182
  archdsl bench build/x3d_s --ways eager,openvino --format json
"""

_MOST_BATCH = 4096


def add_bench(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "measure how fast a compiled network runs, beside what is inferred"
    parser = options.command(commands, "bench", summary, _BENCH)
    add_build(parser)
    options.add_input(parser)
    help = "samples at once, such as 1,8; default: 1"
    parser.add_argument("--batch", metavar="N,...", type=_batches, default=[1], help=help)
    help = "threads that each takes; default: as many as torch takes"
    parser.add_argument("--threads", metavar="N", type=count, help=help)
    help = f"some of {', '.join(_ENGINES)}; default: all"
    parser.add_argument("--ways", metavar="NAME,...", type=_ways, default=_ENGINES, help=help)
    help = "rounds, in which all take turns; default: 10"
    parser.add_argument("--repeats", metavar="N", type=count, default=10, help=help)
    help = "the longest that one way may take in all; default: 600"
    parser.add_argument("--limit", metavar="SECONDS", type=count, default=600, help=help)
    add_weights(parser)
    parser.add_argument("--spec", metavar="SPEC", help=f"the spec of BUILD: {options.SPEC}")
    options.add_format(parser)
    parser.set_defaults(run=_bench)


def _batches(text: str) -> list[int]:
    found = [count(part.strip()) for part in text.split(",")]
    if max(found) > _MOST_BATCH:
        raise argparse.ArgumentTypeError(f"a batch is at most {_MOST_BATCH}, but this is {text!r}")
    return list(dict.fromkeys(found))


def _ways(text: str) -> list[str]:
    found = [part.strip() for part in text.split(",")]
    if odd := [name for name in found if name not in _ENGINES]:
        known = alternatives(_ENGINES)
        raise argparse.ArgumentTypeError(f"must be some of {known}, but this has {odd[0]!r}")
    return found


def _bench(arguments: argparse.Namespace) -> int:
    from archdsl.bench.contest import Terms, contest
    from archdsl.bench.inferred import inferred, network_of
    from archdsl.bench.subject import Subject
    from archdsl.bench.ways import ways_of
    from archdsl.export.folder import find
    from archdsl.report.bench import BenchReport
    from archdsl.search.console import Terminal
    from archdsl.sizes import shapes

    build, given = find(arguments.build), dict(arguments.given)
    missing, installed = _installed(arguments.ways)
    network = network_of(build, given, arguments.spec)  # first: what follows takes minutes
    sizes = shapes(_declared(build), arguments.inputs)
    weights = arguments.weights, arguments.checkpoint_key
    ways, terms = list(ways_of(build, installed)), Terms(arguments.repeats, arguments.limit)
    subjects = (
        Subject(build, given, sizes, batch, arguments.threads, *weights)
        for batch in arguments.batch
    )
    terminal = Terminal(sys.stderr)
    try:
        contests = [contest(subject, ways, terms, terminal.progress) for subject in subjects]
    finally:
        terminal.end()
    _check_measured(contests)
    known = inferred(network, contests[0].prepared, {way.module for way in ways})
    report = BenchReport(build.name, contests, known, arguments.repeats, _machine(ways), missing)
    sys.stdout.write(report.show(arguments.format))
    return 0


def _installed(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The engines that are not installed, and those that are.

    Raises:
        CompileError: none is.
    """
    from archdsl.bench.ways import ENGINES

    missing = [name for name in names if ENGINES[name].missing]
    installed = [name for name in names if name not in missing]
    if not installed:
        needed = ENGINES[missing[0]]
        message = f"{missing[0]} needs {', '.join(needed.missing)}"
        raise CompileError([error("bench", message, help=needed.install)])
    return missing, installed


def _declared(build: Build) -> dict[str, tuple[int, ...]]:
    """The shapes of inputs, as network.json has them."""
    declared = build.manifest.get("inputs")
    return {name: tuple(shape) for name, shape in declared.items()} if declared else {}


def _check_measured(contests: Sequence[Contest]) -> None:
    """Check that there is something to report.

    Raises:
        CompileError: every way has failed.
    """
    if any(each.measured for each in contests):
        return
    failed = (each for contest in contests for each in contest.failed)
    raise CompileError([error("bench", f"{each.way}: {each.reason}") for each in failed])


def _machine(ways: Iterable[Way]) -> str:
    """What the figures depend on: the processor, the versions, and what else runs."""
    from importlib.metadata import version

    from archdsl.bench.ways import ENGINES
    from archdsl.latency.remembered import processor

    libraries = dict.fromkeys(["torch", *(ENGINES[way.engine].library for way in ways)])
    versions = ", ".join(f"{name} {version(name)}" for name in libraries)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{processor()}{load}; {versions}"
