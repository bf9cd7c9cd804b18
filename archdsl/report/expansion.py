"""The reports of `archdsl expand`: the candidates of one step, or an expansion step by step."""

from __future__ import annotations

import sys
from fractions import Fraction

from archdsl.costs.figures import CONVENTIONS
from archdsl.costs.metrics import LATENCIES
from archdsl.expansion.steps import Candidate, Expansion, State
from archdsl.expansion.trail import Trail
from archdsl.report.folding import columns, folded
from archdsl.report.tables import Table
from archdsl.report.text import (
    as_json,
    comma_separated,
    json_inputs,
    readable,
    readable_time,
    show_inputs,
)

_RIGHT = frozenset({"factor", "params", "cost", "MACs", "off target", "ratio", "doubles at"})


def show_expansion(expansion: Expansion, form: str) -> str:
    """The candidates of a step, in one of `text.FORMATS`."""
    if form == "json":
        return as_json(_expansion(expansion))
    if form == "csv":
        return _comma_separated([_candidate(each) for each in expansion.candidates])
    columns = (
        "axis",
        "by",
        "factor",
        "input",
        "params",
        *_cost_columns(expansion.metric),
        "off target",
    )
    rows = [_candidate_cells(expansion, each) for each in expansion.candidates]
    table = Table(columns, rows, _RIGHT)
    base = f"{expansion.network} at {show_inputs(expansion.base.inputs)}"
    cost, target = (
        _figure(value, expansion.metric) for value in (expansion.base.cost, expansion.target)
    )
    title = f"{base}: {cost}; target {target}"
    reasons = [f"not along {name}: {reason}" for name, reason in expansion.refused.items()]
    return _page(title, table, reasons, form)


def show_trail(trail: Trail, form: str) -> str:
    """An expansion, in one of `text.FORMATS`.

    Each step is shown beside the factor that would have doubled the cost, as X3D's rule is.
    """
    rows = [_step(trail, number) for number in range(len(trail.steps))]
    if form == "json":
        base = {"network": trail.network, "metric": trail.metric, "base": _state(trail.base)}
        return as_json({**base, "steps": rows})
    if form == "csv":
        return _comma_separated(rows)
    columns = ("step", "by", "doubles at", "input", "params", *_cost_columns(trail.metric), "ratio")
    # The base is step 0, so that the first step has figures to be compared with.
    start = ("0", trail.network, "", *_figures(trail.base, trail.metric), "")
    cells = [start, *(_step_cells(trail, number) for number in range(len(trail.steps)))]
    title = f"{trail.network}, expanded step by step"
    return _page(title, Table(columns, cells, _RIGHT), [], form)


# For people


def _page(title: str, table: Table, notes: list[str], form: str) -> str:
    if form == "markdown":
        facts = "".join(f"- {note}\n" for note in notes)
        return f"**{title}**\n\n{table.markdown()}" + (f"\n{facts}" if facts else "")
    most = columns(sys.stdout)
    told = [line for note in notes for line in folded(note, most, "  ")]
    head = "\n".join(folded(title, most, "  "))
    return f"{head}\n\n{table.text()}" + "".join(f"\n{line}" for line in told) + "\n" * bool(told)


def _candidate_cells(expansion: Expansion, each: Candidate) -> tuple[str, ...]:
    off = f"{100 * float(each.off(expansion.target)):+.1f} %"
    figures = _figures(each.state, expansion.metric)
    return (each.axis, str(each.transform), _number(each.factor), *figures, off)


def _step_cells(trail: Trail, number: int) -> tuple[str, ...]:
    step = trail.steps[number]
    doubling = _number(step.doubling.factor) if step.doubling else ""
    figures, ratio = _figures(step.state, trail.metric), _ratio(trail, number)
    return (str(number + 1), str(step.transform), doubling, *figures, f"{float(ratio):.3f}")


def _figures(state: State, metric: str) -> tuple[str, ...]:
    params, macs = readable(state.total.params), readable(state.total.macs)
    own = () if metric in ("macs", "params") else (_cost(state.cost, metric),)
    return (show_inputs(state.inputs), params, macs, *own)


def _cost_columns(metric: str) -> tuple[str, ...]:
    """The columns of costs beside the parameters: MACs, and the metric if it is another."""
    # MACs are always shown: X3D compares candidates by them, whatever the target is in.
    return ("MACs",) if metric in ("macs", "params") else ("MACs", "cost")


def _cost(value: int, metric: str) -> str:
    return readable_time(value) if metric in LATENCIES else readable(value)


def _figure(value: int, metric: str) -> str:
    if metric in LATENCIES:
        return f"{_cost(value, metric)} {metric.replace('_', ' ')}"
    unit = CONVENTIONS[metric].unit if metric in CONVENTIONS else metric.replace("_", " ")
    return f"{readable(value)} {unit}"


def _number(factor: Fraction) -> str:
    return f"{float(factor):.4g}"


def _ratio(trail: Trail, number: int) -> Fraction:
    """The cost after a step, divided by the cost before it."""
    before = trail.steps[number - 1].state if number else trail.base
    return Fraction(trail.steps[number].state.cost, before.cost)


# For programs


def _expansion(expansion: Expansion) -> dict[str, object]:
    return {
        "network": expansion.network,
        "metric": expansion.metric,
        "target": expansion.target,
        "base": _state(expansion.base),
        "candidates": [_candidate(each) for each in expansion.candidates],
        "refused": dict(expansion.refused),
    }


def _candidate(each: Candidate) -> dict[str, object]:
    transform, factor = str(each.transform), float(each.factor)
    return {"axis": each.axis, "by": transform, "factor": factor, **_state(each.state)}


def _step(trail: Trail, number: int) -> dict[str, object]:
    step = trail.steps[number]
    doubling = step.doubling
    return {
        "step": number + 1,
        "axis": step.axis,
        "by": str(step.transform),
        "doubles_by": str(doubling.transform) if doubling else None,
        "doubles_at": float(doubling.factor) if doubling else None,
        **_state(step.state),
    }


def _state(state: State) -> dict[str, object]:
    return {
        "input": json_inputs(state.inputs),
        "params": state.total.params,
        "macs": state.total.macs,
        "activations": state.total.activations,
        "cost": state.cost,
    }


def _comma_separated(rows: list[dict[str, object]]) -> str:
    """The rows as CSV; a shape is `3x16x224x224`, and several are separated by spaces."""
    lines = ([_flat(value) for value in row.values()] for row in rows)
    return comma_separated(list(rows[0]) if rows else [], lines)


def _flat(value: object) -> object:
    if isinstance(value, dict):
        return " ".join(f"{name}={_flat(shape)}" for name, shape in value.items())
    return "x".join(map(str, value)) if isinstance(value, list) else value
