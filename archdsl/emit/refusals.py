"""Arguments that a class refuses: they would take a branch of the text that no instance took.

Where a condition came out the same in every instance, the other branch was never built, and the
class does not contain it. So a value that leads there must be refused instead of ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archdsl.emit.arguments import Arguments
from archdsl.emit.bodies import Body
from archdsl.emit.leaves import Cell, is_computable
from archdsl.emit.python import Python
from archdsl.emit.references import Guard
from archdsl.emit.terms import fold
from archdsl.ir.graph import Condition, Site
from archdsl.ir.written import Apply, Expression, Literal, without_names


def refusals(arguments: Arguments) -> Iterator[Python]:
    """Conditions on which the constructor must raise, over arguments that it has anyway."""
    met = _met(arguments.bodies)
    uniform = {site for site, all_met in met.items() if _is_uniform(all_met)}
    for site in met:
        body, condition = met[site][0]
        if site not in uniform or not isinstance(condition.origin.value, bool):
            continue
        term = _other_branch(arguments, body, condition, uniform)
        column = {i: Cell(False, term) for i in range(len(arguments.bodies))}
        is_known = is_computable(term) and not isinstance(term, Literal)
        if is_known and arguments.reading.holds(term, column):
            written = arguments.known(term)
            if written is not None:
                yield written


Met = Sequence[tuple[Body, Condition]]
"""A condition in every instance that meets it."""


def _met(bodies: Sequence[Body]) -> dict[Site, list[tuple[Body, Condition]]]:
    """The conditions at each place of the text."""
    found: dict[Site, list[tuple[Body, Condition]]] = {}
    for body in bodies:
        for condition in body.scope.conditions:
            found.setdefault(condition.site, []).append((body, condition))
    return found


def _is_uniform(met: Met) -> bool:
    return len({condition.origin.value is True for _, condition in met}) == 1


def _other_branch(
    arguments: Arguments, body: Body, condition: Condition, uniform: set[Site]
) -> Expression:
    """The test that a condition is met, and comes out otherwise."""
    *outer, own = condition.path()
    around = [each for each in outer if each.site not in uniform]
    tests = [_test(arguments, body, each, each.origin.value is True) for each in around]
    tests.append(_test(arguments, body, own, own.origin.value is not True))
    whole = tests[0]
    for test in tests[1:]:
        whole = Apply("and", (whole, test))
    return fold(whole, {})


def _test(arguments: Arguments, body: Body, condition: Condition, holds: bool) -> Expression:
    # The constructor begins with refusals: no variable has a value there.
    term = without_names(body.term(condition.origin))
    guard = Guard((condition.site,), term, holds)
    return arguments.reading.test(guard)
