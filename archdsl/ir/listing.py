"""The graph as a tree of block instances, with repetitions folded.

`show`, `draw` and `diff` all list a network in this way. Eight equal blocks in a row are one entry
that runs eight times. So are pairs and other short sequences that repeat, such as the blocks of a
Video Swin stage with plain and shifted windows in turn.
"""

from __future__ import annotations

import string
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ir.likeness import BlockForms
from archdsl.ir.members import Member, Members
from archdsl.ir.naming import Naming, name_all

_LONGEST = 8
"""The most members in a sequence that is recognised when it repeats."""


@dataclass(frozen=True)
class Entry:
    """An operation or a block instance; without a `member`, a sequence of them.

    It runs `times` times in a row. `reads` names its operands, unless they are the result before
    it; `results` names what a block returns, unless it is the last result inside. `covers` are all
    members that the entry stands for, those of the first repetition first.
    """

    name: str
    member: Member | None
    times: int = 1
    reads: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    inside: tuple[Entry, ...] = ()
    covers: tuple[Member, ...] = field(default=(), repr=False)


def listing(graph: Graph) -> tuple[Entry, ...]:
    """The entries directly in the network, in the order of execution."""
    return _Lister(graph).entries(0)


def repeats(graph: Graph) -> Iterator[tuple[Sequence[Member], int]]:
    """What repeats directly in the network: the members, and how many come in turn."""
    lister = _Lister(graph)
    return ((lister.covers(0, run), run.period) for run in lister.runs(0) if run.times > 1)


class _Lister:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.members = Members(graph)
        self.forms = BlockForms(self.members)

    @cached_property
    def naming(self) -> Naming:
        return name_all(self.graph)

    def entries(self, scope: int) -> tuple[Entry, ...]:
        return tuple(self._run(scope, run) for run in self.runs(scope))

    def runs(self, scope: int) -> Iterator[Run]:
        """What repeats in a scope, and all between."""
        return runs(self.forms.of(scope), self._readers(scope))

    def covers(self, scope: int, run: Run) -> tuple[Member, ...]:
        return tuple(self.members.of(scope)[run.start : run.start + run.size])

    def _readers(self, scope: int) -> list[int]:
        """For each member of a scope, the last reader; the end, if the scope returns its result."""
        members = self.members.of(scope)
        readers = list(range(len(members)))
        reads = [(i, value) for i, m in enumerate(members) for value in self.members.operands(m)]
        outputs = [(len(members), value) for value in self.graph.scopes[scope].outputs]
        for reader, value in reads + outputs:
            source = self.members.place(scope, value)
            if source is not None:
                readers[source] = max(readers[source], reader)
        return readers

    def _run(self, scope: int, run: Run) -> Entry:
        if run.period == 1:
            return self._entry(scope, run.start, run.times)
        inside = tuple(self._entry(scope, run.start + i, 1) for i in range(run.period))
        covers = self.covers(scope, run)
        return Entry(self._range(scope, run), None, run.times, inside=inside, covers=covers)

    def _entry(self, scope: int, place: int, times: int) -> Entry:
        member, run = self.members.of(scope)[place], Run(place, 1, times)
        name, covers = self._range(scope, run), self.covers(scope, run)
        reads = self._reads(scope, place, member)
        if isinstance(member, Node):
            return Entry(name, member, times, reads, covers=covers)
        results, inside = self._results(member), self.entries(member.index)
        return Entry(name, member, times, reads, results, inside, covers)

    def _range(self, scope: int, run: Run) -> str:
        """The name of a run: `3`, or `3-8` from its first to its last member."""
        covered = self.covers(scope, run)
        first, last = self._name(covered[0]), self._name(covered[-1])
        return first if run.size == 1 else name_range(first, last)

    def _name(self, member: Member) -> str:
        names = self.naming.nodes if isinstance(member, Node) else self.naming.scopes
        return names[member.index]

    def _reads(self, scope: int, place: int, member: Member) -> tuple[str, ...]:
        values = self.members.operands(member)
        if values == self._before(scope, place):
            return ()
        return tuple(self._value_name(scope, value) for value in values)

    def _results(self, scope: Scope) -> tuple[str, ...]:
        members = self.members.of(scope.index)
        if scope.outputs == self._before(scope.index, len(members)):
            return ()
        return tuple(self._value_name(scope.index, value) for value in scope.outputs)

    def _before(self, scope: int, place: int) -> tuple[Value, ...]:
        """The results of the member before a place; before the first, what enters the scope."""
        if place == 0:
            return tuple(self.graph.scopes[scope].inputs.values())
        previous = self.members.of(scope)[place - 1]
        if isinstance(previous, Scope):
            return previous.outputs
        return tuple(Value(previous.index, result) for result in range(len(previous.results)))

    def _value_name(self, scope: int, value: Value) -> str:
        place = self.members.place(scope, value)
        if place is None:
            inputs = self.graph.scopes[scope].inputs
            return next((name for name, v in inputs.items() if v == value), "outside")
        member = self.members.of(scope)[place]
        several = isinstance(member, Scope) and len(member.outputs) > 1
        if isinstance(member, Scope) and several and value in member.outputs:
            return f"{self._name(member)}[{member.outputs.index(value)}]"
        return self._name(member) + (f"[{value.result}]" if value.result else "")


def name_range(first: str, last: str) -> str:
    """`block1-8` for `block1` and `block8`, which differ in their number; else both names."""
    (stem, start), (other, end) = map(_numbered, (first, last))
    is_one = stem == other and start and end and int(start) < int(end)
    return f"{first}-{end if is_one else last}"


def _numbered(name: str) -> tuple[str, str]:
    """A name, and the number that it ends with."""
    stem = name.rstrip(string.digits)
    return stem, name.removeprefix(stem)


# Repetitions in a list of forms


class Run(NamedTuple):
    """`period` members from `start` on, repeated so that they occur `times` times."""

    start: int
    period: int
    times: int

    @property
    def size(self) -> int:
        return self.period * self.times


def runs(forms: Sequence[Hashable], readers: Sequence[int]) -> Iterator[Run]:
    """Cut a list into runs, from the start, each as long as possible.

    `readers` has for each member the last position that reads it. Only the last member of a run
    may be read after the run, since the others have no name in a listing.
    """
    start = 0
    while start < len(forms):
        # Of runs of one length, the one with the shortest period: eight of one, not four of two.
        candidates = [_run(forms, readers, start, period) for period in range(1, _LONGEST + 1)]
        longest = max(candidates, key=lambda run: (run.size if run.times > 1 else 0, -run.period))
        run = longest if longest.times > 1 else Run(start, 1, 1)
        yield run
        start += run.size


def _run(forms: Sequence[Hashable], readers: Sequence[int], start: int, period: int) -> Run:
    """The longest run of a period from a position on."""
    times, farthest, end = 1, 0, start + period
    inside = start  # members before it are known to be read up to `farthest` at most
    while forms[end - period : end] == forms[end : end + period]:
        end += period
        farthest = max(farthest, *readers[inside : end - 1])
        inside = end - 1
        if farthest < end:
            times = (end - start) // period
    return Run(start, period, times)
