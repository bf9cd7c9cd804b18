"""What is inferred of a build folder's network, beside which the measured times stand.

The figures are those of its spec, if that is found and still the same: at any input, and with
predicted times. Otherwise network.json has them for the declared input.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archdsl.bench.apart import bench_error
from archdsl.bench.subject import Prepared
from archdsl.costs.metrics import LATENCIES, inference_bytes
from archdsl.diagnostics import CompileError, counted
from archdsl.export.folder import Build, Value
from archdsl.ir.types import REAL_BYTES
from archdsl.latency.prediction import Prediction
from archdsl.latency.remembered import roofs_of_this_machine
from archdsl.network import Network
from archdsl.program.published import locate
from archdsl.source import Source
from archdsl.spec import load
from archdsl.syntax.parser import parse_argument


@dataclass(frozen=True)
class Inferred:
    """Figures of one sample: multiply-adds, parameters, and bytes of memory; None if unknown.

    `predicted` has the nanoseconds of modules, by their names, and `unknown` says what is not known
    and why.
    """

    macs: int | None = None
    params: int | None = None
    memory: int | None = None
    predicted: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def memory_of(self, batch: int) -> int | None:
        """The bytes of a batch: the parameters are there once."""
        if self.memory is None or self.params is None:
            return None
        weights = REAL_BYTES * self.params
        return weights + batch * (self.memory - weights)


def network_of(build: Build, given: Mapping[str, Value], spec: str | None) -> Network | str:
    """The network of a folder in its spec, or why it is not found.

    `spec` is the one that the user names; otherwise a file in the current folder or a published one
    of the name is looked for. `given` are arguments of the network's class.

    Raises:
        CompileError: the spec that the user names is not the one of the folder.
    """
    try:
        return _network(build, given, spec)
    except CompileError as failure:
        if spec is not None:
            raise
        return f"{failure}; --spec names the spec"


def _network(build: Build, given: Mapping[str, Value], asked: str | None) -> Network:
    """The network in its spec.

    Raises:
        CompileError: the spec is not found, is another one by now, or does not give it.
    """
    origin = _mapping(build, "spec")
    file, digest = str(origin.get("file")), origin.get("sha256")
    spec = load(locate(asked or Path(file).stem))
    if spec.program.digest != digest:
        found = spec.program.main.file.source.name
        raise bench_error(f"{found} is not what {build.folder} was compiled from, or was changed")
    name, texts = str(build.manifest.get("network")), _texts(origin.get("set"))
    network = spec.build(name, spec.arguments(_parsed(texts)))
    network.check_decided()
    costs = _mapping(build, "costs")
    if _figures(network) != (costs.get("macs"), costs.get("parameters")):
        raise bench_error(f"{file} gives another `{name}` than {build.folder} has")
    if not given:
        return network
    own = {name: str(value) for name, value in given.items()}
    return spec.build(name, spec.arguments(_parsed({**texts, **own})))


def inferred(found: Network | str, prepared: Prepared, modules: Collection[str]) -> Inferred:
    """What is inferred of a network at the input and for the threads that were measured.

    `found` is the result of `network_of`.
    """
    edited = prepared.subject.build.edited
    notes = [f"{name} was edited: what is inferred is of the spec" for name in edited]
    if isinstance(found, str):
        return _as_compiled(prepared, [*notes, found])
    try:
        network = found if found.inputs == prepared.shapes else found.at(**prepared.shapes)
    except CompileError as failure:
        return Inferred(unknown=(*notes, str(failure)))
    total, memory = network.costs.total, inference_bytes(network.graph, network.costs)
    predicted, why = _predicted(network, prepared.threads, modules)
    return Inferred(total.macs, total.params, memory, predicted, (*notes, *why))


def _texts(given: object) -> dict[str, str]:
    return {str(name): str(text) for name, text in given.items()} if isinstance(given, dict) else {}


def _parsed(given: Mapping[str, str]) -> Iterator[Any]:
    for name, text in given.items():
        yield parse_argument(Source("--set", f"{name} = {text}"))


def _figures(network: Network) -> tuple[int, int]:
    return network.costs.total.macs, network.costs.total.params


def _mapping(build: Build, name: str) -> Mapping[str, Any]:
    """What network.json has under a name; nothing if that is no mapping."""
    found = build.manifest.get(name)
    return found if isinstance(found, dict) else {}


def _as_compiled(prepared: Prepared, notes: Iterable[str]) -> Inferred:
    """What network.json says, which is of the declared input and of no machine."""
    subject = prepared.subject
    declared = {name: list(shape) for name, shape in prepared.shapes.items()}
    if subject.given or subject.build.manifest.get("inputs") != declared:
        return Inferred(unknown=tuple(notes))
    costs = _mapping(subject.build, "costs")
    figures = [costs.get(name) for name in ("macs", "parameters", "inference_bytes")]
    macs, params, memory = (each if isinstance(each, int) else None for each in figures)
    return Inferred(macs, params, memory, unknown=tuple(notes))


def _predicted(
    network: Network, threads: int, modules: Collection[str]
) -> tuple[dict[str, int], list[str]]:
    """The predicted times of modules, or why there are none."""
    try:
        machine = roofs_of_this_machine().machine
    except CompileError as failure:
        return {}, [f"{failure}: `archdsl probe` measures it"]
    if machine.threads != threads:
        why = f"the latency on {counted(threads, 'thread')}, since {machine.threads} was probed"
        return {}, [f"{why}: `archdsl probe --threads {threads}`"]
    targets = [target for target in LATENCIES.values() if target in modules]
    return {each: Prediction.of(network.graph, each).nanoseconds for each in targets}, []
