"""What hangs on open decisions: of such a number, a space has one for each member.

A transform computes with numbers, and those of a plan are the first member's. What it changes must
therefore be the same in all members, or the others would silently become the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from archdsl.plan.decisions import Narrowed
from archdsl.plan.plan import Plan
from archdsl.program.places import key
from archdsl.program.program import Unit
from archdsl.syntax import tree


@dataclass
class Undecided:
    """The names of a network's body that hang on an open decision, each with its name."""

    plan: Plan
    is_space: bool
    names: dict[str, str] = field(default_factory=dict)

    def bind(self, names: Iterable[str], node: tree.Node) -> None:
        """Names get the value of an expression."""
        decision = self.decision(node)
        for name in names:
            if decision is None:
                self.names.pop(name, None)
            else:
                self.names[name] = decision

    def branch(self, names: Iterable[str], test: tree.Node) -> None:
        """Names are assigned in a branch, which is taken or not."""
        decision = self.decision(test)
        if decision is not None:
            self.names |= dict.fromkeys(names, decision)

    def parameters(self) -> None:
        """The parameters get their values: those that are given, or the defaults."""
        plan = self.plan
        for parameter in plan.network.parameters:
            name = parameter.name
            if name in plan.open:
                unit, node = plan.open[name]
                decision = self._choice(node, unit, name)
                self.names |= {name: decision} if decision else {}
            elif name not in plan.given and parameter.default is not None:
                self.bind((name,), parameter.default)

    def decision(self, node: tree.Node) -> str | None:
        """An open decision that the value of an expression hangs on, or None."""
        if not self.is_space:
            return None
        decision = self._choice(node, self.plan.unit, "")
        read = (each.name for each in tree.walk([node]) if isinstance(each, tree.Name))
        return decision or next((self.names[name] for name in read if name in self.names), None)

    def _choice(self, node: tree.Node, unit: Unit, otherwise: str) -> str | None:
        """The first choice in an expression that is open, by the name of its decision."""
        choices = (each for each in tree.walk([node]) if isinstance(each, tree.Choice))
        names = (unit.places.get(key(each.span), otherwise) for each in choices)
        return next((name for name in names if _is_open(self.plan.narrowed.get(name))), None)


def _is_open(narrowed: Narrowed | None) -> bool:
    return narrowed is None or len(narrowed.options) > 1
