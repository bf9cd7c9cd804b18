"""The values of a recipe's settings, and which recipe belongs to a network."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from archdsl.diagnostics import Diagnostics
from archdsl.recipes.recipe import (
    AdamW,
    AutoAugment,
    Clip,
    Constant,
    Cosine,
    FullLength,
    Normalise,
    RandAugment,
    Resize,
    ScaleJitter,
    Sgd,
    Steps,
    Views,
    Warmup,
)
from archdsl.spec import CompileError, load
from tests.mistakes import load_text
from tests.recipes.harness import NETWORK, recipe, spec

HALF, TENTH = Fraction(1, 2), Fraction(1, 10)


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("epochs 3k", "epochs", 3000),
        ("batch 4 * 16", "batch", 64),
        (
            "optimizer sgd(lr = 0.1, momentum = 0.5, nesterov = true, weight_decay = 1e-1)",
            "optimizer",
            Sgd(TENTH, HALF, True, TENTH),
        ),
        ("optimizer adamw(lr = 0.1)", "optimizer", AdamW(TENTH)),
        (
            "optimizer adamw(lr = 0.1, betas = (0.5, 0.1))",
            "optimizer",
            AdamW(TENTH, (HALF, TENTH)),
        ),
        ("schedule cosine", "schedule", Cosine()),
        ("schedule cosine(final = 0.1)", "schedule", Cosine(TENTH)),
        ("schedule steps(4)", "schedule", Steps((4,))),
        ("schedule steps((4, 8), factor = 0.5)", "schedule", Steps((4, 8), HALF)),
        ("schedule steps(at = (4, 8))", "schedule", Steps((4, 8))),
        ("schedule constant", "schedule", Constant()),
        ("warmup 2", "warmup", Warmup(2)),
        ("warmup(2.5, start = 0.1)", "warmup", Warmup(Fraction(5, 2), TENTH)),
        ("no_decay norms", "no_decay", ("norms",)),
        ("no_decay (biases, norms)", "no_decay", ("norms", "biases")),
        ("clip(frames = 16, stride = 5, rate = 25)", "clip", Clip(16, 5, 25)),
        ("freeze conv", "freeze", ("conv",)),
        ("freeze (conv, norm, conv)", "freeze", ("conv", "norm")),
        ('freeze "conv, *norm"', "freeze", ("conv", "*norm")),
        ("freeze none", "freeze", ()),
        ("rates(linear = 10, conv = 1 / 2)", "rates", (("linear", 10), ("conv", HALF))),
        ("short hold", "short", "hold"),
        ("short skip if video.frames > 4 else loop", "short", "skip"),
        ("scale_jitter 32..48", "scale", ScaleJitter((32, 48))),
        ("flip", "flip", HALF),
        ("flip 0.1", "flip", TENTH),
        ("autoaugment", "augment", AutoAugment()),
        ("randaugment", "augment", RandAugment()),
        ("randaugment(number = 3, magnitude = 7)", "augment", RandAugment(3, 7)),
        (
            "normalise(mean = 0.5, std = (0.5, 0.5, 1))",
            "normalise",
            Normalise((HALF,) * 3, (HALF, HALF, 1)),
        ),
        ("dropout 0.1", "dropout", TENTH),
        ("loss cross_entropy", "loss", "cross_entropy"),
        ("loss binary_cross_entropy", "loss", "binary_cross_entropy"),
        ("label_smoothing 0.1", "label_smoothing", TENTH),
        ("class_weights balanced", "class_weights", "balanced"),
        ("class_weights none", "class_weights", None),
        ("class_weights (0, 1, 0.5, 1)", "class_weights", (0, 1, HALF, 1)),
        ("sampling balanced", "sampling", "balanced"),
        ("precision bf16", "precision", "bf16"),
        ("ema 0.5", "ema", HALF),
        ("accumulate 4", "accumulate", 4),
        ("clip_gradients 0.5", "clip_gradients", HALF),
        ("precise_bn 200", "precise_bn", 200),
        ("sync_bn", "sync_bn", True),
        ("sync_bn false", "sync_bn", False),
        ('pretrained "ImageNet, \\"inflated\\""', "pretrained", 'ImageNet, "inflated"'),
        ("test views(clips = 10, crops = 3, size = 40)", "test", Views(10, 40, 3)),
        ("test full_length(size = 32)", "test", FullLength((32, 32))),
        (
            "test full_length(size = (32, 48), frames = 64, stride = 4)",
            "test",
            FullLength((32, 48), 64, 4),
        ),
        ("crop video.height // 2", "crop", 16),
        ("warmup none", "warmup", None),
        ("dropout none", "dropout", None),
        ("warmup 3 if video.frames > 4 else none", "warmup", Warmup(3)),
        ("precision fp16 if 1 == 2 else bf16", "precision", "bf16"),
    ],
)
def test_a_setting(setting: str, field: str, value: object) -> None:
    assert getattr(recipe(spec(setting)), field) == value


@pytest.mark.parametrize("size", ["40", "(40, 40)"])
def test_a_video_is_resized_instead(size: str) -> None:
    result = recipe(spec(f"resize {size}", leaving_out="scale_jitter"))
    assert result.scale == Resize((40, 40))


def test_settings_that_are_left_out_have_defaults() -> None:
    result = recipe(spec())
    assert (result.name, result.network, result.doc) == ("r", "n", None)
    assert result.schedule == Constant()
    assert result.normalise == Normalise()
    assert (result.flip, result.augment, result.warmup, result.ema, result.pretrained) == (0,) + (
        None,
    ) * 4
    assert result.short == "loop"
    assert (result.precision, result.no_decay, result.accumulate, result.sync_bn) == (
        "fp32",
        (),
        1,
        False,
    )


FAMILY = "recipe f(rate, epochs = 3, p: number | none = none)"
IN_FAMILY = ("epochs epochs", "optimizer sgd(lr = rate)", "dropout p")


@pytest.mark.parametrize(
    ("derived", "epochs", "rate", "dropout"),
    [
        ("recipe r for n = f(rate = 1)", 3, 1, None),
        ("recipe r for n = f(rate = 1, epochs = 5, p = 0.5)", 5, 1, HALF),
        ("recipe g = f(rate = 1, epochs = 5)\nrecipe r for n = g(rate = 2)", 5, 2, None),
        ("recipe g for n = f(rate = 1)\nnetwork m = n\nrecipe r for m = g(epochs = 5)", 5, 1, None),
    ],
)
def test_a_recipe_of_a_family(derived: str, epochs: int, rate: int, dropout: object) -> None:
    text = f'"""The family."""\n{spec(*IN_FAMILY, head=FAMILY).removeprefix(NETWORK)}'
    result = recipe(NETWORK + text + derived, "m" if "for m" in derived else "n", "r")
    assert (result.epochs, result.optimizer.lr, result.dropout) == (epochs, rate, dropout)
    assert (result.name, result.doc) == ("r", "The family.")


def test_the_doc_of_a_derived_recipe_is_its_own() -> None:
    text = spec(head="recipe r") + '"""Mine."""\nrecipe s for n = r\n'
    assert recipe(text).doc == "Mine."


def test_a_setting_sees_the_network_that_its_recipe_is_for() -> None:
    text = spec("clip(frames = video.frames)", "crop video.height")
    wide = recipe(f"{text}network m = n(frames = 4, size = 36)\nrecipe s for m = r\n", "m")
    assert (wide.clip, wide.crop, wide.network) == (Clip(4), 36, "m")


def test_a_network_with_other_parameters_is_trained_with_them(tmp_path: Path) -> None:
    path = tmp_path / "a.arch"
    path.write_text(spec("clip(frames = video.frames)"))
    short = load(path).network("n", frames=4, classes=10, dropout=0.1).recipe()
    assert short is not None
    assert short.clip == Clip(4)


FOLLOWING = ("clip(frames = video.frames)", "crop video.height")


def test_a_derived_network_inherits_recipes_that_fit() -> None:
    text = spec(*FOLLOWING, head="recipe n_train for n")
    derived = recipe(f"{text}network m = n(frames = 4, size = 36)\nnetwork k = m\n", "k")
    assert (derived.name, derived.network) == ("k_train", "k")
    assert (derived.clip, derived.crop) == (Clip(4), 36)


@pytest.mark.parametrize(
    ("derivation", "stride"),
    [
        ("network k = n + quicken(2)", 3),
        ("network k = n + quicken(2) + quicken(2)", 2),
        ("network k = n + lengthen(factor = 2)", 6),
        ("network k = n + lengthen(factor = 2, rate = 3)", 2),
        ("network k = n + quicken(1 / 2)", 12),
        ("network k = n + quicken(64)", 1),
        ("network k = n(frames = 4) + contract(fast, macs = 1.4M)", 12),
        ("network m = n + quicken(2)\nrecipe s for m = r\nnetwork k = m", 6),
        ("network m = n + quicken(2)\nrecipe s for m = r\nnetwork k = m + quicken(3)", 2),
    ],
)
def test_the_clip_of_a_quicker_network_keeps_its_time(derivation: str, stride: int) -> None:
    following = ("clip(frames = video.frames, stride = 6)", "crop video.height")
    derived = recipe(f"{spec(*following)}{derivation}\n", "k")
    assert derived.clip.stride == stride


def test_a_network_with_a_recipe_inherits_none() -> None:
    text = spec(*FOLLOWING) + "network m = n\nrecipe s for m = r\nnetwork k = m(size = 36)\n"
    assert recipe(text, "m").name == "s"
    assert recipe(text, "k").name == "k_s"


def test_a_recipe_that_does_not_fit_is_left_out_with_a_warning() -> None:
    read = load_text(spec(*FOLLOWING) + "network m = n(size = 64)\n")
    told = Diagnostics()
    assert read.recipe("m", diagnostics=told) is None
    (warning,) = map(str, told)
    assert "recipe `r` does not fit `m` and is left out: `crop` must be at most 36" in warning
    with pytest.raises(CompileError, match="`crop` must be at most 36"):
        read.recipe("m", "r")
    files = read.network("m").build().keys()
    assert "m.py" in files
    assert not files & {"recipe.py", "train.py", "evaluate.py"}


@pytest.mark.parametrize("change", ["n(frames = 4)", "n(size = 36)", "n(classes = 9)"])
def test_a_changed_network_is_written_with_its_recipe(change: str) -> None:
    doc = '"""With "quotes".\n\nTwo paragraphs."""\n'
    settings = ("warmup 2", "no_decay norms", "rates(linear = 1 / 3)", 'pretrained "a \\"b\\""')
    text = spec(*FOLLOWING, *settings, head=f"{doc}recipe n_train for n")
    derived = load_text(text).derive("k", change)
    written = derived.standalone_text("k", "a.arch")
    assert load_text(written).recipe("k") == derived.recipe("k")
    assert "clip(frames = video.frames)\n  crop video.height\n" in written
    assert load_text(written).network("k", frames=2).recipe().clip == Clip(2)


def test_recipes_come_with_the_file_of_their_network(tmp_path: Path) -> None:
    (tmp_path / "a.arch").write_text(spec())
    path = tmp_path / "b.arch"
    path.write_text("use a\nnetwork m = n\nrecipe s for m = r\n")
    loaded = load(path)
    (mine, its) = (loaded.recipe("m"), loaded.recipe("n"))
    assert mine is not None
    assert its is not None
    assert (mine.name, its.name, loaded.recipes) == ("s", "r", ("s",))
    assert mine.optimizer == its.optimizer


def test_one_of_several_recipes_is_chosen_by_name() -> None:
    text = spec() + "recipe quick for n = r\n"
    assert recipe(text, name="quick").name == "quick"
    with pytest.raises(CompileError, match="network `n` has several recipes") as failure:
        recipe(text)
    assert failure.value.diagnostics[0].help == "choose one: r, quick"


@pytest.mark.parametrize(
    ("name", "help"), [("quik", "did you mean `quick`?"), ("zzz", "write `quick`")]
)
def test_there_is_no_such_recipe(name: str, help: str) -> None:
    with pytest.raises(CompileError, match=f"has no recipe `{name}`") as failure:
        recipe(spec(head="recipe quick for n"), name=name)
    assert failure.value.diagnostics[0].help == help


def test_there_is_no_such_network() -> None:
    with pytest.raises(CompileError, match="no network is called `m`"):
        recipe(spec(), "m")


def test_recipes_have_names_of_their_own() -> None:
    assert recipe(spec(head="recipe n for n")).name == "n"
