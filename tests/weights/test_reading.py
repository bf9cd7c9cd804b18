"""The files that load weights, as they are in every build folder: whose weights they find, and how.

The forms are those of other people's checkpoints; nothing in a file may run or fill the memory.
"""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from scripts.loaded import modules_of
from torch import Tensor, nn

import archdsl

State = dict[str, Tensor]
SPEC = """
network net(classes: int = 3) {
  input image: 3 x 8^2
  image -> conv(4) -> batch_norm -> mean -> linear(classes)
}
"""


@dataclass(frozen=True)
class Emitted:
    """The modules of a build folder without a recipe."""

    network: ModuleType
    files: ModuleType
    keys: ModuleType

    def load(self, path: Path, key: str | None = None, classes: int = 3) -> tuple[str, State]:
        """Where the weights were found, and those of the network then."""
        model: nn.Module = self.network.Net(classes)
        place = self.keys.load_weights(model, path, key)
        return place, model.state_dict()

    def reason(self, path: Path, key: str | None = None) -> str:
        """Why the weights cannot be loaded, without the file's name."""
        with pytest.raises(self.files.CannotLoad) as caught:
            self.load(path, key)
        return str(caught.value).replace(str(path), "FILE")


@pytest.fixture(scope="module")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> Emitted:
    folder = tmp_path_factory.mktemp("build")
    (folder / "net.arch").write_text(SPEC)
    for name, text in archdsl.load(folder / "net.arch").network().build().items():
        (folder / name).write_text(text)
    return Emitted(*modules_of(folder, ("net", "weight_files", "weight_keys")))


@pytest.fixture(scope="module")
def state(emitted: Emitted) -> State:
    torch.manual_seed(1)
    loaded: State = emitted.network.Net().state_dict()
    return {key: value + torch.rand(value.shape).to(value.dtype) for key, value in loaded.items()}


class Config(dict[str, object]):
    """As yacs' CfgNode: a dict with attributes."""

    def __init__(self, **entries: object) -> None:
        super().__init__(entries)
        self.__dict__["is_frozen"] = True


def under(prefix: str, state: State) -> State:
    return {f"{prefix}{key}": value for key, value in state.items()}


def averages(state: State) -> State:
    return {key: value + 1 for key, value in state.items()}


def wrapped_inside(state: State) -> State:
    """As FSDP does, around the network and around its layers."""
    return {
        f"_fsdp_wrapped_module.{k.replace('.', '._fsdp_wrapped_module.')}": state[k] for k in state
    }


def optimizer(state: State) -> torch.optim.Optimizer:
    weight = nn.Parameter(state["conv.weight"].clone())
    made = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    made.state[weight]["momentum_buffer"] = torch.ones_like(weight)
    return made


