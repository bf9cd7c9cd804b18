"""The way through the compiler, in order. Everything a user can ask is a stop on this way.

text --parse--> tree --elaborate--> typed graph --emit--> source text
                  |                   |      |
               format        infer: other   costs, claims
                             input sizes
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.build.networks import (
    Elaborated,
    candidates,
    choose,
    elaborate,
    evaluate_arguments,
    missing_parameters,
    written,
)
from archdsl.build.parameters import given_by_program
from archdsl.build.values import Given
from archdsl.costs.breakdown import Part, breakdown
from archdsl.costs.conventions import Convention
from archdsl.costs.figures import Costs, measure, uncounted
from archdsl.costs.memory import inference_bytes, training_bytes
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, did_you_mean, error
from archdsl.infer import infer
from archdsl.ir.graph import Graph
from archdsl.ir.types import TensorType
from archdsl.program.loading import load_program, parse_program
from archdsl.program.program import Program
from archdsl.source import Source
from archdsl.syntax import tree

if TYPE_CHECKING:
    from archdsl.build.sketches import Sketch
    from archdsl.emit.module import Module
    from archdsl.plan.candidates import Candidates
    from archdsl.plan.lineages import Lineage
    from archdsl.plan.transforms import Transform
    from archdsl.recipes.recipe import Recipe


def load(path: str | Path, uses: Iterable[str] = ()) -> Spec:
    """Read a spec and all that it uses; `uses` are files that it is to use beyond.

    Raises:
        CompileError: with every mistake found on the way.
    """
    return Spec(load_program(Path(path), uses))


def format_spec(path: str | Path) -> tuple[str, str]:
    """The text of a spec as it stands, and in canonical layout.

    Raises:
        CompileError: with every syntax mistake in it.
    """
    from archdsl.program.files import read
    from archdsl.syntax.formatter import format_file
    from archdsl.syntax.parser import parse

    source = read(Path(path))
    return source.text, format_file(parse(source))


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
        given = {key: given_by_program(key, value) for key, value in parameters.items()}
        return self.build(self.choose(name), given)

    def choose(self, name: str | None = None) -> str:
        """The network of this name, else the one named like the file, else the only one.

        Raises:
            CompileError: there is none such.
        """
        return choose(self.program, name)

    def derive(self, name: str, base: str, *changes: str | Transform) -> Spec:
        """The spec with one more network, derived from another as a spec would write it.

        `derive("b", "a + stretch(2)")` is `derive("b", "a", "stretch(2)")`, and that is
        `derive("b", "a", Stretch(depth=2))`. The network may be called as one that there is, and
        then stands before it.

        Raises:
            CompileError: this derives no network.
        """
        from archdsl.plan.derived import derived

        return Spec(self.program.with_network(derived(name, base, map(str, changes))))

    def written(self, name: str, origin: str, given: Mapping[str, Given] | None = None) -> str:
        """A network as the text of a spec of its own, all its derivations carried out.

        It is compiled once more: what it gives must be the same network.

        Raises:
            CompileError: the network is at fault, or needs what cannot stand in one file.
        """
        from archdsl.ir.likeness import alike

        text = written(self.program, name, given or {}, origin)
        again = Spec(parse_program(Source(f"{name}.arch", text)))
        assert alike(again.network(name).graph, self.build(name, given or {}).graph), text
        return text

    def candidates(self, name: str, given: Mapping[str, Given]) -> Candidates:
        """The networks that one can be changed into, to be measured.

        Raises:
            CompileError: the network is at fault.
        """
        return candidates(self.program, name, given)

    def missing_parameters(self, name: str) -> list[str]:
        """The parameters that a network has no default for: it is a family of networks."""
        return missing_parameters(self.program, name)

    def lineage(self, name: str, given: Mapping[str, Given]) -> Lineage:
        """What a network that can be built with these parameters derives from."""
        from archdsl.plan.lineages import lineage

        return lineage(self.program, name, given)

    def arguments(self, written: Iterable[tree.Argument]) -> dict[str, Given]:
        """Parameters written in the language, as a claim or `--set` does, evaluated.

        Raises:
            CompileError: one of them has no value or no name.
        """
        return evaluate_arguments(self.program, tuple(written))

    def build(self, name: str, given: Mapping[str, Given]) -> Network:
        """A network with parameters that were written somewhere."""
        diagnostics = Diagnostics()
        made = elaborate(self.program, name, given, diagnostics)
        return Network(self, made.graph, made, dict(given), tuple(diagnostics))

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

        found = finding.choose(self.program, choose(self.program, network), name)
        told = Diagnostics() if diagnostics is None else diagnostics
        return building.build(self.program, found, told, graph) if found else None

    def check_recipe(self, name: str, diagnostics: Diagnostics) -> None:
        """Tell what is wrong with a recipe of the file, be it for a network or for others."""
        from archdsl.recipes.reading import checking

        checking.check(self.program, name, diagnostics)

    def sketch(self, name: str, given: Mapping[str, Given]) -> Sketch:
        """As much of a network as can be built, with the places where it broke off."""
        from archdsl.build.sketches import sketch

        return sketch(self.program, name, given)


@dataclass(frozen=True)
class Network:
    """A network with every shape known: the typed graph, its costs, its PyTorch source."""

    spec: Spec = field(repr=False)
    graph: Graph = field(repr=False)
    made: Elaborated = field(repr=False)
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
        """The text of a Python module with this network as an nn.Module; it imports torch alone.

        Parameters that the network only hands on, such as the number of classes, are arguments
        of its constructor.
        """
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
        from archdsl.emit.build import build

        return build(self.graph, self.module, self.recipe(recipe, diagnostics))

    @cached_property
    def module(self) -> Module:
        """The module that `source` is the text of, with its class's name and arguments."""
        from archdsl.build.variants import open_numbers, variants
        from archdsl.emit.header import header
        from archdsl.emit.module import NotOpen, make

        main = self.spec.program.main.file.source
        text = header(self.graph, self.costs, Path(main.name).name, self.spec.program.digest)

        def opened(names: Sequence[str]) -> Module | None:
            """The module with these parameters as arguments, None where they cannot be."""
            others = variants(self.made, names) if names else ()
            try:
                return make([self.graph, *others], text) if others else None
            except NotOpen:
                return None

        names = open_numbers(self.graph)
        if written := opened(names):
            return written
        kept: list[str] = []
        for name in names:
            kept += [name] if opened([*kept, name]) else []
        return opened(kept) or make([self.graph], text)
