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
from archdsl.ir.graph import Decision, Site
from archdsl.ir.written import Apply, Expression, Literal


def refusals(arguments: Arguments) -> Iterator[Python]:
    """Conditions on which the constructor must raise, over arguments that it has anyway."""
    met = _met(arguments.bodies)
    uniform = {site for site, all_met in met.items() if _is_uniform(all_met)}
    for site in met:
        body, decision = met[site][0]
        if site not in uniform or not isinstance(decision.origin.value, bool):
            continue
        term = _other_branch(arguments, body, decision, uniform)
        column = {i: Cell(False, term) for i in range(len(arguments.bodies))}
        is_known = is_computable(term) and not isinstance(term, Literal)
        if is_known and arguments.reading.holds(term, column):
            written = arguments.known(term)
            if written is not None:
                yield written


Met = Sequence[tuple[Body, Decision]]
"""A decision in every instance that meets it."""


def _met(bodies: Sequence[Body]) -> dict[Site, list[tuple[Body, Decision]]]:
    """The decisions at each place of the text."""
    found: dict[Site, list[tuple[Body, Decision]]] = {}
    for body in bodies:
        for decision in body.scope.decisions:
            found.setdefault(decision.site, []).append((body, decision))
    return found


def _is_uniform(met: Met) -> bool:
    return len({decision.origin.value is True for _, decision in met}) == 1


def _other_branch(
    arguments: Arguments, body: Body, decision: Decision, uniform: set[Site]
) -> Expression:
    """The condition that the decision is met, and comes out otherwise."""
    *outer, own = decision.path()
    around = [each for each in outer if each.site not in uniform]
    tests = [_test(arguments, body, each, each.origin.value is True) for each in around]
    tests.append(_test(arguments, body, own, own.origin.value is not True))
    whole = tests[0]
    for test in tests[1:]:
        whole = Apply("and", (whole, test))
    return fold(whole, {})


def _test(arguments: Arguments, body: Body, decision: Decision, holds: bool) -> Expression:
    guard = Guard((decision.site,), body.term(decision.origin), holds)
    return arguments.reading.test(guard)
