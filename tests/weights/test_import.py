"""Weights of PyTorchVideo's and SlowFast's X3D in the emitted modules: the same logits."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from emit.running import ROOT, randomise
from rivals import create_x3d
from torch import Tensor, nn

from archdsl.cli.main import main
from weights.slowfast import checkpoint, slowfast_x3d

Printed = pytest.CaptureFixture[str]

NORMS = ("--set", "shortcut_norm=where_channels_differ")
SMALL = {"x3d_xs": (4, 64, 2.2), "x3d_s": (13, 64, 2.2)}
LARGE = {"x3d_m": (16, 224, 2.2), "x3d_l": (16, 312, 5.0)}


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
    randomise(module)
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
    randomise(theirs)
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
    assert f"{count} of {count} tensors, from a state dict" in capsys.readouterr().out


def test_a_stretched_network_and_one_of_parallel_training(tmp_path: Path) -> None:
    path = tmp_path / "deep.arch"
    path.write_text("use x3d_s\nnetwork deep = x3d_s(depth = 1) + stretch(2)\n", encoding="utf-8")
    (tmp_path / "x3d_s.arch").write_text(Path(spec("x3d_s")).read_text())
    (tmp_path / "x2d.arch").write_text(Path(spec("x2d")).read_text())
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
    assert rows["conv1.conv1", "blocks.0.conv.conv_t"] == "weight 24 x 3 x 1 x 3 x 3"
    assert rows["head.linear", "blocks.5.proj"] == "weight 400 x 2048; bias 400"
    assert "res3.0.projection.norm blocks.2.res_blocks.0.branch1_norm" in "\n".join(
        " ".join(line.split()) for line in printed
    )
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
    assert "anew        head.linear.weight: 7 x 2048, and 400 x 2048 in the file" in said
    head = states[0]["head.linear.weight"]
    assert head.shape == (7, 2048)
    assert head.std().item() == pytest.approx(0.01, rel=0.05)
    assert torch.equal(head, states[1]["head.linear.weight"])
    assert torch.equal(states[0]["head.conv2.weight"], theirs["blocks.5.pool.post_conv.weight"])
    emitted(tmp_path, "x3d_xs", tmp_path / "a.pt", *NORMS, classes=7)


def test_other_classes_only_where_they_are_asked_for(tmp_path: Path, capsys: Printed) -> None:
    hub, out = tmp_path / "hub.pyth", tmp_path / "own.pt"
    torch.save({"model_state": pytorchvideo(classes=12).state_dict()}, hub)
    assert imported(hub, out, "pytorchvideo", "x3d_xs", *NORMS) == 1
    said = capsys.readouterr().err
    assert "2 tensors of" in said
    assert "blocks.5.proj.weight is 12 x 2048, and head.linear.weight is 400 x 2048" in said
    assert "`--set classes=400` starts the classifier anew" in said
    assert not out.exists()


def test_shortcut_norms_are_advised(tmp_path: Path, capsys: Printed) -> None:
    hub, own = tmp_path / "hub.pyth", tmp_path / "own.pt"
    torch.save({"model_state": pytorchvideo().state_dict()}, hub)
    assert imported(hub, own, "pytorchvideo", "x3d_xs") == 1
    said = capsys.readouterr().err
    assert "lacks 5 tensors of x3d_xs" in said or "lacks 4 tensors of x3d_xs" in said
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
    "shape": (_with_another_shape, 1, "conv.weight is 24 x 1 x 3 x 1^2, and conv1.conv2.weight"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_left_over_in_silence(change: str, tmp_path: Path, capsys: Printed) -> None:
    changed, status, said = CHANGES[change]
    torch.save(changed(slowfast_x3d().state_dict()), tmp_path / "a.pyth")
    assert imported(tmp_path / "a.pyth", tmp_path / "o.pt", "slowfast", "x3d_xs") == status
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
    assert (tmp_path / "o.pt").exists() == (status == 0)


def test_keys_of_another_kind(tmp_path: Path, capsys: Printed) -> None:
    path, own = tmp_path / "a.pyth", tmp_path / "own.pt"
    torch.save(slowfast_x3d().state_dict(), path)
    assert imported(path, own, "pytorchvideo", "x3d_xs") == 1
    assert "they are those of SlowFast's X3D: `--from slowfast`" in capsys.readouterr().err
    assert imported(path, own, "slowfast", "i3d") == 1
    assert "SlowFast's X3D has no name for" in capsys.readouterr().err
    assert imported(path, own, "slowfast", "x3d_l") == 1
    assert "res2.3-4.conv1: weight" in capsys.readouterr().err
    assert imported(path, own, "slowfast", "x3d_xs") == 0
    assert imported(own, tmp_path / "b.pt", "slowfast", "x3d_xs") == 1
    assert "`load_weights` takes the file as it is" in capsys.readouterr().err


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
