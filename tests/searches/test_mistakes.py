"""Mistakes in searches: the words that are marked, the message, and what to write."""

from __future__ import annotations

import pytest

from tests.mistakes import check
from tests.searches.harness import SPACE, mistakes, spec
from tests.searches.test_values import TABLE

GROWN = "search s for grown {{\n  maximise top1\n  {}\n}}\n"


def _grown(*settings: str) -> str:
    return TABLE + GROWN.format("\n  ".join(settings))


@pytest.mark.parametrize(
    ("setting", "words", "message", "help"),
    [
        # Methods
        ("method bandt(12)", "bandt", "but this is `bandt`", "did you mean `bandit`?"),
        (
            "method bayes(12)",
            "bayes",
            "a search has no method `bayes`",
            "nearest to it is `bandit`",
        ),
        ("method bandit", "bandit", "needs `trials`", "write `bandit(trials, startup = 10"),
        ("method bandit(0)", "0", "an integer of at least 1", None),
        ("method 3", "3", "`method` must be `bandit`, `random`", "write `method bandit("),
        ("method bandit(12, kernel = grph)", "kernel = grph", "`graph` or `flat`", "`graph`?"),
        ("method random(5, startup = 3)", "startup = 3", "is an option of `bandit`", None),
        (
            "method bandit(8)",
            "bandit(8)",
            "must be below its trials, 8",
            "`startup = 2`, or `random(8)",
        ),
        (
            "method bandit(8, startup = 8)",
            "startup = 8",
            "must be below its trials, 8, but this is 8",
            None,
        ),
        ("method bandit(1, startup = 1)", "startup = 1", "below its trials", "write `random(1)`"),
        (
            "method evolution(12)",
            "evolution(12)",
            "must be below its trials, 12",
            "`population = 4`",
        ),
        # Settings that are not here
        ("epochs 3", "epochs", "no setting `epochs`", "it is a setting of recipes"),
        ("trials 50", "trials", "no setting `trials`", "it is an option: write `method bandit("),
        ("n_trials 50", "n_trials", "no setting", "write `method bandit(trials = ...)`"),
        ("budget 3", "budget", "no setting `budget`", "write `macs <= 2G`"),
        ("storage 3", "storage", "no setting `storage`", "a flag of `archdsl search`"),
        ("maximize top1", "maximize", "no setting `maximize`", "it is called `maximise` here"),
        ("mcs <= 2G", "mcs", "no setting `mcs`", "did you mean `macs`?"),
        ("seeds 2", "seeds", "no setting `seeds`", "did you mean `seed`?"),
        # Bounds
        ("macs 2G", "2G", "must be a bound such as `<= 2G`", "write `macs <= 2G`"),
        ("macs(2G)", "(2G)", "must be a bound such as `<= 2G`", "write `macs <= 2G`"),
        ("macs 1G - 2G", "1G - 2G", "must be a bound", "write `macs 1G..2G`"),
        ("macs", "macs", "but it has no value", None),
        ("macs 2G..1G", "2G..1G", "must start with the smaller end", "write `1G..2G`"),
        ("macs 0..1G", "0", "an integer of at least 1", "write `macs <= 1G`"),
        ("macs <= 1.5", "1.5", "an integer of at least 1", None),
        ("macs <= big", "big", "`big` is not defined", None),
        ("macs <= (1, 2)", "(1, 2)", "but this is the tuple (1, 2)", None),
        # Objectives
        ("maximise macs", "macs", "must be an accuracy, but `macs` is a cost", "`minimise macs`"),
        ("minimise top1", "top1", "must be a cost, but `top1` is an accuracy", "`maximise top1`"),
        ("maximise (top1, macs)", "macs", "must be an accuracy", None),
        ("maximise accuracy", "accuracy", "`top1`, `top5` or `mAP`", None),
        ("minimise speed", "speed", "`minimise` must be `params`,", None),
        ("maximise (top1, top5)", "(top1, top5)", "but this is the tuple (top1, top5)", None),
        ("maximise mAP", "mAP", "measured with `loss binary_cross_entropy`", None),
        # Recipes
        ("train q", "q", "no recipe is called `q`", "write `train r`"),
        ("train 3", "3", "`train` must be a recipe, but this is `3`", "write `train r`"),
        ("train", "train", "but none is named", "write `train r`"),
        ("finish q", "q", "no recipe is called `q`", "write `finish RECIPE`"),
        ("train r(epoch = 3)", "epoch = 3", "has no parameter `epoch`", "did you mean `epochs`?"),
        ("train r(epochs = 0)", "epochs", "an integer of at least 1", None),
        ("train r(3)", "3", "must be given by name", None),
        # Values
        ("hold_out 0", "0", "a number above 0, below 1", None),
        ("hold_out 10", "10", "a number above 0, below 1", None),
        ("repeats 0", "0", "an integer of at least 1", None),
        ("seed -1", "-1", "at least 0 and at most 4294967295", None),
        ("keep 20", "20", "at most the trials, 12", None),
        ("seed 1 if true else q", "q", "`q` is not defined", None),
    ],
)
def test_settings(setting: str, words: str, message: str, help: str | None) -> None:
    check(mistakes(spec(setting)), words, message, help)


@pytest.mark.parametrize(
    ("missing", "help"),
    [("method", "write `method bandit(trials"), ("maximise", "write `maximise top1`")],
)
def test_required_settings(missing: str, help: str) -> None:
    check(mistakes(spec(leaving_out=missing)), "s", f"search `s` lacks `{missing}`", help)


