"""`--target infer`: the lowered module gives what the readable one gives, with its weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from emit.running import ROOT, gallery, load_network, network_class
from laws import law
from networks.strategies import NAME, networks
from passes.test_fold_norm import network

import archdsl
from archdsl.cli.compile import TARGET_NAMES
from archdsl.cli.main import main
from archdsl.emit.targets import TARGETS
from archdsl.emit.targets.infer import INFER
from archdsl.passes.fused import FusedConvolution, InPlace
from infer.lowered import check, compare, with_passes

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


NAMED = """
block {name}(x, channels) {{ return x -> conv(channels) -> batch_norm -> relu }}
network n({parameter}: int = 5) {{
  input {input}: 4 x 6 x 8^2
  return {input} -> {name}(8) -> conv(8) -> adaptive_avg_pool(1) -> flatten -> linear({parameter})
}}
"""
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
            ["conv+relu", "mean", "conv", "conv+relu", "mean", "add"],
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


@pytest.mark.parametrize(
    "body",
    [
        # A learned tensor for each sample, and one that has each element for several places.
        "  y = x -> mean -> linear(8)\n  p = y -> parameter((8,), normal)\n"
        "  return p + (y -> linear(8))",
        "  y = x -> mean -> linear(8)\n  p = y -> parameter((8,), normal)\n  return silu(p)",
        "  e = x -> adaptive_avg_pool(1) -> conv(4) -> expand((4, 6, 8, 8))\n"
        "  return relu(e + (x -> conv(4, 3)))",
        "  e = x -> adaptive_avg_pool(1) -> conv(4) -> expand((4, 6, 8, 8))\n  return silu(e)",
    ],
)
def test_what_is_not_the_modules_own_stays(body: str) -> None:
    """`operations` compares the weights before and after as well."""
    assert "silu!" not in operations(body)


@pytest.mark.parametrize(
    ("ours", "mutant"),
    [
        ('activation="silu"', 'activation="relu"'),
        ('activation="sigmoid"', 'activation="hard_sigmoid"'),
        ("groups=mid", "groups=mid, activation='relu'"),
        (', activation="relu")', ")"),
    ],
)
def test_the_comparison_sees_a_mistake(ours: str, mutant: str) -> None:
    network = archdsl.load(ROOT / "specs" / "x3d_s.arch").network(frames=4, size=32)
    text = with_passes(network, INFER.passes)
    assert ours in text
    with pytest.raises(AssertionError):
        check(network, text.replace(ours, mutant, 1))


def loaded(network: archdsl.Network) -> tuple[Any, dict[str, Any]]:
    """The names of the lowered module, and a state dict of the readable one."""
    scope: dict[str, Any] = {"__name__": "lowered"}
    exec(compile(network.lowered("infer").text, "<lowered>", "exec"), scope)
    return scope["from_readable"], network_class(network)().state_dict()


@pytest.mark.parametrize("missing", ["conv1.weight", "norm1.weight", "norm1.running_var"])
def test_a_state_that_is_not_whole_is_refused(missing: str) -> None:
    from_readable, state = loaded(archdsl.load(ROOT / "specs" / "tiny.arch").network())
    key = next(key for key in state if key.endswith(missing.partition(".")[2]))
    with pytest.raises(KeyError):
        from_readable({name: tensor for name, tensor in state.items() if name != key})
    with pytest.raises(KeyError, match="no place for"):
        from_readable(state | {"other.weight": state[key]})


def test_gradients_are_refused() -> None:
    network = archdsl.load(ROOT / "specs" / "tiny.arch").network()
    from_readable, state = loaded(network)
    video = torch.randn(1, *network.graph.type(network.graph.inputs["video"]).shape)
    with pytest.raises(RuntimeError, match="no gradients here"):
        from_readable(state)(video.requires_grad_())


@pytest.mark.parametrize("name", ["state", "model", "converted", "mean_of_positions", "NORMS"])
def test_names_of_the_file_are_not_hidden(name: str) -> None:
    compare(network(NAMED.format(name=name, input=name, parameter="classes")))
    compare(network(NAMED.format(name=name, input="x", parameter=name)))


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
