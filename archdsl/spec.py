"""What a user can ask of a spec and its networks: each a stop on the way through the compiler."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl import compiler
from archdsl.build.context import Frame
from archdsl.build.machine import top_level_frame
from archdsl.build.outcome import unread
from archdsl.build.parameters import given_from_python
from archdsl.build.request import Budget, Built, Fault, Findings, Reuse
from archdsl.build.values import Given
from archdsl.costs.breakdown import Part, breakdown
from archdsl.costs.figures import Convention, Costs, measure, uncounted
from archdsl.costs.metrics import inference_bytes, training_bytes
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, did_you_mean, error
from archdsl.infer import infer
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Graph
from archdsl.ir.types import TensorType
from archdsl.plan.derivations import named_arguments, parse_derivation, resolve
from archdsl.plan.plan import Plan
from archdsl.program.loading import parse_program
from archdsl.program.program import Program, Unit, name_span
from archdsl.source import Source
from archdsl.syntax import tree

if TYPE_CHECKING:
    from archdsl.build.outcome import Sketch
    from archdsl.emit.module import Module
    from archdsl.plan.candidates import Candidates
    from archdsl.plan.derivations import Lineage
    from archdsl.plan.transforms import Transform
    from archdsl.recipes.recipe import Recipe


def load(path: str | Path, uses: Iterable[str] = ()) -> Spec:
    """Read a spec and all that it uses; `uses` are files that it is to use beyond.

    Raises:
        CompileError: with every mistake found on the way.
    """
    return Spec(compiler.resolve(Path(path), uses))


@dataclass(frozen=True)
class Spec:
    """A spec that was read: a file that defines networks."""

    program: Program

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks that the file defines, in order."""
        return tuple(self.program.networks())

    def network(self, name: str | None = None, /, **parameters: object) -> Network:
        """A network with other parameters than its own.

        Without a name it is the one named like the file. Parameters are integers, floats
        (taken as the decimals they print), booleans, words, tuples of these, or None.

        Raises:
            CompileError: the network is at fault.
        """
        given = {key: given_from_python(key, value) for key, value in parameters.items()}
        return self.build(self.choose(name), given)

    def choose(self, name: str | None = None) -> str:
        """The network of this name, else the one named like the file, else the only one.

        Raises:
            CompileError: there is none such.
        """
        return self.program.choose(name)

    def derive(self, name: str, base: str, *changes: str | Transform) -> Spec:
        """The spec with one more network, derived from another as a spec would write it.

        `derive("b", "a + stretch(2)")` is `derive("b", "a", "stretch(2)")`, and that is
        `derive("b", "a", Stretch(depth=2))`. The network may be called as one that there is, and
        then stands before it.

        Raises:
            CompileError: this derives no network.
        """
        return Spec(self.program.with_network(parse_derivation(name, base, map(str, changes))))

    def standalone_text(
        self, name: str, origin: str, given: Mapping[str, Given] | None = None
    ) -> str:
        """A network as the text of a spec of its own, all its derivations carried out.

        It is compiled once more: what it gives must be the same network.

        Raises:
            CompileError: the network is at fault, or needs what cannot stand in one file.
        """
        from archdsl.ir.likeness import is_same_network
        from archdsl.plan import writing  # it needs the formatter, and few runs write specs

        plan, built = self._stand(name, given or {})
        text = writing.text(name, plan, built.rows, origin)
        again = Spec(parse_program(Source(f"{name}.arch", text)))
        if not is_same_network(again.network(name).graph, self.build(name, given or {}).graph):
            raise RuntimeError(f"written back, `{name}` is another network:\n{text}")
        return text

    def candidates(self, name: str, given: Mapping[str, Given]) -> Candidates:
        """The networks that one can be changed into, to be measured.

        Raises:
            CompileError: the network is at fault.
        """
        from archdsl.build.tables.reuse import Reuse
        from archdsl.plan.candidates import Candidates

        reuse, main = Reuse(), self.program.main
        plan, built = self._stand(name, given, reuse)
        frame = top_level_frame(self.program, main, Budget(), graph=Builder(name))
        return Candidates(frame, plan, built, name_span(main.names[name].node), reuse)

    def _stand(
        self, name: str, given: Mapping[str, Given], reuse: Reuse | None = None
    ) -> tuple[Plan, Built]:
        """A network with all its derivations carried out."""
        compiled = compiler.compile_network(self.program, name, given, reuse)
        compiled.warnings()
        assert compiled.plan is not None
        return compiled.plan, compiled.built

    def missing_parameters(self, name: str) -> list[str]:
        """The parameters that a network has no default for: it is a family of networks."""
        try:
            return resolve(self._outside(), self.program.main.names[name], {}).plan.missing
        except Fault:
            return []

    def _outside(self, findings: Findings | None = None) -> Frame:
        return top_level_frame(self.program, self.program.main, Budget(), findings)

    def lineage(self, name: str, given: Mapping[str, Given]) -> Lineage:
        """What a network that can be built with these parameters derives from."""
        from archdsl.plan.derivations import lineage

        return lineage(self.program, name, given)

    def arguments(self, written: Iterable[tree.Argument]) -> dict[str, Given]:
        """Parameters written in the language, as a claim or `--set` does, evaluated.

        Raises:
            CompileError: one of them has no value or no name.
        """
        findings = Findings(Builder(""))
        try:
            return named_arguments(self._outside(findings), tuple(written))
        except Fault as fault:
            findings.report(fault)
            raise CompileError(findings) from None

    def build(self, name: str, given: Mapping[str, Given]) -> Network:
        """A network with parameters that were written somewhere; one with none is built once."""
        if given:
            return self._made(name, given)
        if name not in self._own:
            self._own[name] = self._made(name, {})
        return self._own[name]

    @cached_property
    def _own(self) -> dict[str, Network]:
        """The networks that were built with their own parameters."""
        return {}

    def _made(self, name: str, given: Mapping[str, Given]) -> Network:
        compiled = compiler.compile_network(self.program, name, given)
        diagnostics, graph = compiled.warnings(), compiled.built.graph
        assert compiled.plan is not None
        diagnostics.extend(unread(graph))
        return Network(self, graph, compiled.plan, dict(given), tuple(diagnostics))

    @property
    def recipes(self) -> tuple[str, ...]:
        """The recipes that the file defines, in order."""
        return tuple(recipe.name for recipe in self.program.main.own_recipes)

    def recipe(
        self,
        network: str,
        name: str | None = None,
        graph: Graph | None = None,
        diagnostics: Diagnostics | None = None,
    ) -> Recipe | None:
        """How a network is trained: by the recipe of a name, or by its only one, if it has one.

        `graph` is the network where it is built already; `diagnostics` takes the warnings.

        Raises:
            CompileError: the recipe is at fault or not there, or there are several to choose from.
        """
        from archdsl.recipes.reading import building, finding

        found = finding.choose(self.program, self.choose(network), name)
        told = Diagnostics() if diagnostics is None else diagnostics
        if found is None:
            return None
        return building.build(self.program, found, told, lambda *own: graph or self._graph(*own))

    def check_recipe(self, name: str, diagnostics: Diagnostics) -> None:
        """Tell what is wrong with a recipe of the file, be it for a network or for others."""
        from archdsl.recipes.reading import building

        building.check(self.program, name, diagnostics, self._graph)

    def _graph(self, name: str, unit: Unit) -> Graph | Sequence[str]:
        """A network that a file names, with its own parameters, or those that have no value."""
        own = self if unit is self.program.main else Spec(replace(self.program, main=unit))
        return own.missing_parameters(name) or own.build(name, {}).graph

    def sketch(self, name: str, given: Mapping[str, Given]) -> Sketch:
        """As much of a network as can be built, with the places where it broke off."""
        from archdsl.build.outcome import sketch

        compiled = compiler.compile_network(self.program, name, given)
        return sketch(compiled.built.graph, compiled.findings)


