"""One block of a row, applied to the running value."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl.build import calls, expressions
from archdsl.build.binding import piped
from archdsl.build.session import Frame
from archdsl.build.tables import plans
from archdsl.build.tables.stages import STRIDE
from archdsl.build.tables.turns import COUNTER
from archdsl.build.values import Given, Tensor, Written, describe


def apply_once(frame: Frame, plan: plans.Plan, number: int, *, first: bool, name: str) -> None:
    """Apply the block of a number to the running value, which it replaces.

    Raises:
        Fault: it does not take the value, or gives no tensor.
    """
    node = plan.row.block
    inner = Frame(
        frame.session,
        frame.unit,
        frame.scope,
        {**frame.names, **plan.values, COUNTER: number},
        frame.running,
        rounds=(*frame.rounds, number),
        naming=(node, name),
    )
    written = Written(piped(frame.running, node.span), _arguments(inner, plan, first=first))
    value = calls.applied(inner, plan.block, written, node)
    if not isinstance(value, tuple | Tensor):
        message = f"the block of a row makes a tensor, not {describe(value)}"
        raise frame.fault("table", message, node.span)
    frame.running = value if isinstance(value, tuple) else (value,)


def _arguments(inner: Frame, plan: plans.Plan, *, first: bool) -> Mapping[str, Given]:
    """The row's cells and the table's definitions; only the first block carries the stride."""
    given = dict(plan.passed)
    if not first and STRIDE in given:
        given[STRIDE] = Given(1, given[STRIDE].span)
    for binding in plan.bindings:
        name, value = binding.name or "", expressions.evaluate(inner, binding.value)
        inner.names[name] = value
        if name in plan.block.parameters:
            given[name] = Given(value, binding.span, binding.value, plan.around)
    return given
