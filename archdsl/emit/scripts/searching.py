"""The part of recipe.py that is about a search: its settings, and what follows from them.

What a paper says of a search stands in its settings. A few numbers are in no paper, such as how
many paths are judged at the end: they are constants too, so that they can be seen and edited.
"""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.emit.pages import page
from archdsl.emit.python import Atom, Call, Keyword, Python, Return, Tuple, literal, render
from archdsl.emit.scripts.settings import Constant, number, plain
from archdsl.frozen import Frozen
from archdsl.recipes.recipe import Recipe, Sgd
from archdsl.searches.search import Search
from archdsl.searches.supernets import Hinge, Probabilistic

CANDIDATES = 100
"""Paths that are judged when a search ends."""

STATISTICS = 8
"""Batches from which the norms of each of these paths have their statistics, unless `precise_bn`
says how many."""


class SearchView(Frozen):
    """What the template of the functions asks."""

    optimizer: list[str]
    rate: str
    draws: str
    penalty: str


def search_constants(search: Search, recipe: Recipe) -> Iterator[Constant]:
    """The settings of a search: which it is, how theta learns, and what is kept."""
    method, penalty = probabilistic(search), search.penalty
    yield Constant("SEARCH", literal(search.name))
    yield Constant("SPACE", literal(str(search.space)))
    yield Constant("WEIGHTS_ALONE", literal(search.warmup), "epochs before theta learns")
    kind = "Importance" if method.estimator == "importance" else "Score"
    yield Constant("ESTIMATOR", Call(Atom(kind), ()), "of the gradient of theta")
    remark = "paths that a step judges" + (", at first" if method.adaptive else "")
    yield Constant("DRAWS", literal(method.draws), remark)
    if search.architecture is not None:
        yield Constant("POLICY_RATE", plain(search.architecture.lr))
        yield Constant("POLICY_BETAS", plain(search.architecture.betas))
    if search.targets:
        if isinstance(penalty, Hinge):
            yield Constant("PENALTY", number(penalty.weight), "for each target's worth beyond it")
        else:
            yield Constant("EXPONENT", plain(penalty.exponent), "of cost / target")
        yield Constant("TARGETS", _costs((each.metric, each.cost) for each in search.targets))
    bounds = ((each.metric, each.most) for each in search.bounds)
    kind = "tuple[tuple[str, int], ...]"
    yield Constant("BOUNDS", _costs(bounds), "of what is found", kind)
    yield Constant("METRICS", literal(metrics(search)), "costs that are logged and compared")
    yield Constant("HOLD_OUT", number(search.held_out), "of the training videos")
    yield Constant("SEED", literal(search.seed))
    yield Constant("CANDIDATES", literal(CANDIDATES), "paths that are judged at the end; ours")
    remark = "for the statistics of norms, when a path is judged"
    if recipe.precise_bn is None:
        remark += "; ours"
    yield Constant("STATISTICS_BATCHES", literal(recipe.precise_bn or STATISTICS), remark)
    yield Constant("FOUND", literal(search.keep), "members that are written")


def search_functions(search: Search, recipe: Recipe) -> str:
    """The functions that follow from the settings."""
    own = search.architecture is not None
    is_adaptive = probabilistic(search).adaptive
    view = SearchView(
        optimizer=render((Return(_optimizer(search, recipe)),), 1),
        rate="POLICY_RATE" if own else "rate",
        draws="policy.fewer(DRAWS)" if is_adaptive else "DRAWS",
        penalty=search.penalty.name if search.targets else "none",
    )
    return page("search_functions.py.j2", search=view).strip("\n")


def metrics(search: Search) -> tuple[str, ...]:
    """The costs that matter to a search, the first above all; multiply-adds if it says none."""
    bounded = [each.metric for each in search.bounds]
    paid = [each.metric for each in search.targets]
    return tuple(dict.fromkeys([*bounded, *paid])) or ("macs",)


def probabilistic(search: Search) -> Probabilistic:
    """The method of a search that draws paths."""
    assert isinstance(search.method, Probabilistic), f"`{search.name}` draws no paths"
    return search.method


def _optimizer(search: Search, recipe: Recipe) -> Python:
    """That of the decisions; without one it is that of the weights, without weight decay."""
    theta, weights = Atom("theta"), recipe.optimizer
    if search.architecture is not None:
        options = {"lr": Atom("POLICY_RATE"), "betas": Atom("POLICY_BETAS")}
        return _call("torch.optim.Adam", theta, options)
    if isinstance(weights, Sgd):
        options = {"lr": Atom("LEARNING_RATE"), "momentum": Atom("MOMENTUM")}
        more = {"nesterov": literal(True)} if weights.nesterov else {}
        return _call("torch.optim.SGD", theta, options | more)
    options = {"lr": Atom("LEARNING_RATE"), "betas": Atom("BETAS")}
    return _call("torch.optim.Adam", theta, options)


def _call(name: str, first: Python, options: dict[str, Atom] | dict[str, Python]) -> Python:
    return Call(Atom(name), (first, *(Keyword(n, value) for n, value in options.items())))


def _costs(entries: Iterator[tuple[str | int, ...]]) -> Python:
    """A tuple of tuples, each of a metric and numbers."""
    return Tuple(tuple(Tuple(tuple(map(literal, entry))) for entry in entries))
