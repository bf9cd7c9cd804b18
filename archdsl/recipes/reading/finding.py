"""Which recipes there are for a network, the body that one is derived from, and its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from archdsl import limits
from archdsl.build import parameters
from archdsl.build.arguments import listed
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import Given
from archdsl.diagnostics import CompileError, Label, did_you_mean, error, suggestion
from archdsl.plan.derivations import named_arguments
from archdsl.program.program import Definition, NamedRecipe, Program, Unit
from archdsl.source import Span
from archdsl.syntax import tree

Found = tuple[NamedRecipe, Unit]
"""A recipe with the file that it stands in."""


@dataclass(frozen=True)
class Body:
    """The body that a recipe finally means, with the parameters that derivations give it.

    `call` is the derivation asked for, where it is not the body itself.
    """

    recipe: tree.Recipe
    unit: Unit
    given: Mapping[str, Given]
    call: Span | None = None


def choose(program: Program, network: str, name: str | None) -> Found | None:
    """The recipe of a network that is asked for by name, or the only one; None without any.

    Raises:
        CompileError: there is none of this name, or several and none was named.
    """
    found = recipes_for(program, network)
    if name is None:
        if len(found) > 1:
            message = f"network `{network}` has several recipes"
            raise CompileError([error("recipe", message, help=f"choose one: {', '.join(found)}")])
        return next(iter(found.values()), None)
    if name in found:
        return found[name]
    message = f"network `{network}` has no recipe `{name}`"
    hint = suggestion(name, found) or "it has none"
    raise CompileError([error("recipe", message, help=hint)])


def recipes_for(program: Program, network: str) -> dict[str, Found]:
    """The recipes for a network that a spec defines or uses, by name."""
    own = {recipe.name: (recipe, program.main) for recipe in program.main.own_recipes}
    seen = {**program.main.recipes, **own}
    definition = program.main.names[network]
    return {name: found for name, found in seen.items() if _is_for(found, definition)}


def _is_for(found: Found, network: Definition) -> bool:
    target = target_of(found)
    if target is None:
        return False
    name, unit = target
    return name.name in unit.names and unit.names[name.name].number == network.number


def target_of(found: Found) -> tuple[tree.Name, Unit] | None:
    """The network that a recipe is for, as it is named in a file; a derived one inherits it."""
    for recipe, unit in _lineage(found):
        if recipe.network is not None:
            return recipe.network, unit
    return None


def _lineage(found: Found) -> Iterator[Found]:
    """A recipe and those it derives from, as far as there are such."""
    for _ in range(limits.DERIVATIONS):
        yield found
        recipe, unit = found
        if isinstance(recipe, tree.Recipe):
            return
        base, _ = tree.split_call(recipe.base)
        if base.name not in unit.recipes:
            return
        found = unit.recipes[base.name]


def resolve(frame: Frame, found: Found, seen: tuple[NamedRecipe, ...] = ()) -> Body:
    """Follow derivations to a body; parameters given later win.

    Raises:
        Fault: there is none at the end.
    """
    recipe, unit = found
    if isinstance(recipe, tree.Recipe):
        return Body(recipe, unit, {})
    frame = frame.outside(unit)
    base, written = tree.split_call(recipe.base)
    if any(recipe is other for other in seen):
        path = " -> ".join(other.name for other in (*seen, recipe))
        message = f"recipes are derived from each other in a circle: {path}"
        raise frame.fault("recursion", message, base.span)
    if len(seen) == limits.DERIVATIONS:
        message = f"`{seen[0].name}` is derived through more than {limits.DERIVATIONS} recipes"
        raise frame.fault("nesting", message, base.span)
    if base.name not in unit.recipes:
        hint = did_you_mean(base.name, unit.recipes)
        message = f"no recipe is called `{base.name}`"
        raise frame.fault("recipe", message, base.span, help=hint)
    below = resolve(frame, unit.recipes[base.name], (*seen, recipe))
    given = {**below.given, **named_arguments(frame, written)}
    return replace(below, given=given, call=recipe.base.span)


def fill_parameters(frame: Frame, body: Body) -> None:
    """Give every parameter its value.

    Raises:
        Fault: one has none, or not a fitting one; every mistake has been reported.
    """
    check_known(frame, body)
    missing = [*_missing(frame, body)]
    for fault in missing:
        frame.findings.report(fault)
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
        hint = did_you_mean(name, names) or listed(names)
        frame.findings.report(frame.fault("argument", message, given.span, help=hint))
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
