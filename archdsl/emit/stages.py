"""Stages of a table as sequences: `nn.Sequential` or `nn.ModuleList`, with repeats as a loop.

A loop is written only where it is short: the reader should still see the rows of the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from archdsl.emit.members import Slot, present_or_identity
from archdsl.emit.names import attribute
from archdsl.emit.parts import Fork, Part, Stage, slots_in
from archdsl.emit.python import (
    Atom,
    Call,
    Generator,
    List,
    Python,
    Star,
    Tuple,
    literal,
)
from archdsl.emit.reads import reads
from archdsl.emit.references import Reference

_EXTRA_LENGTH = 10
"""How many characters longer an expression in `i` may be than the calls that it replaces."""

_SHORTEST_RUN = {False: 2, True: 3}
"""The number of calls from which on a loop is written: of equal calls, and of calls with `i`."""


_FEWEST_CALLS = 3
"""The number of calls of one shared module from which on a loop is written."""


def group_stages(slots: Sequence[Part], outputs: tuple[Reference, ...]) -> list[Part]:
    """The slots in order, with consecutive slots of one stage joined into a `Stage`."""
    taken = {slot.attribute for slot in slots_in(slots)}
    return list(_Grouping(Counter(reads(slots, outputs)), taken).parts(slots))


@dataclass
class _Grouping:
    """Joins slots; `read` says how often each value is read, `taken` are the attributes so far."""

    read: Counter[Reference]
    taken: set[str]

    def parts(self, slots: Sequence[Part]) -> Iterator[Part]:
        for _, group in groupby(slots, key=_series):
            parts = tuple(group)
            members = tuple(part for part in parts if isinstance(part, Slot))
            if members:
                yield from self._joined(members)
                continue
            for fork in parts:
                assert isinstance(fork, Fork)
                first, second = map(tuple, map(self.parts, (fork.first, fork.second)))
                yield replace(fork, first=first, second=second)

    def _joined(self, members: tuple[Slot, ...]) -> Sequence[Part]:
        """Slots of one series: as a stage, if they are a chain."""
        if not _is_chain(members, self.read):
            return members
        if members[0].member.share:
            return _repeated(members)
        unique = _name(members[0])
        while unique in self.taken:
            unique += "_"
        self.taken.add(unique)
        return [_stage(unique, members)]


def _series(part: Part) -> object:
    return part.member.series if isinstance(part, Slot) else part


def _name(slot: Slot) -> str:
    """The stage's name, or the plural of the block that a loop repeats."""
    return attribute(slot.member.stage or slot.attribute.rstrip("0123456789") + "s")


def _repeated(slots: tuple[Slot, ...]) -> list[Part]:
    """The calls of one shared module on its own results: as a loop, if they are not too few."""
    first = slots[0]
    if len(slots) < _FEWEST_CALLS or first.build is None:
        return [*slots]
    return [Stage(first.attribute, slots, first.build, ("",) * len(slots))]


def _is_chain(slots: tuple[Slot, ...], read: Counter[Reference]) -> bool:
    """Whether slots can form a sequence.

    Each must be a module that takes exactly the results of the one before, and nothing else may
    read these.
    """
    for before, slot in pairwise(slots):
        results = before.results
        if slot.operands != results or any(read[r] != 1 for r in results):
            return False
    # Zeroing weights needs an attribute with a name, which an entry of a sequence lacks.
    are_modules = all(slot.build and not slot.template and not slot.zero for slot in slots)
    return len(slots) > 1 and are_modules


def _stage(name: str, slots: tuple[Slot, ...]) -> Stage:
    builds = [present_or_identity(slot) for slot in slots]
    labels = [slot.member.hint for slot in slots]
    # Plain numbers are what `nn.Sequential` gives its entries anyway.
    numbers = [str(place) for place in range(len(slots))]
    if slots[0].member.stage and labels != numbers:
        build = Call(Atom("nn.Sequential"), (_labelled(labels, builds),))
        return Stage(name, slots, build, tuple(labels))
    entries = tuple(_fold_runs(builds, [_indexed_build(slot) for slot in slots]))
    build = Call(Atom("nn.Sequential"), entries)
    if len(slots[0].operands) > 1:
        build = Call(Atom("nn.ModuleList"), (List(entries),))
    return Stage(name, slots, build, tuple(numbers))


def _labelled(labels: list[str], builds: list[Python]) -> Python:
    """Modules under labels instead of numbers.

    A module inserted between rows would shift the numbers after it, and with them the keys of
    existing weights.
    """
    pairs = (Tuple((literal(label), build)) for label, build in zip(labels, builds, strict=True))
    return Call(Atom("OrderedDict"), (List(tuple(pairs)),))


def _indexed_build(slot: Slot) -> Python:
    """The module of a slot in terms of `i`, the number of the block."""
    if slot.indexed is None or slot.flag is not None:
        return present_or_identity(slot)
    return slot.indexed


def _fold_runs(builds: Sequence[Python], indexed: Sequence[Python]) -> Iterator[Python]:
    """The entries of a sequence, with runs of calls that are equal, or equal in `i`, as a loop."""
    start = 0
    while start < len(builds):
        end = _run_end(indexed, start)
        is_indexed = end > _run_end(builds, start) and _is_short(indexed[start], builds[start:end])
        if not is_indexed or end - start < _SHORTEST_RUN[is_indexed]:
            end = _run_end(builds, start)
            is_indexed = False
        if end - start < _SHORTEST_RUN[is_indexed]:
            yield builds[start]
            start += 1
            continue
        build = indexed[start] if is_indexed else builds[start]
        yield Star(_generator(build, range(start, end), is_indexed))
        start = end


def _is_short(indexed: Python, builds: Sequence[Python]) -> bool:
    """Whether an expression in `i` is not much longer than the longest call that it replaces."""
    return len(str(indexed)) <= max(len(str(build)) for build in builds) + _EXTRA_LENGTH


def _run_end(builds: Sequence[Python], start: int) -> int:
    """The end of the run of equal expressions that begins at `start`."""
    end = start
    while end < len(builds) and builds[end] == builds[start]:
        end += 1
    return end


def _generator(build: Python, rounds: range, is_indexed: bool) -> Generator:
    """A generator that constructs each module of a run; `i` keeps its numbers from the table."""
    first = rounds.start if is_indexed else 0
    bounds = (first, first + len(rounds)) if first else (len(rounds),)
    target = Atom("i" if is_indexed else "_")
    return Generator(build, target, Call(Atom("range"), tuple(map(literal, bounds))))
