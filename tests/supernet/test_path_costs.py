"""Costs of paths are those of members, as the compiler looks them up, and bounds hold exactly.

`tests/space` builds all members of the small spaces, and compares them with what is looked up.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from itertools import product
from math import inf, prod, sqrt
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import black
import pytest
from space.spaces import SPACES, TABLE, request_of

import archdsl
from archdsl import files
from archdsl.build.request import Request
from archdsl.costs.metrics import total
from archdsl.plan.decisions import picked
from archdsl.resources import folder
from archdsl.space.cost_file import cost_file
from archdsl.space.lookups import NoMember
from archdsl.space.quantities import ADDED, metric
from archdsl.space.space import build_member, figures_of, walk
from archdsl.space.sums import folding
from archdsl.space.walk import Walk
from supernet.costing import costs_in, module_in

torch = pytest.importorskip("torch")

ROOT = Path(__file__).resolve().parents[2]

LIMITED = """
network space(size = 8) {
  input x: 4 x size^2
  a = {4, 8}
  b = {4, 8, 12}
  if b > 4 { x = x -> conv(4, kernel = {1, 3}) }
  require a == 8 "the wider one"
  require b < 12 "not the widest"
  return x -> conv(a) -> conv(b) -> mean((1, 2)) -> linear(5)
}
"""
"""Options that no member takes, and a decision that is then the same in all members."""

ALL = {**SPACES, "limited": LIMITED}


class Small(NamedTuple):
    """A space: what each member costs, by the options that have an effect, and all paths."""

    costs: Any
    members: dict[frozenset[tuple[str, str]], dict[str, int]]
    paths: list[tuple[dict[str, str], dict[str, int]]]
    refused: list[dict[str, str]]

    def logarithms(self, seed: int) -> dict[str, Any]:
        """Log-probabilities of options."""
        torch.manual_seed(seed)
        decisions = self.costs.decisions.items()
        return {name: torch.randn(len(each)).double().log_softmax(0) for name, each in decisions}

    def value(self, logarithms: dict[str, Any], path: dict[str, str]) -> float:
        """The log-probability of a path."""
        places = {name: each.index(path[name]) for name, each in self.costs.decisions.items()}
        return sum(each[places[name]].item() for name, each in logarithms.items())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Small]:
    """A space by its name, with every variable in a table of its own."""
    made: dict[str, Small] = {}

    def space(name: str) -> Small:
        if name not in made:
            request = request_of(ALL[name])
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(folding, "ROWS", 1)
                found = walk(request)
            costs = costs_in(tmp_path_factory.mktemp(name), found)
            made[name] = Small(costs, {}, [], [])
            _look_up(made[name], found)
        return made[name]

    return space


def _look_up(space: Small, found: Walk) -> None:
    """Sort all paths by whether they lead to members, and look these up."""
    decisions = space.costs.decisions
    for options in product(*decisions.values()):
        path = dict(zip(decisions, options, strict=True))
        try:
            taken, cost = found.lookups.find(lambda name, own, path=path: path.get(name, own[0]))
        except NoMember:
            space.refused.append(path)
            continue
        figures = {name: metric(name)(cost) for name in ADDED}
        space.members[frozenset(each for each in taken.items() if each[0] in path)] = figures
        space.paths.append((path, figures))
    assert found.members == len(space.members) > 1


@pytest.mark.parametrize("name", ALL)
def test_paths_cost_what_members_cost(name: str, small: Callable[[str], Small]) -> None:
    """Options that no member has together are refused."""
    space = small(name)
    for path, figures in space.paths:
        assert space.costs.of(path) == figures
        assert space.members[frozenset(space.costs.made(path).items())] == figures
    for path in space.refused:
        with pytest.raises(Exception, match="no member with these options together"):
            space.costs.of(path)


def test_an_option_of_no_member_is_refused(small: Callable[[str], Small]) -> None:
    costs = small("limited").costs
    path = {"a": "8", "b": "8", "x.conv.kernel": "3"}
    assert costs.made({**path, "b": "4"}) == {"a": "8", "b": "4"}
    for wrong in ({"a": "4"}, {"b": "12"}):
        with pytest.raises(Exception, match="no member with these options together"):
            costs.of({**path, **wrong})
    with pytest.raises(Exception, match="a must be one of 4, 8, but it is 5"):
        costs.of({**path, "a": "5"})
    with pytest.raises(Exception, match="a must be one of 4, 8, but it is missing"):
        costs.of({"b": "8"})


# Expectation


@pytest.mark.parametrize("name", ALL)
def test_expectation_over_all_members(name: str, small: Callable[[str], Small]) -> None:
    """Where a `require` leaves members out, it is that over the others."""
    space = small(name)
    chances = {each: likely.exp() for each, likely in space.logarithms(0).items()}
    weight = sum_ = 0.0
    for taken, figures in space.members.items():
        decisions = space.costs.decisions
        chance = prod(chances[n][decisions[n].index(option)].item() for n, option in taken)
        weight += chance
        sum_ += chance * figures["bytes"]
    found = space.costs.expected(chances, "bytes").item()
    assert found == pytest.approx(sum_ / weight, rel=1e-12)


def test_expectation_is_linear_in_each_decision(small: Callable[[str], Small]) -> None:
    """Its gradient is what it changes by from one option to another, exactly."""
    space = small("table")
    chances = {n: each.exp().requires_grad_() for n, each in space.logarithms(1).items()}
    space.costs.expected(chances, "macs").backward()
    for name, each in chances.items():
        gradient = each.grad
        ends = [
            space.costs.expected({**chances, name: end}, "macs").item()
            for end in torch.eye(len(each), dtype=torch.double)
        ]
        for place, end in enumerate(ends):
            difference = (gradient[place] - gradient[0]).item()
            assert difference == pytest.approx(end - ends[0], rel=1e-9, abs=1e-3)


def test_probabilities_that_no_member_has(small: Callable[[str], Small]) -> None:
    space = small("limited")
    chances = {name: likely.exp() for name, likely in space.logarithms(0).items()}
    chances["a"] = torch.tensor([1.0, 0.0])
    with pytest.raises(Exception, match="no member of the space is possible"):
        space.costs.expected(chances, "macs")


# The likeliest path within a cost


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("name", ALL)
def test_likeliest_within_by_brute_force(
    name: str, exact: bool, small: Callable[[str], Small], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In bins, it is at least as likely as what costs less by a bin for each step."""
    space, slack = small(name), 0.0
    if not exact:
        within = _globals(space.costs)
        monkeypatch.setitem(within, "EXACT", 0)
        slack = 2 * len(space.costs.tables.tables) / within["BINS"]
    found = sorted({cost["macs"] for _, cost in space.paths})
    assert space.costs.least("macs") == found[0]
    for seed, most in enumerate([found[0], found[len(found) // 3], found[-1] - 1, found[-1]]):
        likely = space.logarithms(seed)
        near = [path for path, cost in space.paths if cost["macs"] <= most * (1 - slack)]
        path = space.costs.likeliest_within(likely, most, "macs")
        assert space.costs.of(path)["macs"] <= most
        best = max((space.value(likely, path) for path in near), default=-inf)
        value = space.value(likely, path)
        assert value >= best - 1e-12
        assert not exact or value == pytest.approx(best)


def test_without_a_bound_it_is_the_likeliest(small: Callable[[str], Small]) -> None:
    """What has no effect along it is the likeliest, too."""
    space = small("conditional")
    for seed in range(5):
        likely = space.logarithms(seed)
        best = {n: space.costs.decisions[n][int(each.argmax())] for n, each in likely.items()}
        assert space.costs.likeliest_within(likely, 10**12, "params") == best


@pytest.mark.parametrize(
    "name", ["conditional", *(pytest.param(n, marks=pytest.mark.slow) for n in ("table", "shared"))]
)
def test_likely_within_two_bounds_by_brute_force(name: str, small: Callable[[str], Small]) -> None:
    """Prices need not lead to the likeliest path. Here they do nearly always, and to a path within
    the bounds wherever there is one."""
    space, found, best_found = small(name), 0, 0
    for seed in range(4):
        likely = space.logarithms(seed)
        for macs, params in product((0.3, 0.5, 0.8), repeat=2):
            bounds = {
                "macs": _between(space, "macs", macs),
                "params": _between(space, "params", params),
            }
            within = [
                space.value(likely, path)
                for path, costs in space.paths
                if all(costs[metric] <= most for metric, most in bounds.items())
            ]
            path = space.costs.likely_within(likely, bounds)
            assert (path is not None) == bool(within)
            if path is not None:
                own = space.value(likely, path)
                costs = space.costs.of(path)
                assert all(costs[metric] <= most for metric, most in bounds.items())
                assert own <= max(within) + 1e-9
                found, best_found = found + 1, best_found + (own > max(within) - 1e-9)
    print(f"{best_found} of {found} are the likeliest")
    assert found >= 20
    assert best_found >= 0.9 * found


def _between(space: Small, metric: str, share: float) -> int:
    costs = sorted(cost[metric] for cost in space.members.values())
    return round(costs[0] + share * (costs[-1] - costs[0]))


def test_a_bound_that_nothing_meets(small: Callable[[str], Small]) -> None:
    space = small("table")
    least = space.costs.least("macs")
    told = f"no path costs at most {least - 1:,} macs: the least is {least:,}"
    for most in (least - 1, 0, -5):
        with pytest.raises(Exception, match=told if most > 0 else "the least is"):
            space.costs.likeliest_within(space.logarithms(0), most, "macs")


def test_probabilities_that_are_no_numbers(small: Callable[[str], Small]) -> None:
    space = small("shared")
    likely = space.logarithms(0)
    likely["e"][0] = float("nan")
    with pytest.raises(Exception, match="the probabilities of e are no numbers"):
        space.costs.likeliest_within(likely, 10**9, "macs")
    likely["e"][0] = -inf
    assert space.costs.likeliest_within(likely, 10**9, "macs")["e"] == "8"


# Draws within a cost


def _globals(costs: Any) -> dict[str, Any]:
    """The names of paths_within.py."""
    names: dict[str, Any] = type(costs).of.__globals__["EvenDraws"].draw.__globals__
    return names


@pytest.mark.parametrize("name", ["table", "conditional"])
def test_draws_within_are_even(name: str, small: Callable[[str], Small]) -> None:
    space, times = small(name), 500
    costs = sorted(cost["params"] for cost in space.members.values())
    low, high = costs[len(costs) // 4], costs[-2]
    wanted = {made for made, cost in space.members.items() if low <= cost["params"] <= high}
    generator = torch.Generator().manual_seed(0)
    drawn = Counter(
        frozenset(space.costs.made(path).items())
        for path in (space.costs.draw_within(generator, low, high, "params") for _ in range(times))
    )
    assert drawn.keys() == wanted
    expected = times / len(wanted)
    chi_square = sum((drawn[each] - expected) ** 2 / expected for each in wanted)
    freedom = len(wanted) - 1
    assert chi_square < freedom + 4 * sqrt(2 * freedom)


def test_the_same_seed_draws_the_same(small: Callable[[str], Small]) -> None:
    costs = small("table").costs
    one, other = (
        [costs.draw_within(generator, 0, 10**9, "macs") for _ in range(5)]
        for generator in (torch.Generator().manual_seed(7) for _ in range(2))
    )
    assert one == other
    assert len({tuple(path.items()) for path in one}) > 1


def test_a_range_that_nothing_is_in(
    small: Callable[[str], Small], monkeypatch: pytest.MonkeyPatch
) -> None:
    costs, generator = small("table").costs, torch.Generator().manual_seed(0)
    least = costs.least("macs")
    monkeypatch.setitem(_globals(costs), "PROPOSALS", 20)
    for low, high in ((0, least - 1), (10**15, 10**16), (5, 4), (least + 1, least + 1)):
        with pytest.raises(Exception, match=f"no path was found .*: the least is {least:,}"):
            costs.draw_within(generator, low, high, "macs")


# The files


@pytest.mark.parametrize("name", ["cost_tables", "path_costs", "paths_within"])
def test_the_scripts_are_as_they_stand(name: str) -> None:
    text = (folder("templates") / f"{name}.py.j2").read_text()
    assert "{%" not in text
    assert "{{ " not in text
    assert black.format_str(text, mode=black.Mode()) == text
    assert max(map(len, text.splitlines())) <= 88


def test_a_file_of_another_space(small: Callable[[str], Small], tmp_path: Path) -> None:
    made = module_in(tmp_path)
    path = tmp_path / "costs.json"
    path.write_text(cost_file("space", walk(request_of(SPACES["shared"]))))
    options = {**small("shared").costs.decisions}
    with pytest.raises(Exception, match=r"of another space: d\.conv\.channels is no decision here"):
        made.PathCosts(path, {"other": ("1", "2")})
    with pytest.raises(Exception, match="is of another space: e has no option 8 here"):
        made.PathCosts(path, {**options, "e": ("4", "6")})
    turned = made.PathCosts(path, {name: each[::-1] for name, each in options.items()})
    taken = {name: each[0] for name, each in options.items()}
    assert turned.of(taken) == small("shared").costs.of(taken)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"decisions": {"e": ["4", "8"]}}', '{"decisions": 3}']
)
def test_a_file_that_is_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text(text)
    with pytest.raises(Exception, match=r"costs\.json has no costs of paths, or they are damaged"):
        module_in(tmp_path).PathCosts(path, {"e": ("4", "8")})


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"cannot read .*costs\.json: No such file"):
        module_in(tmp_path).PathCosts(tmp_path / "costs.json", {})


def test_an_unknown_metric(small: Callable[[str], Small]) -> None:
    with pytest.raises(Exception, match="`memory` is none of the metrics of costs: params, "):
        small("shared").costs.least("memory")


def test_the_text_is_sorted_json() -> None:
    text = cost_file("table", walk(request_of(TABLE)))
    stored = json.loads(text)
    assert [*stored] == ["space", "decisions", "metrics", "tables"]
    assert [*stored["decisions"]] == sorted(stored["decisions"])
    assert max(map(len, stored["tables"][0]["costs"].values())) == 128
    assert len(text.splitlines()) < 128
    sealed = files.sealed_object(text)
    assert files.is_ours(sealed.encode())
    assert {**json.loads(sealed), "seal": None} == {**stored, "seal": None}


@pytest.mark.slow
def test_the_same_bytes_whatever_the_order_of_sets() -> None:
    code = "from space.spaces import *; from archdsl.space.space import walk;"
    code += "from archdsl.space.cost_file import cost_file as f;"
    code += "print([f(n, walk(request_of(t))) for n, t in SPACES.items()])"
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    texts = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert len(texts[0]) > 10_000
    assert texts[0] == texts[1]


# The space around AutoX3D-S


@pytest.mark.slow
def test_the_auto_x3d_space(tmp_path: Path) -> None:
    """Twenty members as built; the expectation within 3 standard errors of 20,000 draws."""
    network = archdsl.load(ROOT / "specs" / "autox3d_space.arch").network()
    costs = costs_in(tmp_path, network.walk)
    request = Request.of(network.program, network.name, network.plan)
    random = Random(0)
    for _ in range(20):
        path = {name: random.choice(options) for name, options in costs.decisions.items()}
        figures = figures_of(build_member(request, picked(path)))
        assert costs.of(path) == {metric: total(metric, figures) for metric in ADDED}
    torch.manual_seed(2)
    theta = {
        name: torch.randn(len(each)).double().requires_grad_()
        for name, each in costs.decisions.items()
    }

    def expected() -> Any:
        return costs.expected({name: each.softmax(0) for name, each in theta.items()}, "macs")

    drawn = _drawn(costs, theta, 20_000)
    mean = sum(drawn) / len(drawn)
    error = sqrt(sum((cost - mean) ** 2 for cost in drawn)) / len(drawn)
    assert abs(mean - expected().item()) < 3 * error
    expected().backward()
    for each in theta.values():
        gradient = each.grad
        assert gradient is not None
        for place in range(len(each)):
            with torch.no_grad():
                each[place] += 1e-4
                above = expected().item()
                each[place] -= 2e-4
                below = expected().item()
                each[place] += 1e-4
            difference = (above - below) / 2e-4
            assert difference == pytest.approx(gradient[place].item(), rel=1e-6, abs=1e3)
    _check_bounds(costs, {name: each.detach().log_softmax(0) for name, each in theta.items()})


def _drawn(costs: Any, theta: dict[str, Any], times: int) -> list[int]:
    """What paths cost that are drawn option by option."""
    random = Random(3)
    chances = {name: each.softmax(0).tolist() for name, each in theta.items()}
    names = [*costs.decisions.items()]
    return [
        costs.of({name: random.choices(each, chances[name])[0] for name, each in names})["macs"]
        for _ in range(times)
    ]


def _check_bounds(costs: Any, likely: dict[str, Any]) -> None:
    generator = torch.Generator().manual_seed(1)
    best = {name: costs.decisions[name][int(each.argmax())] for name, each in likely.items()}
    greatest = costs.of(best)["macs"]
    assert costs.likeliest_within(likely, greatest, "macs") == best
    for most in (greatest - 1, greatest // 2, costs.least("macs")):
        found = costs.likeliest_within(likely, most, "macs")
        assert most * 0.98 < costs.of(found)["macs"] <= most
    for _ in range(10):
        path = costs.draw_within(generator, 1_990_000_000, 2_010_000_000, "macs")
        assert 1_990_000_000 <= costs.of(path)["macs"] <= 2_010_000_000
