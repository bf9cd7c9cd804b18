"""Members of a space that take every option, side by side in one graph.

What the members differ in becomes arguments of one class. So they are built with different options
everywhere, often enough to see which decision each argument follows from.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

from archdsl.build.request import Built, Ending, Request
from archdsl.diagnostics import CompileError, error
from archdsl.emit.targets.base import Target
from archdsl.frozen import Frozen
from archdsl.ir.graph import Graph
from archdsl.ir.pruning import without_unread
from archdsl.ir.rewrite import ImposedOrigin
from archdsl.ir.side_by_side import side_by_side
from archdsl.params.numbers import Number
from archdsl.plan.decisions import Decided, Decision
from archdsl.space.space import build_member

_EXTRA = 4
"""Members beyond that, for decisions that only some members make."""


class Sample(Frozen):
    """Members side by side, what each has taken by the scope of its network, and all decisions."""

    graph: Graph
    taken: Mapping[int, Mapping[str, str]]
    decisions: Mapping[str, Decision]

    def options(self, name: str) -> tuple[str, ...]:
        """The options of a decision that are left, in the order of the text."""
        decision = self.decisions[name]
        return tuple([decision.options[index] for index in decision.allowed])


def sample(request: Request, target: Target, often: int) -> Sample:
    """Members that take every option of every decision so often at least.

    Raises:
        CompileError: some members do not exist, or they take other inputs.
    """
    dealer, built = _Dealer(), list[Built]()
    while len(built) < often * dealer.most_options + _EXTRA:
        built.append(_existing(request, build_member(request, dealer.pick)))
    decisions = {
        each.name: each.decision for one in built for each in one.decisions if each.decision.is_open
    }
    numbers = {name: _numbers(decision) for name, decision in decisions.items()}
    symbols = {name: values for name, values in numbers.items() if values}
    graphs = [_with_symbols(target, one, symbols) for one in built]
    taken = [_by_name(one.decisions) for one in built]
    _check_one_input(request.name, decisions, list(zip(graphs, taken, strict=True)))
    whole = side_by_side(graphs)
    roots = [scope.index for scope in whole.scopes if scope.parent is None]
    return Sample(whole, dict(zip(roots, taken, strict=True)), decisions)


def _check_one_input(
    network: str,
    decisions: Mapping[str, Decision],
    members: Sequence[tuple[Graph, Mapping[str, str]]],
) -> None:
    """Check that all members take the same inputs; otherwise the mistake is where these follow
    from."""
    sizes = [(taken, tuple(map(graph.type, graph.inputs.values()))) for graph, taken in members]
    if len({inputs for _, inputs in sizes}) == 1:
        return
    span = next((decisions[name].span for name in followed(decisions, sizes)), None)
    message = f"members of `{network}` take inputs of different sizes"
    hint = "a supernet is given one input: decide the size of the clips"
    raise CompileError([error("supernet", message, span, help=hint)])


def followed(
    names: Iterable[str], results: Sequence[tuple[Mapping[str, str], Hashable]]
) -> Iterator[str]:
    """The decisions that a result can follow from: it is the same wherever an option is taken.

    `results` has what each of some members has taken, and its result.
    """
    for name in names:
        pairs = {(taken.get(name), result) for taken, result in results}
        if len(pairs) == len({option for option, _ in pairs}):
            yield name


def _existing(request: Request, built: Built) -> Built:
    if built.ending is not Ending.REFUSED:
        return built
    message = f"some members of `{request.name}` do not exist, since a `require` is false for them"
    hint = "a supernet draws every decision by itself: write options that always fit"
    where, *also = built.diagnostics[-1].labels
    raise CompileError([error("supernet", message, where.span, also=also, help=hint)])


class _Dealer:
    """Answers decisions so that each option is taken as often as every other."""

    def __init__(self) -> None:
        self._random = Random(0)
        self._waiting: dict[str, Iterator[int]] = {}
        self.most_options = 0

    def pick(self, decision: Decision) -> int:
        self.most_options = max(self.most_options, len(decision.allowed))
        if decision.name not in self._waiting:
            self._waiting[decision.name] = self._shuffled(decision.allowed)
        return next(self._waiting[decision.name])

    def _shuffled(self, allowed: tuple[int, ...]) -> Iterator[int]:
        while True:
            yield from self._random.sample(allowed, len(allowed))


def _numbers(decision: Decision) -> Mapping[str, Number]:
    """The options of a decision as numbers; none if some option is not a number."""
    found: dict[str, Number] = {}
    for option in decision.options:
        try:
            value = Fraction(option)
        except ValueError:
            return {}
        found[option] = int(value) if value.denominator == 1 else value
    return found


def _with_symbols(
    target: Target, built: Built, symbols: Mapping[str, Mapping[str, Number]]
) -> Graph:
    """The graph of a member, whose network has its decisions of numbers as parameters.

    One that a member does not make has its first option: nothing in that member reads it.
    """
    graph, made = target.lowered(without_unread(built.graph)), _by_name(built.decisions)
    root = graph.scopes[0]
    given = {
        name: ImposedOrigin(values[made.get(name, next(iter(values)))], root.index, root.span)
        for name, values in symbols.items()
    }
    assert root.block is not None
    block = replace(root.block, parameters=(*root.block.parameters, *given))
    whole = replace(root, arguments={**root.arguments, **given}, block=block)
    return replace(graph, scopes=(whole, *graph.scopes[1:]))


def _by_name(decisions: tuple[Decided, ...]) -> Mapping[str, str]:
    return {each.name: each.option for each in decisions}
