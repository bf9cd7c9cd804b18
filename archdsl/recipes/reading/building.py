"""A recipe by network and name, to the values that emission works with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from archdsl.build.networks import elaborate, missing_parameters
from archdsl.build.session import Fault, Frame, Session
from archdsl.build.values import Tensor
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, Label, did_you_mean, nearest
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Graph
from archdsl.program.names import words_of
from archdsl.program.program import Program, Unit, is_network, name_span
from archdsl.recipes.language import NEEDED, SETTINGS, form, names_of
from archdsl.recipes.reading import checks, fitting, parameters, settings
from archdsl.recipes.reading.finding import Body, Found, resolve, target_of
from archdsl.recipes.recipe import Recipe
from archdsl.syntax import tree


def build(
    program: Program, found: Found, diagnostics: Diagnostics, graph: Graph | None = None
) -> Recipe:
    """The recipe of a definition that is for a network, checked with that network.

    `graph` is the network where it is built already, maybe with other parameters than its own.
    What is worth a warning goes to `diagnostics`.

    Raises:
        CompileError: with every mistake in it.
    """
    told = _Told()
    words = words_of(recipe for unit in program.units for recipe in unit.own_recipes)
    session = Session(program.with_words(words), Builder(""), told)
    recipe = None
    try:
        recipe = _build(session, found, graph, told)
    except Fault as fault:
        session.report(fault)
    except CompileError as failure:
        told.take(failure)
    diagnostics.extend(told)
    if recipe is None:
        raise CompileError(told)
    return recipe


@dataclass
class _Told(Diagnostics):
    """A mistake in a `body` that others derive from is told with the recipe asked for."""

    body: Body | None = None

    def add(self, diagnostic: Diagnostic) -> None:
        body, labels = self.body, diagnostic.labels
        if body and body.call and labels and body.recipe.span.holds(labels[0].span):
            asked = Label(body.call, "for this recipe")
            diagnostic = replace(diagnostic, labels=(*labels, asked))
        super().add(diagnostic)


def _build(session: Session, found: Found, graph: Graph | None, told: _Told) -> Recipe:
    definition, _ = found
    told.body = body = resolve(session, found)
    network, unit = _network(session, found)
    graph = graph or _own(session, network, unit)
    session.graph = Builder.after(graph)
    frame = _frame(session, body)
    sheet = _sheet(frame, body)
    told.stop_on_errors()
    values = {field: entry.value for field, entry in sheet.items()}
    recipe = Recipe(definition.name, network.name, definition.doc or body.recipe.doc, **values)
    told.extend(checks.mistakes(recipe, sheet))
    told.extend(fitting.mistakes(recipe, sheet, graph, network.span))
    told.stop_on_errors()
    return recipe


def _network(session: Session, found: Found) -> tuple[tree.Name, Unit]:
    """The network that a recipe is for, as it is named in a file.

    Raises:
        Fault: it is for none.
    """
    target = target_of(found)
    if target is None:
        message = f"recipe `{found[0].name}` is for no network"
        help = f"write `recipe {found[0].name} for NETWORK`"
        raise Fault(session.error("recipe", message, name_span(found[0]), help=help))
    name, unit = target
    networks = [known for known, found in unit.names.items() if is_network(found.node)]
    if name.name in networks:
        return name, unit
    message = f"no network is called `{name.name}`"
    if name.name in unit.names:
        message = f"`{name.name}` is a block, not a network"
    hint = did_you_mean(name.name, networks) or (
        f"there is {', '.join(networks)}" if networks else None
    )
    raise Fault(session.error("recipe", message, name.span, help=hint))


def _own(session: Session, name: tree.Name, unit: Unit) -> Graph:
    """A network with its own parameters.

    Raises:
        Fault: one of them has no value.
        CompileError: the network is at fault.
    """
    program = replace(session.program, main=unit)
    if missing := missing_parameters(program, name.name):
        message = f"network `{name.name}` has no value for `{missing[0]}`"
        help = "derive one with its parameters given, and write the recipe for that"
        raise Fault(session.error("recipe", message, name.span, help=help))
    return elaborate(program, name.name, {}, Diagnostics()).graph


def _frame(session: Session, body: Body) -> Frame:
    """Where settings are evaluated: the network's inputs and the recipe's parameters are known.

    Raises:
        Fault: a parameter is not one, has no value, or not a fitting one.
    """
    graph = session.graph
    inputs = {name: Tensor(value, graph.type(value)) for name, value in graph.inputs.items()}
    frame = Frame(session, body.unit, names={**inputs})
    parameters.fill(frame, body)
    return frame


def _written(recipe: tree.Recipe) -> Iterator[str]:
    """The settings that a recipe has, be they misspelt."""
    for setting in recipe.settings:
        yield nearest(setting.name, SETTINGS) or setting.name


def _sheet(frame: Frame, body: Body) -> settings.Sheet:
    """The settings, where none that is needed is missing: that is reported."""
    session, recipe = frame.session, body.recipe
    faults = session.faults
    sheet = settings.read(frame, recipe.settings)
    told = set(_written(recipe)) if session.faults > faults else set()
    missing = [f for f in NEEDED if f not in sheet and told.isdisjoint(names_of(f))]
    if missing:
        ways = [" or ".join(f"`{name}`" for name in names_of(field)) for field in missing]
        message = f"recipe `{recipe.name}` does not say {', '.join(ways)}"
        hint = " or ".join(map(form, names_of(missing[0])))
        session.report(frame.fault("recipe", message, name_span(recipe), help=f"write {hint}"))
    return sheet
