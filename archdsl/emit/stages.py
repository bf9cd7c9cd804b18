"""Stages of a table as the network's class holds them: a sequence, its repeats folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, pairwise

from archdsl.emit.names import attribute
from archdsl.emit.python import (
    Atom,
    Attribute,
    Call,
    Generator,
    Infix,
    Keyword,
    List,
    Python,
    Star,
    Tuple,
    literal,
)
from archdsl.emit.slots import SELF, Slot, present_or_identity
from archdsl.emit.structure import FromMember, Reference

_WORTH_FOLDING = {"_": 2, "i": 3}
"""The shortest run to fold, of calls that are the same and of calls that alternate."""


@dataclass(frozen=True)
class Stage:
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
    return len(slots) > 1 and all(slot.build and not slot.template for slot in slots)


def _results(slot: Slot) -> Iterator[Reference]:
    return (FromMember(slot.planned.key, i) for i in range(slot.member.results))


def _stage(name: str, slots: tuple[Slot, ...]) -> Stage:
    builds = [present_or_identity(slot) for slot in slots]
    labels = [slot.member.hint for slot in slots]
    if slots[0].member.stage and labels != [str(place) for place in range(len(slots))]:
        return Stage(name, slots, Call(Atom("nn.Sequential"), (_labelled(labels, builds),)))
    entries = tuple(_folded(builds))
    if len(slots[0].operands) == 1:
        return Stage(name, slots, Call(Atom("nn.Sequential"), entries))
    return Stage(name, slots, Call(Atom("nn.ModuleList"), (List(entries),)))


def _labelled(labels: list[str], builds: list[Python]) -> Python:
    """Modules under labels of their own: what is inserted leaves the others theirs."""
    pairs = (Tuple((literal(label), build)) for label, build in zip(labels, builds, strict=True))
    return Call(Atom("OrderedDict"), (List(tuple(pairs)),))


def _folded(builds: list[Python]) -> Iterator[Python]:
    """Runs of calls that are alike, or alternate in one switch, as one expression each."""
    texts = [str(build) for build in builds]
    start = 0
    while start < len(builds):
        end = start + 2
        while end < len(builds) and texts[end] == texts[end - 2]:
            end += 1
        fold = _fold(builds[start:end], start)
        if fold is None or len(builds[start:end]) < _WORTH_FOLDING[str(fold.target)]:
            yield builds[start]
            start += 1
        else:
            yield Star(fold)
            start = end


def _fold(builds: list[Python], start: int) -> Generator | None:
    """`f(a, on=i % 2 == 0) for i in range(...)`, where that gives these calls."""
    calls = [build for build in builds if isinstance(build, Call)]
    if len(calls) != len(builds) or len({str(call.function) for call in calls}) != 1:
        return None
    tables = [_by_name(call) for call in calls]
    names = list(dict.fromkeys(name for table in tables for name in table))
    written: list[Python] = []
    counted = False
    for name in names:
        column = [str(table.get(name)) for table in tables]
        switch = _switch(column, start)
        if switch is not None:
            assert isinstance(name, str)
            written.append(Keyword(name, switch))
            counted = True
        elif len(set(column)) == 1:
            value = tables[0][name]
            written.append(Keyword(name, value) if isinstance(name, str) else value)
        else:
            return None
    call = Call(calls[0].function, tuple(written))
    return _repeated(call, range(start, start + len(builds)), counted)


def _repeated(call: Call, rounds: range, counted: bool) -> Generator:
    """The call for each round, counted as `i` only where it reads that."""
    first = rounds.start if counted else 0
    bounds = (first, first + len(rounds)) if first else (len(rounds),)
    target = Atom("i" if counted else "_")
    return Generator(call, target, Call(Atom("range"), tuple(map(literal, bounds))))


def _by_name(call: Call) -> dict[str | int, Python]:
    """The arguments of a call, keyword ones by name, others by place."""
    return {
        a.name if isinstance(a, Keyword) else place: a.value if isinstance(a, Keyword) else a
        for place, a in enumerate(call.arguments)
    }


def _switch(column: list[str], start: int) -> Python | None:
    """A condition on `i` for an argument that is true in every other call, and else left out."""
    for parity in (0, 1):
        places = range(start, start + len(column))
        if len(column) > 1 and column == ["True" if i % 2 == parity else "None" for i in places]:
            return Infix("==", (Infix("%", (Atom("i"), Atom("2"))), literal(parity)))
    return None
