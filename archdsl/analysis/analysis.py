"""What an editor shows while somebody types: mistakes, and each network with its rows and costs.

It takes a few hundredths of a second. Blocks that networks of the file have in common are built
once, and nothing is emitted: claims, recipes and spaces take longer and are judged in `judging`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from archdsl import compiler
from archdsl.analysis.reading import Readings
from archdsl.build.outcome import Sketch, sketch, unread
from archdsl.compiler import Compiled
from archdsl.costs.breakdown import Part, breakdown
from archdsl.costs.figures import Costs, measure
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics
from archdsl.ir.graph import Graph
from archdsl.ir.pruning import without_unread
from archdsl.program.files import NOTHING_UNSAVED, Unsaved
from archdsl.program.program import Program, name_span
from archdsl.source import Source, Span
from archdsl.space.survey.repeats import Repeats
from archdsl.spec import Spec

_MOST_BLOCKS = 5_000
"""Blocks that are kept: each number that is typed in a table makes a few more."""


@dataclass(frozen=True)
class NetworkFacts:
    """A network as it stands: its graph, or as much of it as could be built, and what that costs.

    `span` is its name in the text. The graph does not know what its values were written as, so it
    serves for figures and pictures, and not for emission. A space is its first member here.
    """

    name: str
    span: Span
    graph: Graph
    sketch: Sketch | None
    is_space: bool

    @property
    def is_whole(self) -> bool:
        """Whether it could be built."""
        return self.sketch is None

    @cached_property
    def costs(self) -> Costs:
        """Parameters, multiply-adds and other costs, for one sample."""
        return measure(self.graph)

    @cached_property
    def rows(self) -> tuple[Part, ...]:
        """The costs by row. Rows of a derived network stand in the text that it derives from."""
        return breakdown(self.graph, self.costs, "row")


@dataclass(frozen=True)
class _Known:
    """What was found of a network, and all that this depends on; no facts if it never began.

    Where it has mistakes, their help also depends on `names`, those that the files know. `causes`
    are its mistakes as a quick build finds them. Where an earlier network of the text has the same
    ones, they are told once, and not explained for this one.
    """

    reading: Hashable
    facts: NetworkFacts | None
    diagnostics: tuple[Diagnostic, ...]
    names: Hashable = ()
    causes: Hashable = ()
    is_explained: bool = True

    def serves(self, reading: Hashable, names: Hashable, told: Set[Hashable]) -> bool:
        """Whether it can stay as it is, where the mistakes of earlier networks are `told`."""
        is_same = self.reading == reading and (not self.diagnostics or self.names == names)
        return is_same and (self.is_explained or self.causes in told)

    def in_texts(self, sources: Mapping[str, Source]) -> _Known:
        """The same with diagnostics in the texts as they are now, so that none counts twice."""

        def moved(span: Span) -> Span:
            return Span(sources.get(span.source.name, span.source), span.start, span.end)

        found = [
            replace(each, labels=tuple(replace(at, span=moved(at.span)) for at in each.labels))
            for each in self.diagnostics
        ]
        return replace(self, diagnostics=(*found,))


@dataclass(frozen=True)
class _Memory:
    """What one analysis leaves to the next: networks, and the blocks that they were made of."""

    networks: Mapping[str, _Known]
    blocks: Hashable
    repeats: Repeats

    def repeats_for(self, blocks: Hashable) -> Repeats:
        """The known blocks, for a program that has the same ones; an empty one otherwise."""
        is_same = blocks == self.blocks and self.repeats.count < _MOST_BLOCKS
        return self.repeats if is_same else Repeats()


@dataclass(frozen=True)
class Analysis:
    """A text as it is now. `program` is None if it does not parse, and then there are no networks.

    Diagnostics are in the order of `archdsl check`. They may be about files that this one uses.
    """

    path: Path
    program: Program | None
    diagnostics: tuple[Diagnostic, ...]
    _memory: _Memory = field(repr=False)

    @cached_property
    def networks(self) -> Mapping[str, NetworkFacts]:
        """The networks of the text, as far as each could be built, by their names, in order."""
        known = self._memory.networks.items()
        return {name: each.facts for name, each in known if each.facts is not None}

    def after(self, unsaved: Unsaved = NOTHING_UNSAVED) -> Analysis:
        """The analysis after a change of texts. A network that reads none of it is kept."""
        return _analyse(self.path, unsaved, self._memory)


def analyse(path: Path, unsaved: Unsaved = NOTHING_UNSAVED) -> Analysis:
    """Analyse a file, in which texts that are `unsaved` stand for their files."""
    return _analyse(path, unsaved, _Memory({}, None, Repeats()))


def _analyse(path: Path, unsaved: Unsaved, before: _Memory) -> Analysis:
    try:
        program = compiler.resolve(path, (), unsaved)
    except CompileError as failure:
        # What was known is kept: most texts that do not parse will do so after the next key.
        return Analysis(path, None, failure.diagnostics, before)
    memory = _networks(program, before)
    diagnostics, told = Diagnostics(), set[Hashable]()
    with suppress(CompileError):  # there are more mistakes than anybody reads
        diagnostics.extend(program.faults)
        for known in memory.networks.values():
            diagnostics.extend(() if known.causes in told else known.diagnostics)
            told |= {known.causes} if known.causes else set()
        diagnostics.extend(program.mistakes)
    return Analysis(path, program, tuple(diagnostics), memory)


def _networks(program: Program, before: _Memory) -> _Memory:
    """Build the networks whose parameters have values: the others are for derivations."""
    spec, readings = Spec(program).without_mistakes(), Readings(program)
    repeats = before.repeats_for(readings.blocks)
    sources = {unit.file.source.name: unit.file.source for unit in program.units}
    networks: dict[str, _Known] = {}
    for name in spec.networks:
        if spec.missing_parameters(name):
            continue
        reading, last = readings.of(name), before.networks.get(name)
        told = {known.causes for known in networks.values() if known.causes}
        if last is not None and last.serves(reading, readings.known, told):
            networks[name] = last.in_texts(sources)
        else:
            built = _build(spec.program, name, reading, repeats, told)
            networks[name] = replace(built, names=readings.known)
    return _Memory(networks, readings.blocks, repeats)


def _build(
    program: Program, name: str, reading: Hashable, repeats: Repeats, told: Set[Hashable]
) -> _Known:
    """Build a network as far as it can be built, but mistakes that are `told` only quickly."""
    quick = compiler.attempt(program, name, {}, repeats)
    causes = tuple(_key(each.diagnostic) for each in quick.findings if each.diagnostic.is_error)
    if quick.built.is_sound:
        return _known(program, name, reading, quick)
    if causes in told:
        return replace(_known(program, name, reading, quick), causes=causes, is_explained=False)
    whole = compiler.attempt(program, name, {}, None)
    return replace(_known(program, name, reading, whole), causes=causes)


def _key(diagnostic: Diagnostic) -> Hashable:
    places = tuple((at.span.source.name, at.span.start, at.span.end) for at in diagnostic.labels)
    return diagnostic.code, diagnostic.message, places


def _known(program: Program, name: str, reading: Hashable, compiled: Compiled) -> _Known:
    built, span = compiled.built, name_span(program.main.names[name].node)
    found = [finding.diagnostic for finding in compiled.findings]
    is_space = any(each.decision.is_open for each in built.decisions)
    if built.is_sound:
        whole = NetworkFacts(name, span, without_unread(built.graph), None, is_space)
        return _Known(reading, whole, (*found, *unread(built.graph, built.offered)))
    partial = sketch(built.graph, compiled.findings)
    has_begun = bool(partial.graph.scopes)
    facts = NetworkFacts(name, span, partial.graph, partial, is_space) if has_begun else None
    return _Known(reading, facts, (*found,))
