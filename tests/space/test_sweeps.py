"""Sweeps over buckets give what looking at all members gives, as integers."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest

from archdsl.space.sums import elimination, folding, spread
from archdsl.space.sums.draws import EvenDraws, NoneWithin
from archdsl.space.sums.factors import Factor, FactorGraph, TooLarge
from archdsl.space.sums.folding import buckets
from archdsl.space.sums.shares import Share, Shares
from archdsl.space.sums.sweeps import Priced, count, extremum, price
from tests.space.factor_graphs import chain, cost_of, members, random_graph


def _priced(graph: FactorGraph) -> Priced:
    return price(buckets(graph), cost_of)


@pytest.mark.parametrize("seed", range(200))
def test_count_sum_and_extremes(seed: int) -> None:
    graph = random_graph(Random(seed))
    found, space = [*members(graph)], _priced(graph)
    costs = [cost for _, cost in found]
    assert count(space) == (len(costs), sum(costs))
    for best in (min, max):
        extreme = extremum(space, best)
        assert extreme is None if not costs else extreme is not None
        if extreme is not None:
            assert extreme.cost == best(costs)
            assert (extreme.member, extreme.cost) in found


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize("seed", range(100))
def test_shares(seed: int, folded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """What some factors cost, in the members that the others leave."""
    monkeypatch.setattr(folding, "ROWS", 10_000 if folded else 1)
    random = Random(seed)
    graph = random_graph(random)
    found = [member for member, _ in members(graph)]
    if not found:
        return
    shares = Shares(buckets(graph), cost_of)
    for _ in range(3):
        group = {n for n in range(len(graph.factors)) if random.random() < 0.5}
        own = FactorGraph(graph.sizes, tuple(graph.factors[n] for n in sorted(group)))
        costs = [
            sum(cost_of(f.rows[tuple(member[v] for v in f.scope)]) for f in own.factors)
            for member in found
        ]
        mean = Fraction(sum(costs), len(costs))
        assert shares.of(group) == Share(min(costs), mean, max(costs))


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("seed", range(50))
def test_spread(seed: int, exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "WORK", 10**6 if exact else 3)
    monkeypatch.setattr(spread, "BINS", 7)
    random = Random(seed)
    graph = random_graph(random)
    costs = sorted(cost for _, cost in members(graph))
    found = spread.spread(_priced(graph))
    assert (found is None) == (not costs)
    if found is None:
        return
    assert found.members == len(costs)
    assert not exact or found.slack == 0
    low = random.randint(0, 40)
    high = low + random.randint(0, 40)
    between = found.within(low, high)
    assert between.low <= sum(low <= cost <= high for cost in costs) <= between.high
    for tenth in range(11):
        place = max(1, -(-len(costs) * tenth // 10)) - 1
        quantile = found.quantile(Fraction(tenth, 10))
        assert quantile.low <= costs[place] <= quantile.high


@pytest.mark.parametrize("bins", [1, 4, 1_000])
def test_draws_within_bounds_are_even(bins: int) -> None:
    graph = chain(Random(3), rows=3, channels=3, others=2)
    found = [*members(graph)]
    costs = sorted(cost for _, cost in found)
    low, high = costs[20], costs[109]
    draws, random, times = EvenDraws(_priced(graph), low, high, bins), Random(4), 9_000
    drawn = Counter(tuple(sorted(draws.draw(random).items())) for _ in range(times))
    wanted = [tuple(sorted(member.items())) for member, cost in found if low <= cost <= high]
    assert drawn.keys() == {*wanted}
    expected = times / len(wanted)
    chi_square = sum((drawn[each] - expected) ** 2 / expected for each in wanted)
    assert chi_square < 132.3  # of 89 degrees of freedom: one seed in 500 is beyond
    assert len(wanted) <= draws.proposals <= len(found)


def test_draws_of_a_large_space_need_few_proposals() -> None:
    space = _priced(chain(Random(1), rows=11, channels=5, others=60))
    assert count(space).members == 300**11
    draws = EvenDraws(space, 0, 300_000_000)
    between = spread.spread(space)
    assert between is not None
    within = between.within(0, 300_000_000)
    assert within.low <= draws.proposals
    assert draws.proposals < 1.5 * within.low


def test_no_member_within_the_bounds() -> None:
    space = _priced(chain(Random(1), rows=2, channels=2, others=2))
    for low, high in ((0, 10), (10**10, 10**11), (5, 4)):
        with pytest.raises(NoneWithin):
            EvenDraws(space, low, high).draw(Random(0))


def test_order_keeps_the_tables_small() -> None:
    """A star of decisions around one that all share takes no more rows than its factors have."""
    factors = [
        Factor((0, leaf), {(i, j): (1, 0) for i in range(2) for j in range(90)})
        for leaf in range(1, 30)
    ]
    graph = FactorGraph((2, *[90] * 29), tuple(factors))
    made = buckets(graph)
    assert sum(len(rows) for bucket in made.buckets for rows in bucket.rows.values()) <= 29 * 180
    assert count(price(made, cost_of)).members == 2 * 90**29


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elimination, "ROWS", 100)
    grid = {(i, j): (1, 0) for i in range(9) for j in range(9)}
    factors = [Factor((a, b), grid) for a in range(4) for b in range(a)]
    with pytest.raises(TooLarge, match="more than 100 rows"):
        buckets(FactorGraph((9,) * 4, tuple(factors)))
