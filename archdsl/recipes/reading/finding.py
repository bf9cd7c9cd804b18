"""Finding the recipes for a network, and following derivations to a body.

Choosing a recipe reads names only. Its settings are not evaluated, so a mistake in one recipe does
not stand in the way of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from archdsl import limits
from archdsl.build.context import Frame
from archdsl.build.derivations import check_derivation_path
from archdsl.build.request import Fault
from archdsl.build.values import Given
from archdsl.diagnostics import CompileError, did_you_mean, error, suggestion
from archdsl.plan.derivations import named_arguments
from archdsl.program.program import Definition, NamedRecipe, Program, Unit, is_network
from archdsl.source import Span
from archdsl.syntax import tree

LocatedRecipe = tuple[NamedRecipe, Unit]
"""A recipe, and the file that defines it."""


@dataclass(frozen=True)
class Body:
    """The recipe at the end of a chain of derivations, with the parameters that these give it.

    `call` is the base of the derivation that was asked for; None if that is the body itself.
    """

    recipe: tree.Recipe
    unit: Unit
    given: Mapping[str, Given]
    call: Span | None = None


def choose(program: Program, network: str, name: str | None) -> LocatedRecipe | None:
    """A network's recipe of this name; without a name its only one, None if it has none.

    Raises:
        CompileError: no recipe has this name, or there are several and none was named.
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


def recipes_for(program: Program, network: str) -> dict[str, LocatedRecipe]:
    """The recipes for a network, by name: those that the spec defines, and those that it uses.

    A derived network without any has those of the nearest network before it that has some.
    """
    own = {recipe.name: (recipe, program.main) for recipe in program.main.own_recipes}
    visible = {**program.main.recipes, **own}
    for definition in ancestry(program.main.names[network]):
        found = {name: each for name, each in visible.items() if _is_for(each, definition)}
        if found:
            return found
    return {}


def ancestry(network: Definition) -> Iterator[Definition]:
    """A network, the network that it derives from, and so on."""
    for _ in range(limits.DERIVATIONS):  # a chain may be a circle
        yield network
        if not isinstance(network.node, tree.Derived):
            return
        base, _ = tree.split_call(network.node.base)
        if base.name not in network.unit.names:
            return
        network = network.unit.names[base.name]


def is_inherited(program: Program, located: LocatedRecipe, network: str) -> bool:
    """Whether a recipe is for a network that this one derives from."""
    return not _is_for(located, program.main.names[network])


def _is_for(located: LocatedRecipe, network: Definition) -> bool:
    target = target_of(located)
    if target is None:
        return False
    name, unit = target
    # Numbers, not names: two files may each define a network of one name.
    return name.name in unit.names and unit.names[name.name].number == network.number


def target_of(located: LocatedRecipe) -> tuple[tree.Name, Unit] | None:
    """The name of the network that a recipe is for, and the file in which it is that name.

    A derived recipe inherits it from its base.
    """
    for recipe, unit in _lineage(located):
        if recipe.network is not None:
            return recipe.network, unit
    return None


def _lineage(located: LocatedRecipe) -> Iterator[LocatedRecipe]:
    """A recipe, its base, the base of that, and so on. `resolve` reports a chain that is broken."""
    for _ in range(limits.DERIVATIONS):  # a chain may be a circle
        yield located
        recipe, unit = located
        if isinstance(recipe, tree.Recipe):
            return
        base, _ = tree.split_call(recipe.base)
        if base.name not in unit.recipes:
            return
        located = unit.recipes[base.name]


def resolve(
    frame: Frame, located: LocatedRecipe, seen: tuple[tree.DerivedRecipe, ...] = ()
) -> Body:
    """Follow derivations to a body. A parameter keeps the value given nearest to `located`.

    Raises:
        Fault: the chain is a circle, is too long, or names an unknown recipe.
    """
    recipe, unit = located
    if isinstance(recipe, tree.Recipe):
        return Body(recipe, unit, {})
    frame = frame.top_level(unit)
    check_derivation_path(frame, recipe, seen)
    base, written = tree.split_call(recipe.base)
    if base.name not in unit.recipes:
        if unit.may_see(base.name):
            raise Fault  # without a diagnostic: that of the file has been reported
        hint = did_you_mean(base.name, unit.recipes)
        message = f"no recipe is called `{base.name}`"
        raise frame.fault("recipe", message, base.span, help=hint)
    below = resolve(frame, unit.recipes[base.name], (*seen, recipe))
    given = {**below.given, **named_arguments(frame, written)}
    return replace(below, given=given, call=recipe.base.span)


def check_network(frame: Frame, name: tree.Name, unit: Unit, code: str) -> None:
    """Check that a name is that of a network in a file.

    Raises:
        Fault: nothing has the name, or something else.
    """
    networks = [known for known, found in unit.names.items() if is_network(found.node)]
    if name.name in networks:
        return
    if unit.may_see(name.name):
        raise Fault  # without a diagnostic: that of the file has been reported
    message = f"no network is called `{name.name}`"
    if name.name in unit.names:
        message = f"`{name.name}` is a block, not a network"
    raise frame.fault(code, message, name.span, help=suggestion(name.name, networks))
