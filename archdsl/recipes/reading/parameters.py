"""Parameters of recipes, and what they are given."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.build import binding, parameters
from archdsl.build.session import Fault, Frame
from archdsl.diagnostics import Label, did_you_mean
from archdsl.recipes.reading.finding import Body


def fill(frame: Frame, body: Body) -> None:
    """Give every parameter its value.

    Raises:
        Fault: one has none, or not a fitting one; every mistake has been reported.
    """
    check_known(frame, body)
    missing = [*_missing(frame, body)]
    for fault in missing:
        frame.session.report(fault)
    if missing:
        raise Fault
    given = parameters.checked(frame, body.recipe, body.given)
    parameters.fill(frame, body.recipe, given)


def check_known(frame: Frame, body: Body) -> None:
    """See that what is given are parameters.

    Raises:
        Fault: it is not so; every mistake has been reported.
    """
    recipe = body.recipe
    names = [parameter.name for parameter in recipe.parameters]
    unknown = [(name, given) for name, given in body.given.items() if name not in names]
    for name, given in unknown:
        message = f"recipe `{recipe.name}` has no parameter `{name}`"
        hint = did_you_mean(name, names) or binding.listed(names)
        frame.session.report(frame.fault("argument", message, given.span, help=hint))
    if unknown:
        raise Fault


def _missing(frame: Frame, body: Body) -> Iterator[Fault]:
    recipe, call = body.recipe, body.call
    for parameter in recipe.parameters:
        if parameter.default is not None or parameter.name in body.given:
            continue
        message = f"recipe `{recipe.name}` needs `{parameter.name}`"
        hint = f"give it: `{recipe.name}({parameter.name} = ...)`"
        also = () if call is None else (Label(parameter.span, "this parameter"),)
        yield frame.fault("argument", message, call or parameter.span, also=also, help=hint)
