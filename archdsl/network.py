"""A network of the Python API: what can be asked of a graph, in the program that it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl import compiler
from archdsl.build.machine import top_level_frame
from archdsl.build.request import Budget
from archdsl.build.values import show
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, did_you_mean, error
from archdsl.infer import infer, is_same_module
from archdsl.ir.builder import Builder
from archdsl.ir.pruning import without_unread
from archdsl.ir.types import TensorType
from archdsl.measured import Measured
from archdsl.params.numbers import Number
from archdsl.plan.derivations import plan_network
from archdsl.program.program import name_span, names_in

if TYPE_CHECKING:
    from archdsl.emit.module import Module
    from archdsl.recipes.reading.finding import LocatedRecipe
    from archdsl.recipes.recipe import Recipe


@dataclass(frozen=True, repr=False)
class Network(Measured):
    """A network with all shapes known: its typed graph, costs, recipe and PyTorch source."""

    def at(self, **inputs: tuple[int, ...]) -> Network:
        """The same network at other shapes of its inputs, without the batch.

        Raises:
            CompileError: there is no such input, or the module does not take the shape, since a
                layer or a condition depends on the size.
        """
        for name in inputs:
            if name not in self.graph.inputs:
                hint = did_you_mean(name, self.graph.inputs)
                raise CompileError([error("input", f"there is no input `{name}`", help=hint)])
        types = {name: TensorType(shape) for name, shape in inputs.items()}
        built = compiler.elaborate(self.program, self.plan, self.name, inputs)
        graph = without_unread(built.graph) if built.is_sound else infer(self.graph, types)
        if not (built.is_sound and is_same_module(self.graph, graph)):
            raise CompileError([self._other_network(inputs)])
        # `replace` makes a new object, whose cached costs are computed anew.
        return replace(self, graph=graph, resized={**self.resized, **inputs})

    def _other_network(self, inputs: Mapping[str, tuple[int, ...]]) -> Diagnostic:
        """The mistake of an input at which the spec says another network."""
        given = {parameter.name for parameter in self.plan.network.parameters}
        names = (name for each in inputs for name in names_in(self.plan.shape(each)))
        sizes = " ".join(f"--set {name}=..." for name in dict.fromkeys(names) if name in given)
        message = "at this input it is another network: a layer or a condition depends on the size"
        hint = f"give what the size follows from: `{sizes}`" if sizes else None
        return error("input", message, name_span(self.plan.network), help=hint)

    def recipe(
        self, name: str | None = None, diagnostics: Diagnostics | None = None
    ) -> Recipe | None:
        """The recipe of a name for this network; without a name its only one, or None.

        It is checked with these inputs and parameters. `diagnostics` gets the warnings. A network
        without recipes has those of the network that it derives from. One of these that does not
        fit is None, with a warning, unless it is asked for by its name.

        Raises:
            CompileError: it has mistakes or does not exist, or there are several to choose from.
        """
        from archdsl.recipes.reading import building, finding

        found = finding.choose(self.program, self.name, name)
        if found is None:
            return None
        warnings = Diagnostics() if diagnostics is None else diagnostics
        try:
            return self._recipe(found, warnings)
        except CompileError as failure:
            if name is None and finding.is_inherited(self.program, found, self.name):
                warnings.add(building.misfit(self.program, found, self.name, failure))
                return None
            warnings.collect(failure)
            raise

    def recipes(self, diagnostics: Diagnostics) -> list[Recipe]:
        """The recipes that fit this network, its own and inherited ones.

        `diagnostics` gets a warning about each of the others.
        """
        from archdsl.recipes.reading import finding

        return self._fitting(finding.recipes_for(self.program, self.name).values(), diagnostics)

    def inherited_recipes(self, diagnostics: Diagnostics) -> list[Recipe]:
        """Those of `recipes` that are for a network that this one derives from."""
        from archdsl.recipes.reading import finding

        program = self.program
        found = finding.recipes_for(program, self.name).values()
        others = [each for each in found if finding.is_inherited(program, each, self.name)]
        return self._fitting(others, diagnostics)

    def _fitting(self, found: Iterable[LocatedRecipe], diagnostics: Diagnostics) -> list[Recipe]:
        """The recipes that fit this network. `diagnostics` gets a warning about each other one."""
        from archdsl.recipes.reading import building

        fitting = []
        for each in found:
            try:
                fitting.append(self._recipe(each, diagnostics))
            except CompileError as failure:
                diagnostics.add(building.misfit(self.program, each, self.name, failure))
        return fitting

    def _recipe(self, found: LocatedRecipe, diagnostics: Diagnostics) -> Recipe:
        from archdsl.recipes.reading import building, finding

        trial = Diagnostics()
        own, parts = (lambda *_: self.graph), (lambda _: self.module.parts)
        recipe = building.build(self.program, found, trial, own, parts)
        diagnostics.extend(trial)
        if not finding.is_inherited(self.program, found, self.name):
            return recipe
        return building.inherited(recipe, self.name, self._pace(found))

    def _pace(self, found: LocatedRecipe) -> Number:
        """How many times as many frames of the same time as in the network of an inherited recipe.

        Changes before that network are in its recipe already.
        """
        from archdsl.recipes.reading import finding

        target = finding.target_of(found)
        if self.plan.before is None or target is None:
            return 1
        name, unit = target
        frame = top_level_frame(self.program, unit, Budget(), graph=Builder(name.name))
        return Fraction(self.plan.rate) / plan_network(frame, self.plan.given).rate

    def source(self) -> str:
        """The text of a Python module that defines this network, and imports only torch.

        Raises:
            CompileError: it is a space of networks.
        """
        self.check_decided()
        return self.module.text

    def build(
        self,
        recipe: str | None = None,
        diagnostics: Diagnostics | None = None,
        targets: Iterable[str] = (),
    ) -> dict[str, str]:
        """The text of each file of a build folder, by its name, as `archdsl compile` writes it.

        These are the module, `hubconf.py` and `network.json`, and the scripts where the network
        has a recipe; `recipe` names one of several. One that gives probabilities, as X3D with a
        `window` does, has no `train.py`. `diagnostics` takes the warnings. Each of `targets`, such
        as `infer`, is a further module, for that alone.

        Raises:
            CompileError: it is a space of networks, or the recipe is at fault or not there, or
                there are several to choose from.
        """
        return self.build_with(self.recipe(recipe, diagnostics), targets)

    def build_with(self, recipe: Recipe | None, targets: Iterable[str] = ()) -> dict[str, str]:
        """The same with the scripts of a recipe that was read for this network."""
        from archdsl.emit.folder import python_files

        self.check_decided()
        return self._finished(python_files(self.graph, self.module, recipe), recipe, targets)

    def build_single(
        self,
        recipe: str | None = None,
        diagnostics: Diagnostics | None = None,
        targets: Iterable[str] = (),
    ) -> dict[str, str]:
        """The same as `build`, but for scripts that stand alone: each has all it needs in it.

        Raises:
            CompileError: as `build`, or two files that are joined use a name for different things.
        """
        from archdsl.emit.folder import single_files

        self.check_decided()
        how = self.recipe(recipe, diagnostics)
        return self._finished(single_files(self.graph, self.module, how), how, targets)

    def _finished(
        self, texts: dict[str, str], recipe: Recipe | None, targets: Iterable[str]
    ) -> dict[str, str]:
        from archdsl.emit.folder import lowered_file, sealed_files
        from archdsl.emit.manifest import Origin, manifest

        program = self.program
        given = tuple((name, show(each.value)) for name, each in self.given.items())
        origin = Origin(Path(program.main.file.source.name).name, program.digest, given)
        lowered = {lowered_file(self.graph, each): self.lowered(each).text for each in targets}
        about = manifest(self.graph, self.module, recipe, origin, self.costs)
        return sealed_files(texts | lowered, about)

    @cached_property
    def module(self) -> Module:
        """The module of `source`, with the name and the arguments of its class."""
        return compiler.emit(self.program, self.graph)

    def lowered(self, target: str) -> Module:
        """The module that a target, such as `infer`, makes of the network, for one purpose.

        It has the weights of the readable module: that for `train` has the same state dict, others
        have `from_readable(model.state_dict())`.

        Raises:
            CompileError: it is a space of networks.
        """
        from archdsl.emit.targets import TARGETS

        self.check_decided()
        return compiler.emit_lowered(self.program, self.graph, self.module, TARGETS[target])
