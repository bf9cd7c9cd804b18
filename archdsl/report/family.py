"""The members of a family, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from archdsl.build.values import Value
from archdsl.build.values import show as show_value
from archdsl.claims.figures import Verdict
from archdsl.claims.members import Member
from archdsl.costs.conventions import Convention
from archdsl.ir.types import show_shape
from archdsl.report.numbers import readable, readable_bytes
from archdsl.report.tables import Table, as_json, comma_separated

_COUNTED = {
    "met": Verdict.MET,
    "not_met": Verdict.NOT_MET,
    "disputed": Verdict.DISPUTED,
    "disputed_but_met": Verdict.DISPUTED_BUT_MET,
}


def show(members: Sequence[Member], convention: Convention, form: str) -> str:
    """Every member's costs and claims, in one of `tables.FORMATS`."""
    if form == "json":
        return as_json([_object(member, convention) for member in members])
    if form == "csv":
        return _csv(members, convention)
    unit = convention.unit
    columns = ("network", "input", "params", unit, "activations", "memory", "top1", "claims")
    right = frozenset({"params", unit, "activations", "memory", "top1"})
    table = Table(columns, [_cells(member, convention) for member in members], right)
    return table.markdown() if form == "markdown" else table.text()


def _cells(member: Member, convention: Convention) -> tuple[str, ...]:
    figures = member.figures
    return (
        member.name,
        _inputs(member),
        readable(figures.params),
        readable(figures.total(convention)),
        readable(figures.activations),
        readable_bytes(member.memory),
        member.stated or "-",
        ", ".join(f"{member.verdicts[v]} {v.value}" for v in Verdict if member.verdicts[v]) or "-",
    )


def _inputs(member: Member) -> str:
    """The shape; with several inputs their names too."""
    if len(member.inputs) == 1:
        return "".join(map(show_shape, member.inputs.values()))
    return ", ".join(f"{name} {show_shape(shape)}" for name, shape in member.inputs.items())


def _object(member: Member, convention: Convention) -> dict[str, object]:
    inputs = {name: list(shape) for name, shape in member.inputs.items()}
    (first, *more) = inputs.values()
    return {
        "spec": member.spec,
        "network": member.network,
        "parameters": {name: _plain(value) for name, value in member.given.items()},
        "base": member.lineage.base,
        "input": inputs if more else first,
        "params": member.figures.params,
        "macs": member.figures.macs,
        "convention": convention.name,
        "cost": member.figures.total(convention),
        "activations": member.figures.activations,
        "memory": member.memory,
        "top1": _number(member.top1),
        "claims": {name: member.verdicts[verdict] for name, verdict in _COUNTED.items()},
    }


def _plain(value: Value) -> object:
    """What JSON has a form of, as that; else as the language writes it."""
    if isinstance(value, bool | int | None):
        return value
    return _number(value) if isinstance(value, Fraction) else show_value(value)


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _csv(members: Sequence[Member], convention: Convention) -> str:
    figures = ("params", "macs", "convention", "cost", "activations", "memory", "top1")
    columns = ("spec", "network", "base", "input", *figures, *_COUNTED)
    rows = (
        (
            member.spec,
            member.name,
            member.lineage.base,
            _inputs(member).replace(" ", ""),
            member.figures.params,
            member.figures.macs,
            convention.name,
            member.figures.total(convention),
            member.figures.activations,
            member.memory,
            _number(member.top1),
            *(member.verdicts[verdict] for verdict in _COUNTED.values()),
        )
        for member in members
    )
    return comma_separated(columns, rows)
