"""Conditions on which the contents of a body depend, and values behind them.

The graph has only the branch that was taken. So a value remembers the conditions that it came
through: with them, emission can write one class for instances that took different branches.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from archdsl.build.context import Frame
from archdsl.build.provenance import RUNNING
from archdsl.build.values import Tensor, Value, holds_tensor
from archdsl.ir.graph import Condition
from archdsl.syntax import tree


def condition(frame: Frame, value: Value, node: tree.Expression) -> Condition:
    """A value that decides what the body contains, at this point of it."""
    return Condition(frame.as_written(value, node), frame.site(node.span), frame.guard)


def depend(frame: Frame, value: Value, node: tree.Expression) -> Condition:
    """Record a condition that the body's structure depends on."""
    made = condition(frame, value, node)
    frame.conditions.append(made)
    return made


def join(frame: Frame, behind: Condition, names: Iterable[str]) -> None:
    """Join the tensors under some names, and the running value, behind a condition."""
    if frame.history is None:
        return
    for name in names:
        if name in frame.names:
            frame.names[name] = joined(frame, frame.names[name], behind, name)
    running = joined(frame, frame.running, behind, RUNNING)
    assert isinstance(running, tuple)
    frame.running = running


def joined(frame: Frame, value: Value, behind: Condition, name: str = "") -> Value:
    """A value behind a condition, which leaves tensors under this name in both branches."""
    if isinstance(value, tuple) and holds_tensor(value):
        entries = enumerate(value)
        return tuple([joined(frame, one, behind, f"{name}[{i}]") for i, one in entries])
    # Without a history nothing is emitted, so nobody asks where values are joined.
    if not isinstance(value, Tensor) or frame.history is None:
        return value
    scope = frame.history.scope
    made = frame.graph.join(behind, name, scope, value.value, value.join)
    return replace(value, join=made)


def joined_result(frame: Frame, value: Value) -> Value:
    """The result of a body: other branches of conditions that are still open return others."""
    for behind in reversed(frame.guard.path() if frame.guard else ()):
        value = joined(frame, value, behind, "return")
    return value