FOUND: dict[str, tuple[str, Callable[[State], object]]] = {
    "plain": ("", lambda s: s),
    "compiled": ("", partial(under, "_orig_mod.")),
    "compiled in parallel": ("", partial(under, "_orig_mod.module.")),
    "parallel, some keys": ("", lambda s: {f"module.{k}" if "conv" in k else k: s[k] for k in s}),
    "FSDP": ("", wrapped_inside),
    "checkpointed layers": (
        "",
        lambda s: {k.replace("conv.", "conv._checkpoint_wrapped_module."): s[k] for k in s},
    ),
    "prefix": ("model", partial(under, "model.")),
    "prefixes": ("ema.module.net", partial(under, "ema.module.net.")),
    "tutorial": ("model_state_dict", lambda s: {"model_state_dict": s, "epoch": 3, "loss": 0.5}),
    "torchvision": ("model", lambda s: {"model": s, "args": argparse.Namespace(lr=1), "epoch": 1}),
    "SlowFast": ("model_state", lambda s: {"model_state": s, "cfg": "A: 1", "epoch": 2}),
    "DeepSpeed": (
        "module",
        lambda s: {"module": s, "ds_version": "1", "optimizer": optimizer(s).state_dict()},
    ),
    "Lightning": (
        "state_dict.model",
        lambda s: {"state_dict": {**under("model.", s), "loss.weight": torch.ones(3)}},
    ),
    "Lightning, compiled": (
        "state_dict.model",
        lambda s: {"state_dict": under("model._orig_mod.", s), "hyper_parameters": {"lr": 1}},
    ),
    "parallel, compiled inside": ("", partial(under, "module._orig_mod.")),
    "an average's prefix": ("ema", partial(under, "ema.")),
    "AveragedModel": (
        "module",
        lambda s: {"n_averaged": torch.tensor(3), **under("module.", s)},
    ),
    "timm's average alone": (
        "state_dict_ema",
        lambda s: {"state_dict_ema": under("module.", s), "arch": "net", "epoch": 1},
    ),
    "averaged": (
        "model_ema.module",
        lambda s: {"model_ema": {"n_averaged": torch.tensor(3), **under("module.", s)}},
    ),
    "one value": (
        "state_dict",
        lambda s: {"state_dict": s, "state_dict_ema": {k: s[k].clone() for k in s}},
    ),
    "train.py": ("model_state", lambda s: {"model_state": s, "unaveraged_state": averages(s)}),
    "list": ("0", lambda s: [s, optimizer(s).state_dict()]),
    "nested": ("checkpoint.1.weights", lambda s: {"checkpoint": (3, {"weights": s})}),
    "objects": ("model", lambda s: {"optimizer": optimizer(s), "p": partial(print), "model": s}),
    "dicts": (
        "model",
        lambda s: {"a": defaultdict(list, x=[1]), "cfg": Config(b=Config(c=2)), "model": s},
    ),
    "half": ("", lambda s: {k: v.bfloat16() if v.is_floating_point() else v for k, v in s.items()}),
    "no counters": ("", lambda s: {k: v for k, v in s.items() if "num_batches" not in k}),
    "parameters": ("", lambda s: {k: nn.Parameter(v, False) for k, v in s.items()}),
    "two networks": ("a", lambda s: {**under("a.", s), "b.conv.weight": torch.ones(2, 2)}),
    "twice the same": ("", lambda s: {**s, **under("module.", s)}),
}


@pytest.mark.parametrize("form", FOUND)
def test_the_mapping_that_fits_is_found(
    form: str, emitted: Emitted, state: State, tmp_path: Path
) -> None:
    place, make = FOUND[form]
    path = tmp_path / "a.pt"
    torch.save(make(state), path)
    found, loaded = emitted.load(path)
    assert found == place
    for key, value in loaded.items():
        expected = state[key].bfloat16().float() if form == "half" else state[key]
        assert torch.equal(value, expected) or (form == "no counters" and "num_batches" in key)


@pytest.mark.parametrize("form", ["torchvision", "dicts", "compiled"])
def test_the_same_in_torchs_old_format(
    form: str, emitted: Emitted, state: State, tmp_path: Path
) -> None:
    place, make = FOUND[form]
    torch.save(make(state), tmp_path / "a.pt", _use_new_zipfile_serialization=False)
    assert emitted.load(tmp_path / "a.pt")[0] == place


def test_safetensors_and_a_network_that_is_wrapped_itself(
    emitted: Emitted, state: State, tmp_path: Path
) -> None:
    save_file = pytest.importorskip("safetensors.torch").save_file
    save_file(under("net.", state), tmp_path / "a.safetensors")
    wrapped = nn.ModuleDict({"module": emitted.network.Net()})
    assert emitted.keys.load_weights(wrapped, tmp_path / "a.safetensors") == "net"
    assert torch.equal(wrapped.state_dict()["module.conv.weight"], state["conv.weight"])


def test_several_that_fit_are_named_and_one_is_chosen(
    emitted: Emitted, state: State, tmp_path: Path
) -> None:
    path = tmp_path / "a.pt"
    content = {"model": state, "model_ema": under("module.", averages(state)), "epoch": 1}
    torch.save(content, path)
    assert emitted.reason(path) == (
        "FILE holds several weights that fit: `model`, `model_ema`:"
        " `--checkpoint-key NAME`, in Python `checkpoint_key`, chooses"
    )
    assert torch.equal(emitted.load(path, "model")[1]["conv.weight"], state["conv.weight"])
    assert torch.equal(emitted.load(path, "model_ema")[1]["conv.weight"], state["conv.weight"] + 1)
    assert emitted.reason(path, "best") == (
        "FILE has no weights of this network in `best`: it holds conv.weight and 7 more tensors"
        " in `model`, module.conv.weight and 7 more tensors in `model_ema`, `epoch`"
    )


