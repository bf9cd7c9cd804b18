"""Which decisions the sizes of one layer follow from together.

A supernet has to know every size that a tensor has in some member. It tries members for that: all
of a space are too many, but a size follows from few decisions. They are read from the constructor
of a member: those of one argument of a layer, with those that say whether it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from math import prod
from typing import TypeAlias

from archdsl.diagnostics import CompileError, error
from archdsl.emit.python import Assign, Atom, Call, Conditional, If, Statement, names_in
from archdsl.frozen import Frozen
from archdsl.ops.forms import PyValue
from archdsl.supernet.options import Table

Names: TypeAlias = frozenset[str]

_MOST = 10_000
"""Combinations of decisions that are tried at most for one layer."""


class _Layer(Frozen):
    """The construction of a layer or a block, and the names in the conditions around it."""

    call: Call
    around: Names


def decided_together(
    member: Statement, table: Table, divides: Callable[[str, PyValue], bool]
) -> list[tuple[str, ...]]:
    """Decisions in groups, of which all combinations have to be tried; every decision is in one.

    `divides` says which arguments decide what layers or tensors there are.

    Raises:
        CompileError: these are too many.
    """
    reader = _Reader(table, divides)
    found = {
        group for layer in reader.layers(member, frozenset()) for group in reader.groups(layer)
    }
    found |= {frozenset((name,)) for name in table}
    whole = [group for group in found if not any(group < other for other in found)]
    order = {name: place for place, name in enumerate(table)}
    groups = sorted(sorted(order[name] for name in group) for group in whole)
    names = [tuple([list(table)[place] for place in group]) for group in groups]
    for group in names:
        _check_few(group, table)
    return names


def _check_few(group: Iterable[str], table: Table) -> None:
    if prod(len(table[name]) for name in group) <= _MOST:
        return
    message = f"the sizes of one layer follow from too many decisions: {', '.join(group)}"
    raise CompileError([error("supernet", message, help="leave fewer decisions open")])


class _Reader:
    """Reads which decisions stand behind the names of a constructor."""

    def __init__(self, table: Table, divides: Callable[[str, PyValue], bool]) -> None:
        self._decisions: dict[str, Names] = {}
        self._switches: set[str] = set()
        for decision, options in table.items():
            for given in options.values():
                for name, value in given.items():
                    self._decisions[name] = frozenset((decision,))
                    if divides(name, value):
                        self._switches.add(name)

    def layers(self, tree: object, around: Names) -> Iterator[_Layer]:
        """Every construction in a tree that constructs nothing else."""
        match tree:
            case Assign(target=Atom(text=name), value=value):
                self._decisions.setdefault(name, self._behind(value))
            case If(test=test) | Conditional(test=test):
                around |= self._behind(test)
            case Call() if _is_construction(tree) and not any(map(_constructs, tree.arguments)):
                yield _Layer(tree, around)
                return
        for part in _parts(tree):
            yield from self.layers(part, around)

    def groups(self, layer: _Layer) -> Iterator[Names]:
        """The decisions behind each argument of a layer, with those that change what it is."""
        read = {name for name in names_in(layer.call) if name in self._switches}
        switches = layer.around | frozenset[str]().union(*(self._decisions[each] for each in read))
        for argument in layer.call.arguments:
            yield self._behind(argument) | switches

    def _behind(self, tree: object) -> Names:
        known: Mapping[str, Names] = self._decisions
        return frozenset[str]().union(*(known.get(name, frozenset()) for name in names_in(tree)))


def _is_construction(call: Call) -> bool:
    """Whether a call makes a module: classes have capitals, and functions have none."""
    name = call.function.text if isinstance(call.function, Atom) else ""
    return name.rpartition(".")[2][:1].isupper()


def _constructs(tree: object) -> bool:
    if isinstance(tree, Call) and _is_construction(tree):
        return True
    return any(map(_constructs, _parts(tree)))


def _parts(tree: object) -> Iterator[object]:
    if isinstance(tree, tuple):
        yield from tree
    elif is_dataclass(tree):
        yield from (getattr(tree, part.name) for part in fields(tree))
