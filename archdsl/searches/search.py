"""A search as a value: what is wanted of the networks of a space, and how they are tried.

Each setting is a field of `Search`, which says how it is written in a spec, as with recipes. Bounds
are settings too, under the names of the metrics that claims have.
"""

from __future__ import annotations

from dataclasses import KW_ONLY
from fractions import Fraction

from archdsl import limits
from archdsl.costs.metrics import LATENCIES, METRICS
from archdsl.frozen import Frozen
from archdsl.params.kinds import Choice, Integer
from archdsl.params.numbers import Number
from archdsl.recipes.recipe import Recipe
from archdsl.searches.forms import BoundForm, RecipeForm
from archdsl.searches.methods import METHODS, BySupernet, Method
from archdsl.searches.supernets import PENALTIES, Adam, Differentiable, Hinge, Power, Target
from archdsl.settings.forms import ChoiceForm, ValueForm, Vocabulary, setting, settings_text
from archdsl.settings.kinds import Bounded, Words
from archdsl.shown import text_block
from archdsl.syntax.lexemes import COUNTS, TIMES, number_text

HELD_OUT = Bounded("a number above 0, below 1", lambda value: 0 < value < 1)


class Accuracy(Frozen):
    """What training measures: its name, the figure of train.py, and the losses that have it."""

    name: str
    figure: str
    losses: tuple[str, ...]


ACCURACIES = {
    accuracy.name: accuracy
    for accuracy in (
        Accuracy("top1", "clip@1", ("cross_entropy", "binary_cross_entropy")),
        Accuracy("top5", "clip@5", ("cross_entropy",)),
        Accuracy("mAP", "mAP", ("binary_cross_entropy",)),
    )
}
"""What is maximised. All are in percent, and of the videos that are held out."""


class Instance(Frozen):
    """A network or a recipe by its name, with the parameters that it is given, as text."""

    name: str
    given: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """`x2d(classes = 400)`, as a spec has it."""
        values = ", ".join(f"{name} = {value}" for name, value in self.given)
        return f"{self.name}({values})" if values else self.name


class Training(Frozen):
    """How networks are trained: by a recipe, as `recipe` is with the space's default member.

    It is evaluated again for each member, whose clips may be of another size.
    """

    instance: Instance
    recipe: Recipe

    def __str__(self) -> str:
        return str(self.instance)


class Bound(Frozen):
    """What a metric of every member must be: at most `most`, and at least `least`."""

    metric: str
    least: int | None
    most: int

    def holds(self, figure: int) -> bool:
        return (self.least is None or self.least <= figure) and figure <= self.most

    def __str__(self) -> str:
        """`macs <= 2G` or `macs 1.9G..2.1G`, as a spec has it."""
        most = self.text_of(self.most)
        if self.least is None:
            return f"{self.metric} <= {most}"
        return f"{self.metric} {self.text_of(self.least)}..{most}"

    def text_of(self, figure: int) -> str:
        """A figure of the metric, as a spec has it: `2G`, `20ms`."""
        return number_text(figure, TIMES if self.metric in LATENCIES else COUNTS)


class Search(Frozen):
    """What is wanted of a space, and how it is looked for."""

    name: str
    space: Instance
    doc: str | None
    _: KW_ONLY
    method: Method = setting(ChoiceForm(METHODS))
    """How the next network is chosen."""
    train: Training = setting(RecipeForm())
    """How each trial is trained. A network's only recipe need not be named."""
    finish: Training | None = setting(RecipeForm(), default=None)
    """How what is found is trained at the end."""
    hold_out: Number = setting(ValueForm(HELD_OUT), default=Fraction(1, 10))
    """The share of the training videos that judge, and are never trained on: see `held_out`."""
    maximise: str = setting(ValueForm(Choice(tuple(ACCURACIES))))
    """The accuracy that is wanted, of the videos that are held out."""
    minimise: tuple[str, ...] = setting(ValueForm(Words(METRICS)), default=())
    """Costs that should be small beside the accuracy: the result is a front."""
    repeats: int = setting(ValueForm(Integer(1, limits.TRIALS)), default=1)
    """How often each trial is trained, from other initial weights."""
    seed: int = setting(ValueForm(Integer(0, 2**32 - 1)), default=0)
    """What all draws of the search follow from."""
    keep: int = setting(ValueForm(Integer(1, limits.TRIALS)), default=5)
    """The number of networks that are written at the end, the best first."""
    warmup: int = setting(ValueForm(Integer(0, limits.EPOCHS)), default=0)
    """Epochs in which a supernet learns weights alone, along paths that are drawn evenly."""
    architecture: Adam | None = setting(ChoiceForm((Adam,)), default=None)
    """The optimiser of the decisions; None is that of the weights, with its rate and schedule."""
    channels: str = setting(ValueForm(Choice(("fair", "prefix"))), default="fair")
    """Which filters of the widest layer a narrower one has: dealt evenly, or the first ones."""
    kernels: str = setting(ValueForm(Choice(("cut", "apart"))), default="cut")
    """Whether small kernels are cut out of the middle of the largest, or have own weights."""
    penalty: Hinge | Power = setting(ChoiceForm(PENALTIES), default=Hinge())
    """What a path of a supernet pays for its cost: see `targets`."""
    bounds: tuple[Bound, ...] = ()
    """Networks beyond them are never trained, but for those of the last step of an expansion."""

    @property
    def lines(self) -> list[str]:
        """Each setting that is required or is not its default, and the bounds, as a spec has it."""
        lines = settings_text(self)
        before = [lines.pop(field) for field in ("method", "train", "finish") if field in lines]
        return [*before, *map(str, self.bounds), *lines.values()]

    def _repr_html_(self) -> str:
        settings = "\n".join(f"  {line}" for line in self.lines)
        return text_block(f"search {self.name} for {self.space} {{\n{settings}\n}}")

    @property
    def alone(self) -> Training:
        """How networks are trained by themselves: trials, or what a supernet has found."""
        if isinstance(self.method, BySupernet) and self.finish:
            return self.finish
        return self.train

    @property
    def held_out(self) -> Number:
        """The share of the training videos that is held out: none where all is learned together."""
        match self.method:
            case Differentiable(together=True):
                return 0
        return self.hold_out

    @property
    def targets(self) -> tuple[Target, ...]:
        """What the penalty of a supernet compares costs with: without one, no path pays.

        A target of its own is of the bounded metric, or of the MACs.
        """
        if not isinstance(self.method, BySupernet):
            return ()
        if self.penalty.target is None:
            return tuple(Target(bound.metric, bound.most) for bound in self.bounds)
        metric = self.bounds[0].metric if self.bounds else "macs"
        return (Target(metric, self.penalty.target),)


VOCABULARY = Vocabulary.of("search", Search).with_forms({m: BoundForm() for m in METRICS})
"""The settings of a search. Each bound fills a field of its own, under the name of its metric."""
