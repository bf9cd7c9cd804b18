"""The settings of a search, read from a spec: bounds, and recipes by name, beside those of recipes.

A recipe that a search names becomes a derivation, `recipe s for SPACE = i3d_train(epochs = 60)`, so
that whatever reads recipes reads it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import Given, Value, describe
from archdsl.costs.metrics import METRICS
from archdsl.diagnostics import alternatives, did_you_mean
from archdsl.params.numbers import is_number
from archdsl.plan.derivations import named_arguments
from archdsl.plan.edits import literal
from archdsl.program.program import is_network
from archdsl.recipes.reading.finding import recipes_for
from archdsl.searches.forms import BoundForm, RecipeForm
from archdsl.searches.methods import ByTrials
from archdsl.searches.reading.hints import (
    foreign_method,
    meant_setting,
    objective_hint,
    setting_hint,
)
from archdsl.searches.search import ACCURACIES, VOCABULARY, Bound, Instance
from archdsl.settings.forms import Form
from archdsl.settings.reading.entries import Entries, Entry, SettingReader
from archdsl.settings.reading.values import evaluate_range
from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.printing.expressions import flat

_SUGGESTED = 4
"""Recipes that a help lists."""


class SearchReader(SettingReader):
    """Reads the settings of a search for a space, which is a name in the file of the frame."""

    vocabulary = VOCABULARY

    def __init__(self, frame: Frame, search: tree.Search) -> None:
        super().__init__(frame)
        self.search = search

    def hint(self, name: str) -> str | None:
        return setting_hint(name)

    def meant(self, name: str) -> str | None:
        return meant_setting(name) or super().meant(name)

    def entry(self, setting: tree.Setting, form: Form, node: tree.Expression | None) -> Entry:
        if isinstance(form, BoundForm):
            return self._bound(setting, node)
        if isinstance(form, RecipeForm):
            return self._recipe(setting, node)
        if setting.name == "method":
            self._check_method(node)
        elif setting.name in ("maximise", "minimise"):
            self._check_objective(setting.name, node)
        return super().entry(setting, form, node)

    def _check_method(self, node: tree.Expression | None) -> None:
        """Check that no method of another tool is named."""
        if not isinstance(node, tree.Call | tree.Name):
            return
        name, _ = tree.split_call(node)
        if name.name in VOCABULARY.words:
            return
        if (foreign := foreign_method(name.name)) is not None:
            message, hint = foreign
            raise self.fault(message, name.span, help=hint)

    def _check_objective(self, name: str, node: tree.Expression | None) -> None:
        """Check that no cost is maximised, and no accuracy minimised."""
        written = node.items if isinstance(node, tree.Tuple) else (node,)
        for each in written:
            if isinstance(each, tree.Name) and (hint := objective_hint(name, each.name)):
                wanted, this = ("an accuracy", "a cost")[:: 1 if name == "maximise" else -1]
                message = f"`{name}` must be {wanted}, but `{each.name}` is {this}"
                raise self.fault(message, each.span, help=hint)

    def _bound(self, setting: tree.Setting, node: tree.Expression | None) -> Entry:
        """`macs <= 2G`, or `macs 1.9G..2.1G`."""
        name = setting.name
        if isinstance(node, tree.AtMost):
            most = self._limit(name, self.frame.evaluate(node.value), node.value.span)
            return Entry(name, Bound(name, None, most), setting.span)
        if isinstance(node, tree.Range):
            low, high = evaluate_range(self.frame, node, self.vocabulary.what)
            alone = f"write `{name} <= {node.high.span.text}`"
            least = self._limit(name, low, node.low.span, alone)
            most = self._limit(name, high, node.high.span)
            return Entry(name, Bound(name, least, most), setting.span)
        wanted = f"`{name}` must be a bound such as `<= 2G` or `1.9G..2.1G`"
        if node is None:
            raise self.fault(f"{wanted}, but it has no value", setting.span)
        message = f"{wanted}, but this is `{node.span.text}`"
        raise self.fault(message, node.span, help=_as_bound(name, node))

    def _limit(self, metric: str, value: Value, span: Span, help: str | None = None) -> int:
        """An end of a bound."""
        if is_number(value) and value >= 1 and value == int(value):
            return int(value)
        message = f"a bound of `{metric}` must be an integer of at least 1"
        raise self.fault(f"{message}, but this is {describe(value)}", span, help=help)

    def _recipe(self, setting: tree.Setting, node: tree.Expression | None) -> Entry:
        """`train i3d_train`, or `train i3d_train(epochs = 60)`."""
        recipes, name = self.frame.unit.recipes, setting.name
        if not isinstance(node, tree.Call | tree.Name):
            span = node.span if node else setting.span
            what = f"this is `{node.span.text}`" if node else "none is named"
            message = f"`{name}` must be a recipe, but {what}"
            raise self.fault(message, span, help=f"write {self.syntax(name)}")
        recipe, written = tree.split_call(node)
        if recipe.name not in recipes:
            if self.frame.unit.may_see(recipe.name):
                raise Fault  # without a diagnostic: that of the file has been reported
            hint = did_you_mean(recipe.name, recipes) or f"write {self.syntax(name)}"
            raise self.fault(f"no recipe is called `{recipe.name}`", recipe.span, help=hint)
        # By their values: the recipe is read where the search has no parameters.
        given = literals(named_arguments(self.frame, written))
        base = tree.Call(recipe, given, span=node.span) if given else recipe
        return Entry(name, self._derived(base), setting.span)

    def implied(self, written: Entries) -> Entries:
        """The network's recipe, if it has one only, and what a supernet needs no word for."""
        recipes, span = list(self._recipes_of_space()), self.search.space.span
        entries: Entries = {}
        if len(recipes) == 1:
            derived = self._derived(tree.Name(recipes[0], span=span))
            entries["train"] = Entry("train", derived, span)
        if not self._needs_objective(written):
            entries["maximise"] = Entry("maximise", next(iter(ACCURACIES)), span)
        return entries

    def _needs_objective(self, written: Entries) -> bool:
        """Whether networks are ranked by their accuracy. A supernet ranks paths by its loss."""
        if "method" in written:
            return isinstance(written["method"].value, ByTrials)
        # Of a method with a mistake it is unknown.
        return all(setting.name != "method" for setting in self.search.settings)

    def syntax(self, field: str) -> str:
        if field == "maximise":
            return "`maximise top1`"
        known = [*(self._recipes_of_space() or self.frame.unit.recipes)][:_SUGGESTED]
        if field == "train" and known:
            return alternatives(f"`train {name}`" for name in known)
        return super().syntax(field)

    def _recipes_of_space(self) -> Iterable[str]:
        """The recipes for the network that is the space, or that it derives from."""
        space, _ = tree.split_call(self.search.space)
        known = self.frame.unit.names
        if space.name not in known or not is_network(known[space.name].node):
            return ()
        return recipes_for(self.frame.program, space.name)

    def _derived(self, base: tree.Call | tree.Name) -> tree.DerivedRecipe:
        """A recipe for the space that derives from another."""
        space, _ = tree.split_call(self.search.space)
        return tree.DerivedRecipe(self.search.name, space, base, None, span=base.span)


def bounds_of(entries: Entries) -> list[Entry]:
    """The bounds among settings, in the order of the text."""
    found = [entries[metric] for metric in METRICS if metric in entries]
    return sorted(found, key=lambda entry: entry.span.start)


def literals(given: Mapping[str, Given]) -> tuple[tree.Argument, ...]:
    """Arguments by their values."""
    values = {name: literal(each.value, each.span) for name, each in given.items()}
    return tuple(tree.Argument(name, value, span=value.span) for name, value in values.items())


def instance(name: str, given: tuple[tree.Argument, ...]) -> Instance:
    """A network or a recipe with these parameters."""
    texts = ((argument.name or "", flat(argument.value)) for argument in given)
    return Instance(name, tuple(texts))


def _as_bound(name: str, node: tree.Expression) -> str | None:
    """How a bound that is a number or a difference is written."""
    match node:
        case tree.Number():
            return f"write `{name} <= {node.text}`"
        case tree.Binary(operator="-", left=left, right=right):
            return f"write `{name} {left.span.text}..{right.span.text}`"
    return None
