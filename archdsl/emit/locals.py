"""Numbers that a method computes from sizes and uses more than once, as variables of their own.

The spec gives them names: `t = min(window[0], x.shape[0])`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from archdsl.emit.members import Computed, Slot
from archdsl.emit.names import variable
from archdsl.emit.parts import Fork, Part, slots_in
from archdsl.emit.python import Assign, Atom, Python
from archdsl.emit.references import FromInput, Reference
from archdsl.ir.written import (
    Apply,
    Entering,
    Expression,
    Literal,
    Measured,
    Named,
    Parameter,
    leaves,
)


def with_locals(
    parts: Sequence[Part], tensors: Mapping[str, str], taken: Collection[str]
) -> tuple[list[Part], list[Assign]]:
    """The parts in terms of local variables, and the assignments of these.

    `tensors` are the variables of the inputs, and `taken` the names that other variables have.
    """
    computed = [one for slot in slots_in(parts) for one in slot.computed.values()]
    known = {size: axis for one in computed for size, axis in one.sizes.items()}
    names: dict[Named, str] = {}
    for named in sorted(_chosen([one.term for one in computed], tensors), key=_order):
        name = variable(named.name)
        if name not in taken and name not in names.values():
            names[named] = name
    if not names:
        return [*parts], []
    stored = {leaf: value for one in computed for leaf, value in one.stored.items()}
    statements: list[Assign] = []
    for named, name in names.items():
        own = _renamed(Computed(named.term, stored, known), names)
        operands: dict[Reference, Python] = {
            FromInput(each): Atom(text) for each, text in tensors.items()
        }
        statements.append(Assign(Atom(name), own.write(operands)))
    return [_part(part, names) for part in parts], statements


def _chosen(terms: Sequence[Expression], tensors: Collection[str]) -> Sequence[Named]:
    """The named expressions that are used at least twice, where others stand for what they name."""
    used = Counter(named for term in terms for named in _named(term, ()))
    chosen = [named for named, times in used.items() if times > 1 and _is_given(named, tensors)]
    while True:
        every = [*terms, *(named.term for named in chosen)]
        used = Counter(named for term in every for named in _named(term, chosen))
        often = [named for named in chosen if used[named] > 1]
        if often == chosen:
            return chosen
        chosen = often


def _order(named: Named) -> tuple[int, list[str]]:
    """What others are made of comes first; else those of earlier axes."""
    return named.size, [leaf.what for leaf in leaves(named) if isinstance(leaf, Entering)]


def _named(term: Expression, chosen: Collection[Named]) -> Iterator[Named]:
    """The named expressions in a term, but not those inside of chosen ones."""
    if isinstance(term, Named):
        yield term
        if term not in chosen:
            yield from _named(term.term, chosen)
    elif isinstance(term, Apply):
        for inner in term.terms:
            yield from _named(inner, chosen)


def _is_given(named: Named, tensors: Collection[str]) -> bool:
    """Whether an expression can stand at the top: its sizes are those of inputs.

    There it is computed whatever the conditions of the text, so it must divide by no argument.
    """
    sizes = (leaf for leaf in leaves(named) if isinstance(leaf, Entering | Measured))
    are_there = all(isinstance(size, Entering) and size.name in tensors for size in sizes)
    return are_there and _has_a_value(named)


def _has_a_value(term: Expression) -> bool:
    if isinstance(term, Named):
        return _has_a_value(term.term)
    if not isinstance(term, Apply):
        return True
    divides = term.operator in ("/", "//", "%") and not isinstance(term.terms[-1], Literal)
    return not divides and all(map(_has_a_value, term.terms))


def _part(part: Part, names: Mapping[Named, str]) -> Part:
    if isinstance(part, Fork):
        first, second = (tuple(_part(one, names) for one in b) for b in (part.first, part.second))
        return replace(part, first=first, second=second)
    if isinstance(part, Slot):
        computed = {name: _renamed(one, names) for name, one in part.computed.items()}
        return replace(part, computed=computed)
    return part


def _renamed(computed: Computed, names: Mapping[Named, str]) -> Computed:
    """An expression with variables in the place of what they stand for."""

    def rename(term: Expression) -> Expression:
        if isinstance(term, Named):
            known = names.get(term)
            return replace(term, term=rename(term.term)) if known is None else Parameter(known)
        if isinstance(term, Apply):
            return replace(term, terms=tuple(map(rename, term.terms)))
        return term

    whole = rename(computed.term)
    read = {*leaves(whole)}
    variables: dict[Expression, Python] = {Parameter(name): Atom(name) for name in names.values()}
    sizes = {size: axis for size, axis in computed.sizes.items() if size in read}
    return Computed(whole, {**computed.stored, **variables}, sizes)
