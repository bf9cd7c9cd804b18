"""The names in recipes and searches: settings, their options, words, and parts of networks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from archdsl.analysis.names import spelling
from archdsl.analysis.names.expressions import arguments, names_in
from archdsl.analysis.names.labels import Labels
from archdsl.analysis.names.meanings import Meanings, body_of_recipe
from archdsl.analysis.names.scopes import Callee, Local, Scope
from archdsl.analysis.names.symbol import Kind, Occurrence, Role, Symbol
from archdsl.program.program import Definition, Program, Unit
from archdsl.recipes.reading.finding import target_of
from archdsl.recipes.recipe import VOCABULARY as RECIPE
from archdsl.searches.forms import RecipeForm
from archdsl.searches.search import VOCABULARY as SEARCH
from archdsl.settings.forms import ChoiceForm, Form, PartsForm, Setting, ValueForm, options_of
from archdsl.settings.kinds import PartNames
from archdsl.source import Span
from archdsl.syntax import tree

VOCABULARIES = {Kind.RECIPE: RECIPE, Kind.SEARCH: SEARCH}
"""The settings of each kind of definition."""


def networks_of(recipe: tree.Recipe, unit: Unit, program: Program) -> Iterator[Definition]:
    """The networks that a recipe is for, itself or by one that derives from it."""
    for user in program.units:
        for own in user.own_recipes:
            body, target = body_of_recipe(own, user), target_of((own, user))
            if body is None or body[0] is not recipe or target is None:
                continue
            name, file = target
            if name.name in file.names:
                yield file.names[name.name]


def scope_of_settings(
    node: tree.Recipe | tree.Search, owner: Symbol, meanings: Meanings, networks: Iterable[Labels]
) -> Scope:
    """The scope of settings: parameters, and the inputs of the networks that they are for."""
    found: dict[str, Local] = {}
    for labels in networks:
        for name, symbols in labels.known.items():
            inputs = tuple(each for each in symbols if each.kind is Kind.INPUT)
            known = found[name].symbols if name in found else ()
            if inputs:
                found[name] = Local(tuple(dict.fromkeys((*known, *inputs))))
    for parameter in node.parameters:
        found[parameter.name] = Local((Symbol(Kind.PARAMETER, parameter.name, owner),))
    return Scope(meanings, owner, found, words=VOCABULARIES[owner.kind].words)


class SettingsReader:
    """Reads the settings of one recipe or search."""

    def __init__(self, kind: Kind, scope: Scope, networks: Iterable[Labels]) -> None:
        self._vocabulary = VOCABULARIES[kind]
        self._owner = Symbol(Kind.WORD, kind.value)
        self._scope = scope
        self._networks = [*networks]

    def settings(self, settings: Iterable[tree.Setting]) -> Iterator[Occurrence]:
        for setting in settings:
            yield from self._setting(setting)

    def _setting(self, node: tree.Setting) -> Iterator[Occurrence]:
        form = self._vocabulary.forms.get(node.name)
        symbols = (Symbol(Kind.SETTING, node.name, self._owner),) if form else ()
        yield Occurrence(spelling.leading(node, len(node.name)), symbols, Role.GIVES)
        if isinstance(form, PartsForm):
            yield from self._rates(node)
        elif isinstance(form, ValueForm) and isinstance(form.kind, PartNames):
            yield from self._parts(node.arguments)
        elif form is not None and symbols:
            yield from self._values(node, form, symbols[0])

    def _rates(self, node: tree.Setting) -> Iterator[Occurrence]:
        """`rates(head = 10)`: names of parts in the place of options."""
        for argument in node.arguments:
            if argument.name is not None:
                yield from self._labels(spelling.leading(argument, len(argument.name)))
            yield from names_in(argument.value, self._scope)

    def _parts(self, given: Iterable[tree.Argument]) -> Iterator[Occurrence]:
        for node in (each.value for each in given):
            for part in node.items if isinstance(node, tree.Tuple) else (node,):
                yield from self._labels(part.span)

    def _labels(self, span: Span) -> Iterator[Occurrence]:
        """A label, which can be one of each network that a recipe is for."""
        found: dict[tuple[int, int], Occurrence] = {}
        for labels in self._networks or [Labels()]:
            for each in labels.named(span):
                key = each.span.start, each.span.end
                known = found[key].symbols if key in found else ()
                symbols = tuple(dict.fromkeys((*known, *each.symbols)))
                found[key] = Occurrence(each.span, symbols, each.role)
        yield from found.values()

    def _values(self, node: tree.Setting, form: Form, setting: Symbol) -> Iterator[Occurrence]:
        if isinstance(form, RecipeForm):
            yield from self._recipe(node)
            return
        known = {kind.name: kind for kind in options_of(form)}
        if isinstance(form, ChoiceForm):
            yield from self._choice(node, known, setting)
            return
        own = known.get(node.name)
        options = options_symbols(own, setting) if own is not None else Callee()
        yield from arguments(node.arguments, options, self._scope)

    def _choice(
        self, node: tree.Setting, known: dict[str, type[Setting]], setting: Symbol
    ) -> Iterator[Occurrence]:
        """`optimizer sgd(lr = 0.1)`: one of several, with options of its own."""
        for argument in node.arguments:
            if not isinstance(argument.value, tree.Call | tree.Name):
                yield from names_in(argument.value, self._scope)
                continue
            name, given = tree.split_call(argument.value)
            if name.name not in known:
                yield Occurrence(name.span, (), Role.READS)
                continue
            method = Symbol(Kind.METHOD, name.name, setting)
            yield Occurrence(name.span, (method,), Role.READS)
            yield from arguments(given, options_symbols(known[name.name], method), self._scope)

    def _recipe(self, node: tree.Setting) -> Iterator[Occurrence]:
        """`train i3d_train(epochs = 60)`."""
        meanings = self._scope.meanings
        for argument in node.arguments:
            if isinstance(argument.value, tree.Call | tree.Name):
                yield from recipe_base(argument.value, self._scope, meanings)


def options_symbols(kind: type[Setting], owner: Symbol) -> Callee:
    return Callee({each.name: (Symbol(Kind.OPTION, each.name, owner),) for each in fields(kind)})


def recipe_base(
    node: tree.Call | tree.Name, scope: Scope, meanings: Meanings
) -> Iterator[Occurrence]:
    """A recipe by its name, and the parameters that it is given."""
    name, given = tree.split_call(node)
    symbol = meanings.recipes.get(name.name)
    yield Occurrence(name.span, (symbol,) if symbol else (), Role.READS)
    yield from arguments(given, Callee(meanings.recipe_parameters(name.name)), scope)
