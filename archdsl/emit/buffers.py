"""Constants as buffers: computed once by the constructor, and moved with the module.

A state dict has weights, and the code has everything else: so buffers are persistent only if the
spec says so. `reset_parameters` computes them anew, for a module whose memory is uninitialised.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count

from archdsl.emit import forward
from archdsl.emit.members import SELF, Slot
from archdsl.emit.names import attribute
from archdsl.emit.parts import Fork, Part, slots_in
from archdsl.emit.plans import PlannedMember
from archdsl.emit.python import (
    Atom,
    Attribute,
    Call,
    Function,
    Parameter,
    Python,
    Return,
    Statement,
)
from archdsl.emit.reads import reads
from archdsl.emit.references import Reference


def with_buffers(
    parts: Sequence[Part], outputs: tuple[Reference, ...], taken: Collection[str]
) -> tuple[list[Part], list[Function]]:
    """The parts with buffers in the place of constants, and the methods that these need.

    `taken` are the names of other attributes.
    """
    constants = {slot.results[0]: slot for slot in slots_in(parts) if slot.first is not None}
    if not constants:
        return [*parts], []
    others = list(_with(parts, constants, {}))
    read = {*reads(others, outputs)}
    buffers = _Buffers(constants, {*taken})
    kept = {
        one: buffers.made(one)
        for one, slot in constants.items()
        if one in read or slot.member.is_persistent
    }
    return list(_with(parts, constants, kept)), buffers.methods


def _with(
    parts: Iterable[Part], constants: Collection[Reference], kept: Mapping[Reference, Slot]
) -> Iterator[Part]:
    """The parts with some constants replaced by what is kept of them, and without the others."""
    for part in parts:
        if isinstance(part, Fork):
            first, second = (tuple(_with(b, constants, kept)) for b in (part.first, part.second))
            yield replace(part, first=first, second=second)
        elif not isinstance(part, Slot) or part.results[0] not in constants:
            yield part
        elif part.results[0] in kept:
            yield kept[part.results[0]]


@dataclass
class _Buffers:
    """Makes the slots of buffers, and methods for what one expression does not say."""

    constants: Mapping[Reference, Slot]
    taken: set[str]
    methods: list[Function] = field(default_factory=list)

    def made(self, one: Reference) -> Slot:
        """The slot of a buffer, an attribute."""
        slot, name = self.constants[one], self._name(self.constants[one])
        first, again = self._values(one, name)
        return Slot(
            PlannedMember(slot.planned.key, ()),
            slot.member,
            name,
            build=first,
            template=f"self.{name}",
            buffer=again,
        )

    def _values(self, one: Reference, name: str) -> tuple[Python, Python]:
        """The value as the constructor computes it, and as a method does."""
        needed = list(self._needed(one))
        body = forward.body(needed, {}, (one,))
        first = forward.body([replace(s, values=s.first or {}) for s in needed], {}, (one,))
        if len(body) == 1:
            return _returned(first), _returned(body)
        method = f"make_{name}"
        self.methods.append(Function(method, (Parameter("self"),), Atom("Tensor"), body))
        call = Call(Attribute(SELF, method), ())
        return call, call

    def _needed(self, one: Reference) -> Iterator[Slot]:
        """The constants that one is computed from, and itself, each after those that it reads."""
        wanted = {one}
        found: list[Slot] = []
        for reference, slot in reversed(list(self.constants.items())):
            if reference in wanted:
                wanted.update(slot.operands)
                found.append(slot)
        return reversed(found)

    def _name(self, slot: Slot) -> str:
        """The name that the spec gives it, or else that of what makes it."""
        hint = slot.member.hint if len(slot.member.hint) > 1 else ""
        base = attribute(hint or slot.member.operation or slot.template.partition("(")[0])
        name = next(n for n in chain([base], _numbered(base)) if n not in self.taken)
        self.taken.add(name)
        return name


def _numbered(base: str) -> Iterator[str]:
    return (f"{base}{number}" for number in count(2))


def _returned(body: Sequence[Statement]) -> Python:
    (statement,) = body
    assert isinstance(statement, Return)
    return statement.value


def buffers_in(parts: Iterable[Part]) -> Iterator[Slot]:
    """The buffers among parts."""
    return (slot for slot in slots_in(parts) if slot.buffer is not None)
