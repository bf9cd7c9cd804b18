"""One block of a row, applied to the running value."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl.build import calls, expressions
from archdsl.build.binding import piped
from archdsl.build.provenance import Local
from archdsl.build.session import Frame
from archdsl.build.tables import plans
from archdsl.build.tables.stages import STRIDE
from archdsl.build.tables.turns import COUNTER
from archdsl.build.values import Given, Tensor, Written, describe
from archdsl.ir.written import Counter


def apply_once(frame: Frame, plan: plans.Plan, number: int, *, first: bool, name: str) -> None:
    """Apply the block of a number to the running value, which it replaces.

    Raises:
        Fault: it does not take the value, or gives no tensor.
    """
    node = plan.row.block
    inner = _inner(frame, plan, number)
    inner.rounds, inner.naming = (*frame.rounds, number), (node, (name,))
    written = Written(piped(frame.running, node.span), _arguments(inner, plan, first=first))
    value = calls.applied(inner, plan.block, written, node)
    if not isinstance(value, tuple | Tensor):
        message = f"the block of a row makes a tensor, not {describe(value)}"
        raise frame.fault("table", message, node.span)
    frame.run_on(value if isinstance(value, tuple) else (value,))


def _inner(frame: Frame, plan: plans.Plan, number: int) -> Frame:
    """A frame that knows the row's cells, the number of the block, and what enters it."""
    names = {**frame.names, **plan.values, COUNTER: number}
    meant = frame.meant and frame.meant.inside(plan.cells)
    inner = Frame(frame.session, frame.unit, frame.scope, names, meant=meant, guards=frame.guards)
    for column, cell in plan.cells.items():
        inner.mean(column, cell.value, cell)
    inner.mean(COUNTER, number, Counter(number))
    inner.run_on(frame.running)
    return inner


def _arguments(inner: Frame, plan: plans.Plan, *, first: bool) -> Mapping[str, Given]:
    """The row's cells and the table's definitions; only the first block carries the stride."""
    given = dict(plan.passed)
    if not first and STRIDE in given:
        given[STRIDE] = Given(1, given[STRIDE].span)
    for binding in plan.bindings:
        name, value = binding.name or "", expressions.evaluate(inner, binding.value)
        written = Given(value, binding.span, binding.value, inner.now)
        inner.mean(name, value, Local(written.expression))
        if name in plan.block.parameters:
            given[name] = written
    return given
