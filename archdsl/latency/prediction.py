"""The latency of a network: the time of each operation by the roof of its make, summed.

It is that of one sample on the machine that was probed, with as many threads. What a target changes
in a graph is changed first, since operations that are joined move less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from archdsl.emit.targets import TARGETS
from archdsl.ir.graph import Graph
from archdsl.latency.remembered import roofs_of_this_machine
from archdsl.latency.roofs import Roofing, Times
from archdsl.latency.work import work_of


@dataclass(frozen=True)
class Prediction:
    """The times of a graph, by the roofs of the code that computes it."""

    graph: Graph
    roofs: Roofing

    @staticmethod
    def of(graph: Graph, target: str) -> Prediction:
        """That of the module which a target makes of a network, on this machine.

        Raises:
            CompileError: the machine was not probed.
        """
        return Prediction(TARGETS[target].lowered(graph), roofs_of_this_machine().targets[target])

    @cached_property
    def nodes(self) -> tuple[tuple[Times, ...], ...]:
        """The times of each node, by index: of no kernel, of one or of several."""
        return tuple(
            [
                tuple([self.roofs[work.make].times(work) for work in work_of(self.graph, node)])
                for node in self.graph
            ]
        )

    @property
    def nanoseconds(self) -> int:
        """The latency of the network."""
        return round(sum(times.total for node in self.nodes for times in node))

    def limits(self, nodes: Iterable[int]) -> Counter[str]:
        """The nanoseconds of some nodes that go into `arithmetic`, `traffic` and `calls`."""
        spent = Counter[str]()
        for index in nodes:
            for times in self.nodes[index]:
                spent.update(times.limits)
        return spent
