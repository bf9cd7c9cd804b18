"""The report of `archdsl passes`: what each pass of a target did, and what that is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from archdsl.costs.figures import Figures, measure
from archdsl.diagnostics import CompileError
from archdsl.emit.targets.base import Target
from archdsl.ir.graph import Graph, Node
from archdsl.latency.prediction import Prediction
from archdsl.latency.remembered import roofs_of_this_machine
from archdsl.latency.roofs import Roofs
from archdsl.network import Network
from archdsl.ops.sources import Input, Parameter
from archdsl.passes.fused import NOTHING, Chunks, FusedConvolution, InPlace
from archdsl.report.tables import Report, Table
from archdsl.report.text import (
    as_json,
    comma_separated,
    json_inputs,
    readable,
    readable_bytes,
    readable_time,
    show_inputs,
)

_START = "as written"


@dataclass(frozen=True)
class Step:
    """The graph after a pass, and by what it differs from that before, by kind and count."""

    name: str
    graph: Graph
    gone: Counter[str]
    new: Counter[str]

    @cached_property
    def operations(self) -> int:
        return _operations(self.graph).total()

    @cached_property
    def figures(self) -> Figures:
        return measure(self.graph).total

    def __str__(self) -> str:
        """`conv x 3, relu x 3 -> conv + relu x 3`."""
        left, right = (_listed(each) for each in (self.gone, self.new))
        if not left and not right:
            return "nothing to do"
        return (
            f"{left} -> {right}" if left and right else f"{left} gone" if left else f"new {right}"
        )


@dataclass(frozen=True)
class PassesReport(Report):
    """The passes of a target, on a network. `roofs` are None where the machine was not probed."""

    network: Network
    target: Target
    roofs: Roofs | None

    @staticmethod
    def of(network: Network, target: Target) -> PassesReport:
        try:
            roofs = roofs_of_this_machine()
        except CompileError:  # what the passes did is known all the same
            roofs = None
        return PassesReport(network, target, roofs)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The network as it is written, and after each pass."""
        steps = [Step(_START, self.network.graph, Counter(), Counter())]
        for each in self.target.passes:
            before, after = steps[-1].graph, each(steps[-1].graph).graph
            old, new = _kinds(before), _kinds(after)
            steps.append(Step(each.__name__, after, old - new, new - old))
        return tuple(steps)

    # For people

    def _markdown(self) -> str:
        return self._table.markdown_report(self._title, map(" ".join, self._done))

    @property
    def _title(self) -> str:
        inputs = show_inputs(self.network.inputs)
        return f"{self.network.name} at {inputs}, target {self.target.name}"

    @property
    def _table(self) -> Table:
        columns = ("pass", "operations", "MACs", "moved", *(("time",) if self.roofs else ()))
        rows = [self._cells(step) for step in self.steps]
        return Table(columns, rows, frozenset(columns[1:]))

    def _cells(self, step: Step) -> tuple[str, ...]:
        counts = f"{step.operations:,}", readable(step.figures.macs)
        moved = readable_bytes(step.figures.bytes_moved)
        time = (readable_time(self._predicted(step).nanoseconds),) if self.roofs else ()
        return (step.name, *counts, moved, *time)

    @property
    def _facts(self) -> Iterator[str]:
        done = list(self._done)
        gap = max((len(name) for name, _ in done), default=0) + 2
        for name, text in done:
            yield f"{name.ljust(gap)}{text}"

    @property
    def _done(self) -> Iterator[tuple[str, str]]:
        """What each pass did, and what is expected of all."""
        for step in self.steps[1:]:
            yield step.name, str(step)
        first, last = self.steps[0], self.steps[-1]
        yield "moved", _change(lambda step: readable_bytes(step.figures.bytes_moved), first, last)
        if self.roofs is None:
            yield "time", "unknown: `archdsl probe` measures this machine"
            return
        yield "time", _change(self._spent, first, last)
        yield "machine", f"{self.roofs.machine}; times are predicted"

    def _predicted(self, step: Step) -> Prediction:
        """The times of a graph in the code of the target, whichever passes it has been through."""
        assert self.roofs is not None
        return Prediction(step.graph, self.roofs.targets[self.target.name])

    def _spent(self, step: Step) -> str:
        limits = self._predicted(step).limits(range(len(step.graph)))
        return ", ".join(f"{name} {readable_time(time)}" for name, time in limits.items())

    # For programs

    def _json(self) -> str:
        return as_json(
            {
                "network": self.network.name,
                "input": json_inputs(self.network.inputs),
                "target": self.target.name,
                "machine": str(self.roofs.machine) if self.roofs else None,
                "passes": [self._object(step) for step in self.steps],
            }
        )

    def _object(self, step: Step) -> dict[str, object]:
        return {
            "pass": step.name,
            "operations": step.operations,
            "macs": step.figures.macs,
            "bytes": step.figures.bytes_moved,
            "nanoseconds": self._predicted(step).nanoseconds if self.roofs else None,
            "gone": dict(step.gone),
            "new": dict(step.new),
        }

    def _csv(self) -> str:
        columns = ("pass", "operations", "macs", "bytes", "nanoseconds", "gone", "new")
        rows = [self._object(step) for step in self.steps]
        return comma_separated(columns, [[_flat(row[name]) for name in columns] for row in rows])


def _change(shown: Callable[[Step], str], first: Step, last: Step) -> str:
    return f"{shown(first)} -> {shown(last)}"


def _flat(value: object) -> object:
    return _listed(value) if isinstance(value, Mapping) else value


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} x {count:,}" for kind, count in counts.items())


def _kinds(graph: Graph) -> Counter[str]:
    """The operations of a graph and its blocks, by kind."""
    around = {scope.index: scope for node in graph for scope in graph.enclosing(node.scope)}
    blocks = sum(scope.kind == "block" for scope in around.values())
    return _operations(graph) + Counter({"block": blocks})


def _operations(graph: Graph) -> Counter[str]:
    computed = (node for node in graph if not isinstance(node.operation, Input | Parameter))
    return Counter(_kind(graph, node) for node in computed)


def _kind(graph: Graph, node: Node) -> str:
    """What an operation is called: `conv + add + relu` for what was joined."""
    match node.operation:
        case InPlace(operation=inner):
            return f"{inner.name} in place"
        case FusedConvolution() as operation:
            joined = ["conv", *["add"] * (len(graph.operands(node)) - 1)]
            joined += [operation.activation] if operation.activation != NOTHING else []
            place = " in place" if operation.overwrites else ""
            chunks = " in chunks" if operation.chunks != Chunks.NEITHER else ""
            return " + ".join(joined) + place + chunks
    return node.operation.name
