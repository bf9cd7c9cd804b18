"""`archdsl weights import`: X3D of PyTorchVideo and SlowFast gives the same logits in our modules.

Where a tensor has no counterpart, the import must refuse and say what would fit.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from emit.running import ROOT, randomise_norms
from rivals import pytorchvideo_x3d
from scripts.loaded import modules_of
from torch import Tensor, nn

from archdsl.cli.main import main
from archdsl.weights.sources import SOURCES
from archdsl.weights.sources.reading import FOLDER, read_source
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
    """PyTorchVideo's X3D with all tensors random, running statistics included."""
    module = pytorchvideo_x3d(frames, size, depth, classes)
    randomise_norms(module)
    return module.eval()


def run_import(file: Path, out: Path, source: str, name: str, *more: str) -> int:
    """The exit status of the command."""
    command = ["weights", "import", str(file), "--from", source, "--spec", spec(name)]
    return main([*command, "-o", str(out), *more])


def compile_and_load(
    folder: Path, name: str, weights: Path, *more: str, **arguments: object
) -> nn.Module:
    """The module that `archdsl compile` writes, with the weights of a file."""
    assert main(["compile", spec(name), "-o", str(folder), *more]) == 0
    module, loading = modules_of(folder / name, (name, "weight_keys"))
    (network,) = (v for k, v in vars(module).items() if k.lower() == name.replace("_", ""))
    model: nn.Module = network(**arguments)
    loading.load_weights(model, weights)
    return model.eval()


def distance(ours: nn.Module, theirs: nn.Module, clip: Tensor) -> float:
    """The largest difference of the logits, relative to the largest logit."""
    with torch.no_grad():
        a, b = ours(clip), theirs(clip)
    return ((a - b).abs().max() / b.abs().max()).item()


def check_same_logits(name: str, size: tuple[int, int, float], folder: Path) -> None:
    frames, side, depth = size
    theirs = pytorchvideo(frames, side, depth)
    torch.save({"model_state": theirs.state_dict()}, folder / "hub.pyth")
    assert run_import(folder / "hub.pyth", folder / "own.pt", "pytorchvideo", name, *NORMS) == 0
    ours = compile_and_load(folder, name, folder / "own.pt", *NORMS)
    assert distance(ours, theirs, torch.randn(1, 3, frames, side, side)) < 1e-5


