"""The parameters of recipes and searches: each gets its value before settings are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from archdsl.build import parameters
from archdsl.build.arguments import parameter_hint
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import Given
from archdsl.diagnostics import Label
from archdsl.source import Span
from archdsl.syntax import tree

Definition: TypeAlias = tree.Recipe | tree.Search
"""A definition with settings."""


def fill_parameters(
    frame: Frame, definition: Definition, given: Mapping[str, Given], call: Span | None = None
) -> None:
    """Give every parameter its value in a frame; `call` is what gives them, if it is in the text.

    Raises:
        Fault: a parameter is unknown, has no value or one of another type. Every mistake has been
            reported.
    """
    check_parameter_names(frame, definition, given)
    missing = [*_missing(frame, definition, given, call)]
    for fault in missing:
        frame.findings.report(fault)
    if missing:
        raise Fault
    checked = parameters.check_arguments(frame, definition, given)
    parameters.bind_parameters(frame, definition, checked)


def check_parameter_names(frame: Frame, definition: Definition, given: Mapping[str, Given]) -> None:
    """Check that a definition has the parameters that it is given.

    Raises:
        Fault: it lacks some. Every one of them has been reported.
    """
    names = [parameter.name for parameter in definition.parameters]
    unknown = [(name, each) for name, each in given.items() if name not in names]
    for name, each in unknown:
        message = f"{shown(definition)} has no parameter `{name}`"
        hint = parameter_hint(name, names)
        frame.findings.report(frame.fault("argument", message, each.span, help=hint))
    if unknown:
        raise Fault


def _missing(
    frame: Frame, definition: Definition, given: Mapping[str, Given], call: Span | None
) -> Iterator[Fault]:
    for parameter in definition.parameters:
        if parameter.default is not None or parameter.name in given:
            continue
        message = f"{shown(definition)} needs `{parameter.name}`"
        hint = f"write `{definition.name}({parameter.name} = ...)`"
        if isinstance(definition, tree.Search):  # nothing derives from one
            hint = f"give it a default: `{parameter.name} = ...`"
        also = () if call is None else (Label(parameter.span, "this parameter"),)
        yield frame.fault("argument", message, call or parameter.span, also=also, help=hint)


def shown(definition: Definition) -> str:
    """``recipe `x3d_train` ``."""
    kind = "recipe" if isinstance(definition, tree.Recipe) else "search"
    return f"{kind} `{definition.name}`"
