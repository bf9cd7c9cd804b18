"""Every mistake that a recipe can contain: its message, its help, and the words it points to."""

from __future__ import annotations

from contextlib import suppress

import pytest

from archdsl.diagnostics import CompileError
from tests.mistakes import check
from tests.recipes.harness import NETWORK, mistakes, recipe, spec
from tests.steps import steps

WINDOW = "network m(classes = 4) {{ input video: 3 x 8 x 32^2; {} }}\n"


@pytest.mark.parametrize(
    ("setting", "words", "message", "help"),
    [
        ("epoch 3", "epoch", "a recipe has no setting `epoch`", "it is called `epochs` here"),
        ("wibble", "wibble", "a recipe has no setting `wibble`", "write one of `epochs`, "),
        ("epochs", "epochs", "`epochs` must be an integer of at least 1", None),
        ("epochs(n = 3)", "epochs(n = 3)", "but this has options", None),
        ("epochs 0", "0", "`epochs` must be an integer of at least 1", None),
        ("epochs 2.5", "2.5", "but this is the number 2.5", None),
        ("epochs 1e9", "1e9", "at most 100000, but this is the number 1000000000", None),
        ("batch -8", "-8", "`batch` must be an integer of at least 1", None),
        ("batch 1e9", "1e9", "at most 100000", None),
        ("batch true", "true", "but this is `true`", None),
        ("crop 1e6", "1e6", "`crop` must be an integer of at least 1 and at most 8192", None),
        ("crop (32, 32)", "(32, 32)", "but this is the tuple (32, 32)", None),
        ("crop video.heigth", "video.heigth", "has no `heigth`", "did you mean `height`?"),
        ("crop vide.height", "vide", "`vide` is not defined", "did you mean `video`?"),
        ("crop siz", "siz", "`siz` is not defined", None),
        ("scale_jitter 40..36", "40..36", "must start with the smaller end", "write `36..40`"),
        ("scale_jitter 36", "36", "a range of sizes, such as `182..228`", None),
        ("scale_jitter 36.5..40", "36.5..40", "a range of sizes", None),
        ("scale_jitter 36..1e9", "36..1e9", "a range of sizes", None),
        ("optimizer", "optimizer", "be `sgd` or `adamw`, but none is", "write `optimizer sgd(lr, "),
        ("optimizer 0.1", "0.1", "but this is `0.1`", None),
        (
            "optimizer adam(lr = 1)",
            "adam",
            "must be `sgd` or `adamw`, but this is `adam`",
            "`adamw`?",
        ),
        ("optimizer sgd", "sgd", "`sgd` needs `lr`: a number above 0", "`sgd(lr, "),
        ("optimizer sgd(lr = 0)", "lr = 0", "`lr` of `sgd` must be a number above 0", None),
        ("optimizer sgd(lr = -1)", "lr = -1", "a number above 0, but this is the number -1", None),
        ("optimizer sgd(lr = 1, momentum = 1)", "momentum = 1", "at least 0, below 1", None),
        ("optimizer sgd(lr = 1, beta = 1)", "beta = 1", "no option `beta`", "it has `lr`, `mom"),
        ("optimizer sgd(lr = 1, lr = 2)", "lr = 2", "`lr` is given twice", None),
        (
            "optimizer sgd(lr = 1, nesterov = true)",
            "nesterov = true",
            "`nesterov` needs a `momentum` above 0, but this is 0",
            "write `momentum = 0.9` beside it",
        ),
        ("optimizer sgd(0.1)", "0.1", "this option of `sgd` must have a name", "`lr = 0.1`"),
        ("optimizer adamw(lr = 1, betas = 0.9)", "betas = 0.9", "a tuple of 2, each", None),
        ("schedule cosin", "cosin", "`constant`, but this is `cosin`", "`cosine`?"),
        ("schedule constant(1)", "1", "`constant` has no options", None),
        ("schedule steps((8, 4))", "(8, 4)", "or a tuple of increasing ones", None),
        ("schedule steps(12)", "12", "below the number of epochs, 10, but this is 12", None),
        ("schedule steps(4, factor = 0)", "factor = 0", "above 0, at most 1", None),
        ("warmup 0", "0", "`epochs` of `warmup` must be a number above 0", None),
        ("warmup 12", "12", "shorter than the training, 10 epochs, but this is 12", None),
        ("warmup 10", "10", "shorter than the training, 10 epochs, but this is 10", None),
        (
            "warmup(2, start = 0.2)",
            "start = 0.2",
            "at most the optimiser's rate, 0.1, but this is 0.2",
            None,
        ),
        ("no_decay weights", "weights", "`norms` or `biases`", None),
        ("no_decay norm", "norm", "`no_decay` must be `norms` or", "did you mean `norms`?"),
        ("clip(stride = 2)", "clip(stride = 2)", "`clip` needs `frames`", "`clip(frames, stride"),
        ("clip 13", "13", "this option of `clip` must have a name", "`frames = 13`"),
        ("clip(frames = 0)", "frames = 0", "an integer of at least 1", None),
        ("clip(frames = 1e9)", "frames = 1e9", "at most 100000", None),
        ("clip(frames = 8, stride = 0)", "stride = 0", "an integer of at least 1", None),
        ("clip(frames = 8, rate = 0)", "rate = 0", "a number of at least 1 and at most", None),
        ("freeze convv", "convv", "network `n` has no part `convv`", "did you mean `conv`?"),
        (
            'freeze "conv, xyz*.norm"',
            '"conv, xyz*.norm"',
            "no part `xyz*`",
            "write one of `conv`, ",
        ),
        ('freeze "a b"', '"a b"', "but this is the word `a b`", None),
        ("freeze 3", "3", "`freeze` must be parts such as `(stem, stage1)`, or patterns", None),
        ("freeze", "freeze", "but it has no value", None),
        ("freeze conv; precise_bn 2", "2", "statistics anew that `freeze` keeps", None),
        ("rates(linea = 10)", "linea = 10", "no part `linea`", "did you mean `linear`?"),
        ("rates(linear = 0)", "linear = 0", "`linear` of `rates` must be a number above 0", None),
        ("rates(linear = 1, linear = 2)", "linear = 2", "`linear` is given twice", None),
        ("rates(10)", "(10)", "needs the name of a part before", "`rates(PART = VALUE)`, where"),
        ("rates", "rates", "`rates` names no part", "write `rates(PART = VALUE)`"),
        (
            "freeze conv; rates(conv = 2)",
            "conv = 2",
            "`conv` is frozen, so it has no learning rate",
            None,
        ),
        ("short repeat", "repeat", "`hold` or `skip`, but this is the word `repeat`", None),
        ("short skp", "skp", "`hold` or `skip`", "did you mean `skip`?"),
        ("short", "short", "but it has no value", None),
        ("flip 2", "2", "`flip` must be a number of at least 0 and at most 1", None),
        ("flip; flip 0.1", "flip", "`flip` is set twice", None),
        ("resize 40", "resize", "has `scale_jitter` or `resize`, not both", None),
        ("autoaugment\nrandaugment", "randaugment", "or `randaugment`, not both", None),
        ("autoaugment(number = 2)", "number = 2", "no option `number`", None),
        ("randaugment(magnitude = 31)", "magnitude = 31", "at least 0 and at most 30", None),
        ("randaugment(number = 1e9)", "number = 1e9", "at most 100", None),
        ("normalise(mean = 128)", "mean = 128", "at most 1, or a tuple of 3 of these", None),
        ("normalise(std = 0)", "std = 0", "above 0, at most 1, or a tuple of 3", None),
        ("normalise(std = (0.5, 0.5))", "std = (0.5, 0.5)", "a tuple of 3", None),
        ("dropout 1", "1", "`dropout` must be a number of at least 0, below 1", None),
        ("dropout -0.1", "-0.1", "at least 0, below 1", None),
        ("dropout", "dropout", "but it has no value", None),
        ("label_smoothing 1", "1", "at least 0, below 1", None),
        ("loss bce", "bce", "but this is the word `bce`", "it is called `binary_cross_entropy`"),
        ("loss binary_cross_entrop", "binary_cross_entrop", "`loss` must be", "did you mean"),
        (
            "loss binary_cross_entropy; label_smoothing 0.1",
            "0.1",
            "`label_smoothing` is for videos of one class each",
            None,
        ),
        (
            "loss binary_cross_entropy; class_weights balanced",
            "balanced",
            "`class_weights` is for videos of one class each",
            None,
        ),
        (
            "loss binary_cross_entropy; sampling balanced",
            "balanced",
            "`sampling` is for videos of one class each",
            None,
        ),
        ("class_weights 2", "2", "number of at least 0 for each class, not all 0", None),
        ("class_weights (0, 0, 0, 0)", "(0, 0, 0, 0)", "not all 0, but this is", None),
        ("class_weights (1, -1, 1, 1)", "(1, -1, 1, 1)", "of at least 0 for each class", None),
        ("class_weights (1, 2)", "(1, 2)", "a number for each class, 4, but this has 2", None),
        ("class_weights balance", "balance", "the word `balance`", "did you mean `balanced`?"),
        ("sampling even", "even", "`uniform` or `balanced`, but this is the word `even`", None),
        (
            "class_weights balanced; sampling balanced",
            "balanced",
            "rare classes are drawn more often, and their clips count more too",
            "leave one of both out",
        ),
        ("ema 1", "1", "at least 0, below 1", None),
        ("precision fp8", "fp8", "`bf16` or `fp16`, but this is the word `fp8`", None),
        ("precision 16", "16", "`fp32`, `bf16` or `fp16`", None),
        ("accumulate 3", "3", "a divisor of the batch, 8, but this is 3", None),
        ("clip_gradients 0", "0", "a number above 0", None),
        ("precise_bn 1e9", "1e9", "at most 100000", None),
        ("sync_bn 1", "1", "`sync_bn` must be `true` or `false`", None),
        ("pretrained imagenet", "imagenet", "a text in quotes", 'write `"imagenet"`'),
        ('pretrained ""', '""', "a text in quotes", None),
        ('epochs "ten"', '"ten"', "an integer of at least 1", None),
        ("epochs 1..3", "1..3", "but it is a range", None),
        ("test", "test", "`test` must be `views` or `full_length`, but none", None),
        ("test views(size = 36)", "views(size = 36)", "`views` needs `clips`", None),
        (
            "test views(clips = 1, size = 31)",
            "size = 31",
            "at least 32, the crop",
            "`size = 32` or",
        ),
        ("test views(clips = 1, size = 36, crops = 2)", "crops = 2", "must be 1 or 3", None),
        ("test views(clips = 1e9, size = 36)", "clips = 1e9", "at most 100000", None),
        (
            "test full_length(size = 31)",
            "size = 31",
            "at least 32, the crop in training",
            None,
        ),
        (
            "test full_length(size = 36, frames = 7)",
            "frames = 7",
            "at least 8, the frames of a clip",
            None,
        ),
    ],
)
def test_a_setting(setting: str, words: str, message: str, help: str | None) -> None:
    check(mistakes(spec(*setting.splitlines())), words, message, help)


