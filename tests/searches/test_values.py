"""The values of a search's settings, their defaults, and which recipe trains the trials."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from archdsl.diagnostics import Diagnostics
from archdsl.report.listing import show_search
from archdsl.searches.methods import Bandit, Evolution, Expansion, Method, Random
from archdsl.searches.search import Bound, Instance
from archdsl.spec import CompileError
from tests.mistakes import load_text
from tests.searches.harness import SPACE, search, spec

TABLE = """network grown(frames = 4, size = 32, classes: int = 4) {
  input video: 3 x frames x size^2
  table {
    | block | channels | number |
    |-------|----------|--------|
    | part  | 8        | 1      |
    | part  | 16       | 2      |
  }
  in -> mean -> linear(classes)
}

block part(x, channels) { conv(channels, 3) }

recipe r for grown {
  epochs 10
  batch 8
  optimizer sgd(lr = 0.1)
  clip(frames = video.frames, stride = 3)
  scale_jitter 36..40
  crop video.height
  test views(clips = 2, size = 36)
}
"""
"""A network that can be expanded along every axis but the bottleneck."""


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("hold_out 0.2", "hold_out", Fraction(1, 5)),
        ("maximise top5", "maximise", "top5"),
        ("minimise macs", "minimise", ("macs",)),
        ("minimise (macs, params)", "minimise", ("params", "macs")),
        ("repeats 3", "repeats", 3),
        ("seed 7", "seed", 7),
        ("keep 2", "keep", 2),
        ("macs <= 2.05G", "bounds", (Bound("macs", None, 2_050_000_000),)),
        ("macs 1.9G..2.1G", "bounds", (Bound("macs", 1_900_000_000, 2_100_000_000),)),
        ("params <= 2 * 2M", "bounds", (Bound("params", None, 4_000_000),)),
        ("flops <= 2G if true else 3G", "bounds", (Bound("flops", None, 2_000_000_000),)),
        ("macs none", "bounds", ()),
        ("finish r(epochs = 3)", "finish", "r(epochs = 3)"),
    ],
)
def test_settings(setting: str, field: str, value: object) -> None:
    found = getattr(search(spec(setting)), field)
    assert (str(found) if field == "finish" else found) == value


@pytest.mark.parametrize(
    ("written", "method"),
    [
        ("bandit(50)", Bandit(50, 10, "graph")),
        ("bandit(trials = 12, startup = 4, kernel = flat)", Bandit(12, 4, "flat")),
        ("random(trials = 3)", Random(3)),
        ("evolution(trials = 60)", Evolution(60, 25)),
        ("evolution(30, population = 8)", Evolution(30, 8)),
    ],
)
def test_methods(written: str, method: Method) -> None:
    assert search(spec(f"method {written}")).method == method


def test_defaults() -> None:
    found = search(spec())
    assert (found.name, found.space, found.doc) == ("s", Instance("n"), None)
    assert (found.hold_out, found.repeats, found.seed, found.keep) == (Fraction(1, 10), 1, 0, 5)
    assert (found.minimise, found.bounds, found.finish) == ((), (), None)


def test_expansion_keeps_the_order_of_its_axes_under_their_own_names() -> None:
    method = "method expansion(axes = (frames, width, depth), times = 3, contract = false)"
    found = search(TABLE + _search(method, "macs <= 1G", head="search s for grown"))
    assert found.method == Expansion(("temporal", "width", "depth"), 3, False)


def _search(*settings: str, head: str) -> str:
    return f"{head} {{\n" + "\n".join(["maximise top1", *settings]) + "\n}\n"


def test_the_only_recipe_of_the_network_need_not_be_named() -> None:
    found = search(spec()).train
    assert (str(found), found.recipe.epochs, found.recipe.name) == ("r", 10, "r")
    found = search(spec("train r(epochs = 2 * 2)")).train
    assert (str(found), found.recipe.epochs) == ("r(epochs = 4)", 4)


def test_a_recipe_sees_the_space_with_the_parameters_of_the_search() -> None:
    written = spec("train r(epochs = 3)", head="search s for n(frames = 4)")
    found = search(written)
    assert found.space == Instance("n", (("frames", "4"),))
    assert str(found.space) == "n(frames = 4)"
    assert found.train.recipe.clip.frames == 4


def test_parameters() -> None:
    written = spec("method random(k)", "train r(epochs = e)", head="search s(k = 20, e = 5) for n")
    found = search(written)
    assert (found.method, found.train.recipe.epochs) == (Random(20), 5)
    found = search(written, k=3)
    assert (found.method, found.train.recipe.epochs) == (Random(3), 5)
    with pytest.raises(CompileError, match="search `s` has no parameter `q`"):
        search(written, q=3)
    with pytest.raises(TypeError):
        search(written, k=[3])


def test_a_search_is_chosen_by_its_name() -> None:
    two = load_text(spec() + spec("seed 1", head="search t for n").removeprefix(SPACE))
    assert two.searches == ("s", "t")
    assert two.search("t").seed == 1
    with pytest.raises(CompileError, match="several searches"):
        two.search()
    with pytest.raises(CompileError, match="no search is called `u`"):
        two.search("u")
    with pytest.raises(CompileError, match="defines no search"):
        load_text(SPACE).search()


def test_searches_are_those_of_the_spec_itself(tmp_path: Path) -> None:
    (tmp_path / "one.arch").write_text(spec())
    (tmp_path / "two.arch").write_text("use one\n" + spec().removeprefix(SPACE))
    from archdsl.spec import load

    found = load(tmp_path / "two.arch")
    assert found.searches == ("s",)
    assert found.search().train.instance == Instance("r")


def test_a_derived_space_has_the_recipe_of_its_base() -> None:
    derived = "network m = n(size = 36)\n"
    found = search(SPACE + derived + spec(head="search s for m").removeprefix(SPACE))
    assert (str(found.train), found.train.recipe.crop) == ("r", 36)


def test_a_bound_is_written_with_a_suffix_that_is_exact() -> None:
    assert [str(Bound("macs", None, most)) for most in (999, 12_345, 2 * 10**9, 10**9 + 1)] == [
        "macs <= 999",
        "macs <= 12.345k",
        "macs <= 2G",
        "macs <= 1.000000001G",
    ]
    assert str(Bound("macs", 19 * 10**8, 21 * 10**8)) == "macs 1.9G..2.1G"


def test_a_bound_holds_its_ends() -> None:
    assert [Bound("macs", 3, 5).holds(figure) for figure in (2, 3, 5, 6)] == [
        False,
        True,
        True,
        False,
    ]
    assert [Bound("macs", None, 5).holds(figure) for figure in (1, 5, 6)] == [True, True, False]


def test_a_listing_reads_as_the_same_search() -> None:
    settings = ("method bandit(12, startup = 4)", "train r(epochs = 3)", "macs <= 2.05G")
    text = spec(*settings, "minimise macs", "repeats 2", head="search s for n(frames = 4)")
    found = search(text)
    listed = show_search(found)
    assert listed.startswith("\nsearch s for n(frames = 4)\n  method bandit(12, startup = 4)\n")
    head, *lines = listed.strip().split("\n")
    assert search(f"{SPACE}{head} {{\n" + "\n".join(lines) + "\n}\n") == found


def test_warnings_leave_a_search_whole() -> None:
    diagnostics = Diagnostics()
    found = load_text(spec("macs <= 2G", "flops <= 2G")).search(diagnostics=diagnostics)
    assert [each.message for each in diagnostics if "no effect" in each.message]
    assert len(found.bounds) == 2
