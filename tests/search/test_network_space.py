"""A space of the language as a search sees it, against all of its members, built one by one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from random import Random

import pytest

from archdsl import compiler
from archdsl.build.request import Request
from archdsl.diagnostics import CompileError
from archdsl.ir.likeness import is_same_network
from archdsl.network import Network
from archdsl.recipes.recipe import Recipe
from archdsl.search.candidates.member_files import MemberFiles
from archdsl.search.candidates.network_space import NetworkSpace
from archdsl.search.domain import Member, NotAMember
from archdsl.searches.search import Bound
from archdsl.space import access
from archdsl.space.reading import Unsuited
from archdsl.spec import Spec, load

SPEC = """
use conv_norm_act

network small(size = 16, classes: int = 4) {
  input video: 3 x 2 x size^2
  narrow = {8, 16}
  require narrow < 16 or size == 16
  table {
    | block         | channels     | kernel                   | stride    |
    |---------------|--------------|--------------------------|-----------|
    | conv_norm_act | narrow       | {(1, 3, 3), (3, 3, 3)}   | (1, 2, 2) |
    | conv_norm_act | {16, 24, 32} | (1, 3, 3)                | (1, 2, 2) |
  }
  in -> mean -> linear(classes)
}

recipe short for small {
  epochs 2
  batch 4
  optimizer sgd(lr = 0.1)
  clip(frames = video.frames, stride = 6)
  scale_jitter video.height..video.height
  crop video.height
  test views(clips = 1, size = video.height)
}
"""


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Spec:
    path: Path = tmp_path_factory.mktemp("space") / "small.arch"
    path.write_text(SPEC)
    return load(path)


def _space(spec: Spec, *bounds: Bound, metrics: tuple[str, ...] = ()) -> NetworkSpace:
    return NetworkSpace("small", _request(spec, "small"), bounds, ("macs", "params", *metrics))


def _request(spec: Spec, name: str) -> Request:
    plan = compiler.compile_network(spec.program, name, {}).plan
    assert plan is not None
    return Request.of(spec.program, name, plan)


def _all(spec: Spec) -> dict[str, Network]:
    """Every member by its name, from the text itself."""
    space = _space(spec)
    names = [*space.decisions]
    found = {}
    for options in product(*space.decisions.values()):
        member = space.member(dict(zip(names, options, strict=True)))
        found[member.name] = (
            _members(spec).spec.decided("small", _choices(member)).build("small", {})
        )
    return found


def _choices(member: Member):  # type: ignore[no-untyped-def]
    from archdsl.source import Source
    from archdsl.syntax.parser import parse_argument

    return [parse_argument(Source("", f"{name} = {option}")) for name, option in member.taken]


def _members(spec: Spec) -> MemberFiles:
    def recipe(network: Network) -> Recipe:
        found = network.recipe("short")
        assert found is not None
        return found

    return MemberFiles(spec, "small", {}, recipe)


def test_members_cost_what_their_networks_cost(spec: Spec) -> None:
    space, networks = _space(spec), _all(spec)
    assert len(networks) == 12
    for seed in range(30):
        member = space.draw(Random(seed))
        costs = networks[member.name].costs.total
        assert member.costs == {"macs": costs.macs, "params": costs.params}


def test_draws_are_all_members_within_the_bounds(spec: Spec) -> None:
    costs = sorted(network.costs.total.macs for network in _all(spec).values())
    bound = Bound("macs", costs[3], costs[8])
    within = {
        name
        for name, network in _all(spec).items()
        if costs[3] <= network.costs.total.macs <= costs[8]
    }
    space = _space(spec, bound)
    assert {space.draw(Random(seed)).name for seed in range(200)} == within


def test_every_bound_holds(spec: Spec) -> None:
    networks = _all(spec)
    macs = sorted(network.costs.total.macs for network in networks.values())[7]
    memory = sorted(network.inference_bytes for network in networks.values())[6]
    space = _space(spec, Bound("macs", None, macs), Bound("memory", None, memory))
    drawn = [space.draw(Random(seed)) for seed in range(60)]
    drawn += [space.change(member, Random(seed)) for seed, member in enumerate(drawn)]
    assert all(networks[member.name].costs.total.macs <= macs for member in drawn)
    assert all(networks[member.name].inference_bytes <= memory for member in drawn)
    assert all(member.costs["memory"] == networks[member.name].inference_bytes for member in drawn)
    outside = next(network for network in networks.values() if network.costs.total.macs > macs)
    taken = {each.name: each.option for each in outside.decisions}
    with pytest.raises(NotAMember, match=r"macs, which is not within macs <= "):
        space.member(taken)


def test_bounds_that_no_member_meets(spec: Spec) -> None:
    with pytest.raises(CompileError, match="no member of `small` was found within macs <= 1k"):
        _space(spec, Bound("macs", None, 1000)).draw(Random(0))


def test_a_change_makes_one_decision_anew(spec: Spec) -> None:
    space = _space(spec)
    for seed in range(20):
        member = space.draw(Random(seed))
        changed = space.change(member, Random(seed))
        before, after = dict(member.taken), dict(changed.taken)
        assert sum(before[name] != after[name] for name in before) == 1


@pytest.mark.parametrize(
    "taken", [{}, {"narrow": "8"}, {"narrow": "12"}, {"narrow": "../x"}], ids=str
)
def test_options_that_make_no_member(spec: Spec, taken: Mapping[str, str]) -> None:
    with pytest.raises(NotAMember, match="cannot be"):
        _space(spec).member(taken)


@pytest.mark.parametrize("missing", ["walk", "members"])
def test_without_a_walk_members_are_the_same(
    missing: str, spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked = _space(spec)

    def unsuited(*_: object) -> None:
        raise Unsuited

    monkeypatch.setattr(access, missing, unsuited)
    tried = _space(spec, Bound("macs", None, walked.draw(Random(1)).costs["macs"]))
    assert tried.decisions == walked.decisions
    for seed in range(10):
        member = tried.draw(Random(seed))
        assert walked.member(dict(member.taken)) == member
        assert tried.member(dict(member.taken)).costs == walked.member(dict(member.taken)).costs


DEEP = """
block leaf(x, k = {1, 3}) { return x -> conv(4, k) }
network deep(n = {1..120}) {
  input x: 2 x 8^2
  y = x -> conv(4)
  if n == 119 { y = y -> leaf }
  if n == 120 { y = y -> conv({8, 16}, {1, 3}) }
  return y -> mean
}
"""


def test_what_few_members_decide_is_found_without_a_walk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def unsuited(*_: object) -> None:
        raise Unsuited

    monkeypatch.setattr(access, "members", unsuited)
    (tmp_path / "deep.arch").write_text(DEEP)
    found = NetworkSpace("deep", _request(load(tmp_path / "deep.arch"), "deep"), (), ("macs",))
    assert found.decisions == {
        "leaf.k": ("1", "3"),
        "n": tuple(map(str, range(1, 121))),
        "y.conv.channels": ("8", "16"),
        "y.conv.kernel": ("1", "3"),
    }


def test_a_member_is_written_as_the_network_that_is_trained(spec: Spec, tmp_path: Path) -> None:
    space, members = _space(spec), _members(spec)
    member = space.draw(Random(3))
    files = members.files(member)
    assert {"small.py", "train.py", "network.json", "recipe.py"} <= files.keys()
    path = tmp_path / "found.arch"
    path.write_text(members.spec_text(member, "found"))
    alone = load(path).network()
    assert alone.name == "found"
    assert is_same_network(alone.graph, _all(spec)[member.name].graph)
    recipe = alone.recipe()
    assert recipe is not None
    assert (recipe.name, recipe.epochs) == ("found_train", 2)
