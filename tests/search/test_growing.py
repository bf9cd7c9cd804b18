"""What is trained of a grown network, and the spec that is written of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archdsl.diagnostics import CompileError
from archdsl.expansion.stages import Expansions, Grown, Rule
from archdsl.expansion.steps import axis_named
from archdsl.ir.likeness import is_same_network
from archdsl.network import Network
from archdsl.recipes.recipe import Clip, Recipe
from archdsl.search.candidates.growing import Growing
from archdsl.spec import Spec
from tests.mistakes import load_text

TEXT = """
block layer(x, channels, stride = 1) { return x -> conv(channels, 3, stride) -> batch_norm -> relu }

network small(frames = 1, size = 32, classes: int = 4) {
  input video: 3 x frames x size^2
  table {
    | block | channels | stride    |
    |-------|----------|-----------|
    | layer | 8        | (1, 2, 2) |
    | layer | 16       | (1, 2, 2) |
  }
  in -> mean -> linear(classes)
}

\"\"\"Trained shortly.\"\"\"
recipe short for small {
  epochs 2
  batch 4
  optimizer sgd(lr = 0.1)
  clip(frames = video.frames, stride = 6)
  scale_jitter LEAST..2 * video.height
  crop video.height
  test views(clips = 1, size = video.height)
}
"""


def growing(least: str = "video.height") -> tuple[Growing, Expansions]:
    spec = load_text(TEXT.replace("LEAST", least))
    given = spec.arguments([])
    axes = tuple(map(axis_named, ("fast", "temporal", "spatial", "width")))
    found = Expansions.of(spec.candidates("small", given), Rule(axes, "macs", 2_000_000))
    return Growing(spec, "small", given, short), found


def short(network: Network) -> Recipe:
    """The recipe, with the clips of the start."""
    recipe = network.recipe("short")
    assert recipe is not None
    return replace(recipe, clip=replace(recipe.clip, stride=6))


@pytest.mark.parametrize(
    ("path", "clip"),
    [
        (("fast",), Clip(2, 3)),
        (("temporal",), Clip(2, 6)),
        (("fast", "temporal"), Clip(4, 3)),
        (("width",), Clip(1, 6)),
    ],
)
def test_the_time_of_a_clip_is_kept_along_the_fast_axis(path: tuple[str, ...], clip: Clip) -> None:
    own, found = growing()
    files = own.files(found.stage(Grown(path)))
    constant = f"CLIP = Clip(frames={clip.frames}, stride={clip.stride}, rate=30"
    assert constant in files["recipe.py"]
    assert {"grown.py", "train.py", "network.json"} < files.keys()


def test_networks_are_alike_if_what_is_trained_is() -> None:
    own, found = growing()
    paths = [("fast",), ("temporal",), ("fast", "temporal"), ("temporal", "fast")]
    fast, temporal, one, other = (own.text(found.stage(Grown(path))) for path in paths)
    assert fast != temporal
    assert one == other


def test_the_spec_of_a_grown_network_stands_alone() -> None:
    own, found = growing()
    stage = found.stage(Grown(("fast", "spatial"), is_contracted=False))
    text = own.spec_text(stage, "found")
    assert "network found = small + quicken(2) + resize(size = " in text
    again: Spec = load_text(text)
    network = again.network("found")
    derived = own.spec.derive("grown", "small", *stage.transforms).network("grown")
    assert is_same_network(network.graph, derived.graph)
    recipe = network.recipe()
    assert recipe is not None
    assert (recipe.name, recipe.doc) == ("found_train", "Trained shortly.")
    assert recipe.clip == Clip(2, 3)
    assert network.costs.total.macs == stage.state.cost


def test_a_recipe_that_does_not_fit_says_so() -> None:
    own, found = growing(least="32")
    with pytest.raises(CompileError, match="`crop` must be at most 32") as failure:
        own.files(found.stage(Grown(("spatial",))))
    assert failure.value.diagnostics[0].notes == ("the network is small + resize(size = 44)",)
