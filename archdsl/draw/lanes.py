"""The pathways of a network with several inputs, such as SlowFast, and what each of them costs.

An operation belongs to the pathway of the first value that it reads: a lateral connection to the
one that it leaves, and their concatenation to the one that goes on. What comes after all other
pathways have ended belongs to none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from archdsl.costs.figures import Figures
from archdsl.draw import words
from archdsl.draw.outline import Outline
from archdsl.draw.picture import Lane
from archdsl.draw.style import clean, shorten
from archdsl.ir.graph import Graph, Value

_MOST, _LONGEST = 4, 16
"""Pathways that a box has room for, and characters of a name."""


@dataclass(frozen=True)
class Lanes:
    """The pathway of each node, by the place of its input; None after they have joined."""

    outline: Outline

    @property
    def graph(self) -> Graph:
        return self.outline.graph

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs; none where there is one, or too many for lanes."""
        names = [shorten(clean(name), _LONGEST) for name in self.graph.inputs]
        return tuple(names) if 1 < len(names) <= _MOST else ()

    def of(self, value: Value) -> int | None:
        return self._nodes[value.node] if self.names else None

    @cached_property
    def _nodes(self) -> list[int | None]:
        first = self._by_first_operand()
        ends = dict[int, int]()
        for node in self.graph:
            reads = {first[value.node] for value in self.graph.operands(node)}
            ends |= {lane: node.index for lane in reads if lane is not None}
        # A pathway is one of several while some other is read later.
        return [
            lane if any(end > at for other, end in ends.items() if other != lane) else None
            for at, lane in enumerate(first)
        ]

    def _by_first_operand(self) -> list[int | None]:
        starts = {value.node: lane for lane, value in enumerate(self.graph.inputs.values())}
        lanes = list[int | None]()
        for node in self.graph:
            reads = (lanes[value.node] for value in self.graph.operands(node))
            lanes.append(
                starts.get(node.index, next((lane for lane in reads if lane is not None), None))
            )
        return lanes

    def boxes(self, hottest: int) -> Mapping[int, tuple[Lane, ...]]:
        """The lanes of each box that puts out values of several pathways.

        Their heat is relative to the cost of the `hottest` box.
        """
        if not self.names:
            return {}
        split = {key for key in self.outline.outputs if len(set(self._put_out(key))) > 1}
        return {key: tuple(self._lanes(key, hottest)) for key in split}

    def _put_out(self, key: int) -> Iterator[int]:
        for value in self.outline.outputs[key]:
            lane = self.of(value)
            if lane is not None:
                yield lane

    def _lanes(self, key: int, hottest: int) -> Iterator[Lane]:
        view = self.outline.view
        whole = view.costs.total.total(view.convention)
        for lane in sorted(set(self._put_out(key))):
            figures = self._figures.get((key, lane), Figures())
            total = figures.total(view.convention)
            share, costs = words.share(total, whole) or "0 %", words.costs(figures, view.convention)
            yield Lane(self.names[lane], lane, share, costs, total / hottest if hottest else 0.0)

    @cached_property
    def _figures(self) -> Mapping[tuple[int, int | None], Figures]:
        """What each box costs in each pathway."""
        figures: dict[tuple[int, int | None], Figures] = {}
        for node, cost in zip(self.graph, self.outline.view.costs.nodes, strict=True):
            at = self.outline.box(node.index), self._nodes[node.index]
            figures[at] = figures.get(at, Figures()) + cost
        return figures

    def facts(self) -> tuple[str, ...]:
        """A line with what each pathway costs of the whole, and what comes after they joined."""
        totals, convention = dict[int | None, int](), self.outline.view.convention
        for (_, lane), figures in self._figures.items():
            totals[lane] = totals.get(lane, 0) + figures.total(convention)
        whole, joined = sum(totals.values()), totals.get(None, 0)
        if sum(bool(totals.get(lane)) for lane in range(len(self.names))) < 2:
            return ()  # one pathway does all, as for a mask beside tokens
        named = [(name, totals.get(lane, 0)) for lane, name in enumerate(self.names)]
        parts = [*named, ("joined", joined)] if joined else named
        return (", ".join(f"{name} {words.share(cost, whole) or '0 %'}" for name, cost in parts),)