def test_a_crop_must_fit_into_the_smallest_side() -> None:
    (mistake,) = mistakes(spec("crop 37", "test views(clips = 1, size = 40)"))
    assert mistake.words == "37"
    assert mistake.message == (
        "`crop` must be at most 36, the shortest side of a scaled video, but this is 37"
    )
    assert mistake.help == "write `crop 36`, or scale to longer sides"


def test_a_clip_must_fit_into_memory() -> None:
    sizes = ("crop 4k", "scale_jitter 4k..4k", "test views(clips = 1, size = 4k)")
    reported = mistakes(spec("clip(frames = 100)", *sizes))
    assert [m.code for m in reported] == ["size", "size"]
    assert reported[0].message == (
        "`clip` must give at most 2,147,483,648 values, but 3 x 100 x 4000^2 has 4,800,000,000"
    )


def test_all_missing_settings_are_reported_at_once() -> None:
    (mistake,) = mistakes(f"{NETWORK}recipe r for n {{ batch 8; crop 32 }}")
    missing = "`epochs`, `optimizer`, `clip`, `scale_jitter` or `resize`, `test`"
    assert (mistake.words, mistake.message) == ("r", f"recipe `r` lacks {missing}")


@pytest.mark.parametrize(
    ("setting", "help"),
    [
        ("batch", "write `batch` and an integer of at least 1 and at most 100000"),
        ("clip", "write `clip(frames, stride = 1, rate = 30)`"),
        ("scale_jitter", "write `scale_jitter` and a range of sizes, such as `182..228`"),
        ("test", "write `test views(clips, size, crops = 1)` or `test full_length(size, "),
    ],
)
def test_a_missing_setting_is_suggested(setting: str, help: str) -> None:
    (mistake,) = mistakes(spec(leaving_out=setting))
    assert (mistake.help or "").startswith(help)


