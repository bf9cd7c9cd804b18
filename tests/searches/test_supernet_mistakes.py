"""Mistakes in searches by a supernet, up to where each begins."""

from __future__ import annotations

import pytest

from archdsl.cli.supernets import search_folder
from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.space.survey import steps
from tests.mistakes import Mistake, check, load_text
from tests.searches.harness import SPACE, mistakes, spec
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
    message = "what members of `n` cost is not known, and paths need it"
    check(_checked(supernet("macs <= 2M")), "probabilistic", message, "with `choose`")
    check(_checked(supernet("warmup 3")), "probabilistic", message)
    assert not _checked(supernet("method differentiable", space=CONNECTED))
    assert not _checked(spec("macs <= 2M"))


CELL = """use attention_cell
cell pair {
  keys_values = cell
  prepare(channels = 4, size = 4, frames = 4)
  op1 = attend(f0, over = temporal, by = {dot, map})
  combine(op1)
}
"""
NORM = "  batch_norm\n"
UNSHARED = {
    "operations of a cell": (
        CELL + SPACE.replace(NORM, "  pair\n"),
        CELL.removeprefix("use attention_cell\n").rstrip(),
        "`pair` comes out with other layers",
    ),
    "other operations": (
        SPACE.replace(NORM, "  act = {relu, sigmoid}\n  act\n"),
        None,
        "`n` comes out with other layers",
    ),
    "require": (
        SPACE.replace(NORM, "  a = {2, 4}\n  require a >= 4\n  conv(a)\n"),
        "a >= 4",
        "some members of `n` do not exist",
    ),
    "inputs": (
        SPACE.replace("size^2", "{16, 32}^2"),
        "{16, 32}",
        "members of `n` take inputs of different sizes",
    ),
    "inputs by two decisions": (
        SPACE.replace("size^2", "{16, 32} x {16, 32}"),
        "probabilistic",
        "members of `n` take inputs of different sizes",
    ),
    "kernels": (
        SPACE.replace("kernel = 3", "kernel = {2, 3}"),
        "conv({8, 12}, kernel = {2, 3})",
        "have no middle in common: 2 and 3",
    ),
    "no effect": (
        SPACE.replace(NORM, "  unused = {1, 2}\n"),
        "{1, 2}",
        "no layer of a member of `n` follows from `unused`",
    ),
}


@pytest.mark.parametrize("name", UNSHARED)
def test_what_paths_cannot_share_is_found_by_check(name: str) -> None:
    """The same as `compile` says, at its place."""
    space, words, message = UNSHARED[name]
    text = supernet(space=space)
    mistake = check(_checked(text), words, message)
    with pytest.raises(CompileError) as failure:
        search_folder(load_text(text), load_text(text).search(), {}, Diagnostics())
    (said,) = map(Mistake.of, failure.value.diagnostics)
    assert (said.message, said.help) == (mistake.message, mistake.help)
    places = [(mistake.words, ""), *mistake.also]
    assert "probabilistic" in [words for words, _ in places]


def test_what_is_decided_is_shown_with_what_comes_out_otherwise() -> None:
    space, _, _ = UNSHARED["other operations"]
    (mistake,) = _checked(supernet(space=space))
    assert ("{relu, sigmoid}", "decided here") in mistake.also


def test_paths_can_share_what_has_weights_of_its_own() -> None:
    space, _, _ = UNSHARED["kernels"]
    assert not _checked(supernet("kernels apart", space=space))
    assert not _checked(supernet("method random(trials = 2)", "maximise top1", space=space))
