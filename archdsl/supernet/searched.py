"""What the folder of a search starts from: the space with the parameters that the search gives it.

Both kinds of supernets do: those whose paths are drawn, and those that gradients decide.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path

from archdsl.build.values import Given
from archdsl.diagnostics import Diagnostics
from archdsl.emit.manifest import Origin
from archdsl.network import Network
from archdsl.recipes.recipe import Recipe
from archdsl.searches.search import Bound, Search
from archdsl.source import Source, Span
from archdsl.spec import Spec
from archdsl.syntax.parser import parse_argument

SPACE = "space.arch"
"""The space as a spec that needs the library alone, from which members derive."""


class Searched:
    """A search in its spec; `given` are parameters of the space that a user gives."""

    def __init__(self, spec: Spec, search: Search, given: dict[str, Given]) -> None:
        self.search = search
        self._spec = spec
        self._user = given

    @cached_property
    def given(self) -> dict[str, Given]:
        """The parameters of the space: those of the user, before those that the search gives."""
        written = [f"{name} = {value}" for name, value in self.search.space.given]
        parsed = [parse_argument(Source("search", text)) for text in written]
        return {**self._spec.arguments(parsed), **self._user}

    @cached_property
    def space(self) -> Network:
        return self._spec.build(self.search.space.name, self.given)

    @property
    def recipe(self) -> Recipe:
        """How the weights are trained."""
        return self.search.train.recipe

    def span_of(self, bound: Bound) -> Span:
        """Where a bound stands in the spec."""
        settings = self._spec.program.main.searches[self.search.name].settings
        return next(each.span for each in settings if each.name == bound.metric)

    @property
    def origin(self) -> Origin:
        program = self._spec.program
        return Origin(Path(program.main.file.source.name).name, program.digest)

    def space_text(self, diagnostics: Diagnostics) -> str:
        """The text of `space.arch`, with the recipe by which what is found is trained alone."""
        name, finish = self.space.name, self.search.finish
        recipe = finish.recipe if finish else self.recipe
        kept = replace(recipe, name=f"{name}_train", network=name)
        title = f"{name}, of {self.origin.spec}"
        return self._spec.standalone_text(name, title, self.given, diagnostics, [kept])