NOTHING = "FILE has no weights of this network: "
MISFITS: dict[str, tuple[str, Callable[[State], object]]] = {
    "nothing": (f"{NOTHING}it is empty", lambda s: {}),
    "None": (f"{NOTHING}it holds `NoneType`", lambda s: None),
    "tensor": (f"{NOTHING}it holds `torch.Tensor`", lambda s: torch.ones(2)),
    "module": (f"{NOTHING}it holds `torch.nn.modules.linear.Linear`", lambda s: nn.Linear(2, 2)),
    "module inside": (
        f"{NOTHING}it holds `model (torch.nn.modules.linear.Linear)`, `epoch`",
        lambda s: {"model": nn.Linear(2, 2), "epoch": 3},
    ),
    "another network": (
        f"{NOTHING}it holds layer1.0.conv1.weight and 3 more tensors in `state_dict`, beta in"
        " `opt.*`",
        lambda s: {
            "state_dict": {f"layer{i}.0.conv1.weight": torch.ones(2) for i in range(1, 5)},
            "opt": [{"beta": torch.ones(1)}],
        },
    ),
    "no classifier": (
        "FILE: it lacks 2 tensors: linear.weight, linear.bias",
        lambda s: {f"module.{k}": v for k, v in s.items() if "linear" not in k},
    ),
    "one more": (
        "FILE, `a`: the network has no place for 1 tensor: b",
        lambda s: {"a": {**s, "b": torch.ones(1)}},
    ),
    "another kernel": (
        "FILE: conv.weight is 4 x 3 x 5 x 5 in it, 4 x 3 x 1 x 1 in the network",
        lambda s: {**s, "conv.weight": torch.ones(4, 3, 5, 5)},
    ),
    "integers": (
        "FILE: conv.weight is of torch.int8 in it, of torch.float32 in the network",
        lambda s: {**s, "conv.weight": s["conv.weight"].to(torch.int8)},
    ),
    "NaN": (
        "FILE: norm.bias holds NaN",
        lambda s: {**s, "norm.bias": s["norm.bias"] * float("nan")},
    ),
    "infinity": (
        "FILE: norm.bias holds infinity",
        lambda s: {**s, "norm.bias": s["norm.bias"].double() * 1e300},
    ),
    "an average with one more": (
        "FILE holds several weights that fit: `teacher`, `model`: `--checkpoint-key NAME`, in"
        " Python `checkpoint_key`, chooses",
        lambda s: {"model": {**s, "b": torch.ones(1)}, "teacher": averages(s)},
    ),
    "averages of gradients": (
        "FILE, `state_dict`: it lacks 2 tensors: linear.weight, linear.bias",
        lambda s: {
            "state_dict": {k: v for k, v in s.items() if "linear" not in k},
            "optimizer": {"exp_avg": s},
        },
    ),
    "twice": (
        "FILE: conv.weight and module.conv.weight are both conv.weight, and differ",
        lambda s: {**s, "module.conv.weight": s["conv.weight"] + 1},
    ),
    "all twice": (
        "FILE holds several weights that fit: `no prefix`, `module`: `--checkpoint-key NAME`, in"
        " Python `checkpoint_key`, chooses",
        lambda s: {**s, **under("module.", averages(s))},
    ),
    "without elements": (
        f"{NOTHING}it holds `a`, `b`",
        lambda s: {"a": torch.ones(2, device="meta"), "b": torch.eye(2).to_sparse()},
    ),
}


@pytest.mark.parametrize("form", MISFITS)
def test_what_does_not_fit_is_told_in_a_line(
    form: str, emitted: Emitted, state: State, tmp_path: Path
) -> None:
    reason, make = MISFITS[form]
    torch.save(make(state), tmp_path / "a.pt")
    assert emitted.reason(tmp_path / "a.pt") == reason