def test_a_network_with_no_or_several_recipes_needs_a_name() -> None:
    pattern = spec().replace("recipe r(epochs = 10) for n", "recipe r(epochs = 10)")
    check(mistakes(pattern), "s", "search `s` lacks `train`", "write `train r`")
    several = spec() + "recipe q for n = r(epochs = 3)\n"
    check(mistakes(several), "s", "search `s` lacks `train`", "write `train r` or `train q`")


@pytest.mark.parametrize(
    ("head", "words", "message", "help"),
    [
        ("search s for q", "q", "no network is called `q`", "write `n`"),
        ("search s for n(sze = 3)", "sze = 3", "has no parameter `sze`", "did you mean `size`?"),
        ("search s for n(8)", "8", "must be given by name", None),
        ("search s for n(frames = true)", "frames = true", "`frames` of `n` must be", None),
        ("search s(k) for n", "k", "search `s` needs `k`", "give it a default: `k = ...`"),
        ("search s(k: int = 0.5) for n", "0.5", "`k` of `s` must be an integer", None),
    ],
)
def test_heads(head: str, words: str, message: str, help: str | None) -> None:
    check(mistakes(spec(head=head)), words, message, help)


def test_a_block_is_no_space() -> None:
    text = SPACE + "block b(x) { conv(8) }\n" + spec(head="search s for b").removeprefix(SPACE)
    check(mistakes(text), "b", "`b` is a block, not a network", "write `n`")


def test_recipes_are_tried_with_the_space() -> None:
    misfit = mistakes(spec(head="search s for n(size = 38)"))
    assert [mistake.message for mistake in misfit] == [
        "`crop` must be at most 36, the shortest side of a scaled video, but this is 38",
        "`size` of `test` must be at least 38, the crop in training, but this is 36",
    ]


def test_all_mistakes_are_found_at_once() -> None:
    found = mistakes(spec("macs 2G", "keep 0", "q 3", "hold_out 2", head="search s for nn"))
    assert [mistake.words for mistake in found] == ["nn", "q", "2G", "0", "2"]


@pytest.mark.parametrize(
    ("first", "second", "words", "message"),
    [
        ("macs <= 2G", "macs <= 3G", "macs", "`macs` is set twice"),
        ("macs <= 1G", "flops 3G..4G", "flops 3G..4G", "no network is within both bounds"),
        ("macs 3G..4G", "torch <= 2G", "torch <= 2G", "`torch` are 2 x `macs`"),
        ("macs <= 2G", "flops <= 3G", "macs <= 2G", "no effect: `flops` are 2 x `macs`"),
        ("macs <= 1G", "flops <= 3G", "flops <= 3G", "no effect"),
        ("flops <= 2G", "torch 1G..2G", "flops <= 2G", "no effect: `flops` are `torch`"),
    ],
)
def test_bounds_of_one_cost(first: str, second: str, words: str, message: str) -> None:
    check(mistakes(spec(first, second)), words, message)


def test_bounds_of_different_costs_are_not_compared() -> None:
    assert mistakes(spec("macs <= 2G", "params <= 1M", "fvcore <= 1G")) == []


def test_a_network_without_choices_has_nothing_to_search() -> None:
    found = mistakes(_grown("method random(3)"))
    check(found, "grown", "has no choices, so there is nothing to search", "`method expansion(")


@pytest.mark.parametrize(
    ("settings", "words", "message", "help"),
    [
        (
            ("method expansion((depth, bottleneck))", "macs <= 1G"),
            "(depth, bottleneck)",
            "cannot be expanded along `bottleneck`",
            None,
        ),
        (
            ("method expansion((depth, wdth))", "macs <= 1G"),
            "(depth, wdth)",
            "a tuple of different axes",
            "did you mean `width`?",
        ),
        (
            ("method expansion((depth, blocks))", "macs <= 1G"),
            "(depth, blocks)",
            "a tuple of different axes",
            None,
        ),
        (("method expansion(depth)", "macs <= 1G"), "depth", "a tuple of different axes", None),
        (
            ("method expansion((depth, width), times = 1)", "macs <= 1G"),
            "times = 1",
            "a number above 1",
            None,
        ),
        (
            ("method expansion((depth, width))",),
            "expansion((depth, width))",
            "an expansion needs a bound",
            "write `macs <= 2G`",
        ),
        (
            ("method expansion((depth, width))", "macs <= 1G", "params <= 1M"),
            "params <= 1M",
            "grows to one bound",
            None,
        ),
        (
            ("method expansion((depth, width))", "macs 0.5G..1G"),
            "macs 0.5G..1G",
            "begins below its bound",
            "write `macs <= 1G`",
        ),
        (
            ("method expansion((depth, width))", "flops <= 1G"),
            "flops <= 1G",
            "an expansion cannot be contracted to a bound of `flops`",
            "`macs`, `params`, `activations`",
        ),
        (
            ("method expansion((depth, width))", "macs <= 1k"),
            "macs <= 1k",
            "must be bounded above what it begins with",
            None,
        ),
        (
            ("method expansion((depth, width))", "macs <= 1G", "minimise params"),
            "params",
            "an expansion has no `minimise`",
            None,
        ),
        (
            ("method expansion((depth, width))", "macs <= 1G", "keep 3"),
            "3",
            "`keep` has no effect",
            None,
        ),
    ],
)
def test_expansions(settings: tuple[str, ...], words: str, message: str, help: str | None) -> None:
    check(mistakes(_grown(*settings)), words, message, help)


def test_an_expansion_grows_one_network() -> None:
    found = mistakes(spec("method expansion((temporal, spatial))", "macs <= 1G"))
    check(found, "n", "grows one network, but `n` has choices", "network NAME = n + choose(")


def test_a_name_is_defined_once() -> None:
    twice = mistakes(spec() + spec().removeprefix(SPACE))
    check(twice, "s", "`s` is defined twice")
