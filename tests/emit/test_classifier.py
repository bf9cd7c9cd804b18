"""The methods by which a network is fine-tuned: there, where it ends in a linear layer."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from emit.running import Load, network_class

METHODS = ("num_classes", "num_features", "get_classifier", "reset_classifier")

ENDS = {
    "linear": "mean(positions) -> linear(classes)",
    "no bias": "mean(positions) -> linear(classes, bias = false)",
    "in a block": "mean(positions) -> head(classes)",
    "each position": "transpose -> linear(classes) -> softmax -> mean(0)",
}
OTHER_ENDS = {
    "conv": "unsqueeze(-1) -> conv(classes, kernel = 1) -> mean(positions)",
    "an activation": "mean(positions) -> linear(classes) -> relu",
    "no parameter": "mean(positions) -> linear(6)",
    "fewer": "mean(positions) -> linear(classes / 2)",
    "of a shape": "mean(positions) -> linear(classes) -> reshape((2, 3)) -> flatten(0)",
}
TABLE = """table {
    | stage | block | classes |
    |-------|-------|---------|
    | one   | head  | 6       |
    |       | head  | classes |
  }"""
BLOCKS = "block head(x, classes) { return x -> relu -> linear(classes) }\n"


def spec(end: str, parameters: str = "classes: int = 6", rules: str = "") -> str:
    head = f"network tiny({parameters}) {{\n  input x: 4 x 5\n  {rules}\n"
    return f"{BLOCKS}{head}  y = x -> flatten(positions)\n  return y -> {end}\n}}\n"


@pytest.mark.parametrize("end", ENDS)
def test_the_last_layer_is_found_and_replaced(load: Load, end: str) -> None:
    model = network_class(load(spec(ENDS[end])))(classes=7).double()
    assert (model.num_classes, model.get_classifier().out_features) == (7, 7)
    names = list(model.state_dict())
    model.reset_classifier(3)
    assert model.num_classes == 3
    assert model(torch.randn(2, 4, 5).double()).shape == (2, 3)
    assert list(model.state_dict()) == names
    assert (model.get_classifier().bias is None) == (end == "no bias")


@pytest.mark.parametrize("end", ["linear", "no bias", "in a block"])
def test_without_classes_features_come_out(load: Load, end: str) -> None:
    rules = "projected = x -> transpose -> linear(4) -> transpose"
    model = network_class(load(spec(ENDS[end], rules=rules).replace("y = x", "y = projected")))()
    assert model.num_features == 4
    clip, (name, *_) = torch.randn(2, 4, 5), [key for key in model.state_dict() if "linear" in key]
    model.reset_classifier(0)
    assert isinstance(model.get_classifier(), nn.Identity)
    assert (model.num_classes, model(clip).shape) == (0, (2, 4))
    model.to(torch.float64).reset_classifier(3)
    assert model(clip.double()).shape == (2, 3)
    assert name in model.state_dict()


def test_what_needs_classes_keeps_them(load: Load) -> None:
    """A softmax of features is no feature, and a network without layers has no device."""
    softmax = network_class(load(spec(ENDS["each position"])))()
    only = network_class(load(spec(ENDS["linear"])))()
    for model, reason in ((softmax, "a softmax follows the last"), (only, "is the only one")):
        with pytest.raises(ValueError, match=f"{reason}.*: it needs a class"):
            model.reset_classifier(0)
        assert model.num_classes == model.get_classifier().out_features == 6


@pytest.mark.parametrize("end", OTHER_ENDS)
def test_what_does_not_hold_is_not_said(load: Load, end: str) -> None:
    parameters = "size: int = 6" if end == "no parameter" else "classes: int = 6"
    model = network_class(load(spec(OTHER_ENDS[end], parameters)))()
    assert not any(hasattr(model, name) for name in METHODS)


def test_a_new_layer_starts_as_the_spec_says(load: Load) -> None:
    rule = "init linear: normal(std = 0.01)"
    model = network_class(load(spec(ENDS["in a block"], rules=rule)))()
    model.reset_classifier(1000)
    last = model.get_classifier()
    assert 0.005 < last.weight.std().item() < 0.015
    assert not last.bias.any()


def test_an_entry_of_a_sequence_has_no_type_to_return(load: Load) -> None:
    text = f"{BLOCKS}network tiny(classes: int = 6) {{\n  input x: 4\n  {TABLE}\n}}\n"
    model = network_class(load(text))()
    assert isinstance(model.one, nn.Sequential)
    assert not hasattr(model, "get_classifier")


def test_names_of_a_spec_give_way(load: Load) -> None:
    text = spec("mean(positions) -> linear(classes)")
    text = text.replace("return y", "num_classes = y -> relu\n  return num_classes")
    model = network_class(load(text))()
    assert isinstance(model.num_classes_, nn.ReLU)
    assert model.num_classes == 6