def test_a_setting_that_is_misspelt_is_not_missing_too() -> None:
    (mistake,) = mistakes(spec("epoch 3", leaving_out="epochs"))
    assert mistake.words == "epoch"


def test_mistakes_are_reported_together() -> None:
    reported = mistakes(spec("epochs 0", "bach 3", "flip 2", "dropout 3", "crop vide.height"))
    assert {m.words for m in reported} == {"0", "bach", "2", "3", "vide"}


def test_an_exception_from_no_weight_decay() -> None:
    (mistake,) = mistakes(spec("no_decay norms"))
    assert mistake.message == "`no_decay` has no effect: the weight decay is 0"
    assert recipe(spec("no_decay norms")).no_decay == ("norms",)


@pytest.mark.parametrize(
    ("body", "setting", "words", "message"),
    [
        ("in -> mean -> linear(classes)", "dropout 0.5", "0.5", "must have a parameter `dropout`"),
        (
            "in -> mean -> linear(classes)",
            "precise_bn 20",
            "20",
            "`precise_bn` needs a `batch_norm`",
        ),
        ("in -> mean -> linear(classes)", "sync_bn", "sync_bn", "`sync_bn` needs a `batch_norm`"),
        (
            "in -> mean -> linear(classes) -> softmax",
            "flip",
            "m",
            "ends with `softmax`: it can be tested but not trained",
        ),
        (
            "in -> mean -> linear(classes) -> softmax",
            "loss binary_cross_entropy",
            "binary_cross_entropy",
            "ends with `softmax`, which makes one class of several",
        ),
        ("in -> conv(classes) -> softmax(axis = 0) -> mean", "flip", "m", "ends with `softmax`"),
        (
            "in -> mean -> linear(classes) -> log_softmax",
            "flip",
            "m",
            "`log_softmax`, but training",
        ),
        ("in -> conv(classes)", "flip", "m", "each class, but `m` gives 4 x 8 x 32^2"),
        ("return video -> mean, video -> mean", "flip", "m", "one number for each class"),
        (
            "in -> flatten -> linear(classes)",
            "crop 28",
            "clip(frames = 8)",
            "weights for another size",
        ),
        (
            "in -> flatten -> linear(classes)",
            "test views(clips = 1, size = 36)",
            "views(clips = 1, size = 36)",
            "does not take a view of the test, 3 x 8 x 36^2: `linear` has weights for another",
        ),
        (
            "in -> max_pool((1, 28, 28)) -> mean -> linear(classes)",
            "crop 24",
            "clip(frames = 8)",
            "does not take a clip of the recipe, 3 x 8 x 24^2: ",
        ),
        (
            "in -> conv(4, 8, stride = (8, 16, 16), padding = 0) -> flatten",
            "crop 20",
            "clip(frames = 8)",
            "3 x 8 x 20^2: it gives 4, but 16 at its own size",
        ),
    ],
)
def test_a_recipe_must_fit_its_network(body: str, setting: str, words: str, message: str) -> None:
    text = spec(setting, head="recipe r for m")
    reported = mistakes(WINDOW.format(body) + text)
    assert any(words == m.words and message in m.message for m in reported), reported


