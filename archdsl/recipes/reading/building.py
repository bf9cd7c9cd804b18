"""Building a recipe: from its definition to the value that emission uses, with every mistake.

A recipe without a network is only for others to derive from. Its values are open until they do, so
`check` reports no more than unknown names and settings in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import floor
from typing import TypeAlias, TypeVar

from archdsl.build.attempts import attempt
from archdsl.build.context import Frame
from archdsl.build.machine import top_level_frame
from archdsl.build.values import POISON, Tensor
from archdsl.diagnostics import (
    CompileError,
    Diagnostic,
    Diagnostics,
    Label,
    warning,
)
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Graph
from archdsl.params.numbers import Number
from archdsl.program.names import words_in_types
from archdsl.program.program import Program, Unit, name_span
from archdsl.recipes.reading import checks, fitting
from archdsl.recipes.reading.finding import (
    Body,
    LocatedRecipe,
    check_network,
    resolve,
    target_of,
)
from archdsl.recipes.reading.settings import RecipeReader, names_parts
from archdsl.recipes.recipe import VOCABULARY, Clip, FullLength, Recipe
from archdsl.settings.reading.names import undefined
from archdsl.settings.reading.parameters import check_parameter_names, fill_parameters
from archdsl.syntax import tree

GraphOf: TypeAlias = Callable[[str, Unit], "Graph | Sequence[str]"]
"""The graph of a network by its name in a file, or the parameters that have no value."""

PartsOf: TypeAlias = Callable[[Graph], Sequence[str]]
"""The parts of a network as its emitted module calls them, which recipes may freeze."""


def build(
    program: Program,
    located: LocatedRecipe,
    diagnostics: Diagnostics,
    graph_of: GraphOf,
    parts_of: PartsOf,
) -> Recipe:
    """Evaluate a recipe that is for a network, and check it with the graph of that network.

    Everything found goes to `diagnostics`, warnings included.

    Raises:
        CompileError: with every mistake in the recipe.
    """
    found, read, unit = Diagnostics(), _with_words(program), located[1]
    body = attempt(read, unit, lambda frame: resolve(frame, located), found)
    recipe = None
    if body is not None and not found.has_errors:
        made = partial(_build, located=located, body=body, graph_of=graph_of, parts_of=parts_of)
        recipe = attempt(read, unit, made, found)
    labelled = [_with_derivation(diagnostic, body) for diagnostic in found]
    diagnostics.extend(labelled)
    if recipe is None:
        raise CompileError(labelled)
    return recipe


def _with_words(program: Program) -> Program:
    """The program with the words that parameters of recipes list."""
    recipes = (recipe for unit in program.units for recipe in unit.own_recipes)
    return program.with_words(words_in_types(recipes))


def inherited(recipe: Recipe, network: str, pace: Number) -> Recipe:
    """A recipe under the name of a network that derives from the one that it is for."""
    # `x3d_s_train` becomes `x3d_wide_train`: a run is written under the name of its recipe.
    rest = recipe.name.removeprefix(recipe.network)
    name = f"{network}{rest}" if rest != recipe.name else f"{network}_{recipe.name}"
    return at_pace(replace(recipe, name=name, network=network), pace)


def at_pace(recipe: Recipe, pace: Number) -> Recipe:
    """A recipe whose clips have `pace` times as many frames of the same time.

    The stride between them is divided by it and rounded, to at least 1.
    """
    test = recipe.test
    if isinstance(test, FullLength):
        test = _at_pace(test, pace)
    return replace(recipe, clip=_at_pace(recipe.clip, pace), test=test)


_Strided = TypeVar("_Strided", Clip, FullLength)


def _at_pace(sampling: _Strided, pace: Number) -> _Strided:
    stride = floor(sampling.stride / Fraction(pace) + Fraction(1, 2))
    return replace(sampling, stride=max(1, stride))


def misfit(
    program: Program, located: LocatedRecipe, network: str, failure: CompileError
) -> Diagnostic:
    """That a recipe does not fit a network, and why."""
    why = next(mistake.message for mistake in failure.diagnostics if mistake.is_error)
    what = f"recipe `{located[0].name}` does not fit `{network}` and is left out"
    return warning("recipe", f"{what}: {why}", name_span(program.main.names[network].node))


def _with_derivation(diagnostic: Diagnostic, body: Body | None) -> Diagnostic:
    """Label the derivation that was asked for, if the mistake is in the body that it derives from.

    The body may be in the library, and right for all its other derivations.
    """
    labels = diagnostic.labels
    if body is None or body.call is None or not labels:
        return diagnostic
    if not body.recipe.span.holds(labels[0].span):
        return diagnostic
    return replace(diagnostic, labels=(*labels, Label(body.call, "for this recipe")))


def _build(
    frame: Frame, located: LocatedRecipe, body: Body, graph_of: GraphOf, parts_of: PartsOf
) -> Recipe:
    (definition, _), findings = located, frame.findings
    name, unit = _target(frame, located)
    graph = _graph(frame, name, unit, graph_of)
    entries = RecipeReader(_body_frame(frame, body, graph)).read_all(body.recipe)
    # The checks need all settings, with values of the right kinds.
    findings.stop_on_errors()
    values = {field: entry.value for field, entry in entries.items()}
    recipe = Recipe(definition.name, name.name, definition.doc or body.recipe.doc, **values)
    findings.extend(checks.contradictions(recipe, entries))
    findings.extend(fitting.misfits(recipe, entries, graph, name.span))
    if recipe.freeze or recipe.rates:
        findings.extend(fitting.unknown_parts(recipe, entries, graph.name, parts_of(graph)))
    findings.stop_on_errors()
    return recipe


def _target(frame: Frame, located: LocatedRecipe) -> tuple[tree.Name, Unit]:
    """The name of the network that a recipe is for, and the file that it is a name in.

    Raises:
        Fault: the recipe names no network, or something else.
    """
    target, (recipe, _) = target_of(located), located
    if target is None:
        message = f"recipe `{recipe.name}` is for no network"
        help = f"write `recipe {recipe.name} for NETWORK`"
        raise frame.fault("recipe", message, name_span(recipe), help=help)
    name, unit = target
    check_network(frame, name, unit, "recipe")
    return name, unit


def _graph(frame: Frame, name: tree.Name, unit: Unit, graph_of: GraphOf) -> Graph:
    """The graph of the network that a recipe is for.

    Raises:
        Fault: a parameter of the network has no value.
        CompileError: with the mistakes in the network.
    """
    graph = graph_of(name.name, unit)
    if isinstance(graph, Graph):
        return graph
    message = f"network `{name.name}` has no value for `{graph[0]}`"
    derived = f"network NAME = {name.name}({graph[0]} = ...)"
    help = f"write `{derived}`, and the recipe for that network"
    raise frame.fault("recipe", message, name.span, help=help)


def _body_frame(frame: Frame, body: Body, graph: Graph) -> Frame:
    """The frame that evaluates settings: it has the network's inputs and the recipe's parameters.

    Raises:
        Fault: a parameter is unknown, or has no value or one of another type.
    """
    context = frame.context
    # Settings may read sizes of the network's inputs, as in `crop video.height`.
    known = Builder.after(graph)
    inner = top_level_frame(context.program, body.unit, context.budget, context.findings, known)
    inner.names |= {name: Tensor(value, graph.type(value)) for name, value in graph.inputs.items()}
    fill_parameters(inner, body.recipe, body.given, body.call)
    return inner


def check(
    program: Program, name: str, diagnostics: Diagnostics, graph_of: GraphOf, parts_of: PartsOf
) -> None:
    """Report what is wrong with a recipe that the spec itself defines."""
    recipe, _ = located = program.main.recipes[name][0], program.main
    found = Diagnostics()
    with suppress(CompileError):
        if target_of(located) is not None:
            build(program, located, found, graph_of, parts_of)
    # Again without the network: the build stops at the first phase that has mistakes. The same
    # mistake at the same place counts once.
    with suppress(CompileError):
        _check_alone(program, located, found)
    diagnostics.extend(found)
    if isinstance(recipe, tree.Recipe):
        reported = [mistake.labels[0].span for mistake in found if mistake.labels]
        parts = [setting.span for setting in recipe.settings if names_parts(setting)]
        diagnostics.extend(undefined(recipe, VOCABULARY, frozenset(), [*reported, *parts]))


def _check_alone(program: Program, located: LocatedRecipe, diagnostics: Diagnostics) -> None:
    """Report the mistakes that need no network to be found.

    These are those of derivations and of names of settings; also of values, where the recipe is for
    a network and all its parameters have one.
    """

    def work(frame: Frame) -> None:
        body = resolve(frame, located)
        inner = frame.top_level(body.unit)
        check_parameter_names(inner, body.recipe, body.given)
        open_values = [p.name for p in body.recipe.parameters if p.default is None]
        if target_of(located) is None or set(open_values) - body.given.keys():
            RecipeReader(inner).known(body.recipe.settings)
        else:
            _check_values(inner, body)

    attempt(_with_words(program), located[1], work, diagnostics)


def _check_values(frame: Frame, body: Body) -> None:
    """Report the mistakes in settings, and between them. Sizes of the network are unknown."""
    nodes = tree.walk([*body.recipe.parameters, *body.recipe.settings])
    sized = (node.value for node in nodes if isinstance(node, tree.Attribute))
    frame.names |= {node.name: POISON for node in sized if isinstance(node, tree.Name)}
    fill_parameters(frame, body.recipe, body.given, body.call)
    findings, faults = frame.findings, frame.findings.faults
    entries = RecipeReader(frame).read_all(body.recipe)
    if findings.faults == faults:
        values = {field: entry.value for field, entry in entries.items()}
        recipe = Recipe(body.recipe.name, "", None, **values)
        findings.extend(checks.contradictions(recipe, entries))
