"""Weights of PyTorchVideo's and SlowFast's X3D in the emitted modules: the same logits."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from emit.running import ROOT, unsettle
from rivals import create_x3d
from torch import Tensor, nn

from archdsl.cli.main import main
from archdsl.weights.sources import SLOWFAST, SOURCES
from weights.slowfast import checkpoint, slowfast_x3d

Printed = pytest.CaptureFixture[str]

NORMS = ("--set", "shortcut_norm=where_channels_differ")
SMALL = {"x3d_xs": (4, 32, 2.2), "x3d_s": (13, 32, 2.2)}
EVERY_SECOND = "blocks.3.res_blocks.0,2,...,10.branch2.norm_b.1.block.0"
LARGE = {"x3d_m": (16, 224, 2.2), "x3d_l": (16, 312, 5.0)}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def spec(name: str) -> str:
    return str(ROOT / "specs" / f"{name}.arch")


def pytorchvideo(frames: int = 4, size: int = 64, depth: float = 2.2, classes: int = 400):
    """PyTorchVideo's X3D with every tensor at random, running statistics too."""
    module = create_x3d()(
        input_clip_length=frames,
        input_crop_size=size,
        depth_factor=depth,
        bottleneck_factor=2.25,
        model_num_class=classes,
        head_activation=None,
    )
    unsettle(module)
    return module.eval()


def imported(file: Path, out: Path, source: str, name: str, *more: str) -> int:
    command = ["weights", "import", str(file), "--from", source, "--spec", spec(name)]
    return main([*command, "-o", str(out), *more])


def emitted(folder: Path, name: str, weights: Path, *more: str, **arguments: object) -> nn.Module:
    """The module that `compile` writes, with a file of weights."""
    assert main(["compile", spec(name), "-o", str(folder), *more]) == 0
    path = folder / name / f"{name}.py"
    loader = importlib.util.spec_from_file_location(name, path)
    assert loader
    assert loader.loader
    module = importlib.util.module_from_spec(loader)
    loader.loader.exec_module(module)
    (made,) = (v for k, v in vars(module).items() if k.lower() == name.replace("_", ""))
    model: nn.Module = made(**arguments)
    module.load_weights(model, str(weights))
    return model.eval()


def distance(ours: nn.Module, theirs: nn.Module, clip: Tensor) -> float:
    """Between the logits, in parts of the largest."""
    with torch.no_grad():
        a, b = ours(clip), theirs(clip)
    return ((a - b).abs().max() / b.abs().max()).item()


def same_logits(name: str, size: tuple[int, int, float], folder: Path) -> None:
    frames, side, depth = size
    theirs = pytorchvideo(frames, side, depth)
    torch.save({"model_state": theirs.state_dict()}, folder / "hub.pyth")
    assert imported(folder / "hub.pyth", folder / "own.pt", "pytorchvideo", name, *NORMS) == 0
    ours = emitted(folder, name, folder / "own.pt", *NORMS)
    assert distance(ours, theirs, torch.randn(1, 3, frames, side, side)) < 1e-5


