"""Mistakes in searches by a supernet, up to where each begins."""

from __future__ import annotations

import pytest

from archdsl.diagnostics import Diagnostics
from archdsl.space.survey import steps
from tests.mistakes import Mistake, check, load_text
from tests.searches.harness import mistakes, spec
from tests.searches.supernets import CONNECTED, supernet

LEAST = 5_308_448
"""The MACs of the smaller member of the space."""


@pytest.mark.parametrize(
    ("setting", "words", "message", "help"),
    [
        ("method probabilistc", "probabilistc", "`method` must be", "`probabilistic`?"),
        ("method parsec", "parsec", "no method `parsec`", "nearest to it is `probabilistic`"),
        ("method darts", "darts", "no method `darts`", "nearest to it is `differentiable`"),
        (
            "method probabilistic(draws = 1)",
            "draws = 1",
            "at least 2 and at most 1000, but this is the number 1",
            None,
        ),
        (
            "method probabilistic(estimator = importence)",
            "estimator = importence",
            "`score` or `importance`",
            "did you mean `importance`?",
        ),
        (
            "method differentiable(connections = softmx)",
            "connections = softmx",
            "`softmax` or `sigmoid`",
            "did you mean `softmax`?",
        ),
        ("method differentiable(temperature = 0)", "temperature = 0", "a number above 0", None),
        ("method probabilistic(trials = 3)", "trials = 3", "is an option of `bandit`", None),
        ("warmup -1", "-1", "an integer of at least 0", None),
        ("warmup 10", "10", "must be below the epochs of `r`, 10, but this is 10", None),
        ("architecture adam", "adam", "`adam` needs `lr`", "write `adam(lr, betas"),
        ("architecture adamw(lr = 1)", "adamw", "must be `adam`, but this is `adamw`", "`adam`?"),
        ("lr 0.1", "lr", "no setting `lr`", "write `architecture adam(lr = ...)`"),
        ("draws 4", "draws", "no setting `draws`", "write `method probabilistic(draws = ...)`"),
        ("channels (fair, prefix)", "(fair, prefix)", "`fair` or `prefix`", None),
        ("kernels", "kernels", "`cut` or `apart`, but it has no value", None),
        ("penalty 3", "3", "must be `hinge` or `power`", "write `penalty hinge("),
        ("penalty hinge", "hinge", "needs a bound or a target", "`penalty hinge(target = 2G)`"),
        ("penalty power(exponent = 0)", "exponent = 0", "a number below 0", None),
        ("minimise macs", "macs", "a supernet has no `minimise`", "and `penalty` for the price"),
        ("memory <= 1M", "memory <= 1M", "which is no sum", "`macs`, `params`"),
        ("macs 1k..2G", "macs 1k..2G", "so it has no least cost", "write `macs <= 2G`"),
    ],
)
def test_settings(setting: str, words: str, message: str, help: str | None) -> None:
    check(mistakes(supernet(setting)), words, message, help)


@pytest.mark.parametrize("setting", ["warmup 0", "channels fair", "penalty hinge(target = 1k)"])
def test_trials_have_no_settings_of_supernets(setting: str) -> None:
    """Even those that say what is so by default: they would have no effect."""
    name, value = setting.split(maxsplit=1)
    message = f"`{name}` is a setting of supernets, but `bandit` trains each network by itself"
    check(mistakes(spec(setting)), value, message, "leave it out, or write `method probabilistic")


def test_several_settings_of_supernets_are_one_mistake() -> None:
    message = "`penalty`, `channels` are settings of supernets"
    mistake = check(mistakes(spec("penalty power", "channels fair")), "power", message, "them out")
    assert [words for words, _ in mistake.also] == ["fair", "bandit(trials = 12)"]


def test_a_target_is_of_the_one_bound_and_not_above_it() -> None:
    bound, hinge = "macs <= 2M", "penalty hinge(target = {})".format
    assert not mistakes(supernet(bound, hinge("2M")))
    check(mistakes(supernet(bound, hinge(2_000_001))), "target = 2000001", "at most the bound, 2M")
    several = mistakes(supernet(bound, "params <= 1k", hinge("1M")))
    mistake = check(several, "target = 1M", "of one cost, but this search has several bounds")
    assert [words for words, _ in mistake.also] == [bound, "params <= 1k"]


def test_a_search_without_a_method_needs_an_objective_too() -> None:
    text = supernet("warmup 3").replace("method probabilistic\n", "")
    check(mistakes(text), "s", "search `s` lacks `method`, `maximise`")


def test_a_differentiable_search_weighs_tensors() -> None:
    message = "a choice that is searched by gradients must be between tensors, but `8` is"
    check(mistakes(supernet("method differentiable")), "8", message, "decide it with `choose`")
    single = CONNECTED.replace("<= 2 of {f0, f1, f2}", "({f0, f1}, f2)")
    assert not mistakes(supernet("method differentiable", space=single))
    assert not mistakes(supernet("method differentiable", space=CONNECTED))


def test_what_nothing_reads_is_no_connection() -> None:
    unread = CONNECTED.replace(
        "x = sum(stack(<= 2 of {f0, f1, f2}), axes = 0)", "y = {f0, f1}"
    ).replace("x -> relu", "f2 -> relu")
    message = "`n` has no connections to weigh"
    check(mistakes(supernet("method differentiable", space=unread)), "n", message)


@pytest.mark.parametrize(
    ("setting", "words"), [("warmup 2", "2"), ("kernels apart", "apart"), ("macs <= 2G",) * 2]
)
def test_settings_of_paths_are_not_for_gradients(setting: str, words: str) -> None:
    found = mistakes(supernet("method differentiable", setting, space=CONNECTED))
    check(found, words, f"`{setting.split()[0]}` is for paths", "`method probabilistic(")


def test_turns_need_an_optimiser_for_each() -> None:
    turns = "method differentiable(together = false)"
    found = mistakes(supernet(turns, space=CONNECTED))
    check(found, "together = false", "need an optimiser of their own", "`architecture adam(")
    assert not mistakes(supernet(turns, "architecture adam(lr = 0.1)", space=CONNECTED))


# With all members


def _checked(text: str) -> list[Mistake]:
    diagnostics = Diagnostics()
    load_text(text).check_search("s", diagnostics)
    return [Mistake.of(diagnostic) for diagnostic in diagnostics]


def test_a_bound_below_the_least_member() -> None:
    assert not _checked(supernet(f"macs <= {LEAST}"))
    found = _checked(supernet(f"macs <= {LEAST - 1}"))
    check(found, f"macs <= {LEAST - 1}", f"within this bound: the least is {LEAST:,}")


@pytest.mark.parametrize(
    ("target", "message"),
    [(LEAST - 1, "every path pays"), (LEAST, None), (LEAST + 1, None), (10**9, "no path pays")],
)
def test_a_target_below_or_above_all_members(target: int, message: str | None) -> None:
    found = _checked(supernet(f"penalty hinge(target = {target})"))
    if message is None:
        assert not found
    else:
        check(found, f"target = {target}", message)
    # The power has an effect on either side of its target.
    assert not _checked(supernet(f"penalty power(target = {target})"))


def test_paths_pay_only_where_costs_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "WAYS", 1)
    message = "what members of `n` cost is not known, so that paths cannot pay"
    check(_checked(supernet("macs <= 2M")), "macs <= 2M", message, "with `choose`")
    check(_checked(supernet("penalty power(target = 2M)")), "power(target = 2M)", message)
    assert not _checked(supernet("warmup 3"))
    assert not _checked(spec("macs <= 2M"))
