"""What follows from the number of a step: the order of clips, the rate; and averages."""

from __future__ import annotations

import math
from argparse import Namespace
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import chain
from typing import Any

import pytest

from archdsl.recipes.recipe import Constant, Cosine, Sgd, Steps, Warmup
from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts

torch = pytest.importorskip("torch")
pytest.importorskip("av")


@pytest.fixture
def script(load_script: Load) -> Scripts:
    return load_script(folders.MAXIMAL)


def plan_of(script: Scripts, batch: int, accumulate: int, world: Any) -> Any:
    order = partial(script.loading.uniform_order, 7, [0] * 22)
    return script.loading.Plan(order, 22, batch, accumulate, world)


def keys(script: Scripts, size: int, accumulate: int = 1, batch: int = 5) -> list[list[object]]:
    """The clips of each step, those of all processes and parts together."""
    steps: list[list[object]] = [[] for _ in range(8)]
    for rank in range(size):
        world = script.processes.World(rank, size, "cpu")
        plan = plan_of(script, batch, accumulate, world)
        for place, part in enumerate(plan.keys(0, 8)):
            assert part
            steps[place // accumulate] += part
    return steps


@pytest.mark.parametrize(("size", "accumulate"), [(2, 1), (5, 1), (1, 3), (2, 2)])
def test_processes_and_parts_share_the_same_batches(
    script: Scripts, size: int, accumulate: int
) -> None:
    shared = keys(script, size, accumulate)
    assert [sorted(step) for step in shared] == [sorted(step) for step in keys(script, 1)]


def test_an_epoch_takes_each_video_at_most_once(script: Scripts) -> None:
    first, second = ([*chain(*keys(script, 1)[i : i + 4])] for i in (0, 4))
    assert len(set(first)) == len(set(second)) == 20
    assert {epoch for epoch, _ in first} == {0}
    assert [index for _, index in first] != [index for _, index in second]


def test_a_run_can_begin_at_any_step(script: Scripts) -> None:
    plan = plan_of(script, 5, 2, script.processes.World(0, 1, "cpu"))
    assert [*plan.keys(3, 8)] == [*plan.keys(0, 8)][6:]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_shares_are_as_many_in_each_process(script: Scripts, size: int) -> None:
    every = [
        script.loading.shares(11, 4, script.processes.World(rank, size, "cpu"))
        for rank in range(size)
    ]
    assert {len(share) for share in every} == {3}
    assert sorted(index for share in every for part in share for index in part) == [*range(11)]


def rates(load_script: Load, name: str, args: dict[str, object], **changes: object) -> list[float]:
    """The rate at the start of each epoch, and at the end."""
    optimizer = Sgd(Fraction(1, 10))
    recipe = replace(folders.MINIMAL, name=name, epochs=8, optimizer=optimizer, **changes)
    script = load_script(recipe)
    given = Namespace(**{"epochs": 8, "batch": 4, "lr": None, "scale_lr": False, **args})
    return [script.learner.scaled_rate(epoch, given) for epoch in range(given.epochs + 1)]


def test_cosine(load_script: Load) -> None:
    found = rates(load_script, "cosine", {}, schedule=Cosine())
    assert found == pytest.approx([0.05 * (1 + math.cos(math.pi * i / 8)) for i in range(9)])


def test_cosine_to_a_share_of_the_rate(load_script: Load) -> None:
    found = rates(load_script, "final", {}, schedule=Cosine(final=Fraction(1, 5)))
    assert (found[0], found[4], found[8]) == pytest.approx((0.1, 0.06, 0.02))


def test_steps(load_script: Load) -> None:
    found = rates(load_script, "stairs", {}, schedule=Steps((2, 5)))
    assert found == pytest.approx([0.1] * 2 + [0.01] * 3 + [0.001] * 4)


def test_warm_up_ends_where_the_schedule_is(load_script: Load) -> None:
    warmup = Warmup(Fraction(4), start=Fraction(1, 100))
    found = rates(load_script, "warm", {}, schedule=Constant(), warmup=warmup)
    assert found == pytest.approx([0.01, 0.0325, 0.055, 0.0775, *[0.1] * 5])


def test_fewer_epochs_shrink_the_schedule(load_script: Load) -> None:
    given = {"epochs": 4}
    assert rates(load_script, "stairs", given, schedule=Steps((2, 5))) == pytest.approx(
        [0.1, 0.01, 0.01, 0.001, 0.001]
    )


def test_scale_lr(load_script: Load) -> None:
    given = {"batch": 16, "scale_lr": True}
    found = rates(load_script, "stairs", given, schedule=Steps((2, 5)))
    assert found[0] == pytest.approx(0.4)


def test_another_rate(load_script: Load) -> None:
    found = rates(load_script, "stairs", {"lr": 0.02, "batch": 16}, schedule=Steps((2, 5)))
    assert found == pytest.approx([0.02] * 2 + [0.002] * 3 + [0.0002] * 4)


def test_the_average_moves_by_the_rest_of_its_decay(script: Scripts) -> None:
    average, model = script.network.Small(), script.network.Small()
    before = {name: value.clone() for name, value in average.state_dict().items()}
    script.learner.update_average(average, model)
    for name, value in average.state_dict().items():
        if value.is_floating_point():
            moved = 0.9 * before[name] + 0.1 * model.state_dict()[name]
            torch.testing.assert_close(value, moved)


def test_norms_and_biases_do_not_decay(script: Scripts) -> None:
    optimizer = script.recipe.build_optimizer(script.network.Small())
    decays = [(group["weight_decay"], group["params"]) for group in optimizer.param_groups]
    decayed = [parameter for decay, parameters in decays if decay for parameter in parameters]
    undecayed = [parameter for decay, parameters in decays if not decay for parameter in parameters]
    assert {parameter.dim() for parameter in decayed} == {2, 5}
    assert {parameter.dim() for parameter in undecayed} == {1}