def test_another_number_of_classes_is_told_with_the_argument(
    emitted: Emitted, tmp_path: Path
) -> None:
    path = tmp_path / "a.pt"
    torch.save(emitted.network.Net(8).state_dict(), path)
    assert emitted.reason(path) == (
        "FILE: linear.weight is 8 x 4 in it, 3 x 4 in the network, 1 more differ:"
        " `--classes 8`, in Python `classes=8`, fits"
    )
    assert emitted.load(path, classes=8)[0] == ""


WRAPPERS: dict[str, Callable[[nn.Module], nn.Module]] = {
    "compiled": torch.compile,
    "averaged": torch.optim.swa_utils.AveragedModel,
    "parallel": lambda model: nn.ModuleDict({"module": model}),
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_the_same_where_both_are_wrapped(wrapper: str, emitted: Emitted, tmp_path: Path) -> None:
    path = tmp_path / "a.ckpt"
    state = under("model._orig_mod.", emitted.network.Net(8).state_dict())
    torch.save({"state_dict": state, "epoch": 1}, path)
    model = WRAPPERS[wrapper](emitted.network.Net())
    with pytest.raises(emitted.files.CannotLoad) as caught:
        emitted.keys.load_weights(model, path)
    assert str(caught.value).endswith(": `--classes 8`, in Python `classes=8`, fits")
    assert "\n" not in str(caught.value)


def cyclic(state: State) -> object:
    holder: dict[str, object] = {"a": [state]}
    holder["b"] = [holder, holder["a"]]
    return holder


def many_times_the_same(state: State) -> object:
    inner: list[object] = ["x"]
    for _ in range(60):
        inner = [inner] * 10
    return {"a": inner, "model": state}


@pytest.mark.parametrize(
    ("make", "place"),
    [(cyclic, "a.0"), (many_times_the_same, "model")],
)
def test_containers_that_hold_each_other(
    make: Callable[[State], object], place: str, emitted: Emitted, state: State, tmp_path: Path
) -> None:
    torch.save(make(state), tmp_path / "a.pt")
    assert emitted.load(tmp_path / "a.pt")[0] == place


def test_a_tensor_that_is_larger_than_its_elements(
    emitted: Emitted, state: State, tmp_path: Path
) -> None:
    """It is compared with nothing, though two mappings and two keys have it."""
    large = {**state, "conv.weight": torch.zeros(1).expand(10**14)}
    more = {**under("module.", large), "conv.weight": torch.zeros(1).expand(10**14)}
    torch.save({"a": large, "b": more}, tmp_path / "a.pt")
    assert "conv.weight is 100000000000000 in it" in emitted.reason(tmp_path / "a.pt")


@dataclass(frozen=True)
class Call:
    """Unpickling it calls a function."""

    function: Callable[..., object]
    arguments: tuple[Any, ...]

    def __reduce__(self) -> tuple[Callable[..., object], tuple[Any, ...]]:
        return self.function, self.arguments


class Numbers(list[int]):
    """A list of a class that is not torch's: its items cannot be put in a stand-in."""


CODE = {
    "posix.mkdir": Call(os.mkdir, ("harmed",)),
    "builtins.bytearray": Call(bytearray, (1 << 40,)),
    "weights.test_reading.Numbers": Numbers([1]),
}


@pytest.mark.parametrize("name", CODE)
def test_what_cannot_be_left_out_is_refused_by_name(
    name: str, emitted: Emitted, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"model": state, "more": CODE[name]}, "a.pt")
    assert emitted.reason(Path("a.pt")) == (
        f"FILE contains more than weights, `{name}`, so it is not loaded: load it where it was"
        " written, and save only its state dict"
    )
    assert not Path("harmed").exists()


def test_code_beside_weights_is_left_out(
    emitted: Emitted, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"model": state, "harm": Call(eval, ("open('harmed', 'w')",))}, "a.pt")
    assert emitted.load(Path("a.pt"))[0] == "model"
    assert not Path("harmed").exists()
