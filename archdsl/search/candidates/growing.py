"""What is made of a network that an expansion has grown: the files to train it with, and its spec.

The spec stands alone: it has the network at the start, the transforms that lead from it, and the
recipe as it was used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from archdsl.build.values import Given
from archdsl.diagnostics import CompileError
from archdsl.expansion.stages import Stage
from archdsl.ir.likeness import is_same_network
from archdsl.network import Network
from archdsl.plan.writing import documented
from archdsl.program.loading import parse_program
from archdsl.recipes.reading.building import at_pace
from archdsl.recipes.recipe import Recipe
from archdsl.recipes.text import recipe_text
from archdsl.source import Source
from archdsl.spec import Spec
from archdsl.syntax.formatter import format_file
from archdsl.syntax.parser import parse

GROWN = "grown"
"""The name of every network that is trained, so that equal ones have equal files."""


@dataclass(frozen=True)
class Growing:
    """Networks that grow from one of a spec, and how they are trained.

    `recipe` reads the recipe for a network, with the clips of the start: along the fast axis,
    their stride follows here.
    """

    spec: Spec = field(repr=False)
    start: str
    given: Mapping[str, Given]
    recipe: Callable[[Network], Recipe] = field(repr=False)

    def files(self, stage: Stage) -> dict[str, str]:
        """The build folder of a network.

        Raises:
            CompileError: the recipe does not fit the network.
        """
        network = self._network(stage, GROWN)
        return network.build_with(self._recipe(stage, network))

    def text(self, stage: Stage) -> str:
        """All of these files that says what is trained.

        Raises:
            CompileError: the recipe does not fit the network.
        """
        network = self._network(stage, GROWN)
        return f"{network.source()}\n{_text(self._recipe(stage, network), network)}"

    def spec_text(self, stage: Stage, name: str) -> str:
        """A spec that defines a network of this name, as grown from the start.

        It is read again, and must give the same network and recipe.

        Raises:
            CompileError: the recipe does not fit the network.
        """
        network = self._network(stage, name)
        recipe = self._recipe(stage, network)
        start = self.spec.standalone_text(self.start, f"an expansion of {self.start}", self.given)
        grown = f"\nnetwork {name} = {self._steps(stage)}\n"
        trained = documented(recipe.doc, _text(recipe, network))
        text = format_file(parse(Source(f"{name}.arch", start + grown + trained)))
        again = Spec(parse_program(Source(f"{name}.arch", text))).network(name)
        if not is_same_network(again.graph, network.graph) or again.recipe() != recipe:
            raise RuntimeError(f"the text of `{name}` gives another network or recipe:\n{text}")
        return text

    def _network(self, stage: Stage, name: str) -> Network:
        derived = self.spec.derive(name, self.start, *stage.transforms)
        return derived.build(name, self.given)

    def _steps(self, stage: Stage) -> str:
        """How a network is grown, as a spec writes it."""
        return " + ".join([self.start, *map(str, stage.transforms)])

    def _recipe(self, stage: Stage, network: Network) -> Recipe:
        try:
            read = self.recipe(network)
        except CompileError as failure:
            note = f"the network is {self._steps(stage)}"
            found = [replace(each, notes=(*each.notes, note)) for each in failure.diagnostics]
            raise CompileError(found) from None
        pace = Fraction(network.plan.rate) / self.spec.build(self.start, self.given).plan.rate
        return at_pace(replace(read, name=f"{network.name}_train", network=network.name), pace)


def _text(recipe: Recipe, network: Network) -> str:
    ((video, shape),) = network.inputs.items()
    return recipe_text(recipe, video, shape)
