"""What timm's users do with a network: rates by depth, and blocks that are computed again."""

from __future__ import annotations

import copy
import importlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from rivals import let_torchvision_load
from torch import Tensor, nn

import archdsl
from archdsl.emit.targets import TARGETS
from emit.running import ROOT, Load, class_in, gallery, load_network, network_class, samples

SOME = {"autox3d_s": "specs", "i3d": "specs", "swin3d_t": "tests/networks"}
OTHERS = [pytest.param(*one, marks=pytest.mark.slow) for one in gallery() if one[1] not in SOME]
GALLERY = [(ROOT / folder / f"{name}.arch", name) for name, folder in SOME.items()] + OTHERS


@pytest.fixture(scope="module")
def timm() -> Any:
    let_torchvision_load()
    pytest.importorskip("timm.optim", exc_type=ImportError)
    return importlib.import_module("timm")


def on_meta(path: Path, name: str) -> nn.Module:
    with torch.device("meta"):
        return network_class(load_network(path, name))()


def in_order(model: nn.Module, inputs: list[Tensor]) -> list[str]:
    """The names of layers with parameters, in the order in which they are computed."""
    found: dict[str, None] = {}

    def hook(name: str) -> None:
        found.setdefault(name)

    for name, module in model.named_modules():
        if name and next(module.parameters(recurse=False), None) is not None:
            module.register_forward_pre_hook(lambda *_, name=name: hook(name))
    model.eval()(*inputs)
    return list(found)


def is_in(parameter: str, layer: str) -> bool:
    return parameter.rpartition(".")[0] == layer


@pytest.mark.parametrize(("path", "name"), GALLERY)
def test_depths_follow_the_computation(path: Path, name: str, timm: Any) -> None:
    model = on_meta(path, name)
    depth = timm.models.group_parameters(model, model.group_matcher(), reverse=True)
    coarse = timm.models.group_parameters(model, model.group_matcher(coarse=True), reverse=True)
    assert depth.keys() == coarse.keys() == {name for name, _ in model.named_parameters()}
    inputs = [sample.to("meta") for sample in samples(load_network(path, name), 2)]
    for depths in (depth, coarse):
        layers = in_order(model, inputs)
        found = [
            depths[each] for layer in layers for each in depths if each.startswith(layer + ".")
        ]
        assert found == sorted(found)
    assert len({*depth.values()}) >= len({*coarse.values()}) > 1


@pytest.mark.parametrize(
    ("name", "count"), [("autox3d_s", 1 + 3 + 5 + 11 + 7 + 1), ("i3d", 13), ("swin3d_t", 17)]
)
def test_rates_fall_towards_the_stem(name: str, count: int, timm: Any) -> None:
    model = on_meta(ROOT / SOME[name] / f"{name}.arch", name)
    groups = timm.optim.param_groups_layer_decay(model, layer_decay=0.5)
    scales = sorted({group["lr_scale"] for group in groups})
    assert scales == [0.5**depth for depth in reversed(range(count))]
    by_parameter = {id(p): group["lr_scale"] for group in groups for p in group["params"]}
    assert len(by_parameter) == sum(len(group["params"]) for group in groups)
    assert by_parameter.keys() == {id(parameter) for parameter in model.parameters()}
    first, *_, last = (by_parameter[id(parameter)] for parameter in model.parameters())
    assert (first, last) == (scales[0], 1)
    assert timm.optim.create_optimizer_v2(model, opt="adamw", layer_decay=0.5)


ODD = """
block unit(x, channels) { return x -> conv(channels, kernel = 3) -> batch_norm -> relu }
network net(classes: int = 5) {
  input x: 3 x 8^2
  table {
    | stage | block | channels | number |
    |-------|-------|----------|--------|
    | res   | unit  | 4        | 12     |
    | res1  | unit  | 4        | 2      |
    | res2  | unit  | 4        | 2      |
    | stem  | unit  | 4        | 1      |
  }
  return in -> adaptive_avg_pool -> flatten -> linear(classes)
}
"""


def test_names_that_hide_each_other(load: Load, timm: Any) -> None:
    """`res1` is no entry of `res`, the tenth entry comes after the second, `stem` is not first."""
    model = network_class(load(ODD))()
    depth = timm.models.group_parameters(model, model.group_matcher(), reverse=True)
    units = [f"res.{i}" for i in range(12)] + ["res1.0", "res1.1", "res2.0", "res2.1", "stem"]
    assert [depth[f"{unit}.conv.weight"] for unit in units] == list(range(17))
    assert depth["linear.weight"] == 17


