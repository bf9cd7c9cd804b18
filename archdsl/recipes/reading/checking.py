"""Every mistake in a recipe of a file, also in one that is only for others to derive from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from archdsl.build.session import Fault, Frame, Session
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, did_you_mean, error
from archdsl.ir.builder import Builder
from archdsl.program.names import FUNCTIONS, words_of
from archdsl.program.program import Program
from archdsl.recipes.language import WORDS
from archdsl.recipes.reading import building, parameters, settings
from archdsl.recipes.reading.finding import Found, resolve, target_of
from archdsl.source import Span
from archdsl.syntax import tree


def check(program: Program, name: str, diagnostics: Diagnostics) -> None:
    """Tell what is wrong with a recipe that the spec itself defines."""
    found = program.main.recipes[name][0], program.main
    own = Diagnostics()
    with suppress(CompileError):
        if target_of(found) is not None:
            building.build(program, found, own)
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
    sized = {id(node.value) for node in nodes if isinstance(node, tree.Attribute)}
    own = [parameter.name for parameter in recipe.parameters]
    known = {*own, *FUNCTIONS, *WORDS, *words_of([recipe])}
    for node in nodes:
        if not isinstance(node, tree.Name) or node.name in known or id(node) in sized:
            continue
        if not any(span.holds(node.span) for span in told):
            hint = did_you_mean(node.name, own)
            yield error("name", f"nothing is called `{node.name}`", node.span, help=hint)


def _check_alone(program: Program, found: Found, diagnostics: Diagnostics) -> None:
    """What can be said of a recipe without its network, where many values are still open."""
    session = Session(program, Builder(""), diagnostics)
    try:
        body = resolve(session, found)
        frame = Frame(session, body.unit)
        parameters.check_known(frame, body)
        settings.known(frame, body.recipe.settings)
    except Fault as fault:
        session.report(fault)
