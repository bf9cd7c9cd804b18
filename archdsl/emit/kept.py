"""Parameters that stay arguments, though they have one value in the whole network.

Elsewhere such a value is written as a constant. But the sizes of a weight that are computed from it
would be numbers that nobody wrote, such as 2535 for a window of 8 x 7 x 7. A function takes all its
parameters, and so does what calls it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.leaves import Fixed
from archdsl.emit.structure import Instance, Member
from archdsl.ir.traced import term_of
from archdsl.ir.written import Apply, Expression, Parameter, leaves
from archdsl.ops.forms import Weight


def without_kept(classes: Classes, fixed: Mapping[BlockClass, Fixed]) -> dict[BlockClass, Fixed]:
    """The constant leaves of each class, without those parameters that stay arguments."""
    kept: dict[BlockClass, frozenset[Expression]] = {}
    for owner in classes.ordered:  # a class comes after those that it uses
        found = (
            leaf
            for instance in owner.instances
            for leaf in _read_as_they_are(instance, classes, kept)
        )
        numbers = {leaf for leaf, value in fixed[owner].items() if _is_number(value)}
        every = numbers if owner.is_function else numbers.intersection(found)
        kept[owner] = frozenset() if owner.is_network else frozenset(every)
    return {
        owner: {leaf: value for leaf, value in known.items() if leaf not in kept[owner]}
        for owner, known in fixed.items()
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | tuple) and not isinstance(value, bool)


def _read_as_they_are(
    instance: Instance,
    classes: Classes,
    kept: Mapping[BlockClass, frozenset[Expression]],
) -> Iterator[Expression]:
    """The parameters that a reader must see, in the weights of a block and in what it calls."""
    for member in instance.members:
        if isinstance(member.form, Weight):
            terms = map(term_of, member.form.shape)
            yield from (leaf for term in terms if isinstance(term, Apply) for leaf in leaves(term))
        elif member.child is not None:
            yield from _passed(member, member.child, kept[classes.of[member.child]])


def _passed(member: Member, child: Instance, kept: frozenset[Expression]) -> Iterator[Expression]:
    """The parameters that a block passes on as they are."""
    assert member.outward is not None
    given = child.scope.arguments
    for leaf in kept:
        if isinstance(leaf, Parameter) and leaf.name in given:
            yield from leaves(member.outward(leaf))
