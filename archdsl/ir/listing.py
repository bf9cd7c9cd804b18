"""The graph as a tree of block instances, with repetitions folded.

`show`, `draw` and `diff` all list a network in this way. Eight equal blocks in a row are one entry
that runs eight times. So are pairs and other short sequences that repeat, such as the blocks of a
Video Swin stage with plain and shifted windows in turn.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from archdsl.ir.graph import Graph, Node, Scope, Value
from archdsl.ir.naming import TRANSPARENT, name_all

_LONGEST = 8
"""The most members in a sequence that is recognised when it repeats."""

Member: TypeAlias = Node | Scope


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


class _Lister:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.naming = name_all(graph)
        self.members = _members(graph)
        self.places = {
            (scope, _key(member)): place
            for scope, members in self.members.items()
            for place, member in enumerate(members)
        }
        self.forms = self._forms()

    def entries(self, scope: int) -> tuple[Entry, ...]:
        members = self.members.get(scope, [])
        forms = [self._form(scope, place, member) for place, member in enumerate(members)]
        return tuple(self._run(scope, run) for run in runs(forms, self._readers(scope)))

    def _readers(self, scope: int) -> list[int]:
        """For each member of a scope, the last reader; the end, if the scope returns its result."""
        members = self.members.get(scope, [])
        readers = list(range(len(members)))
        reads = [(i, value) for i, m in enumerate(members) for value in self._operands(m)]
        outputs = [(len(members), value) for value in self.graph.scopes[scope].outputs]
        for reader, value in reads + outputs:
            source = self._place(scope, value)
            if source is not None:
                readers[source] = max(readers[source], reader)
        return readers

    def _run(self, scope: int, run: Run) -> Entry:
        if run.period == 1:
            return self._entry(scope, run.start, run.times)
        inside = tuple(self._entry(scope, run.start + i, 1) for i in range(run.period))
        covers = self._covers(scope, run)
        return Entry(self._range(scope, run), None, run.times, inside=inside, covers=covers)

    def _entry(self, scope: int, place: int, times: int) -> Entry:
        member, run = self.members[scope][place], Run(place, 1, times)
        name, covers = self._range(scope, run), self._covers(scope, run)
        reads = self._reads(scope, place, member)
        if isinstance(member, Node):
            return Entry(name, member, times, reads, covers=covers)
        results, inside = self._results(member), self.entries(member.index)
        return Entry(name, member, times, reads, results, inside, covers)

    def _covers(self, scope: int, run: Run) -> tuple[Member, ...]:
        return tuple(self.members[scope][run.start : run.start + run.size])

    def _range(self, scope: int, run: Run) -> str:
        """The name of a run: `3`, or `3-8` from its first to its last member."""
        covered = self._covers(scope, run)
        first, last = self._name(covered[0]), self._name(covered[-1])
        return first if run.size == 1 else f"{first}-{last}"

    def _name(self, member: Member) -> str:
        names = self.naming.nodes if isinstance(member, Node) else self.naming.scopes
        return names[member.index]

    # Operands

    def _operands(self, member: Member) -> tuple[Value, ...]:
        if isinstance(member, Node):
            return self.graph.operands(member)
        return tuple(member.inputs.values())

    def _reads(self, scope: int, place: int, member: Member) -> tuple[str, ...]:
        values = self._operands(member)
        if values == self._before(scope, place):
            return ()
        return tuple(self._value_name(scope, value) for value in values)

    def _results(self, scope: Scope) -> tuple[str, ...]:
        members = self.members.get(scope.index, [])
        if scope.outputs == self._before(scope.index, len(members)):
            return ()
        return tuple(self._value_name(scope.index, value) for value in scope.outputs)

    def _before(self, scope: int, place: int) -> tuple[Value, ...]:
        """The results of the member before a place; before the first, what enters the scope."""
        if place == 0:
            return tuple(self.graph.scopes[scope].inputs.values())
        previous = self.members[scope][place - 1]
        if isinstance(previous, Scope):
            return previous.outputs
        return tuple(Value(previous.index, result) for result in range(len(previous.results)))

    def _value_name(self, scope: int, value: Value) -> str:
        place = self._place(scope, value)
        if place is None:
            inputs = self.graph.scopes[scope].inputs
            return next((name for name, v in inputs.items() if v == value), "outside")
        member = self.members[scope][place]
        several = isinstance(member, Scope) and len(member.outputs) > 1
        if isinstance(member, Scope) and several and value in member.outputs:
            return f"{self._name(member)}[{member.outputs.index(value)}]"
        return self._name(member) + (f"[{value.result}]" if value.result else "")

    def _place(self, scope: int, value: Value) -> int | None:
        """The position of the member of a scope that a value comes from; None if from outside."""
        node = self.graph.node(value.node)
        key = _key(node)
        for around in self.graph.enclosing(node.scope):
            if around.index == scope:
                return self.places[scope, key]
            key = key if around.kind in TRANSPARENT else _key(around)
        return None

    # Forms: members with equal forms differ only in name

    def _forms(self) -> Mapping[int, int]:
        """A number for each scope, equal for scopes with the same contents."""
        seen: dict[Hashable, int] = {}
        forms: dict[int, int] = {}
        # `_form` reads the numbers of inner scopes, which come after their parents: so backwards.
        self.forms = forms
        for scope in reversed(self.graph.scopes):
            if scope.kind in TRANSPARENT:
                continue
            members = self.members.get(scope.index, [])
            inside = tuple(self._form(scope.index, i, m) for i, m in enumerate(members))
            gives = tuple(self._reference(scope.index, len(members), v) for v in scope.outputs)
            form = (scope.kind, scope.definition, inside, gives)
            forms[scope.index] = seen.setdefault(form, len(seen))
        return forms

    def _form(self, scope: int, place: int, member: Member) -> Hashable:
        reads = tuple(self._reference(scope, place, v) for v in self._operands(member))
        if isinstance(member, Node):
            operands = self.graph.types(self.graph.operands(member))
            cost = member.operation.cost(operands, member.results)
            weights = member.share, member.weights_of is None
            return (member.operation, member.results, cost, weights, reads)
        return (self.forms[member.index], member.share, reads)

    def _reference(self, scope: int, place: int, value: Value) -> Hashable:
        """A value by how many members back it comes from, and which of their results it is.

        Being relative, it is equal for the same block at another place of a row.
        """
        source = self._place(scope, value)
        if source is not None:
            member = self.members[scope][source]
            outputs = member.outputs if isinstance(member, Scope) else ()
            result = outputs.index(value) if value in outputs else value.result
            return (place - source, result)
        entering = list(self.graph.scopes[scope].inputs.values())
        if value not in entering:
            return ("outside", value)
        index = entering.index(value)
        # For the first member, the scope's first input takes the place of a member before it.
        # Otherwise, the first of eight equal blocks would not fold with the other seven.
        return (1, 0) if place == index == 0 else ("input", index)


def _key(member: Member) -> tuple[bool, int]:
    return isinstance(member, Node), member.index


def _members(graph: Graph) -> dict[int, list[Member]]:
    """The members directly in each scope, in the order of execution. Rows are no level."""
    members: dict[int, list[Member]] = {}
    seen: set[tuple[bool, int]] = set()
    for node in graph:
        member: Member = node
        for around in graph.enclosing(node.scope):
            if around.kind in TRANSPARENT and around.parent is not None:
                continue
            if _key(member) in seen:
                break
            seen.add(_key(member))
            members.setdefault(around.index, []).append(member)
            member = around
    return members


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
