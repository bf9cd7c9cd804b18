"""`if` statements in `forward`: the variables that both branches leave, and the shortest form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from archdsl.emit.python import Assign, Conditional, If, Infix, Prefix, Python, Statement
from archdsl.emit.references import Joined, Reference
from archdsl.emit.variables import Variables

_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_OPPOSITES |= {"is": "is not", "is not": "is"}

_ROOM = 76
"""The most characters of an assignment in `forward`, without its indentation, on one line."""


def targets(
    joined: Sequence[Joined],
    sides: Sequence[tuple[Reference, Reference]],
    variables: Variables,
    after: Counter[Reference],
) -> list[str]:
    """The variable of each value that comes from one branch or the other: that of the text.

    A value without one keeps the variable with which it entered the fork, if nothing else reads
    that later: then the branch that leaves it as it is has nothing to do. `after` says what is read
    later.
    """
    live = {name for reference, name in variables.of.items() if after[reference] > 0}
    found: list[str] = []
    for one, ends in zip(joined, sides, strict=True):
        busy = live | {*found}
        kept = (variables.of[end] for end in ends if end in variables.of)
        named = (variables.named[end] for end in (one, *ends) if end in variables.named)
        own = next((name for name in (*named, *kept) if name not in busy), None)
        found.append(own or variables.choose(one, (), busy))
    return found


def if_statement(
    test: Python, first: Sequence[Statement], second: Sequence[Statement]
) -> Iterator[Statement]:
    """`if test:`; one assignment, where both branches have only that to one variable."""
    if not first and not second:
        return
    if not first:
        yield If(opposite(test), tuple(second))
        return
    match (*first, *second):
        case (Assign(target=a, value=then), Assign(target=b, value=other)) if a == b and len(
            first
        ) == len(second):
            short = Assign(a, Conditional(then, test, other))
            if len("".join(short.lines(0))) <= _ROOM and len(list(short.lines(0))) == 1:
                yield short
                return
    yield If(test, tuple(first), tuple(second))


def opposite(test: Python) -> Python:
    """The opposite of a condition; `a != b` instead of `not a == b`."""
    if isinstance(test, Infix) and test.operator in _OPPOSITES:
        return Infix(_OPPOSITES[test.operator], test.operands)
    if isinstance(test, Prefix) and test.operator == "not":
        return test.value
    return Prefix("not", test)
