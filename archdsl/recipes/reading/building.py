"""A recipe by network and name, to the values that emission works with; and every mistake in one.

A recipe that is only for others to derive from is checked too, as far as that goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeAlias

from archdsl.build.context import Frame
from archdsl.build.machine import outside
from archdsl.build.request import Budget, Fault, Findings
from archdsl.build.values import Tensor
from archdsl.diagnostics import (
    CompileError,
    Diagnostic,
    Diagnostics,
    Label,
    did_you_mean,
    error,
    nearest,
    suggestion,
)
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Graph
from archdsl.program.names import FUNCTIONS, words_in_types
from archdsl.program.program import Program, Unit, is_network, name_span
from archdsl.recipes.reading import checks, settings
from archdsl.recipes.reading.finding import (
    Body,
    Found,
    check_known,
    fill_parameters,
    resolve,
    target_of,
)
from archdsl.recipes.recipe import NEEDED, SETTINGS, WORDS, Recipe, names_of
from archdsl.source import Span
from archdsl.syntax import tree

Network: TypeAlias = Callable[[str, Unit], "Graph | Sequence[str]"]
"""The graph of a network that a file names, or the parameters that it has no value for."""


def build(program: Program, found: Found, diagnostics: Diagnostics, network: Network) -> Recipe:
    """The recipe of a definition that is for a network, checked with that network.

    `network` gives the graph of a network of a file, as it is or as it is asked for. What is
    worth a warning goes to `diagnostics`.

    Raises:
        CompileError: with every mistake in it.
    """
    findings = Findings(Builder(""))
    words = words_in_types(recipe for unit in program.units for recipe in unit.own_recipes)
    frame = outside(program.with_words(words), found[1], Budget(), findings)
    body = recipe = None
    try:
        body = resolve(frame, found)
        recipe = _build(frame, found, body, network)
    except Fault as fault:
        findings.report(fault)
    except CompileError as failure:
        findings.collect(failure)
    told = [_as_asked(diagnostic, body) for diagnostic in findings]
    diagnostics.extend(told)
    if recipe is None:
        raise CompileError(told)
    return recipe


def _as_asked(diagnostic: Diagnostic, body: Body | None) -> Diagnostic:
    """A mistake in a body that others derive from is told with the recipe asked for."""
    labels = diagnostic.labels
    if body is None or body.call is None or not labels:
        return diagnostic
    if not body.recipe.span.holds(labels[0].span):
        return diagnostic
    return replace(diagnostic, labels=(*labels, Label(body.call, "for this recipe")))


def _build(frame: Frame, found: Found, body: Body, network: Network) -> Recipe:
    (definition, _), findings = found, frame.findings
    name, unit = _target(frame, found)
    graph = _graph(frame, name, unit, network)
    sheet = _sheet(_inside(frame, body, graph), body)
    findings.stop_on_errors()
    values = {field: entry.value for field, entry in sheet.items()}
    recipe = Recipe(definition.name, name.name, definition.doc or body.recipe.doc, **values)
    findings.extend(checks.contradictions(recipe, sheet))
    findings.extend(checks.misfits(recipe, sheet, graph, name.span))
    findings.stop_on_errors()
    return recipe


def _target(frame: Frame, found: Found) -> tuple[tree.Name, Unit]:
    """The network that a recipe is for, as it is named in a file.

    Raises:
        Fault: it is for none.
    """
    target = target_of(found)
    if target is None:
        message = f"recipe `{found[0].name}` is for no network"
        help = f"write `recipe {found[0].name} for NETWORK`"
        raise frame.fault("recipe", message, name_span(found[0]), help=help)
    name, unit = target
    networks = [known for known, found in unit.names.items() if is_network(found.node)]
    if name.name in networks:
        return name, unit
    message = f"no network is called `{name.name}`"
    if name.name in unit.names:
        message = f"`{name.name}` is a block, not a network"
    raise frame.fault("recipe", message, name.span, help=suggestion(name.name, networks))


def _graph(frame: Frame, name: tree.Name, unit: Unit, network: Network) -> Graph:
    """The network that a recipe is for.

    Raises:
        Fault: one of its own parameters has no value.
        CompileError: the network is at fault.
    """
    graph = network(name.name, unit)
    if isinstance(graph, Graph):
        return graph
    message = f"network `{name.name}` has no value for `{graph[0]}`"
    help = "derive one with its parameters given, and write the recipe for that"
    raise frame.fault("recipe", message, name.span, help=help)


def _inside(frame: Frame, body: Body, graph: Graph) -> Frame:
    """Where settings are evaluated: the network's inputs and the recipe's parameters are known.

    Raises:
        Fault: a parameter is not one, has no value, or not a fitting one.
    """
    context = frame.context
    known = Builder.after(graph)
    inner = outside(context.program, body.unit, context.budget, context.findings, known)
    inner.names |= {name: Tensor(value, graph.type(value)) for name, value in graph.inputs.items()}
    fill_parameters(inner, body)
    return inner


def _written(recipe: tree.Recipe) -> Iterator[str]:
    """The settings that a recipe has, be they misspelt."""
    for setting in recipe.settings:
        yield nearest(setting.name, SETTINGS) or setting.name


def _sheet(frame: Frame, body: Body) -> settings.Sheet:
    """The settings, where none that is needed is missing: that is reported."""
    findings, recipe = frame.findings, body.recipe
    faults = findings.faults
    sheet = settings.read(frame, recipe.settings)
    told = set(_written(recipe)) if findings.faults > faults else set()
    missing = [f for f in NEEDED if f not in sheet and told.isdisjoint(names_of(f))]
    if missing:
        ways = [" or ".join(f"`{name}`" for name in names_of(field)) for field in missing]
        message = f"recipe `{recipe.name}` does not say {', '.join(ways)}"
        hint = " or ".join(SETTINGS[name].shown(name) for name in names_of(missing[0]))
        findings.report(frame.fault("recipe", message, name_span(recipe), help=f"write {hint}"))
    return sheet


def check(program: Program, name: str, diagnostics: Diagnostics, network: Network) -> None:
    """Tell what is wrong with a recipe that the spec itself defines."""
    found = program.main.recipes[name][0], program.main
    own = Diagnostics()
    with suppress(CompileError):
        if target_of(found) is not None:
            build(program, found, own, network)
    with suppress(CompileError):
        _check_alone(program, found, own)
    diagnostics.extend(own)
    if isinstance(found[0], tree.Recipe):
        told = [mistake.labels[0].span for mistake in own if mistake.labels]
        diagnostics.extend(_unknown(found[0], told))


def _unknown(recipe: tree.Recipe, told: Sequence[Span]) -> Iterator[Diagnostic]:
    """Names that are nothing, also where evaluation never comes; no place is told of twice.

    One whose sizes are read is an input of whatever network the recipe is for.
    """
    nodes = list(tree.walk([*recipe.parameters, *recipe.settings]))
    sized = {node.value.span for node in nodes if isinstance(node, tree.Attribute)}
    own = [parameter.name for parameter in recipe.parameters]
    known = {*own, *FUNCTIONS, *WORDS, *words_in_types([recipe])}
    for node in nodes:
        if not isinstance(node, tree.Name) or node.name in known or node.span in sized:
            continue
        if not any(span.holds(node.span) for span in told):
            hint = did_you_mean(node.name, own)
            yield error("name", f"nothing is called `{node.name}`", node.span, help=hint)


def _check_alone(program: Program, found: Found, diagnostics: Diagnostics) -> None:
    """What can be said of a recipe without its network, where many values are still open."""
    findings = Findings(Builder(""))
    frame = outside(program, found[1], Budget(), findings)
    with suppress(CompileError):
        try:
            body = resolve(frame, found)
            inner = frame.outside(body.unit)
            check_known(inner, body)
            settings.known(inner, body.recipe.settings)
        except Fault as fault:
            findings.report(fault)
    diagnostics.extend(findings)
