"""Building a search: from its definition to the value that is run, with every mistake.

Settings need no network, so they are read first: a network with a mistake hides none of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple, Protocol

from archdsl.build.attempts import attempt
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import Given
from archdsl.costs.metrics import METRICS
from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.network import Network
from archdsl.plan.candidates import Candidates
from archdsl.plan.derivations import named_arguments
from archdsl.program.names import words_in_types
from archdsl.program.program import Program
from archdsl.recipes.reading import building as recipes
from archdsl.recipes.reading.finding import check_network
from archdsl.searches.methods import Expansion
from archdsl.searches.reading import checks, fitting, supernets
from archdsl.searches.reading.settings import SearchReader, instance, literals
from archdsl.searches.search import VOCABULARY, Search, Training
from archdsl.settings.reading.entries import Entries
from archdsl.settings.reading.names import undefined
from archdsl.settings.reading.parameters import fill_parameters
from archdsl.syntax import tree

TRAINED = ("train", "finish")
"""The fields that name recipes."""


class Networks(Protocol):
    """The spec, as far as a search asks it. Both raise a `CompileError` for a faulty network."""

    def build(self, name: str, given: Mapping[str, Given]) -> Network:
        """The network of a name, or the default member of a space."""

    def candidates(self, name: str, given: Mapping[str, Given]) -> Candidates:
        """A network as transforms see it, and what it costs."""


class Built(NamedTuple):
    """A search, its space or the first member of that, and its settings as they are written."""

    search: Search
    space: Network
    entries: Entries


def build(
    program: Program,
    search: tree.Search,
    given: Mapping[str, Given],
    diagnostics: Diagnostics,
    networks: Networks,
) -> Built:
    """Evaluate a search of the spec with values for its parameters, and check it with its space.

    Everything found goes to `diagnostics`, warnings included.

    Raises:
        CompileError: with every mistake in the search.
    """

    def work(frame: Frame) -> Built:
        fill_parameters(frame, search, given)
        return _build(frame, search, networks)

    found, program = Diagnostics(), program.with_words(words_in_types([search]))
    built = attempt(program, program.main, work, found)
    diagnostics.extend(found)
    if built is None:
        raise CompileError(found)
    return built


def _build(frame: Frame, search: tree.Search, networks: Networks) -> Built:
    findings, reader = frame.findings, SearchReader(frame, search)
    given = _space(frame, search)
    # Without a space it is unknown what the search lacks, as the recipe may be that of the space.
    entries = reader.read(search.settings) if given is None else reader.read_all(search)
    reported = [label.span for found in findings for label in found.labels[:1]]
    outside = frame.unit.names.keys() | frame.unit.recipes.keys()
    findings.extend(undefined(search, VOCABULARY, outside, reported))
    # The checks need all settings, with values of the right kinds, and a network.
    findings.stop_on_errors()
    if given is None:  # the file of the space was not found, which the check of files has said
        raise Fault
    findings.extend(checks.contradictions(entries))
    findings.stop_on_errors()
    name, _ = tree.split_call(search.space)
    network = networks.build(name.name, given)
    if isinstance(entries["method"].value, Expansion):
        candidates = networks.candidates(name.name, given)
        findings.extend(fitting.unexpandable(entries, network, candidates, name.span))
    else:
        findings.extend(fitting.unsearchable(entries, network, name.span))
        findings.stop_on_errors()
        findings.extend(supernets.unconnected(entries, network, name.span))
    trained = {
        field: _training(frame, entries[field].value, network)
        for field in TRAINED
        if field in entries
    }
    findings.extend(checks.unmeasured(trained, entries))
    findings.extend(supernets.unlearned(trained, entries))
    findings.stop_on_errors()
    values = {field: entry.value for field, entry in entries.items() if field not in METRICS}
    bounds = tuple(entries[metric].value for metric in METRICS if metric in entries)
    settings = {**values, **trained, "bounds": bounds}
    space = instance(name.name, literals(given))
    return Built(Search(search.name, space, search.doc, **settings), network, entries)


def check(
    program: Program, search: tree.Search, diagnostics: Diagnostics, networks: Networks
) -> None:
    """Report what is wrong with a search, and whether its space has members within its bounds.

    Raises:
        CompileError: with every mistake in the search, or in a member of its space.
    """
    from archdsl.searches.reading import budgets  # few commands ask for all members

    built = build(program, search, {}, diagnostics, networks)
    if isinstance(built.search.method, Expansion):
        return
    walk = built.space.walked
    if isinstance(walk, str):  # it does not apply to every space
        diagnostics.extend(budgets.unknown_costs(built.entries, walk, built.space.name))
    else:
        diagnostics.extend(budgets.budgets(built.entries, walk, built.space.name))
    diagnostics.extend(budgets.measured(built.entries, built.space))
    diagnostics.extend(supernets.unshared(*built))


def _space(frame: Frame, search: tree.Search) -> dict[str, Given] | None:
    """The parameters of the space; None if its name or they are wrong, which is reported."""
    name, written = tree.split_call(search.space)
    try:
        check_network(frame, name, frame.unit, VOCABULARY.what)
        return named_arguments(frame, written)
    except Fault as fault:
        frame.findings.report(fault)
        return None


def _training(frame: Frame, derived: tree.DerivedRecipe, network: Network) -> Training | None:
    """A recipe with the space's default member; None if it does not fit, which is reported."""
    found = Diagnostics()
    own, parts = (lambda *_: network.graph), (lambda _: network.module.parts)
    base, arguments = tree.split_call(derived.base)
    try:
        located = derived, frame.unit
        recipe = recipes.build(frame.program, located, found, own, parts)
    except CompileError as failure:
        frame.findings.collect(failure)
        return None
    frame.findings.extend(found)
    return Training(instance(base.name, arguments), replace(recipe, name=base.name))
