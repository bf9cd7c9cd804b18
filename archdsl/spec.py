"""The Python API: a spec, the networks that it gives, and what can be asked of it.

Each method runs the phases of `compiler` as far as it needs. The command line is built on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl import compiler
from archdsl.build.parameters import given_from_python
from archdsl.build.values import Given
from archdsl.defining import Defining, telling_where
from archdsl.diagnostics import CompileError, Diagnostics, warning
from archdsl.ir.graph import Graph
from archdsl.plan.decisions import CHOOSE
from archdsl.plan.derivations import parse_derivation
from archdsl.program.loading import parse_program
from archdsl.program.program import Unit, name_span
from archdsl.program.published import Located, locate
from archdsl.source import Source
from archdsl.syntax import tree

if TYPE_CHECKING:
    from archdsl.plan.transforms import Transform
    from archdsl.recipes.recipe import Recipe
    from archdsl.searches.search import Search


def load(spec: str | Path | Located, uses: Iterable[str] = ()) -> Spec:
    """Read a spec, by path or published name, what it uses, and `uses`: `glore` as in `use glore`.

    Raises:
        CompileError: it cannot be parsed. A network raises mistakes in the files that it uses.
    """
    with telling_where():
        return Spec(compiler.resolve(spec if isinstance(spec, Located) else locate(spec), uses))


def parse(text: str, path: str | Path | None = None) -> Spec:
    """Read a spec that is a text. It uses files as if it were saved at `path`, and not read there.

    Without a path, it can use the library and the published specs alone.

    Raises:
        CompileError: it cannot be parsed. A network raises mistakes in the files that it uses.
    """
    with telling_where():
        if path is None:
            return Spec(parse_program(Source("text", text)))
        place = Path(path)
        return Spec(compiler.resolve(place, (), {place.resolve(): text}))


@dataclass(frozen=True, repr=False)
class Spec(Defining):
    """A file that defines networks, read and resolved: what a user asks for all else."""

    def derive(self, name: str, base: str, *changes: str | Transform) -> Spec:
        """The spec with one more network, derived from another.

        `derive("b", "a + stretch(2)")`, `derive("b", "a", "stretch(2)")` and
        `derive("b", "a", Stretch(depth=2))` are the same. A new network hides one of its name.

        Raises:
            CompileError: the text has mistakes of syntax. Others show when the network is built.
        """
        return Spec(self.program.with_network(parse_derivation(name, base, map(str, changes))))

    def decided(self, name: str, choices: Sequence[tree.Argument]) -> Spec:
        """The spec with decisions made in a space, which keeps its name."""
        span = choices[0].span
        call = tree.Call(tree.Name(CHOOSE, span=span), tuple(choices), span=span)
        base = tree.Name(name, span=span)
        node = tree.Derived("network", name, base, (call,), None, span=span)
        return Spec(self.program.with_network(node))

    def member(self, name: str, options: Mapping[str, str]) -> Spec:
        """The spec with options taken in a space, which are given by their texts.

        Raises:
            CompileError: one of them cannot be read. Others show when the network is built.
        """
        from archdsl.syntax.parser import parse_argument  # takes long to load

        texts = [f"{decision} = {option}" for decision, option in options.items()]
        choices = [parse_argument(Source("decision", text)) for text in texts]
        return self.decided(name, choices) if choices else self

    def standalone_text(
        self,
        name: str,
        origin: str,
        given: Mapping[str, Given] | None = None,
        diagnostics: Diagnostics | None = None,
        recipes: Sequence[Recipe] | None = None,
    ) -> str:
        """The text of a spec that defines a network without deriving it from another.

        `origin` is put in its first line as a comment. The text is compiled again and must give the
        same network and recipes, for wrong ones would be a silent mistake in the user's next
        experiment. The recipes are those of the network, unless others are given. `diagnostics`
        gets the warnings about those that do not fit.

        Raises:
            CompileError: the network has mistakes, or needs two blocks of the same name.
        """
        from archdsl.ir.likeness import is_same_network
        from archdsl.plan import writing  # imports the formatter, which few runs need
        from archdsl.recipes.text import recipe_text

        plan, built, _ = self._compile(name, given or {})
        text = writing.standalone_text(name, plan, built, origin)
        network = self.build(name, given or {})
        if recipes is None:
            recipes = network.recipes(Diagnostics() if diagnostics is None else diagnostics)
        for recipe in recipes:
            ((video, shape),) = network.inputs.items()
            text += writing.documented(recipe.doc, recipe_text(recipe, video, shape))
        again = Spec(parse_program(Source(f"{name}.arch", text))).network(name)
        if not is_same_network(again.graph, network.graph):
            raise RuntimeError(f"the text of `{name}` gives another network:\n{text}")
        if again.recipes(Diagnostics()) != [*recipes]:
            raise RuntimeError(f"the text of `{name}` gives other recipes:\n{text}")
        return text

    @property
    def recipes(self) -> tuple[str, ...]:
        """The names of the recipes that the file defines, in order."""
        return tuple(recipe.name for recipe in self.program.main.own_recipes)

    def recipe(
        self,
        network: str,
        name: str | None = None,
        diagnostics: Diagnostics | None = None,
    ) -> Recipe | None:
        """The recipe of a name for a network; without a name its only one, or None.

        It is checked with the network's own parameters. `diagnostics` gets the warnings.

        Raises:
            CompileError: it has mistakes or does not exist, or there are several to choose from.
        """
        from archdsl.recipes.reading import building, finding

        chosen = self.choose(network)
        found = finding.choose(self.program, chosen, name)
        if found is None:
            return None
        if not self.missing_parameters(chosen):
            return self.build(chosen, {}).recipe(name, diagnostics)
        warnings = Diagnostics() if diagnostics is None else diagnostics
        return building.build(self.program, found, warnings, self._graph, self._parts)

    def check_recipe(self, name: str, diagnostics: Diagnostics) -> None:
        """Add the mistakes of a recipe of the file, also of one that is a base for others."""
        from archdsl.recipes.reading import building

        building.check(self.program, name, diagnostics, self._graph, self._parts)

    @property
    def searches(self) -> tuple[str, ...]:
        """The names of the searches that the file defines, in order."""
        return tuple(self.program.main.searches)

    def search(
        self,
        name: str | None = None,
        /,
        diagnostics: Diagnostics | None = None,
        **parameters: object,
    ) -> Search:
        """The search of a name, or the only one, with values for its parameters.

        It is checked with its space. `diagnostics` gets the warnings.

        Raises:
            CompileError: it has mistakes or does not exist, or there are several to choose from.
            TypeError: a parameter is of another type.
        """
        from archdsl.searches.reading import building, finding

        chosen = finding.choose(self.program, name)
        given = {key: given_from_python(key, value) for key, value in parameters.items()}
        warnings = Diagnostics() if diagnostics is None else diagnostics
        return building.build(self.program, chosen, given, warnings, self).search

    def check_search(self, name: str, diagnostics: Diagnostics) -> None:
        """Add the mistakes of a search of the file; its bounds are compared with all members."""
        from archdsl.searches.reading import building

        search = self.program.main.searches[name]
        try:
            building.check(self.program, search, diagnostics, self)
        except CompileError as failure:
            diagnostics.collect(failure)

    def searches_for(self, network: str, diagnostics: Diagnostics) -> list[Search]:
        """The searches for a network. `diagnostics` gets a warning about each faulty one."""
        from archdsl.searches.reading import finding

        found = []
        for name in finding.searches_for(self.program, network):
            try:
                found.append(self.search(name))
            except CompileError as failure:
                why = next(each.message for each in failure.diagnostics if each.is_error)
                span = name_span(self.program.main.searches[name])
                diagnostics.add(warning("search", f"search `{name}` is left out: {why}", span))
        return found

    def _graph(self, name: str, unit: Unit) -> Graph | Sequence[str]:
        """The graph of a network that a file names, or its parameters that have no value."""
        own = self if unit is self.program.main else Spec(replace(self.program, main=unit))
        return own.missing_parameters(name) or own.build(name, {}).graph

    def _parts(self, graph: Graph) -> Sequence[str]:
        """The parts of a network, as its emitted module calls them."""
        return compiler.emit(self.program, graph).parts