@dataclass(frozen=True)
class Network:
    """A network with every shape known: the typed graph, its costs, its PyTorch source."""

    spec: Spec = field(repr=False)
    graph: Graph = field(repr=False)
    plan: Plan = field(repr=False)
    given: Mapping[str, Given] = field(repr=False)
    diagnostics: tuple[Diagnostic, ...] = field(repr=False)

    @property
    def name(self) -> str:
        return self.graph.name

    @property
    def inputs(self) -> dict[str, tuple[int, ...]]:
        """The shape of each input, without the batch: (C, T, H, W) for video."""
        return {name: self.graph.type(value).shape for name, value in self.graph.inputs.items()}

    @property
    def outputs(self) -> tuple[tuple[int, ...], ...]:
        """The shape of each output, without the batch."""
        return tuple(self.graph.type(value).shape for value in self.graph.outputs)

    def at(self, **inputs: tuple[int, ...]) -> Network:
        """The same network, parameters and all, at other sizes of its inputs.

        Raises:
            CompileError: there is no such input, or the network does not take the size.
        """
        for name in inputs:
            if name not in self.graph.inputs:
                hint = did_you_mean(name, self.graph.inputs)
                raise CompileError([error("input", f"there is no input `{name}`", help=hint)])
        types = {name: TensorType(shape) for name, shape in inputs.items()}
        return replace(self, graph=infer(self.graph, types))

    def recipe(
        self, name: str | None = None, diagnostics: Diagnostics | None = None
    ) -> Recipe | None:
        """How it is trained, as it was built here: see `Spec.recipe`."""
        return self.spec.recipe(self.name, name, self.graph, diagnostics)

    @cached_property
    def costs(self) -> Costs:
        """Parameters, multiply-adds and the rest, for one sample at this input."""
        return measure(self.graph)

    def breakdown(self, by: str) -> tuple[Part, ...]:
        """The costs of each `row`, `stage`, `block` or `operation`."""
        return breakdown(self.graph, self.costs, by)

    def uncounted(self, convention: Convention) -> dict[str, int]:
        """The operations for which a convention counts nothing, by name and number."""
        return uncounted(self.graph, self.costs, convention)

    @property
    def inference_bytes(self) -> int:
        """Peak memory of one forward pass; see `costs.memory` for the model."""
        return inference_bytes(self.graph, self.costs)

    @property
    def training_bytes(self) -> int:
        """Peak memory of one training step; see `costs.memory` for the model."""
        return training_bytes(self.graph, self.costs)

    def source(self) -> str:
        """The text of a Python module with this network as an nn.Module; it imports torch alone."""
        return self.module.text

    def build(
        self, recipe: str | None = None, diagnostics: Diagnostics | None = None
    ) -> dict[str, str]:
        """The text of each file of a build folder, by its name.

        These are the module, `hubconf.py`, and `train.py` and `evaluate.py` where the network has
        a recipe; `recipe` names one of several. One that gives probabilities, as X3D with a
        `window` does, is tested only. `diagnostics` takes the warnings.

        Raises:
            CompileError: the recipe is at fault or not there, or there are several to choose from.
        """
        from archdsl.emit.folder import build

        how = self.recipe(recipe, diagnostics)
        return build(self.graph, self._emitted(how), how)

    @cached_property
    def module(self) -> Module:
        """The module that `source` is the text of, with its class's name and arguments."""
        from archdsl.recipes.reading.finding import recipes_for

        # Of several recipes none is meant, and so none tells how clips are normalised.
        is_told = len(recipes_for(self.spec.program, self.name)) == 1
        return self._emitted(self.recipe() if is_told else None)

    def _emitted(self, recipe: Recipe | None) -> Module:
        return compiler.emit(self.spec.program, self.graph, recipe, "readable")
