"""Parameters of a network as arguments of its class have the effect that they have in the spec."""

from __future__ import annotations

import inspect

import pytest
import torch
from torch import nn

from archdsl.spec import Spec
from emit.running import Load, network_class


def _features(module: nn.Module) -> list[int]:
    return [m.out_features for m in module.modules() if isinstance(m, nn.Linear)]


def test_equal_values_stay_separate_arguments(load: Load) -> None:
    network = load(
        """network tiny(width = 8, classes = 8) {
          input image: 3 x 4^2
          image -> mean -> linear(width) -> relu -> linear(classes)
        }"""
    )
    assert _features(network_class(network)(width=5, classes=7)) == [5, 7]
    assert _features(network_class(network)(classes=7)) == [8, 7]


def test_two_rates_of_dropout_share_no_layer(load: Load) -> None:
    network = load(
        """network tiny(early = 0.5, late = 0.5) {
          input image: 3 x 4^2
          image -> mean -> dropout(early) -> linear(4) -> dropout(late) -> linear(2)
        }"""
    )
    module = network_class(network)(early=0.1, late=0.2)
    rates = [m.p for m in module.modules() if isinstance(m, nn.Dropout)]
    assert rates == [0.1, 0.2]


@pytest.mark.parametrize(("first", "second"), [(9, 4), (4, 9), (8, 16), (3, 3)])
def test_a_multiple_by_chance_stays_independent(load: Load, first: int, second: int) -> None:
    """One parameter may happen to be half or twice another."""
    network = load(
        f"""block head(x, inner, outer) {{ return x -> linear(inner) -> linear(outer) }}
        network tiny(first = {first}, second = {second}) {{
          input image: 3 x 4^2
          image -> mean -> head(first, second)
        }}"""
    )
    assert _features(network_class(network)(first=6, second=11)) == [6, 11]


def test_a_product_of_two_parameters_leaves_both_open(load: Load) -> None:
    network = load(
        """block wide(x, width, groups) { return x -> linear(width * groups) }
        network tiny(width = 8, groups = 4, classes = 5) {
          input image: 3 x 4^2
          image -> mean -> wide(width, groups) -> linear(classes)
        }"""
    )
    tiny = network_class(network)
    assert list(inspect.signature(tiny).parameters) == ["width", "groups", "classes"]
    with torch.device("meta"):
        assert _features(tiny(width=3, groups=5, classes=2)) == [15, 2]


def test_channels_are_not_derived_from_strides(load: Load) -> None:
    """16 and 32 channels with strides 1 and 2 are chance; 64 for each head is written so."""
    network = load(
        """block unit(x, channels, stride = 1) {
          return x -> conv(channels + 8, 3, stride) -> conv(channels)
        }
        block attend(x, heads) { return x -> conv(64 * heads) -> conv(8) }
        network tiny(heads = 4) {
          input image: 3 x 16^2
          image -> unit(8) -> unit(24, stride = 2) -> attend(heads)
        }"""
    )
    source = network.source()
    assert "* stride" not in source
    assert "64 * heads" in source


@pytest.mark.parametrize("classes", [5, 9, 12, 2000])
@pytest.mark.parametrize(
    "head",
    [
        "linear(max(classes, 10))",
        "linear(min(classes, 1000))",
        "linear(max(2, classes))",
        "inner(classes)",
        "under(count = classes)",
        "under(classes)",
    ],
)
def test_bounds_on_a_parameter_are_kept(load: Load, head: str, classes: int) -> None:
    network = load(
        f"""block inner(x, features) {{ return x -> linear(features if features > 9 else 9) }}
        block outer(x, count) {{ return x -> inner(features = count) }}
        block under = outer
        block head(x, classes) {{ return x -> mean -> {head} }}
        network tiny(classes = 400) {{
          input image: 3 x 4^2
          head(classes)
        }}"""
    )
    assert _features(network_class(network)(classes=classes)) == [
        size for (size,) in Spec(network.program).network(classes=classes).outputs
    ]


def test_a_parameter_that_decides_the_structure_is_no_argument(load: Load) -> None:
    network = load(
        """block head(x, classes) {
          if classes > 100 { return x -> mean -> relu -> linear(classes) }
          return x -> mean -> linear(classes)
        }
        network tiny(classes = 400) {
          input image: 3 x 4^2
          head(classes)
        }"""
    )
    assert not inspect.signature(network_class(network)).parameters
