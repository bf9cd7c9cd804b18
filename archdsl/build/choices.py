"""The rule of choices: the one place that knows that a value can be one of several.

A choice is evaluated by asking what is decided, and evaluating that option alone. What the rest of
the compiler sees as written is the option that was taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from archdsl.build.alternatives import (
    decision_name,
    options_of,
    other_options,
    tensors_among,
)
from archdsl.build.arguments import evaluate_arguments
from archdsl.build.calls import insert_after_call, resolve_callee
from archdsl.build.context import Frame
from archdsl.build.request import Dashed, Fault, NoMember
from archdsl.build.uses import Use, place_in
from archdsl.build.values import Value
from archdsl.diagnostics import Diagnostic, Label
from archdsl.plan.decisions import Narrowed, NothingLeft, OtherOptions
from archdsl.program.places import dotted
from archdsl.syntax import tree


def _choice(frame: Frame, node: tree.Choice) -> Value:
    """The value of the option that is taken."""
    options = options_of(frame, node)
    frame.context.offered.update(value.node for value in tensors_among(frame, node))
    if len(options) == 1:
        return _taken(frame, node, options[0].node, "")  # all that there is to select from
    name = decision_name(frame, node)
    texts = tuple([option.text for option in options])
    try:
        index = frame.context.decisions.decide(name, texts, node.span)
    except OtherOptions as other:
        raise other_options(frame, node, name, other) from None
    except NothingLeft as nothing:
        frame.findings.add(_nothing_left(frame, node, name, nothing.narrowed))
        raise NoMember from None
    option = options[index]
    frame.context.taken[option.node.span] = f"option `{option.text}` of `{name}`"
    return _taken(frame, node, option.node, name)


def _taken(
    frame: Frame, node: tree.Choice, option: tree.Expression | tree.Dash, decision: str
) -> Value:
    """The value of an option, which stands for the choice from now on."""
    if isinstance(option, tree.Dash):
        raise Dashed(_misplaced_dash(frame, option))
    value = frame.evaluate(option)
    taken = frame.taken(option)
    if decision and isinstance(taken, tree.Number):
        taken = tree.Decided(taken.text, taken.value, decision, span=taken.span)
    frame.options.take(node, taken)
    return value


def _dash(frame: Frame, node: tree.Dash) -> Value:
    raise Fault(_misplaced_dash(frame, node))


def _misplaced_dash(frame: Frame, node: tree.Dash) -> Diagnostic:
    message = "`-` stands for an empty cell, so it can only be an option in a table"
    return frame.error("choice", message, node.span, help="write `none`")


def _nothing_left(frame: Frame, node: tree.Choice, name: str, narrowed: Narrowed) -> Diagnostic:
    """A member that does not exist, as none of its options was chosen."""
    left = " or ".join(f"`{option}`" for option in narrowed.options[:4])
    message = f"only {left} is left of `{name}`, and no option here"
    also = (Label(narrowed.span, "left by this"),)
    return frame.error("choice", message, node.span, also=also)


# `each`


def _each(frame: Frame, node: tree.Each) -> Value:
    """A value whose choices are decided anew at the place where the definition is used."""
    base, call = frame.use.place, node.value
    if isinstance(call, tree.Choice):
        inner = replace(frame, use=Use(base, base, base))
        value = inner.evaluate(call)
        frame.options.take(node, inner.taken(call))
        return value
    # A call is a place of its own: what the block decides is decided for it alone.
    base = dotted(base, place_in(frame.unit, node) or tree.split_call(call)[0].name)
    inner = replace(frame, use=Use(base, base, base, is_anew=True))
    if isinstance(call, tree.Name):
        return _each_block(frame, inner, call)
    # Its arguments belong to the text around it.
    callee = resolve_callee(inner, call.function)
    arguments = evaluate_arguments(frame, call.arguments, (), callee)
    value = insert_after_call(frame, inner.apply(callee, arguments, call), call)
    frame.options.take(node, frame.taken(call))
    return value


def _each_block(frame: Frame, inner: Frame, name: tree.Name) -> Value:
    """A block that is derived or chosen, with the choices of that made anew."""
    definition = frame.unit.names.get(name.name)
    if definition is None or definition.decides:
        return inner.evaluate(name)
    # What is inside its body is decided where it is called, and nothing there knows of this `each`.
    message = f"`each` is for a call: `{name.name}` itself decides nothing"
    raise frame.fault("choice", message, name.span, help=f"write `each {name.name}(...)`")


def require(frame: Frame, statement: tree.Require) -> None:
    """`require c2 >= c1`: a member for which it is false does not exist."""
    if frame.truth(statement.condition):
        return
    reason = f": {statement.why}" if statement.why else ""
    made = frame.context.decisions.made.values()
    also = tuple([Label(each.decision.span, f"{each.name} = {each.option}") for each in made][:6])
    message = f"`{statement.condition.span.text}` does not hold{reason}"
    frame.findings.add(frame.error("require", message, statement.condition.span, also=also))
    raise NoMember


RULES: dict[type, Callable[[Frame, Any], Value]] = {
    tree.Choice: _choice,
    tree.Each: _each,
    tree.Dash: _dash,
}
