"""`torch.hub.load` on a build folder."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import archdsl
from archdsl.cli.main import main

TINY = Path(__file__).parent / "tiny.arch"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    build = tmp_path_factory.mktemp("build")
    assert main(["compile", str(TINY), "-o", str(build)]) == 0
    yield build / "tiny"
    for name in ("tiny", "weight_files", "weight_keys"):
        sys.modules.pop(name, None)


def hub_load(folder: Path, name: str = "tiny", *values: int, **arguments: object) -> nn.Module:
    model: nn.Module = torch.hub.load(str(folder), name, *values, source="local", **arguments)
    return model


@pytest.fixture
def state(folder: Path) -> dict[str, Tensor]:
    return hub_load(folder).state_dict()


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


def test_weights_are_found_in_a_file(
    folder: Path, state: dict[str, Tensor], tmp_path: Path
) -> None:
    path = str(tmp_path / "weights.pt")
    averaged = {key: value + 1 for key, value in state.items()}
    torch.save({"state_dict": state, "state_dict_ema": averaged, "epoch": 3}, path)
    loaded = hub_load(folder, weights=path, checkpoint_key="state_dict_ema").state_dict()
    assert all(torch.equal(loaded[key], value) for key, value in averaged.items())
    with pytest.raises(Exception, match=r"several weights that fit: `state_dict`, `state_dict_ema"):
        hub_load(folder, weights=path)


@pytest.mark.parametrize("name", ["train", "run", "torch", "hubconf", "_private", "class", "plain"])
@pytest.mark.parametrize("parameter", ["weights", "model", "dependencies"])
def test_any_name_can_be_an_entry_point(tmp_path: Path, name: str, parameter: str) -> None:
    spec = tmp_path / "spec.arch"
    text = f"network {name}({parameter} = 4) {{\n  input x: 3 x 8^2\n"
    spec.write_text(f'"""Says \\"\\"\\" + evil() """\n{text}  conv({parameter})\n}}\n')
    network = archdsl.load(spec).network(name)
    module, *others = network.build()
    assert others == ["hubconf.py", "weight_files.py", "weight_keys.py", "network.json"]
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


def test_no_layer_has_the_name_of_a_wrapper(tmp_path: Path) -> None:
    """Loading leaves `module`, which parallel training puts into keys, out of them."""
    spec = tmp_path / "spec.arch"
    body = "input x: 3 x 8^2\n  module = x -> conv(4)\n  return module"
    spec.write_text(f"network spec() {{\n  {body}\n}}\n")
    assert "self.module_ = " in archdsl.load(spec).network().source()