def test_a_network_of_one_depth_has_no_groups(load: Load) -> None:
    model = network_class(load("network one() {\n  input x: 3 x 8\n  linear(4)\n}\n"))()
    assert not hasattr(model, "group_matcher")
    assert not hasattr(model, "set_grad_checkpointing")


# Blocks that are computed again

NORMS = """
block unit(x, channels) {
  return x -> conv(channels, kernel = 3) -> batch_norm -> relu -> dropout(0.5)
}
network net(classes: int = 5) {
  input x: 3 x 2 x 8^2
  table {
    | stage | block | channels | number |
    |-------|-------|----------|--------|
    | one   | unit  | 4        | 3      |
    | two   | unit  | 8        | 3      |
  }
  return in -> adaptive_avg_pool -> flatten -> dropout(0.5) -> linear(classes)
}
"""
NO_NORMS = NORMS.replace("batch_norm -> ", "")
INSERTED = NORMS + "network more = net + insert non_local after one.1\n"
"""An entry of a sequence has a name that is no number."""

KINDS = {
    "norms": (NORMS, "net", "readable"),
    "no norms": (NO_NORMS, "net", "readable"),
    "inserted": (f"use non_local\n{INSERTED}", "more", "readable"),
    "other layers": (NORMS, "net", "train"),
}


@pytest.fixture(params=KINDS)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> nn.Module:
    text, name, target = KINDS[request.param]
    (tmp_path / "net.arch").write_text(text)
    network = archdsl.load(tmp_path / "net.arch").network(name)
    source = network.source() if target == "readable" else network.lowered(target).text
    torch.manual_seed(0)
    return class_in(source)()


class Step:
    """One training step: what is computed, and how much is kept for the gradients on the way."""

    def __init__(self, model: nn.Module, clip: Tensor) -> None:
        torch.manual_seed(1)
        kept: dict[int, int] = {}

        def pack(tensor: Tensor) -> Tensor:
            kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            self.outputs = model(clip)
            self.kept = sum(kept.values())
        self.outputs.square().sum().backward(retain_graph=True)
        self.outputs.square().sum().backward()

    @staticmethod
    def state(model: nn.Module) -> Iterator[Tensor]:
        yield from model.buffers()
        for parameter in model.parameters():
            assert parameter.grad is not None
            yield parameter.grad


def test_a_step_is_the_same_and_needs_less(model: nn.Module) -> None:
    """Gradients, averages of norms and dropped values too, also where gradients are asked twice."""
    other = copy.deepcopy(model)
    other.set_grad_checkpointing()
    clip = torch.randn(2, 3, 2, 8, 8)
    step, again = Step(model, clip), Step(other, clip)
    assert torch.equal(step.outputs, again.outputs)
    for one, two in zip(step.state(model), again.state(other), strict=True):
        assert torch.equal(one, two)
    assert again.kept < step.kept / 2


def test_it_can_be_turned_off_and_changes_no_name(model: nn.Module) -> None:
    names, parameters = list(model.state_dict()), list(map(id, model.parameters()))
    kinds = [type(module) for module in model.modules()]
    model.set_grad_checkpointing()
    assert [type(module) for module in model.modules()] != kinds
    assert list(model.state_dict()) == names
    assert list(map(id, model.parameters())) == parameters
    torch.save(model, io.BytesIO())
    clip = torch.randn(2, 3, 2, 8, 8)
    expected = model.eval()(clip)
    model.set_grad_checkpointing(enable=False)
    assert [type(module) for module in model.modules()] == kinds
    assert torch.equal(model(clip), expected)


def test_modules_that_train_nothing_have_none_of_it(load: Load) -> None:
    text = load(NORMS).lowered("infer").text
    assert "group_matcher" not in text
    assert "Checkpointed" not in text
    assert "Checkpointed" in load(NORMS).lowered("train").text
    assert {"infer", "train", "readable"} == {*TARGETS}


@pytest.mark.slow
def test_compiled_and_exported(model: nn.Module) -> None:
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0  # what is compiled draws other numbers
    other = copy.deepcopy(model)
    other.set_grad_checkpointing()
    clip = torch.randn(2, 3, 2, 8, 8)
    compiled = torch.compile(other, backend="aot_eager")
    for each in (model, compiled):
        each(clip).sum().backward()
    for one, two in zip(model.buffers(), other.buffers(), strict=True):
        torch.testing.assert_close(one, two)
    exported = torch.export.export(other.eval(), (clip,)).module()
    torch.testing.assert_close(exported(clip), model.eval()(clip))
