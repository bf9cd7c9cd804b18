"""Classes of unequal size: class weights, and how often videos are drawn."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts

torch = pytest.importorskip("torch")
pytest.importorskip("av")

Train = Callable[..., int]
LABELS = [0] * 10 + [1] * 3 + [3]  # class 2 has no video


@pytest.fixture(scope="module")
def script(load_script: Load) -> Scripts:
    return load_script(folders.MINIMAL)


def drawn(script: Scripts, epoch: int, labels: list[int] = LABELS) -> list[tuple[int, ...]]:
    order: list[tuple[int, ...]] = script.loading.balanced_order(7, labels, epoch)
    return order


def test_classes_are_drawn_equally_often(script: Scripts) -> None:
    counts: Counter[int] = Counter()
    for epoch in range(30):
        order = drawn(script, epoch)
        assert len(order) == len(LABELS)
        assert len({*order}) == len(order)
        found = Counter(LABELS[key[1]] for key in order)
        assert {*found.values()} == {4, 5}
        counts += found
    assert counts.keys() == {0, 1, 3}
    assert max(counts.values()) - min(counts.values()) <= 30


def test_a_video_is_drawn_again_only_once_all_of_its_class_were(script: Scripts) -> None:
    for epoch in range(5):
        times = Counter(key[1] for key in drawn(script, epoch))
        assert {times[index] for index in range(10)} == {0, 1}
        assert {times[index] for index in range(10, 13)} <= {1, 2}


def test_the_order_follows_from_seed_and_epoch(script: Scripts) -> None:
    assert drawn(script, 3) == drawn(script, 3)
    assert drawn(script, 3) != drawn(script, 4)
    assert [key[1] for key in drawn(script, 0, [5] * 9)] != [*range(9)]
    assert sorted(key[1] for key in drawn(script, 0, [5] * 9)) == [*range(9)]


def test_a_clip_that_is_drawn_again_is_another(script: Scripts) -> None:
    dataset = script.video.VideoDataset([], None, 7)
    chances = [dataset.chance(key)[0].random() for key in ((2, 5), (2, 5, 0), (2, 5, 1))]
    assert len({*chances}) == 3


@pytest.mark.parametrize("size", [1, 2])
def test_processes_share_what_is_drawn(script: Scripts, size: int) -> None:
    order = drawn(script, 0)
    found = []
    for rank in range(size):
        world = script.processes.World(rank, size, "cpu")
        plan = script.loading.Plan(lambda epoch: drawn(script, epoch), 14, 4, 1, world)
        found += [key for part in plan.keys(0, plan.steps) for key in part]
    assert sorted(found) == sorted(order[: len(found)])
    assert len(found) == 12


def test_balanced_weights_are_1_in_the_mean(script: Scripts) -> None:
    weights = script.loading.class_weights(LABELS, 4, "balanced")
    assert weights.tolist() == pytest.approx([14 / 30, 14 / 9, 1, 14 / 3])
    assert weights[LABELS].mean().item() == pytest.approx(1)


def test_weights_that_a_recipe_has(script: Scripts) -> None:
    given = script.loading.class_weights
    assert given(LABELS, 4, (1, 0, 2, 0.5)).tolist() == [1, 0, 2, 0.5]
    with pytest.raises(script.errors.Fault) as fault:
        given(LABELS, 5, (1, 0, 2, 0.5))
    assert fault.value.args == ("CLASS_WEIGHTS has 4 numbers, but there are 5 classes",)


def test_a_weight_multiplies_the_loss_of_its_class(load_script: Load) -> None:
    script = load_script(replace(folders.MINIMAL, name="weighted", class_weights=(0, 0, 0.25)))
    given = {"classes": 3, "seed": 0, "checkpoint": None, "weights": None, "sync_bn": False}
    args = Namespace(**given, channels_last=False, amp="no", compile=False, batch=4)
    world = script.processes.World(0, 1, torch.device("cpu"))
    learner = script.learner.Learner(args, world, [])
    learner.begin([])
    learner.model.eval()
    clips = torch.randint(0, 255, (4, 3, 4, 24, 24), dtype=torch.uint8)
    labels = torch.tensor([0, 2, 1, 2])
    batch = script.loading.Batch(clips, labels, [])
    piece = script.learner.Piece(batch, learner.forward, 1.0)
    total, _ = learner.add_gradients(piece).tolist()
    logits = learner.model(script.recipe.normalise(clips[[1, 3]]))
    expected = torch.nn.functional.cross_entropy(logits, labels[[1, 3]], reduction="sum") / 4
    assert total == pytest.approx(expected.item())


def test_a_balanced_run_goes_on_exactly(load_script: Load, train: Train, tmp_path: Path) -> None:
    recipe = replace(folders.MINIMAL, name="balanced", class_weights="balanced")
    script = load_script(replace(recipe, sampling="balanced", epochs=2))
    assert train(script, "--output-dir", tmp_path / "whole") == 0
    assert train(script, "--epochs", 1) == 0
    assert train(script, "--epochs", 2, "--resume", "auto") == 0
    one, other = (
        torch.load(tmp_path / name / "checkpoints" / "step_00000004.pt", weights_only=True)
        for name in ("whole", "run")
    )
    same = [torch.equal(v, other["model_state"][k]) for k, v in one["model_state"].items()]
    assert all(same)