@pytest.mark.parametrize(
    ("inputs", "shown"),
    [
        ("input x: 3 x 32^2", "3 x 32^2"),
        ("input x: 1 x 8 x 32^2", "1 x 8 x 32^2"),
        ("input x: 3 x 8 x 32^2; input y: 3 x 8 x 32^2", "3 x 8 x 32^2 and 3 x 8 x 32^2"),
    ],
)
def test_a_recipe_is_for_one_video(inputs: str, shown: str) -> None:
    network = f"network m() {{ {inputs}; return x -> mean -> linear(4) }}\n"
    (mistake,) = mistakes(network + spec(head="recipe r for m"))
    assert mistake.words == "m"
    assert mistake.message.endswith(f"3 x T x H x W, but `m` takes {shown}")


FAMILY = spec("epochs x", "crop y", head="recipe f(x, y = 32)")


@pytest.mark.parametrize(
    ("derived", "words", "message", "help"),
    [
        ("recipe r for n = ff(x = 3)", "ff", "no recipe is called `ff`", "did you mean `f`?"),
        ("recipe r for n = f(z = 3)", "z = 3", "`f` has no parameter `z`", "it has `x`, `y`"),
        ("recipe r for n = f(3)", "3", "", None),
        ("recipe r for n = f", "f", "recipe `f` needs `x`", "`f(x = ...)`"),
        ("recipe r for n = f(x = 0)", "x", "`epochs` must be an integer of at least 1", None),
        ("recipe r for n = r", "r", "derived from each other in a cycle: r -> r", None),
        ("recipe r for k = f(x = 3)", "k", "no network is called `k`", "write `n`"),
        ("block b(x) { return x }\nrecipe r for b = f(x = 3)", "b", "is a block, not a", None),
        ("recipe r for f = f(x = 3)", "f", "no network is called `f`", "write `n`"),
    ],
)
def test_a_derived_recipe(derived: str, words: str, message: str, help: str | None) -> None:
    (mistake,) = mistakes(f"{FAMILY}{derived}\n")
    assert mistake.words == words
    assert message in mistake.message
    assert help is None or help in (mistake.help or "")


