"""What is made of a member of a space of the language: the files to train it with, and its spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from archdsl.build.values import Given
from archdsl.network import Network
from archdsl.recipes.recipe import Recipe
from archdsl.search.domain import Member
from archdsl.spec import Spec


@dataclass(frozen=True)
class MemberFiles:
    """The members of a space of a spec. `recipe` reads the recipe for each of them."""

    spec: Spec = field(repr=False)
    space: str
    given: Mapping[str, Given]
    recipe: Callable[[Network], Recipe] = field(repr=False)

    def files(self, member: Member) -> dict[str, str]:
        """The build folder of a member.

        Raises:
            CompileError: the recipe does not fit it.
        """
        network = self.spec.member(self.space, dict(member.taken)).build(self.space, self.given)
        return network.build_with(self._recipe(network))

    def spec_text(self, member: Member, name: str) -> str:
        """A spec that defines a member under a name, with the recipe, and needs the library alone.

        Raises:
            CompileError: the recipe does not fit it.
        """
        derived = self.spec.member(self.space, dict(member.taken)).derive(name, self.space)
        network = derived.build(name, self.given)
        recipes = [self._recipe(network)]
        return derived.standalone_text(name, member.name, self.given, recipes=recipes)

    def _recipe(self, network: Network) -> Recipe:
        name = f"{network.name}_train"
        return replace(self.recipe(network), name=name, network=network.name)
