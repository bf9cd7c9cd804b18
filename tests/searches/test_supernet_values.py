"""The values of the settings of supernets, and what follows from them together."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archdsl.report.listing import show_search
from archdsl.searches.methods import Method
from archdsl.searches.supernets import Adam, Differentiable, Hinge, Power, Probabilistic, Target
from tests.searches.harness import SPACE, search, spec
from tests.searches.supernets import CONNECTED, supernet

BOUND = "macs <= 10M"


@pytest.mark.parametrize(
    ("written", "method"),
    [
        ("probabilistic", Probabilistic(4, "score", False)),
        ("probabilistic(draws = 8, adaptive = true)", Probabilistic(8, "score", True)),
        ("probabilistic(estimator = importance)", Probabilistic(4, "importance", False)),
    ],
)
def test_methods(written: str, method: Method) -> None:
    assert search(spec(f"method {written}", leaving_out="maximise")).method == method


@pytest.mark.parametrize(
    ("written", "method"),
    [
        ("differentiable", Differentiable("softmax", True, 1)),
        (
            "differentiable(connections = sigmoid, together = false, temperature = 0.5)",
            Differentiable("sigmoid", False, Fraction(1, 2)),
        ),
    ],
)
def test_differentiable_methods(written: str, method: Method) -> None:
    own = "architecture adam(lr = 0.025)"  # which connections that learn apart need
    assert search(supernet(f"method {written}", own, space=CONNECTED)).method == method


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("warmup 9", "warmup", 9),
        ("warmup 0", "warmup", 0),
        ("architecture adam(lr = 0.025)", "architecture", Adam(Fraction(1, 40))),
        (
            "architecture adam(lr = 1, betas = (0.5, 0.9))",
            "architecture",
            Adam(1, (Fraction(1, 2), Fraction(9, 10))),
        ),
        ("channels prefix", "channels", "prefix"),
        ("kernels apart", "kernels", "apart"),
        ("penalty hinge(weight = 0.1, target = 2M)", "penalty", Hinge(Fraction(1, 10), 2_000_000)),
        ("penalty power(target = 2M)", "penalty", Power(Fraction(-7, 100), 2_000_000)),
        ("maximise top5", "maximise", "top5"),
        ("keep 50", "keep", 50),
    ],
)
def test_settings(setting: str, field: str, value: object) -> None:
    assert getattr(search(supernet(setting)), field) == value


def test_defaults() -> None:
    found = search(supernet())
    assert (found.warmup, found.architecture, found.channels, found.kernels) == (
        0,
        None,
        "fair",
        "cut",
    )
    assert (found.penalty, found.targets) == (Hinge(1), ())
    # Paths are ranked by the loss; this is what a log shows, and what decides between runs.
    assert found.maximise == "top1"


@pytest.mark.parametrize(
    ("settings", "targets"),
    [
        ([BOUND], [Target("macs", 10_000_000)]),
        ([BOUND, "params <= 2k"], [Target("params", 2000), Target("macs", 10_000_000)]),
        ([BOUND, "penalty power(target = 9M)"], [Target("macs", 9_000_000)]),
        (["params <= 2k", "penalty hinge(target = 1k)"], [Target("params", 1000)]),
        (["penalty hinge(target = 1k)"], [Target("macs", 1000)]),
    ],
)
def test_targets_are_the_bounds_or_the_one_of_the_penalty(
    settings: list[str], targets: list[Target]
) -> None:
    assert [*search(supernet(*settings)).targets] == targets


def test_trials_have_no_targets() -> None:
    assert search(spec(BOUND)).targets == ()


def test_nothing_is_held_out_where_all_is_learned_together() -> None:
    own = "architecture adam(lr = 0.025)"
    apart = search(supernet("method differentiable(together = false)", own, space=CONNECTED))
    together = search(supernet("method differentiable", space=CONNECTED))
    assert (apart.held_out, together.held_out) == (Fraction(1, 10), 0)
    assert search(supernet("hold_out 0.2")).held_out == Fraction(1, 5)


def test_a_listing_reads_as_the_same_search() -> None:
    settings = (
        "warmup 3",
        "architecture adam(lr = 0.025)",
        "channels prefix",
        "kernels apart",
        "macs <= 10M",
        "penalty power(exponent = -0.1, target = 9M)",
    )
    found = search(supernet("method probabilistic(draws = 8)", *settings))
    head, *lines = show_search(found).strip().split("\n")
    assert head == "search s for n"
    assert "  penalty power(exponent = -0.1, target = 9000000)" in lines
    assert search(f"{SPACE}{head} {{\n" + "\n".join(lines) + "\n}\n") == found