@pytest.mark.parametrize("name", SMALL)
def test_same_logits_as_pytorchvideo(name: str, tmp_path: Path) -> None:
    check_same_logits(name, SMALL[name], tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_same_logits_as_pytorchvideo_in_large_networks(name: str, tmp_path: Path) -> None:
    check_same_logits(name, LARGE[name], tmp_path)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_same_logits_as_slowfast(suffix: str, tmp_path: Path) -> None:
    if suffix == ".safetensors":
        pytest.importorskip("safetensors")
    theirs = slowfast_x3d()
    randomise_norms(theirs)
    torch.save(checkpoint(theirs), tmp_path / "epoch.pyth")
    own = tmp_path / f"own{suffix}"
    assert run_import(tmp_path / "epoch.pyth", own, "slowfast", "x3d_xs") == 0
    ours = compile_and_load(tmp_path, "x3d_xs", own)
    assert distance(ours, theirs.eval(), torch.randn(1, 3, 4, 64, 64)) < 1e-5


@pytest.mark.parametrize("depth", ["1", "3.3", "5"])
def test_any_depth_and_width(depth: str, tmp_path: Path, capsys: Printed) -> None:
    """A stage of one block has no number in our keys, but has one in theirs."""
    more = ("--set", f"depth={depth}", "--set", "bottleneck=1.5")
    theirs = slowfast_x3d(float(depth), 1.5)
    torch.save(theirs.state_dict(), tmp_path / "plain.pyth")
    assert run_import(tmp_path / "plain.pyth", tmp_path / "o.pt", "slowfast", "x2d", *more) == 0
    count = len(theirs.state_dict())
    assert f"{count:,} of {count:,} tensors, from a state dict" in capsys.readouterr().out


def test_a_source_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line and the recognition of keys read `SOURCES`; nothing else lists sources."""
    text = (FOLDER / "slowfast_x3d.toml").read_text().replace("pathway0", "pathway")
    (tmp_path / "other_x3d.toml").write_text(text.replace('"slowfast"', '"other"'))
    monkeypatch.setitem(SOURCES, "other", (read_source(tmp_path / "other_x3d.toml"),))
    theirs = slowfast_x3d(1, 1).state_dict()
    state = {key.replace("pathway0", "pathway"): value for key, value in theirs.items()}
    torch.save(state, tmp_path / "o.pth")
    assert run_import(tmp_path / "o.pth", tmp_path / "own.pt", "other", "x2d") == 0
    assert run_import(tmp_path / "o.pth", tmp_path / "own.pt", "slowfast", "x2d", "--force") == 1


def test_a_transformed_network_and_a_checkpoint_of_parallel_training(tmp_path: Path) -> None:
    path = tmp_path / "deep.arch"
    path.write_text("use x3d_s\nnetwork deep = x3d_s(depth = 1) + stretch(2)\n", encoding="utf-8")
    shutil.copy(spec("x3d_s"), tmp_path)
    shutil.copy(spec("x2d"), tmp_path)
    theirs = slowfast_x3d(2)
    state = {f"module.{key}": value for key, value in theirs.state_dict().items()}
    torch.save({"state_dict": state}, tmp_path / "o.pyth")
    command = ["weights", "import", str(tmp_path / "o.pyth"), "--from", "slowfast"]
    assert main([*command, "--spec", str(path), "-o", str(tmp_path / "o.pt")]) == 0


@pytest.fixture
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in which nothing is folded."""
    monkeypatch.setenv("COLUMNS", "250")


@pytest.mark.usefixtures("_wide")
def test_the_mapping_is_printed(tmp_path: Path, capsys: Printed) -> None:
    torch.save({"model_state": pytorchvideo().state_dict()}, tmp_path / "hub.pyth")
    out = tmp_path / "own.pt"
    assert run_import(tmp_path / "hub.pyth", out, "pytorchvideo", "x3d_xs", *NORMS) == 0
    printed = capsys.readouterr().out.splitlines()
    rows = {tuple(line.split()[:2]): " ".join(line.split()[2:]) for line in printed}
    # PyTorchVideo calls the convolution over space `conv_t`.
    assert rows["conv1.conv1", "blocks.0.conv.conv_t"] == "1 weight 24 x 3 x 1 x 3^2"
    assert rows["head.linear", "blocks.5.proj"] == "1 weight 400 x 2048; bias 400"
    assert rows["res4.1-10.conv1", "blocks.3.res_blocks.1-10.branch2.conv_a"].startswith(
        "10 weight"
    )
    assert ("res4.0,2,...,10.squeeze_excite.conv1", EVERY_SECOND) in rows
    assert len(printed) < 60
    assert "`--set 'window=(4, 5, 5)'`" in printed[-2]
    assert printed[-1] == str(out)


@pytest.mark.usefixtures("_wide")
def test_another_number_of_classes(tmp_path: Path, capsys: Printed) -> None:
    theirs = pytorchvideo().state_dict()
    hub = tmp_path / "hub.pyth"
    torch.save({"model_state": theirs}, hub)
    states = []
    for name in ("a.pt", "b.pt"):
        more = (*NORMS, "--set", "classes=7")
        assert run_import(hub, tmp_path / name, "pytorchvideo", "x3d_xs", *more) == 0
        states.append(torch.load(tmp_path / name, weights_only=True)["model_state"])
    printed = capsys.readouterr().out
    reset = "reset       head.linear.weight, head.linear.bias: 7 classes, but the file has 400"
    assert reset in printed
    assert "`--set classes=400` keeps them" in printed
    head = states[0]["head.linear.weight"]
    assert head.shape == (7, 2048)
    assert head.std().item() == pytest.approx(0.01, rel=0.05)
    assert torch.equal(head, states[1]["head.linear.weight"])
    assert torch.equal(states[0]["head.conv2.weight"], theirs["blocks.5.pool.post_conv.weight"])
    compile_and_load(tmp_path, "x3d_xs", tmp_path / "a.pt", *NORMS, classes=7)


def test_the_other_rule_for_shortcut_norms_is_suggested(tmp_path: Path, capsys: Printed) -> None:
    hub, own = tmp_path / "hub.pyth", tmp_path / "own.pt"
    torch.save({"model_state": pytorchvideo().state_dict()}, hub)
    assert run_import(hub, own, "pytorchvideo", "x3d_xs") == 1
    printed = capsys.readouterr().err
    assert "lacks 4 tensors of x3d_xs" in printed
    assert "res2.0.projection.norm: weight, bias, running_mean, running_var" in printed
    assert "it fits with `--set shortcut_norm=where_channels_differ`" in printed
    torch.save(slowfast_x3d().state_dict(), hub)
    assert run_import(hub, own, "slowfast", "x3d_xs", *NORMS) == 1
    printed = capsys.readouterr().err
    assert "x3d_xs has no place for 4 tensors" in printed
    assert "s2.pathway0_res0.branch1_bn: weight, bias, running_mean, running_var" in printed
    assert "it fits with `--set shortcut_norm=always`" in printed
    assert not own.exists()


def _without_counters(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key: value for key, value in state.items() if "num_batches" not in key}


def _with_more(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {**state, "head.extra.weight": torch.ones(3)}


def _with_another_shape(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {**state, "s1.pathway0_stem.conv.weight": torch.ones(24, 1, 3, 1, 1)}


CHANGES: dict[str, tuple[Callable[..., dict[str, Tensor]], int, str]] = {
    "counters": (_without_counters, 0, "num_batches_tracked: not in the file, but no result"),
    "more": (_with_more, 1, "no place for 1 tensor of"),
    "shape": (
        _with_another_shape,
        1,
        "conv: weight 24 x 1 x 3 x 1^2, but conv1.conv2: weight 24 x 1 x 5",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_tensor_is_accounted_for(change: str, tmp_path: Path, capsys: Printed) -> None:
    edit, status, message = CHANGES[change]
    torch.save(edit(slowfast_x3d(1, 1).state_dict()), tmp_path / "a.pyth")
    alone = shutil.copy(spec("x2d"), tmp_path)
    command = ["weights", "import", str(tmp_path / "a.pyth"), "--from", "slowfast"]
    assert main([*command, "--spec", alone, "-o", str(tmp_path / "o.pt")]) == status
    printed = capsys.readouterr()
    assert message in printed.out + printed.err
    assert (tmp_path / "o.pt").exists() == (status == 0)


def test_keys_of_another_library(tmp_path: Path, capsys: Printed) -> None:
    path, own = tmp_path / "a.pyth", tmp_path / "own.pt"
    torch.save(slowfast_x3d(1, 1).state_dict(), path)
    assert run_import(path, own, "pytorchvideo", "x2d") == 1
    assert "they are the keys of SlowFast's X3D: `--from slowfast`" in capsys.readouterr().err
    assert run_import(path, own, "slowfast", "x2d") == 0
    assert run_import(own, tmp_path / "b.pt", "slowfast", "x2d") == 1
    assert "`load_weights` takes the file as it is" in capsys.readouterr().err


def test_another_network(tmp_path: Path, capsys: Printed) -> None:
    """The error shows both depths, and names the spec in the same folder that the file fits."""
    for name in ("x2d", "x3d_xs"):
        shutil.copy(spec(name), tmp_path)
    (tmp_path / "other.arch").write_text("network other() {\n  input x: 3 x 8^3\n  conv(4)\n}\n")
    path, own = tmp_path / "a.pyth", tmp_path / "own.pt"
    torch.save(pytorchvideo().state_dict(), path)

    def error_for(name: str) -> str:
        of = ["--from", "pytorchvideo", "--spec", str(tmp_path / f"{name}.arch"), "-o", str(own)]
        assert main(["weights", "import", str(path), *of]) == 1
        return capsys.readouterr().err

    shallow, other = error_for("x2d"), error_for("other")
    assert "the file has 3, 5, 11, 7 residual blocks in its stages, x2d has 1, 2, 5, 3" in shallow
    assert "blocks.3.res_blocks.5-10.branch2.conv_a: weight" in shallow
    assert "other has no block of PyTorchVideo's X3D: stem, bottleneck, head" in other
    fits = f"it fits {tmp_path / 'x3d_xs.arch'} with `--set shortcut_norm=where_channels_differ`"
    assert fits in shallow
    assert fits in other
    assert not own.exists()


def test_braces_in_a_path_are_no_placeholders(tmp_path: Path, capsys: Printed) -> None:
    path = tmp_path / "{0}{}{a}.pyth"
    torch.save(_with_more(slowfast_x3d(1, 1).state_dict()), path)
    alone = shutil.copy(spec("x2d"), tmp_path)
    command = ["weights", "import", str(path), "--from", "slowfast", "--spec", alone]
    assert main([*command, "-o", str(tmp_path / "o.pt")]) == 1
    assert "no place for 1 tensor of " + str(path) in capsys.readouterr().err


def test_an_output_that_cannot_be_written(tmp_path: Path, capsys: Printed) -> None:
    path = tmp_path / "a.pyth"
    torch.save(slowfast_x3d(1, 1).state_dict(), path)
    assert run_import(path, path / "own.pt", "slowfast", "x2d") == 1
    assert f"cannot write {path / 'own.pt'}: not a directory" in capsys.readouterr().err
    (tmp_path / "own.pt").mkdir()
    assert run_import(path, tmp_path / "own.pt", "slowfast", "x2d", "--force") == 1
    assert "own.pt: it is a folder" in capsys.readouterr().err
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.pyth", "own.pt"]


def test_an_existing_file_is_left_alone(tmp_path: Path, capsys: Printed) -> None:
    path, own = tmp_path / "a.pyth", tmp_path / "own.pt"
    torch.save(slowfast_x3d(1, 1).state_dict(), path)
    own.write_text("mine")
    assert run_import(path, own, "slowfast", "x2d") == 1
    assert "exists already" in capsys.readouterr().err
    assert own.read_text() == "mine"
    assert run_import(path, own, "slowfast", "x2d", "--force") == 0
    assert run_import(path, tmp_path / "own.txt", "slowfast", "x2d") == 2
    assert "must end with .pt or .safetensors" in capsys.readouterr().err
