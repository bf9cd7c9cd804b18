"""Open parameters: those of the network that become arguments of its class.

A parameter can stay open if its value only reaches blocks as a number, and if every class on the
way can compute what depends on it. All others are constants of the module.
"""

from __future__ import annotations

from fractions import Fraction

from archdsl.emit.bodies import Body
from archdsl.emit.classes import Classes
from archdsl.frozen import Frozen
from archdsl.ir.graph import Graph
from archdsl.ir.written import Expression, Parameter, leaves


class ClosedParameters(Exception):
    """The class cannot follow these parameters of the network, so they must be constants.

    Raised while a module is written, which then starts again without them: only the writing shows
    whether a constructor can compute everything that depends on a parameter.
    """

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self.names = names


def open_numbers(graph: Graph) -> frozenset[str]:
    """The parameters of a network that can become arguments: numbers only passed on to blocks.

    An example is `classes`. A parameter that the network computes sizes or rows with is a constant.
    """
    bindings = graph.scopes[0].bindings
    numbers = (name for name in graph.open_parameters if isinstance(bindings[name], int | Fraction))
    # A bool is an int in Python; as a parameter it decides structure, which is fixed.
    return frozenset(name for name in numbers if not isinstance(bindings[name], bool))


class OpenParameters(Frozen):
    """The parameters of the network that are arguments of its class."""

    names: frozenset[str]

    def of(self, body: Body, term: Expression) -> frozenset[str]:
        """The open parameters that an expression of a block depends on, through its callers."""
        if not self.names:
            return self.names
        while body.parent is not None:
            term, body = body.outward(term), body.parent
        read = {leaf.name for leaf in leaves(term) if isinstance(leaf, Parameter)}
        return self.names & read


def structural_parameters(classes: Classes) -> frozenset[str]:
    """The parameters of the network that decide which members exist, through tests and counts."""
    structural = frozenset[str]()
    for owner in classes.ordered:
        for instance in owner.instances:
            body = instance.body
            every = OpenParameters(frozenset(body.bodies[0].scope.arguments))
            origins = (condition.origin for condition in body.scope.conditions)
            for term in (*map(body.term, origins), *body.structural):
                structural |= every.of(body, term)
    return structural
