"""Everything that can be said of a spec: each network, recipe, search and space, and its claims.

`archdsl check` prints it, and editors show it after a pause. A mistake hides nothing: the rest of
the file is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archdsl import compiler
from archdsl.claims.checker import check_claims, count_claims
from archdsl.claims.figures import SpaceResult, SpecReport
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, error
from archdsl.network import Network
from archdsl.program.files import NOTHING_UNSAVED, Unsaved
from archdsl.spec import Spec


@dataclass(frozen=True)
class Judgement:
    """What was found in a spec, and what it defines; no report if it cannot be read."""

    diagnostics: tuple[Diagnostic, ...]
    report: SpecReport | None


def judge(path: Path, unsaved: Unsaved = NOTHING_UNSAVED) -> Judgement:
    """Judge a file, in which texts that are `unsaved` stand for their files."""
    diagnostics, report = Diagnostics(), None
    try:
        report = judge_spec(Spec(compiler.resolve(path, (), unsaved)), str(path), diagnostics)
    except CompileError as failure:
        diagnostics.collect(failure)
    return Judgement(tuple(diagnostics), report)


def judge_spec(spec: Spec, shown: str, diagnostics: Diagnostics) -> SpecReport:
    """The report of a spec, which is called `shown`. What is found goes to `diagnostics`.

    Raises:
        CompileError: it defines nothing, or has more mistakes than anybody reads.
    """
    program, spec = spec.program, spec.without_mistakes()
    if not program.main.file.definitions:
        raise CompileError([error("file", f"{shown} defines nothing")])
    diagnostics.extend(program.faults)
    # Networks whose parameters have no value are for derivations.
    names = [name for name in spec.networks if not spec.missing_parameters(name)]
    built = [_build(spec, name, diagnostics) for name in names]
    # Last, since a network that met one has reported it with the way to it.
    diagnostics.extend(program.mistakes)
    for name in spec.recipes:
        spec.check_recipe(name, diagnostics)
    for name in spec.searches:
        spec.check_search(name, diagnostics)
    spaces = [space for each in built if each for space in _spaces(each, diagnostics)]
    claims, written = check_claims(spec, diagnostics), count_claims(spec)
    return SpecReport(shown, spec.networks, spec.recipes, spec.searches, spaces, written, claims)


def _build(spec: Spec, name: str, diagnostics: Diagnostics) -> Network | None:
    """Build a network, and try the recipes that it inherits; None if it has mistakes."""
    try:
        network = spec.build(name, {})
        diagnostics.extend(network.diagnostics)
        network.inherited_recipes(diagnostics)
    except CompileError as failure:
        diagnostics.collect(failure)
        return None
    return network


def _spaces(network: Network, diagnostics: Diagnostics) -> Iterator[SpaceResult]:
    """The members of a network with choices, which are all judged; nothing for other networks."""
    if not network.open_decisions:
        return
    try:
        found = network.members
        if isinstance(found, str):
            yield SpaceResult(network.name, network.draw_members(), False, found, {})
        else:
            yield SpaceResult(network.name, found.members, True, "", found.decisions)
    except CompileError as failure:
        diagnostics.collect(failure)
