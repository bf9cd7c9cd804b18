"""The emitted evaluation gives PyTorchVideo's weights the logits of PyTorchVideo's own X3D."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from scripts.loaded import modules_of
from scripts.videos import write_video
from torch import Tensor, nn

from archdsl.cli.main import main
from weights.test_import import NORMS, pytorchvideo, run_import, spec

Building = Callable[[int], nn.Module]

SETTINGS = (*NORMS, "--set", "depth=1")
"""Half the blocks, as there are 30 views; `test_import` compares the whole network."""
WINDOW = ("--set", "window=(4, 5, 5)")


def build(folder: Path, weights: Path) -> ModuleType:
    """The evaluate.py of a shallow X3D-XS as PyTorchVideo builds it, with the weights of a file."""
    assert run_import(weights, folder / "own.pt", "pytorchvideo", "x3d_xs", *SETTINGS) == 0
    assert main(["compile", spec("x3d_xs"), "-o", str(folder), *SETTINGS, *WINDOW]) == 0
    (script,) = modules_of(folder / "x3d_xs", ["evaluate"])
    return script


def evaluate(
    script: ModuleType, build: Building, classifier: str, folder: Path, patch: pytest.MonkeyPatch
) -> tuple[Tensor, Tensor]:
    """The logits at every position of each view, and the probabilities that the script writes."""
    logits: list[Tensor] = []

    def build_with_hook(classes: int) -> nn.Module:
        model = build(classes)
        layer = model.get_submodule(classifier)
        layer.register_forward_hook(lambda module, inputs, output: logits.append(output))
        return model

    patch.setattr(script, "build_model", build_with_hook)
    flags = ["--val-list", str(folder / "val.txt"), "--output-dir", str(folder), "--workers", "0"]
    patch.setattr("sys.argv", ["evaluate.py", *flags, "--checkpoint", str(folder / "own.pt")])
    assert script.main() == 0
    written = torch.load(folder / "predictions.pt", weights_only=True)
    return torch.cat(logits), written["probabilities"]


def test_evaluation_has_pytorchvideos_logits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = pytorchvideo(frames=4, size=160, depth=1)
    torch.save({"model_state": theirs.state_dict()}, tmp_path / "hub.pyth")
    theirs.blocks[5].activation = nn.Softmax(dim=1)
    write_video(tmp_path / "video.mp4", frames=90)
    (tmp_path / "val.txt").write_text("video.mp4 7\n")
    script = build(tmp_path, tmp_path / "hub.pyth")
    own = script.build_model

    logits, probabilities = evaluate(script, own, "head.linear", tmp_path, monkeypatch)
    monkeypatch.setattr(script, "use_weights", lambda *_: None)  # theirs has its own already
    expected, reference = evaluate(script, lambda _: theirs, "blocks.5.proj", tmp_path, monkeypatch)

    assert logits.shape == expected.shape == (30, 1, 2, 2, 400)
    assert (logits - expected).abs().max() < 1e-5 * expected.abs().max()
    assert torch.allclose(probabilities, reference, rtol=1e-4)
