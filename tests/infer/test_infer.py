"""`--target infer`: the lowered module gives what the readable one gives, with its weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from emit.running import ROOT, gallery, load_network
from laws import law
from networks.strategies import NAME, networks
from passes.test_fold_norm import network

import archdsl
from archdsl.cli.compile import TARGET_NAMES
from archdsl.cli.main import main
from archdsl.emit.targets import TARGETS
from archdsl.emit.targets.infer import INFER
from archdsl.passes.fused import FusedConvolution, InPlace
from infer.lowered import compare, with_passes

SMALL = [
    ("specs/x3d_s.arch", {"frames": 4, "size": 32}),
    ("specs/autox3d_s.arch", {"frames": 4, "size": 32}),
    ("specs/i3d_r50.arch", {"frames": 4, "size": 32}),
    ("specs/tiny.arch", {}),
    ("tests/networks/mobilenet_v3_large.arch", {}),
    ("tests/networks/unet.arch", {}),
]


@law(networks(), few=8, many=400)
def test_same_outputs_after_each_pass(text: str) -> None:
    """Each beginning of the list of passes is a module with the outputs of the readable one."""
    drawn = network(text, NAME)
    for count in range(1, len(INFER.passes) + 1):
        compare(drawn, INFER.passes[:count])


@pytest.mark.parametrize(("path", "given"), SMALL, ids=[path for path, _ in SMALL])
def test_same_outputs(path: str, given: dict[str, int]) -> None:
    compare(archdsl.load(ROOT / path).network(**given))


@pytest.mark.slow
@pytest.mark.parametrize(("path", "name"), gallery(), ids=[name for _, name in gallery()])
def test_same_outputs_of_the_gallery(path: Path, name: str) -> None:
    compare(load_network(path, name))


def operations(body: str, blocks: str = "") -> list[str]:
    """The operations that are left of the body of a network."""
    text = f"{blocks}network n() {{\n  input x: 4 x 6 x 8^2\n{body}\n}}\n"
    made = network(text)
    compare(made)
    return [_shown(node.operation) for node in INFER.lowered(made.graph)][1:]


def _shown(operation: object) -> str:
    match operation:
        case FusedConvolution(activation=activation, overwrites=overwrites):
            return f"conv+{activation}{'!' * overwrites}"
        case InPlace(operation=inner):
            return f"{inner.name}!"
    assert hasattr(operation, "name")
    return str(operation.name)


RESIDUAL = "  y = x -> conv(4, 3) -> batch_norm -> relu\n"


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("  return x -> conv(4) -> batch_norm -> relu", ["conv+relu"]),
        ("  return x -> conv(4) -> batch_norm -> gelu", ["conv", "gelu"]),
        ("  return x -> conv(4) -> dropout(0.5) -> silu", ["conv+silu"]),
        # The input is the user's: a sum with it is no reason to overwrite it.
        (f"{RESIDUAL}  return relu(x + (y -> conv(4)))", ["conv+relu", "conv+relu"]),
        # Nor can a convolution write over what it reads.
        (f"{RESIDUAL}  return relu(y + (y -> conv(4, 3)))", ["conv+relu", "conv+relu"]),
        # What a later operation reads is not overwritten; what the sum alone reads is.
        (
            f"{RESIDUAL}  z = y + (y -> conv(4) -> conv(4, 3))\n  return relu(z)",
            ["conv+relu", "conv", "conv+relu!"],
        ),
        (
            f"{RESIDUAL}  z = y + (y -> conv(4) -> conv(4, 3))\n  return relu(z), y",
            ["conv+relu", "conv", "conv+relu"],
        ),
        # Another reader that need not come first.
        (
            f"{RESIDUAL}  m = y -> mean\n  z = y + (y -> conv(4) -> conv(4))\n"
            "  return (relu(z) -> mean) + m",
            ["conv+relu", "mean", "conv", "conv+relu", "mean", "add!"],
        ),
        # A gate: what it reads comes before the product.
        (
            f"{RESIDUAL}  gate = y -> adaptive_avg_pool(1) -> conv(4) -> sigmoid\n"
            "  return silu(y * gate)",
            ["conv+relu", "mean", "conv+sigmoid", "multiply!", "silu!"],
        ),
        # What does nothing is written as its operand: the input of the network, or a view.
        ("  return relu(x * 1)", ["multiply", "relu"]),
        (
            f"{RESIDUAL}  same = y * 1\n  z = relu(y + (same -> conv(4) -> conv(4)))\n"
            "  return z + same",
            ["conv+relu", "multiply", "conv", "conv+relu", "add!"],
        ),
        # A value that is broadcast has another shape than the result.
        (
            "  a = x -> mean(keep = true)\n  b = a -> conv(4)\n  return b + x",
            ["mean", "conv", "add"],
        ),
    ],
)
def test_what_is_left(body: str, left: list[str]) -> None:
    assert operations(body) == left


def test_a_view_keeps_what_it_shows() -> None:
    """The transposed tensor is in the same memory, so `silu` must not overwrite it."""
    body = f"{RESIDUAL}  t = y -> transpose(height, width)\n  return (y -> silu) + t"
    assert operations(body)[-2:] == ["silu", "add!"]


def test_layers_that_are_used_twice_stay() -> None:
    share = "  share c = conv(channels = 4, kernel = 3)\n"
    body = f"{share}  a = c(x)\n  b = c(a)\n  return relu(b) + a"
    assert "conv+relu" not in operations(body)


def test_a_block_of_one_layer_dissolves() -> None:
    text = with_passes(archdsl.load(ROOT / "specs" / "i3d_r50.arch").network(), INFER.passes)
    assert "class ConvNormAct" not in text
    assert "x = self.conv_norm_act3(y, into=x)" in text


def test_a_pointwise_and_a_depthwise_convolution_are_one_line() -> None:
    text = with_passes(archdsl.load(ROOT / "specs" / "x3d_s.arch").network(), INFER.passes)
    assert text.count("        y = in_chunks(self.conv1, self.conv2, x)\n") == 2


def test_names_of_targets() -> None:
    assert {*TARGET_NAMES, "readable"} == set(TARGETS)


def test_compile_writes_a_module_beside_the_readable_one(tmp_path: Path) -> None:
    """It imports torch alone, and a process of its own loads it with the readable weights."""
    spec = str(ROOT / "specs" / "tiny.arch")
    assert main(["compile", spec, "--target", "infer", "-o", str(tmp_path)]) == 0
    script = """
import torch, tiny, tiny_infer
torch.manual_seed(0)
model = tiny.Tiny().eval()
fast = tiny_infer.from_readable(model.state_dict())
video = torch.randn(2, *tiny.INPUTS["video"])
with torch.no_grad():
    torch.testing.assert_close(fast(video), model(video), rtol=1e-4, atol=1e-5)
"""
    made = subprocess.run([sys.executable, "-c", script], cwd=tmp_path / "tiny", check=False)
    assert made.returncode == 0


def test_a_space_has_no_module_of_a_target(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = str(ROOT / "specs" / "tiny_rows.arch")
    assert main(["compile", spec, "--target", "infer", "-o", str(tmp_path)]) == 1
    assert "the folder of a search has no module of a target" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
