"""Where a network comes from, so that the members of a family know each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archdsl.build.machine import outside
from archdsl.build.request import Budget
from archdsl.build.values import Given, show
from archdsl.params.numbers import is_number
from archdsl.plan.derivations import Resolved, resolve
from archdsl.plan.plan import Plan
from archdsl.program.program import Program
from archdsl.syntax import tree


@dataclass(frozen=True)
class Lineage:
    """The network with a body, `base`, that another derives from, and the file of that one.

    `design` is all that derivations give it but numbers. Those of one lineage differ in numbers
    alone: they are one design at several scales.
    """

    base: str
    file: Path
    design: tuple[str, ...]


def lineage(program: Program, name: str, given: Mapping[str, Given]) -> Lineage:
    """Where a network with these parameters comes from.

    Raises:
        Fault: there is no such network.
    """
    frame = outside(program, program.main, Budget())
    resolved = resolve(frame, program.main.names[name], given)
    plan = resolved.plan
    design = (*sorted(_words(plan)), *_changes(resolved))
    return Lineage(plan.network.name, plan.unit.path.resolve(), design)


def _words(plan: Plan) -> Iterator[str]:
    """Parameters that are no numbers and not what they are by default."""
    defaults = {
        parameter.name: parameter.default.span.text
        for parameter in plan.network.parameters
        if parameter.default is not None
    }
    for name, given in plan.given.items():
        text = show(given.value)
        if not _is_number(given.value) and text != defaults.get(name):
            yield f"{name} = {text}"


def _is_number(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_number, value))
    return is_number(value)


def _changes(resolved: Resolved) -> Iterator[str]:
    """Transforms that name a part of the network; others scale it as a whole."""
    for _, transform in resolved.changes:
        if isinstance(transform, tree.Insert) or _names_a_part(transform):
            yield " ".join(transform.span.text.split())


def _names_a_part(transform: tree.Call) -> bool:
    values = [argument.value for argument in transform.arguments]
    return any(isinstance(node, tree.Name) for node in tree.walk(values))
