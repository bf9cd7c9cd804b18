"""Networks derived from networks: down to the one that has a body, parameters collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archdsl import limits
from archdsl.diagnostics import did_you_mean
from archdsl.elaborate.arguments import listed, written
from archdsl.elaborate.program import Named, Unit, name_span
from archdsl.elaborate.session import Fault, Frame, Session
from archdsl.elaborate.values import Given
from archdsl.syntax import tree


@dataclass(frozen=True)
class Resolved:
    """The network that a name finally means, with the parameters collected on the way."""

    network: tree.Network
    unit: Unit
    given: Mapping[str, Given]
    doc: str | None

    @property
    def missing(self) -> list[str]:
        """The parameters that have no value, neither given nor by default."""
        needed = (p.name for p in self.network.parameters if p.default is None)
        return [name for name in needed if name not in self.given]


def resolve(session: Session, found: tuple[Named, Unit], given: Mapping[str, Given]) -> Resolved:
    """Follow derivations to a network with a body; parameters given later win.

    Raises:
        Fault: there is none at the end.
    """
    return _Resolver(session).resolve(*found, given, ())


@dataclass(frozen=True)
class _Resolver:
    session: Session

    def resolve(
        self, definition: Named, unit: Unit, given: Mapping[str, Given], seen: tuple[str, ...]
    ) -> Resolved:
        if isinstance(definition, tree.Network):
            return Resolved(definition, unit, given, definition.doc)
        frame = Frame(self.session, unit)
        if isinstance(definition, tree.Block) or definition.kind == "block":
            message = f"`{definition.name}` is a block, not a network"
            raise frame.fault("network", message, name_span(definition))
        if definition.name in seen:
            path = " -> ".join([*seen[seen.index(definition.name) :], definition.name])
            message = f"networks are derived from each other in a circle: {path}"
            raise frame.fault("recursion", message, definition.base.span)
        if len(seen) == limits.DERIVATIONS:
            message = f"`{seen[0]}` is derived through more than {limits.DERIVATIONS} networks"
            raise frame.fault("nesting", message, definition.base.span)
        call = definition.base if isinstance(definition.base, tree.Call) else None
        base = call.function if call else definition.base
        assert isinstance(base, tree.Name)
        if base.name not in unit.names:
            hint = did_you_mean(base.name, unit.names)
            message = f"no network is called `{base.name}`"
            raise frame.fault("network", message, base.span, help=hint)
        here = by_name(frame, call)
        path_here = (*seen, definition.name)
        below = self.resolve(*unit.names[base.name], {**here, **given}, path_here)
        return Resolved(below.network, below.unit, below.given, definition.doc or below.doc)


def by_name(frame: Frame, call: tree.Call | None) -> dict[str, Given]:
    """The parameters that a derivation or a claim gives, all by name.

    Raises:
        Fault: one of them has no value or no name.
    """
    arguments = written(frame, call)
    if arguments.positional:
        message = "parameters of a network are given by name"
        raise frame.fault("argument", message, arguments.positional[0].span)
    return dict(arguments.named)


def check_parameters(session: Session, resolved: Resolved) -> None:
    """See that what is given are parameters, and that those without a default are given.

    Raises:
        Fault: it is not so; every mistake has been reported.
    """
    faults = session.faults
    frame, network = Frame(session, resolved.unit), resolved.network
    names = [parameter.name for parameter in network.parameters]
    for name, given in resolved.given.items():
        if name not in names:
            message = f"network `{network.name}` has no parameter `{name}`"
            hint = did_you_mean(name, names) or listed(names)
            session.report(frame.fault("argument", message, given.span, help=hint))
    for parameter in network.parameters:
        if parameter.name in resolved.missing:
            message = f"`{parameter.name}` has no default and is not given"
            hint = f"give it: `--set {parameter.name}=...`"
            session.report(frame.fault("argument", message, parameter.span, help=hint))
    if session.faults > faults:
        raise Fault
