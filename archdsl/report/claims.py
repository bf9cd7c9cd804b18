"""The reports of `archdsl check` and `archdsl family`, for people and for programs."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from archdsl.build.values import Value, show
from archdsl.claims.figures import ClaimResult, SpaceResult, SpecReport, Verdict
from archdsl.costs.figures import Convention
from archdsl.diagnostics import Diagnostic, counted
from archdsl.ir.types import show_shape
from archdsl.report.folding import columns_of_prose, folded
from archdsl.report.machines import diagnostic_object, sarif, workflow_commands
from archdsl.report.tables import Table
from archdsl.report.text import (
    as_json,
    comma_separated,
    json_inputs,
    readable,
    readable_bytes,
    show_inputs,
)

if TYPE_CHECKING:
    from archdsl.claims.families import FamilyMember

_ROOM = 72
"""Characters of a line for the options of a decision, unless they are a `_FEW`."""

_FEW = 4

_COLUMNS = ("network", "metric", "claimed", "measured", "residual", "verdict")

_COUNTED = {
    "met": Verdict.MET,
    "not_met": Verdict.NOT_MET,
    "disputed": Verdict.DISPUTED,
    "disputed_but_met": Verdict.DISPUTED_BUT_MET,
}


def show_check(reports: Sequence[SpecReport], diagnostics: Sequence[Diagnostic], form: str) -> str:
    """What `check` has found in several specs, in one of `text.FORMATS`, `sarif` or `github`.

    The last two and `json` hold the diagnostics, too.
    """
    if form == "sarif":
        return sarif(diagnostics)
    if form == "github":
        return workflow_commands(diagnostics)
    # For programs the claims of all specs are one list, so that the output is one value.
    flat = [(report.path, checked) for report in reports for checked in report.claims]
    if form == "csv":
        rows = [(path, *_exact(checked)) for path, checked in flat]
        return comma_separated(("spec", *_COLUMNS), rows)
    if form == "json":
        return as_json(
            {
                "specs": [_spec(report) for report in reports],
                "claims": [_claim(path, checked) for path, checked in flat],
                "diagnostics": [diagnostic_object(each) for each in diagnostics],
            }
        )
    return "\n".join(_section(report, form) for report in reports)


def _section(report: SpecReport, form: str) -> str:
    parts = [counted(len(report.networks), "network")]
    parts += [counted(len(report.recipes), "recipe")] if report.recipes else []
    number = len(report.searches)
    parts += [f"{number} {'search' if number == 1 else 'searches'}"] if number else []
    told = f"{report.path}: {', '.join([*parts, _verdicts(report)])}"
    title = "".join(f"{line}\n" for line in folded(told, columns_of_prose(sys.stdout), "  "))
    title += "".join(map(_space, report.spaces))
    if not report.claims:
        return title
    right = frozenset({"claimed", "measured", "residual"})
    table = Table(_COLUMNS, [_claim_cells(checked) for checked in report.claims], right)
    return f"{title}\n{table.markdown() if form == 'markdown' else table.text()}"


def _space(space: SpaceResult) -> str:
    """How many members of a space are valid, and its decisions, one on each line."""
    members = "member is" if space.members == 1 else "members are"
    if not space.is_all:
        shown = f"{space.members:,} {members} valid, which were drawn: {space.reason}"
        return f"\n{space.space}: {shown}\n"
    width = max(map(len, space.decisions), default=0)
    lines = [f"  {n:<{width}}  {_options(options)}\n" for n, options in space.decisions.items()]
    return f"\n{space.space}: all {space.members:,} {members} valid\n{''.join(lines)}"


def _options(options: Sequence[str]) -> str:
    """The options of a decision; of many only the ends, and how many there are."""
    whole = ", ".join(options)
    if len(options) <= _FEW or len(whole) <= _ROOM:
        return whole
    return f"{', '.join(options[:2])}, ..., {options[-1]} ({counted(len(options), 'option')})"


def _verdicts(report: SpecReport) -> str:
    """`9 claims: 7 met, 1 disputed, 1 as published`."""
    counts = Counter(checked.verdict for checked in report.claims)
    # A mistake in a network or in a claim leaves claims without a verdict.
    unmeasured = report.written - counts.total()
    parts = [f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict]]
    parts += [f"{unmeasured} not measured"] * (unmeasured > 0)
    return f"{counted(report.written, 'claim')}: {', '.join(parts)}" if parts else "no claims"


def _claim_cells(checked: ClaimResult) -> tuple[str, ...]:
    measured, residual = "-", ""
    if checked.measured is not None:
        measured, residual = checked.measured.text, checked.measured.residual
    verdict = checked.verdict.value
    return checked.network, checked.metric, checked.claimed, measured, residual, verdict


def _exact(checked: ClaimResult) -> tuple[object, ...]:
    measured = checked.measured
    value, residual = (measured.value, measured.residual) if measured else (None, None)
    verdict = checked.verdict.value
    return checked.network, checked.metric, checked.claimed, value, residual, verdict


def _spec(report: SpecReport) -> dict[str, object]:
    return {
        "spec": report.path,
        "networks": [*report.networks],
        "recipes": [*report.recipes],
        "searches": [*report.searches],
        "claims": report.written,
        "spaces": [_space_object(space) for space in report.spaces],
    }


def _space_object(space: SpaceResult) -> dict[str, object]:
    return {
        "space": space.space,
        "members": space.members,
        "is_all": space.is_all,
        "decisions": {name: [*options] for name, options in space.decisions.items()},
    }


def _claim(spec: str, checked: ClaimResult) -> dict[str, object]:
    return {"spec": spec, **dict(zip(_COLUMNS, _exact(checked), strict=True))}


# Members of families


def show_members(members: Sequence[FamilyMember], convention: Convention, form: str) -> str:
    """The costs and claims of every member, in one of `text.FORMATS`."""
    if form == "json":
        return as_json([_member(member, convention) for member in members])
    if form == "csv":
        return _csv(members, convention)
    unit = convention.unit
    names = ("network", "input", "params", unit, "activations", "memory", "top1", "claims")
    right = frozenset({"params", unit, "activations", "memory", "top1"})
    rows = [_member_cells(member, convention) for member in members]
    table = Table(names, rows, right, spare=("activations", "memory"))
    return table.markdown() if form == "markdown" else table.text()


def _member_cells(member: FamilyMember, convention: Convention) -> tuple[str, ...]:
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


def _inputs(member: FamilyMember) -> str:
    """The shape of the input; the names too if there are several."""
    if len(member.inputs) == 1:
        return "".join(map(show_shape, member.inputs.values()))
    return show_inputs(member.inputs)


def _member(member: FamilyMember, convention: Convention) -> dict[str, object]:
    return {
        "spec": member.spec,
        "network": member.network,
        "parameters": {name: _plain(value) for name, value in member.given.items()},
        "base": member.lineage.base,
        "input": json_inputs(member.inputs),
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
    """A parameter as JSON; a tuple or a block as the text that the language writes."""
    if isinstance(value, bool | int | None):
        return value
    return _number(value) if isinstance(value, Fraction) else show(value)


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _csv(members: Sequence[FamilyMember], convention: Convention) -> str:
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