@pytest.mark.parametrize("name", SMALL)
def test_same_logits_as_pytorchvideo(name: str, tmp_path: Path) -> None:
    same_logits(name, SMALL[name], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_same_logits_as_pytorchvideo_of_large_ones(name: str, tmp_path: Path) -> None:
    same_logits(name, LARGE[name], tmp_path)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_same_logits_as_slowfast(suffix: str, tmp_path: Path) -> None:
    if suffix == ".safetensors":
        pytest.importorskip("safetensors")
    theirs = slowfast_x3d()
    unsettle(theirs)
    torch.save(checkpoint(theirs), tmp_path / "epoch.pyth")
    own = tmp_path / f"own{suffix}"
    assert imported(tmp_path / "epoch.pyth", own, "slowfast", "x3d_xs") == 0
    ours = emitted(tmp_path, "x3d_xs", own)
    assert distance(ours, theirs.eval(), torch.randn(1, 3, 4, 64, 64)) < 1e-5


@pytest.mark.parametrize("depth", ["1", "3.3", "5"])
def test_any_depth_and_width(depth: str, tmp_path: Path, capsys: Printed) -> None:
    """A stage of one block has no number in our keys, and one in theirs."""
    more = ("--set", f"depth={depth}", "--set", "bottleneck=1.5")
    theirs = slowfast_x3d(float(depth), 1.5)
    torch.save(theirs.state_dict(), tmp_path / "plain.pyth")
    assert imported(tmp_path / "plain.pyth", tmp_path / "o.pt", "slowfast", "x2d", *more) == 0
    count = len(theirs.state_dict())
    assert f"{count:,} of {count:,} tensors, from a state dict" in capsys.readouterr().out


def test_a_source_is_one_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line and what tells whose keys they are know it without being told."""
    blocks = {k: replace(v, prefix=f"net.{v.prefix}") for k, v in SLOWFAST.blocks.items()}
    mark = re.compile(rf"net\.{SLOWFAST.mark.pattern}")
    monkeypatch.setitem(SOURCES, "other", replace(SLOWFAST, name="other", mark=mark, blocks=blocks))
    state = {f"net.{key}": value for key, value in slowfast_x3d().state_dict().items()}
    torch.save(state, tmp_path / "o.pth")
    assert imported(tmp_path / "o.pth", tmp_path / "own.pt", "other", "x3d_xs") == 0
    assert imported(tmp_path / "o.pth", tmp_path / "own.pt", "slowfast", "x3d_xs", "--force") == 1


def test_a_stretched_network_and_one_of_parallel_training(tmp_path: Path) -> None:
    path = tmp_path / "deep.arch"
    path.write_text("use x3d_s\nnetwork deep = x3d_s(depth = 1) + stretch(2)\n", encoding="utf-8")
    shutil.copy(spec("x3d_s"), tmp_path)
    shutil.copy(spec("x2d"), tmp_path)
    theirs = slowfast_x3d(2)
    state = {f"module.{key}": value for key, value in theirs.state_dict().items()}
    torch.save({"state_dict": state}, tmp_path / "o.pyth")
    command = ["weights", "import", str(tmp_path / "o.pyth"), "--from", "slowfast"]
    assert main([*command, "--spec", str(path), "-o", str(tmp_path / "o.pt")]) == 0


def test_the_map_is_printed(tmp_path: Path, capsys: Printed) -> None:
    torch.save({"model_state": pytorchvideo().state_dict()}, tmp_path / "hub.pyth")
    out = tmp_path / "own.pt"
    assert imported(tmp_path / "hub.pyth", out, "pytorchvideo", "x3d_xs", *NORMS) == 0
    printed = capsys.readouterr().out.splitlines()
    rows = {tuple(line.split()[:2]): " ".join(line.split()[2:]) for line in printed}
    # What PyTorchVideo calls `conv_t` is the convolution over space.
    assert rows["conv1.conv1", "blocks.0.conv.conv_t"] == "1 weight 24 x 3 x 1 x 3^2"
    assert rows["head.linear", "blocks.5.proj"] == "1 weight 400 x 2048; bias 400"
    assert rows["res4.1-10.conv1", "blocks.3.res_blocks.1-10.branch2.conv_a"].startswith(
        "10 weight"
    )
    assert ("res4.0,2,...,10.squeeze_excite.conv1", EVERY_SECOND) in rows
    assert len(printed) < 60
    assert "`--set 'window=(4, 5, 5)'`" in printed[-2]
    assert printed[-1] == str(out)


def test_another_number_of_classes(tmp_path: Path, capsys: Printed) -> None:
    theirs = pytorchvideo().state_dict()
    hub = tmp_path / "hub.pyth"
    torch.save({"model_state": theirs}, hub)
    states = []
    for name in ("a.pt", "b.pt"):
        more = (*NORMS, "--set", "classes=7")
        assert imported(hub, tmp_path / name, "pytorchvideo", "x3d_xs", *more) == 0
        states.append(torch.load(tmp_path / name, weights_only=True)["model_state"])
    said = capsys.readouterr().out
    assert (
        "anew        head.linear.weight, head.linear.bias: 7 classes, and the file has 400" in said
    )
    assert "`--set classes=400` keeps them" in said
    head = states[0]["head.linear.weight"]
    assert head.shape == (7, 2048)
    assert head.std().item() == pytest.approx(0.01, rel=0.05)
    assert torch.equal(head, states[1]["head.linear.weight"])
    assert torch.equal(states[0]["head.conv2.weight"], theirs["blocks.5.pool.post_conv.weight"])
    emitted(tmp_path, "x3d_xs", tmp_path / "a.pt", *NORMS, classes=7)


def test_shortcut_norms_are_advised(tmp_path: Path, capsys: Printed) -> None:
    hub, own = tmp_path / "hub.pyth", tmp_path / "own.pt"
    torch.save({"model_state": pytorchvideo().state_dict()}, hub)
    assert imported(hub, own, "pytorchvideo", "x3d_xs") == 1
    said = capsys.readouterr().err
    assert "lacks 4 tensors of x3d_xs" in said
    assert "res2.0.projection.norm: weight, bias, running_mean, running_var" in said
    assert "it fits with `--set shortcut_norm=where_channels_differ`" in said
    torch.save(slowfast_x3d().state_dict(), hub)
    assert imported(hub, own, "slowfast", "x3d_xs", *NORMS) == 1
    said = capsys.readouterr().err
    assert "x3d_xs has no place for 4 tensors" in said
    assert "s2.pathway0_res0.branch1_bn: weight, bias, running_mean, running_var" in said
    assert "it fits with `--set shortcut_norm=always`" in said
    assert not own.exists()


def _without_counters(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key: value for key, value in state.items() if "num_batches" not in key}


def _with_more(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {**state, "head.extra.weight": torch.ones(3)}


def _with_another_shape(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {**state, "s1.pathway0_stem.conv.weight": torch.ones(24, 1, 3, 1, 1)}


CHANGES: dict[str, tuple[Callable[..., dict[str, Tensor]], int, str]] = {
    "counters": (_without_counters, 0, "num_batches_tracked: not in the file, and nothing"),
    "more": (_with_more, 1, "no place for 1 tensor of"),
    "shape": (
        _with_another_shape,
        1,
        "conv: weight 24 x 1 x 3 x 1^2, and conv1.conv2: weight 24 x 1 x 5",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_left_over_in_silence(change: str, tmp_path: Path, capsys: Printed) -> None:
    changed, status, said = CHANGES[change]
    torch.save(changed(slowfast_x3d(1, 1).state_dict()), tmp_path / "a.pyth")
    alone = shutil.copy(spec("x2d"), tmp_path)
    command = ["weights", "import", str(tmp_path / "a.pyth"), "--from", "slowfast"]
    assert main([*command, "--spec", alone, "-o", str(tmp_path / "o.pt")]) == status
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
    assert (tmp_path / "o.pt").exists() == (status == 0)


def test_keys_of_another_kind(tmp_path: Path, capsys: Printed) -> None:
    path, own = tmp_path / "a.pyth", tmp_path / "own.pt"
    torch.save(slowfast_x3d().state_dict(), path)
    assert imported(path, own, "pytorchvideo", "x3d_xs") == 1
    assert "they are those of SlowFast's X3D: `--from slowfast`" in capsys.readouterr().err
    assert imported(path, own, "slowfast", "x3d_xs") == 0
    assert imported(own, tmp_path / "b.pt", "slowfast", "x3d_xs") == 1
    assert "`load_weights` takes the file as it is" in capsys.readouterr().err


def test_another_network(tmp_path: Path, capsys: Printed) -> None:
    """It is said where they part, and which spec in the same folder the file is of."""
    for name in ("x2d", "x3d_xs"):
        shutil.copy(spec(name), tmp_path)
    (tmp_path / "other.arch").write_text("network other() {\n  input x: 3 x 8^3\n  conv(4)\n}\n")
    path, own = tmp_path / "a.pyth", tmp_path / "own.pt"
    torch.save(pytorchvideo().state_dict(), path)

    def said(name: str) -> str:
        of = ["--from", "pytorchvideo", "--spec", str(tmp_path / f"{name}.arch"), "-o", str(own)]
        assert main(["weights", "import", str(path), *of]) == 1
        return capsys.readouterr().err

    shallow, other = said("x2d"), said("other")
    assert "the file has 3, 5, 11, 7 residual blocks in its stages, x2d 1, 2, 5, 3" in shallow
    assert "blocks.3.res_blocks.5-10.branch2.conv_a: weight" in shallow
    assert "other has no block of PyTorchVideo's X3D: stem, bottleneck, head" in other
    fits = f"it fits {tmp_path / 'x3d_xs.arch'} with `--set shortcut_norm=where_channels_differ`"
    assert fits in shallow
    assert fits in other
    assert not own.exists()


def test_an_output_that_cannot_be_written(tmp_path: Path, capsys: Printed) -> None:
    path = tmp_path / "a.pyth"
    torch.save(slowfast_x3d().state_dict(), path)
    assert imported(path, path / "own.pt", "slowfast", "x3d_xs") == 1
    assert f"cannot write {path / 'own.pt'}: not a directory" in capsys.readouterr().err
    (tmp_path / "own.pt").mkdir()
    assert imported(path, tmp_path / "own.pt", "slowfast", "x3d_xs", "--force") == 1
    assert "own.pt is a folder, so no file can stand there" in capsys.readouterr().err
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.pyth", "own.pt"]


def test_what_is_there_stays(tmp_path: Path, capsys: Printed) -> None:
    path, own = tmp_path / "a.pyth", tmp_path / "own.pt"
    torch.save(slowfast_x3d().state_dict(), path)
    own.write_text("mine")
    assert imported(path, own, "slowfast", "x3d_xs") == 1
    assert "is there already, and stays" in capsys.readouterr().err
    assert own.read_text() == "mine"
    assert imported(path, own, "slowfast", "x3d_xs", "--force") == 0
    assert imported(path, tmp_path / "own.txt", "slowfast", "x3d_xs") == 2
    assert json.dumps("weights end with")[1:-1] in capsys.readouterr().err
