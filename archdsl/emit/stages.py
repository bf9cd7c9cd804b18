"""Stages of a table as the network's class holds them: a sequence, its repeats folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, pairwise

from archdsl.emit.names import attribute
from archdsl.emit.python import (
    Atom,
    Attribute,
    Call,
    Generator,
    List,
    Python,
    Star,
    Tuple,
    literal,
)
from archdsl.emit.slots import SELF, Slot, present_or_identity
from archdsl.emit.structure import FromMember, Reference
from archdsl.frozen import Frozen

_LONGER = 10
"""Characters that an expression in the number of the block may have more than one without."""

_WORTH_FOLDING = {False: 2, True: 3}
"""The shortest run to fold, of calls that are the same and of those that count."""


class Stage(Frozen):
    """Members that are called one after the other, each on what the one before made."""

    name: str
    slots: tuple[Slot, ...]
    build: Python

    @property
    def operands(self) -> tuple[Reference, ...]:
        return self.slots[0].operands

    @property
    def last(self) -> Slot:
        return self.slots[-1]

    @property
    def is_sequential(self) -> bool:
        return len(self.operands) == 1

    @property
    def module(self) -> Python:
        return Attribute(SELF, self.name)


Part = Slot | Stage


def staged(slots: Sequence[Slot], outputs: tuple[Reference, ...]) -> list[Part]:
    """The slots, those of a stage brought together where they follow each other."""
    read = Counter(chain(outputs, *(slot.operands for slot in slots)))
    taken = {slot.attribute for slot in slots}
    parts: list[Part] = []
    for _, group in groupby(slots, key=lambda slot: slot.member.series):
        members = tuple(group)
        if not _is_chain(members, read):
            parts += members
        else:
            unique = _name(members[0])
            while unique in taken:
                unique += "_"
            taken.add(unique)
            parts.append(_stage(unique, members))
    return parts


def _name(slot: Slot) -> str:
    """The stage's name, else the plural of what is repeated."""
    return attribute(slot.member.stage or slot.attribute.rstrip("0123456789") + "s")


def _is_chain(slots: tuple[Slot, ...], read: Counter[Reference]) -> bool:
    """Whether each slot is a module that takes all results of the one before, which end there."""
    for before, slot in pairwise(slots):
        results = tuple(_results(before))
        if slot.operands != results or any(read[r] != 1 for r in results):
            return False
    is_held = all(slot.build and not slot.template and not slot.zero for slot in slots)
    return len(slots) > 1 and is_held


def _results(slot: Slot) -> Iterator[Reference]:
    return (FromMember(slot.planned.key, i) for i in range(slot.member.results))


def _stage(name: str, slots: tuple[Slot, ...]) -> Stage:
    builds = [present_or_identity(slot) for slot in slots]
    labels = [slot.member.hint for slot in slots]
    if slots[0].member.stage and labels != [str(place) for place in range(len(slots))]:
        return Stage(name, slots, Call(Atom("nn.Sequential"), (_labelled(labels, builds),)))
    entries = tuple(_folded(builds, [_counted(slot) for slot in slots]))
    if len(slots[0].operands) == 1:
        return Stage(name, slots, Call(Atom("nn.Sequential"), entries))
    return Stage(name, slots, Call(Atom("nn.ModuleList"), (List(entries),)))


def _labelled(labels: list[str], builds: list[Python]) -> Python:
    """Modules under labels of their own: what is inserted leaves the others theirs."""
    pairs = (Tuple((literal(label), build)) for label, build in zip(labels, builds, strict=True))
    return Call(Atom("OrderedDict"), (List(tuple(pairs)),))


def _counted(slot: Slot) -> Python:
    """What makes a slot's module, where the number of the block is `i`."""
    if slot.counted is None or slot.flag is not None:
        return present_or_identity(slot)
    return slot.counted


def _folded(builds: Sequence[Python], counted: Sequence[Python]) -> Iterator[Python]:
    """Runs of calls that are alike, or alike in the number of the block, as one expression."""
    start = 0
    while start < len(builds):
        end = _end(counted, start)
        is_counted = end > _end(builds, start) and _is_short(counted[start], builds[start:end])
        if not is_counted or end - start < _WORTH_FOLDING[is_counted]:
            end = _end(builds, start)
            is_counted = False
        if end - start < _WORTH_FOLDING[is_counted]:
            yield builds[start]
            start += 1
            continue
        made = counted[start] if is_counted else builds[start]
        yield Star(_repeated(made, range(start, end), is_counted))
        start = end


def _is_short(counted: Python, builds: Sequence[Python]) -> bool:
    """Whether an expression in `i` reads no worse than the longest of those it stands for."""
    return len(str(counted)) <= max(len(str(build)) for build in builds) + _LONGER


def _end(builds: Sequence[Python], start: int) -> int:
    """The end of the run of equal expressions that begins at a place."""
    end = start
    while end < len(builds) and builds[end] == builds[start]:
        end += 1
    return end


def _repeated(build: Python, rounds: range, is_counted: bool) -> Generator:
    """The expression for each round, counted as `i` only where it reads that."""
    first = rounds.start if is_counted else 0
    bounds = (first, first + len(rounds)) if first else (len(rounds),)
    target = Atom("i" if is_counted else "_")
    return Generator(build, target, Call(Atom("range"), tuple(map(literal, bounds))))
