"""`torch.hub.load` on a build folder, and the files of weights that the module loads."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import archdsl
from archdsl.cli.main import main
from emit.running import randomise

TINY = Path(__file__).parent / "tiny.arch"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    build = tmp_path_factory.mktemp("build")
    assert main(["compile", str(TINY), "-o", str(build)]) == 0
    yield build / "tiny"
    sys.modules.pop("tiny", None)


def hub_load(folder: Path, name: str = "tiny", *values: int, **arguments: object) -> nn.Module:
    model: nn.Module = torch.hub.load(str(folder), name, *values, source="local", **arguments)
    return model


@pytest.fixture
def state(folder: Path) -> dict[str, Tensor]:
    model = hub_load(folder)
    randomise(model)
    return model.state_dict()


def test_hub_loads_the_folder_and_leaves_the_path_alone(folder: Path) -> None:
    before = list(sys.path)
    model = hub_load(folder, classes=7, dropout=0.1).eval()
    assert sys.path == before
    assert model(torch.randn(2, 3, 4, 32, 32)).shape == (2, 7)


def test_one_entry_point_with_its_help(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    entries = vars(importlib.import_module("hubconf"))
    public = [name for name, value in entries.items() if callable(value) and name[0] != "_"]
    assert public == ["tiny"]
    assert "`weights` is a file of weights" in entries["tiny"].__doc__
    sys.modules.pop("hubconf")


def test_two_networks_of_one_name_are_not_mixed_up(folder: Path, tmp_path: Path) -> None:
    hub_load(folder)
    assert main(["compile", str(TINY), "-o", str(tmp_path)]) == 0
    with pytest.raises(ImportError, match=f"already imported from {folder}"):
        hub_load(tmp_path / "tiny")


FORMS: dict[str, Callable[[dict[str, Tensor]], dict[str, Any]]] = {
    "plain": lambda state: state,
    "model_state": lambda state: {"epoch": 3, "model_state": state},
    "state_dict": lambda state: {"state_dict": state, "meta": {"who": "another tool"}},
    "parallel": lambda state: {f"module.{key}": value for key, value in state.items()},
    "both": lambda state: {"state_dict": {f"module.{k}": v for k, v in state.items()}},
}


@pytest.mark.parametrize("form", FORMS)
def test_weights_in_every_form(
    folder: Path, state: dict[str, Tensor], form: str, tmp_path: Path
) -> None:
    torch.save(FORMS[form](state), tmp_path / "weights.pt")
    check(hub_load(folder, weights=str(tmp_path / "weights.pt")), state)


def test_weights_as_safetensors(folder: Path, state: dict[str, Tensor], tmp_path: Path) -> None:
    save_file = pytest.importorskip("safetensors.torch").save_file
    path = tmp_path / "weights.safetensors"
    save_file(state, path)
    check(hub_load(folder, weights=str(path)), state)
    model = hub_load(folder)
    sys.modules["tiny"].load_weights(model, path)
    check(model, state)


def check(model: nn.Module, state: dict[str, Tensor]) -> None:
    loaded = model.state_dict()
    assert loaded.keys() == state.keys()
    assert all(torch.equal(loaded[key], value) for key, value in state.items())


def test_wrong_keys_or_shapes_are_an_error(
    folder: Path, state: dict[str, Tensor], tmp_path: Path
) -> None:
    path = tmp_path / "weights.pt"
    torch.save({key: value for key, value in state.items() if "linear" not in key}, path)
    with pytest.raises(RuntimeError, match=r"Missing key\(s\) in state_dict.*linear"):
        hub_load(folder, weights=str(path))
    torch.save(state, path)
    with pytest.raises(RuntimeError, match=r"size mismatch for .*linear"):
        hub_load(folder, classes=3, weights=str(path))


class Harmful:
    """Unpickling an instance would create a file."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return Path.touch, (Path("harmed"),)


def test_code_in_a_file_of_weights_is_not_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"model_state": {}, "more": Harmful()}, "weights.pt")
    with pytest.raises(Exception, match=r"[Ww]eights only load failed"):
        hub_load(folder, weights="weights.pt")
    assert not Path("harmed").exists()


@pytest.mark.parametrize("name", ["train", "run", "torch", "hubconf", "_private", "class", "plain"])
@pytest.mark.parametrize("parameter", ["weights", "model", "dependencies"])
def test_any_name_can_be_an_entry_point(tmp_path: Path, name: str, parameter: str) -> None:
    spec = tmp_path / "spec.arch"
    text = f"network {name}({parameter} = 4) {{\n  input x: 3 x 8^2\n"
    spec.write_text(f'"""Says \\"\\"\\" + evil() """\n{text}  conv({parameter})\n}}\n')
    network = archdsl.load(spec).network(name)
    module, *others = network.build()
    assert others == ["hubconf.py", "network.json"]
    for file, content in network.build().items():
        (tmp_path / file).write_text(content)
    entry = module.removesuffix(".py")
    known = set(sys.modules)
    try:
        model = hub_load(tmp_path, entry, 6)
    finally:
        for stray in set(sys.modules) - known:
            del sys.modules[stray]
    assert model(torch.randn(1, 3, 8, 8)).shape == (1, 6, 8, 8)


def test_a_layer_can_have_the_name_of_a_prefix_in_checkpoints(tmp_path: Path) -> None:
    """`load_weights` removes the prefix `module.` of parallel training, so no layer may have it."""
    spec = tmp_path / "spec.arch"
    spec.write_text(
        "network spec() {\n  input x: 3 x 8^2\n  module = x -> conv(4)\n"
        "  model_state = module -> conv(4)\n  return model_state + module\n}\n"
    )
    source = archdsl.load(spec).network().source()
    assert "self.module_ = " in source
    assert "self.model_state_ = " in source
