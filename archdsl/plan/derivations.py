"""Networks and blocks derived from others: down to the one with a body, parameters collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from archdsl import limits
from archdsl.build import arguments, binding, calls, names
from archdsl.build.session import Fault, Frame, Session
from archdsl.build.values import (
    Applicable,
    BlockValue,
    Given,
    OperationValue,
    Value,
    describe,
)
from archdsl.diagnostics import did_you_mean
from archdsl.plan.plan import Plan, plan_of
from archdsl.program.cells.parts import CellBlock
from archdsl.program.program import Definition, Unit, name_span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Resolved:
    """The network that a name finally means, as it is written, and what is changed in it then.

    Each change stands with the file that it was written in, the innermost first.
    """

    plan: Plan
    changes: tuple[tuple[Unit, tree.Insert | tree.Call], ...] = ()


def resolve(session: Session, found: Definition, given: Mapping[str, Given]) -> Resolved:
    """Follow derivations to a network with a body; parameters given later win.

    Raises:
        Fault: there is none at the end.
    """
    return _network(session, found, given, ())


def _network(
    session: Session,
    found: Definition,
    given: Mapping[str, Given],
    seen: tuple[tree.Derived, ...],
) -> Resolved:
    definition, unit = found.node, found.unit
    if isinstance(definition, tree.Network):
        return Resolved(plan_of(definition, unit, given))
    frame = Frame(session, unit)
    if isinstance(definition, tree.Block) or definition.kind == "block":
        message = f"`{definition.name}` is a block, not a network"
        raise frame.fault("network", message, name_span(definition))
    _check_path(frame, definition, seen)
    base, written = tree.called(definition.base)
    if base.name not in unit.names:
        hint = did_you_mean(base.name, unit.names)
        message = f"no network is called `{base.name}`"
        raise frame.fault("network", message, base.span, help=hint)
    collected = {**by_name(frame, written), **given}
    below = _network(session, unit.names[base.name], collected, (*seen, definition))
    changes = (*below.changes, *((unit, change) for change in definition.transforms))
    return Resolved(replace(below.plan, doc=definition.doc), changes)


def block_of(
    frame: Frame, found: Definition, node: tree.Node, seen: tuple[tree.Derived, ...] = ()
) -> Applicable:
    """The block that a definition stands for; a derived one has parameters given in advance.

    Raises:
        Fault: it is a network, or derived from what is no block.
    """
    definition = found.node
    if isinstance(definition, CellBlock) and definition.faulty:
        raise Fault
    if isinstance(definition, tree.Block):
        return BlockValue(found)
    if isinstance(definition, tree.Network) or definition.kind == "network":
        message = f"`{definition.name}` is a network, not a block"
        raise frame.fault("name", message, node.span)
    derived = frame.session.derived
    if found.number not in derived:
        derived[found.number] = _block(Frame(frame.session, found.unit), definition, seen)
    return derived[found.number]


def _block(frame: Frame, definition: tree.Derived, seen: tuple[tree.Derived, ...]) -> Applicable:
    _check_path(frame, definition, seen)
    name, written = tree.called(definition.base)
    base: Value
    if name.name in frame.unit.names:
        base = block_of(frame, frame.unit.names[name.name], name, (*seen, definition))
    else:
        base = names.look_up(frame, name)
    value = calls.apply(frame, base, arguments.written(frame, written), definition.base)
    if isinstance(value, BlockValue | OperationValue):
        return value
    message = f"`{definition.name}` is to be a block; this is {describe(value)}"
    raise frame.fault("type", message, definition.base.span)


def _check_path(frame: Frame, definition: tree.Derived, seen: tuple[tree.Derived, ...]) -> None:
    """See that the definitions `seen` on the way here are no circle, and not too many."""
    kind, span = definition.kind, definition.base.span
    start = next((place for place, other in enumerate(seen) if other is definition), None)
    if start is not None:
        around = (*seen[start:], definition)
        path = " -> ".join(other.name for other in around)
        message = f"{kind}s are derived from each other in a circle: {path}"
        raise frame.fault("recursion", message, span)
    if len(seen) == limits.DERIVATIONS:
        message = f"`{seen[0].name}` is derived through more than {limits.DERIVATIONS} {kind}s"
        raise frame.fault("nesting", message, span)


def by_name(frame: Frame, written: tuple[tree.Argument, ...]) -> dict[str, Given]:
    """The parameters that a derivation or a claim gives, all by name.

    Raises:
        Fault: one of them has no value or no name.
    """
    given = arguments.written(frame, written)
    if given.positional:
        message = "parameters of a network are given by name"
        raise frame.fault("argument", message, given.positional[0].span)
    return dict(given.named)


def check_parameters(session: Session, plan: Plan) -> None:
    """See that what is given are parameters, and that those without a default are given.

    Raises:
        Fault: it is not so; every mistake has been reported.
    """
    faults = session.faults
    frame, network = Frame(session, plan.unit), plan.network
    known = [parameter.name for parameter in network.parameters]
    for name, given in plan.given.items():
        if name not in known:
            message = f"network `{network.name}` has no parameter `{name}`"
            hint = did_you_mean(name, known) or binding.listed(known)
            session.report(frame.fault("argument", message, given.span, help=hint))
    for parameter in network.parameters:
        if parameter.name in plan.missing:
            message = f"`{parameter.name}` has no default and is not given"
            hint = f"give it: `--set {parameter.name}=...`"
            session.report(frame.fault("argument", message, parameter.span, help=hint))
    if session.faults > faults:
        raise Fault