def test_a_mistake_in_a_family_names_the_recipe_that_it_is_made_for() -> None:
    with pytest.raises(CompileError) as failure:
        recipe(f"{FAMILY}recipe r for n = f(x = 3, y = 50)\n")
    *_, last = failure.value.diagnostics[0].labels
    assert (last.span.text, last.text) == ("f(x = 3, y = 50)", "for this recipe")


def test_a_family_without_a_network_is_checked_as_far_as_it_goes() -> None:
    body = "epochs x; bach 3; crop side; flip; flip"
    reported = mistakes(f"recipe f(x) {{ {body} }}\n")
    assert {m.words for m in reported} == {"bach", "side", "flip"}


def test_the_network_of_a_recipe_has_its_parameters() -> None:
    open_network = NETWORK.replace("frames = 8", "frames")
    (mistake,) = mistakes(spec().replace(NETWORK, open_network))
    assert (mistake.words, mistake.message) == ("n", "network `n` has no value for `frames`")


def test_mistakes_of_a_network_are_reported_once() -> None:
    reported = mistakes(spec().replace("  mean\n", "  meen\n") + "recipe s for n = r\n")
    assert [m.words for m in reported] == ["meen"]


@pytest.mark.parametrize("place", ["conv(1..3)", 'conv("a")', "y = (1, 2..3)"])
def test_ranges_and_texts_are_for_recipes(place: str) -> None:
    with pytest.raises(CompileError):
        recipe(NETWORK.replace("  mean\n", f"  {place}\n") + spec().removeprefix(NETWORK))


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"recipe r{i} = r{i + 1}\n" for i in range(200)),
        spec("epochs " + "(" * 90 + "1" + ")" * 90),
        spec("epochs " + "1 + " * 5000 + "1"),
        spec("epochs " + " if 1 == 1 else ".join(["1"] * 90)),
        spec("schedule steps(range(1, 1e9))"),
        spec("epochs 1e30", "clip(frames = 9e18)", "batch 1e18 * 1e18"),
        spec(*(f"flip {i}" for i in range(5000))),
    ],
)
def test_hostile_recipes_end_soon(text: str) -> None:
    def compile_recipe() -> None:
        with suppress(CompileError):
            mistakes(text)

    compile_recipe()
    assert steps(compile_recipe) < 3_000_000
