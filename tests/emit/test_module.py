"""The emitted module of every network in the gallery runs, and agrees with what was inferred."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import archdsl
from archdsl.costs.figures import CONVENTIONS
from archdsl.report.costs import CostReport
from emit.running import (
    REPEATS,
    ROOT,
    Load,
    both_outputs,
    build_files,
    class_in,
    gallery,
    load_network,
    network_class,
    randomise,
    results,
    samples,
)

slow = pytest.mark.slow
FEW = [(path, name) for path, name in gallery() if name not in REPEATS]
GALLERY = [
    pytest.param(path, name, id=name, marks=slow if name in REPEATS else ())
    for path, name in gallery()
]
TINY = Path(__file__).parent / "tiny.arch"


@pytest.mark.parametrize(("path", "name"), GALLERY)
def test_torch_agrees(path: Path, name: str) -> None:
    """Parameters, FLOPs and output shapes are those that torch counts."""
    network = load_network(path, name)
    with torch.device("meta"):
        module = class_in(build_files(path, name)[f"{name}.py"])().eval()
        inputs = samples(network)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        outputs = results(module(*inputs))
    assert counter.get_total_flops() == network.costs.total.flops
    assert sum(p.numel() for p in module.parameters()) == network.costs.total.params
    assert tuple(tuple(t.shape[1:]) for t in outputs) == network.outputs


def test_what_torch_counts_of_fused_attention_on_a_cpu(load: Load) -> None:
    """The report says by how much its FlopCounterMode counts less there."""
    network = load(
        """use transformer
        block att(x, heads) {
          y = x -> linear(16) -> split_heads(heads)
          return scaled_dot_product_attention(y, y, y) -> transpose(0, 1) -> flatten(1)
        }
        network fused() { input x: 6 x 16
          return x -> att(2) -> att(4) -> linear(8)
        }"""
    )
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network_class(network)()(*samples(network))
    report = CostReport(network, CONVENTIONS["torch"]).show("table")
    assert counter.get_total_flops() < network.costs.total.flops
    assert f"on a CPU      {counter.get_total_flops():,} or more: torch does not" in report


@pytest.mark.parametrize(("path", "name"), GALLERY)
def test_layout(path: Path, name: str) -> None:
    """The module and hubconf.py are in black's layout, and the module imports only torch."""
    black = pytest.importorskip("black")
    texts = build_files(path, name)
    for file in (f"{name}.py", "hubconf.py"):
        assert black.format_str(texts[file], mode=black.Mode()) == texts[file]
    modules = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.parse(texts[f"{name}.py"]).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    standard = {"math", "collections", "contextlib", "functools"}
    assert {str(module).partition(".")[0] for module in modules} <= {"torch", *standard}


@pytest.mark.parametrize(
    "command",
    [
        ("check", "--extend-select=E,F,I,UP,B", '--config=src = ["*"]'),
        ("format", "--check", "--diff"),
    ],
)
@pytest.mark.parametrize("networks", [FEW, pytest.param(gallery(), marks=slow)], ids=["few", "all"])
def test_ruff_finds_nothing(
    networks: list[tuple[Path, str]], command: tuple[str, ...], tmp_path: Path
) -> None:
    """In no file of any network; isort must know that the modules of a folder are its own."""
    for path, name in networks:
        (tmp_path / name).mkdir()
        for file, text in build_files(path, name).items():
            (tmp_path / name / file).write_text(text)
    ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "."]
    run = subprocess.run(ruff, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


SMALL = {
    "slowfast_r50": {"slow": (3, 2, 32, 32), "fast": (3, 8, 32, 32)},
    "mobilenet_v3_large": {"image": (3, 32, 32)},
    "shufflenet_v2": {"image": (3, 32, 32)},
    "fpn": {"image": (3, 64, 64)},
    "x2d": {"video": (3, 2, 32, 32)},
    "i3d_nl": {"video": (3, 20, 32, 32)},
    "i3d_gpb": {"video": (3, 20, 32, 32)},
    "s3d_attention": {"video": (3, 20, 32, 32)},
    "i3d_r50_attention": {"video": (3, 5, 64, 48)},
}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=slow if n in ("i3d_nl", "i3d_gpb") else ()) for n in SMALL]
)
def test_the_module_computes_the_graph(name: str) -> None:
    """The outputs are those of the interpreter, and every shape is as inferred."""
    path = next(path for path, network in gallery() if network == name)
    check_against_interpreter(load_network(path, name).at(**SMALL[name]))


def test_the_module_of_tiny_computes_the_graph() -> None:
    check_against_interpreter(archdsl.load(TINY).network())


def check_against_interpreter(network: archdsl.Network) -> None:
    for ours, theirs in both_outputs(network):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-10)


def test_reset_parameters_repeats_the_constructor() -> None:
    """All weights and statistics are reset, whatever they were, and follow from torch's seed."""
    kind = network_class(load_network(ROOT / "specs" / "autox3d_s.arch", "autox3d_s"))

    class Seeded(kind):
        def reset_parameters(self) -> None:  # called at the end of the constructor
            torch.manual_seed(7)
            super().reset_parameters()

    fresh = Seeded().state_dict()
    for spoil in (1, 2):
        model = Seeded()
        randomise(model, spoil)
        for layer in model.modules():
            if isinstance(layer, nn.BatchNorm3d):
                layer.num_batches_tracked.fill_(spoil)
        model.reset_parameters()
        reset = model.state_dict()
        assert [name for name in fresh if not torch.equal(fresh[name], reset[name])] == []
    for ending in ("norm3.weight", "running_mean", "num_batches_tracked"):
        zeros = [value for name, value in fresh.items() if name.endswith(ending)]
        assert zeros
        assert not any(value.any() for value in zeros)


def test_inputs_are_those_of_the_spec() -> None:
    network = archdsl.load(TINY).network(classes=7, frames=2, size=48)
    module = ModuleType("tiny")
    exec(compile(network.source(), "<tiny>", "exec"), module.__dict__)
    assert module.INPUTS == network.inputs == {"video": (3, 2, 48, 48)}


def test_deterministic() -> None:
    """The same bytes under another hash seed, from another folder."""
    root = Path(__file__).resolve().parents[2]
    script = "import sys, archdsl; print(archdsl.load(sys.argv[1]).network().source())"
    spec = root / "specs" / "autox3d_s.arch"
    texts = set()
    for seed, where in (("1", root), ("2", root / "tests")):
        command = [sys.executable, "-c", script, str(spec)]
        environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        run = subprocess.run(
            command, cwd=where, env=environment, capture_output=True, text=True, check=True
        )
        texts.add(run.stdout)
    assert len(texts) == 1
