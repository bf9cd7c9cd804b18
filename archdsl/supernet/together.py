"""Which decisions the sizes of one layer follow from together.

A supernet has to know every size that a tensor has in some member. It tries members for that: all
of a space are too many, but a size follows from few decisions. They are read from the constructors:
what stands behind one argument of a layer, and behind the conditions that lead to the layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from math import prod
from typing import TypeAlias

from archdsl.diagnostics import CompileError, error
from archdsl.emit.python import (
    Assign,
    Atom,
    Call,
    Class,
    Conditional,
    Function,
    Generator,
    If,
    Keyword,
    Statement,
    names_in,
)
from archdsl.supernet.options import Table

Group: TypeAlias = frozenset[str]
"""Decisions by name."""

Behind: TypeAlias = Mapping[str, Group]
"""The decisions behind each name of a constructor."""

NONE: Group = frozenset()

_PRESENCE = ("bias", "affine")
"""Arguments of torch's layers that say whether a tensor is there."""

_KERNEL = 2
"""The place of the kernel among the arguments of a convolution."""

_MOST = 10_000
"""Combinations of decisions that are tried at most for one layer."""


def decided_together(
    trees: Iterable[Statement], table: Table, *, kernels_apart: bool
) -> list[tuple[str, ...]]:
    """Decisions in groups, of which all combinations have to be tried; every decision is in one.

    `trees` are the classes of a member, that of the network last. If kernels have weights of their
    own, each kernel has all sizes.

    Raises:
        CompileError: these are too many.
    """
    classes = {tree.name: tree for tree in trees if isinstance(tree, Class)}
    *_, network = classes.values()
    behind = {
        n: frozenset((d,)) for d, all_ in table.items() for given in all_.values() for n in given
    }
    reader = _Reader(classes, kernels_apart)
    found = {*reader.groups(_constructor(network).body, behind, NONE)}
    found |= {frozenset((name,)) for name in table}
    whole = [group for group in found if not any(group < other for other in found)]
    order = {name: place for place, name in enumerate(table)}
    places = sorted(sorted(order[name] for name in group) for group in whole if group)
    groups = [tuple([list(table)[place] for place in group]) for group in places]
    for group in groups:
        _check_few(group, table)
    return groups


def _check_few(group: Iterable[str], table: Table) -> None:
    if prod(len(table[name]) for name in group) <= _MOST:
        return
    message = f"the sizes of one layer follow from too many decisions: {', '.join(group)}"
    raise CompileError([error("supernet", message, help="leave fewer decisions open")])


class _Reader:
    """Follows decisions from the constructor of a network into those of its blocks."""

    def __init__(self, classes: Mapping[str, Class], kernels_apart: bool) -> None:
        self._classes = classes
        self._kernels_apart = kernels_apart

    def groups(self, tree: object, behind: Behind, around: Group) -> Iterator[Group]:
        """The decisions behind each argument of each layer that a tree constructs."""
        known = dict(behind)
        for part in tree if isinstance(tree, tuple) else _parts(tree):
            match part:
                case Assign(target=Atom(text=name), value=value):
                    known[name] = _behind(value, known)
                case Call() if _is_construction(part):
                    yield from self._constructed(part, known, around)
                case If(test=test) | Conditional(test=test) | Generator(values=test):
                    yield from self.groups(part, known, around | _behind(test, known))
                case _:
                    yield from self.groups(part, known, around)

    def _constructed(self, call: Call, behind: Behind, around: Group) -> Iterator[Group]:
        name = call.function.text if isinstance(call.function, Atom) else ""
        if name in self._classes:
            inner = _constructor(self._classes[name])
            yield from self.groups(inner.body, _bound(call, inner, behind), around)
        elif any(map(_constructs, call.arguments)):
            yield from self.groups(call.arguments, behind, around)
        else:
            dividing = around.union(*(_behind(each, behind) for each in self._dividing(call)))
            yield from (_behind(argument, behind) | dividing for argument in call.arguments)

    def _dividing(self, layer: Call) -> Iterator[object]:
        """The arguments of a layer that say which tensors there are, and not how large."""
        for place, argument in enumerate(layer.arguments):
            is_presence = isinstance(argument, Keyword) and argument.name in _PRESENCE
            if is_presence or (self._kernels_apart and place == _KERNEL):
                yield argument


def _constructor(tree: Class) -> Function:
    """`__init__` of a class; without a body, if it has no layers."""
    empty = Function("__init__", (), None, ())
    own = (each for each in tree.body if isinstance(each, Function) and each.name == "__init__")
    return next(own, empty)


def _bound(call: Call, constructor: Function, behind: Behind) -> Behind:
    """The decisions behind each parameter of a constructor that is called."""
    names = [parameter.name for parameter in constructor.parameters[1:]]
    bound = dict.fromkeys(names, NONE)
    for name, argument in zip(names, call.arguments, strict=False):
        if not isinstance(argument, Keyword):
            bound[name] = _behind(argument, behind)
    for argument in call.arguments:
        if isinstance(argument, Keyword):
            bound[argument.name] = _behind(argument.value, behind)
    return bound


def _behind(tree: object, behind: Behind) -> Group:
    return NONE.union(*(behind.get(name, NONE) for name in names_in(tree)))


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
