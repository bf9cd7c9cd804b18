"""Networks in the forms that `inference.py` and `training.py` compare, with the same weights.

The forms are the module that `archdsl compile` writes, those of `--target infer` and `train`, and,
where there are such, PyTorchVideo's network and OpenVINO's, which is compiled from an ONNX file.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from measure import ARCHDSL, ROOT, run
from torch import Tensor, nn

Form = Callable[[Tensor], Any]


@dataclass(frozen=True)
class Subject:
    """A network: its spec, how many clips at once, and, of an X3D, PyTorchVideo's depth factor."""

    spec: str
    batch: int = 1
    depth: float | None = None
    is_video: bool = True


SUBJECTS = {
    "X3D-S": Subject("specs/x3d_s.arch", depth=2.2),
    "X3D-M": Subject("specs/x3d_m.arch", depth=2.2),
    "X3D-L": Subject("specs/x3d_l.arch", depth=5.0),
    "X3D-S, batch 8": Subject("specs/x3d_s.arch", batch=8),
    "I3D-R50": Subject("specs/i3d_r50.arch"),
    "S3D": Subject("specs/s3d.arch"),
    "R(2+1)D-18": Subject("tests/networks/r2plus1d_18.arch"),
    "MobileNetV3-L": Subject("tests/networks/mobilenet_v3_large.arch", is_video=False),
}

_LIKE_PYTORCHVIDEO = ("--set", "shortcut_norm=where_channels_differ")


class Written:
    """What `archdsl compile` writes of a network for all targets, with random weights."""

    def __init__(self, subject: Subject, folder: Path) -> None:
        self.subject = subject
        self.folder = folder
        same = _LIKE_PYTORCHVIDEO if subject.depth else ()
        name = Path(subject.spec).stem
        targets = ("--target", "infer", "--target", "train")
        run((*ARCHDSL, "compile", subject.spec, *same, *targets, "-o", str(folder)))
        self.inference = _load(folder / name / f"{name}_infer.py")
        result = self.inference.from_readable.__annotations__["return"].__name__
        self.readable: nn.Module = vars(_load(folder / name / f"{name}.py"))[result]().eval()
        self.training: nn.Module = vars(_load(folder / name / f"{name}_train.py"))[result]()
        (shape,) = self.inference.INPUTS.values()
        self.shape: tuple[int, ...] = (subject.batch, *shape)
        _randomise(self.readable)

    def for_inference(self) -> nn.Module:
        model: nn.Module = self.inference.from_readable(self.readable.state_dict())
        return model

    def for_training(self) -> nn.Module:
        self.training.load_state_dict(self.readable.state_dict())
        return self.training

    def pytorchvideo(self) -> Form | None:
        """PyTorchVideo's X3D; its weights are the ones that ours gets."""
        if self.subject.depth is None:
            return None
        sys.path.append(str(ROOT / "tests"))
        from rivals import pytorchvideo_x3d

        _, _, frames, size, _ = self.shape
        theirs: nn.Module = pytorchvideo_x3d(frames, size, self.subject.depth).eval()
        _randomise(theirs)
        given, taken = self.folder / "theirs.pt", self.folder / "ours.pt"
        torch.save(theirs.state_dict(), given)
        source = ("--from", "pytorchvideo", "--spec", self.subject.spec, *_LIKE_PYTORCHVIDEO)
        run((*ARCHDSL, "weights", "import", str(given), *source, "-o", str(taken)))
        self.readable.load_state_dict(torch.load(taken)["model_state"])
        return theirs

    def openvino(self, threads: int) -> Form | None:
        """OpenVINO in float32, if it is installed."""
        if importlib.util.find_spec("openvino") is None:
            return None
        import openvino

        path = self.folder / "network.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(self.readable, (torch.zeros(self.shape),), str(path), dynamo=False)
        settings = {
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
        }
        request = openvino.Core().compile_model(str(path), "CPU", settings).create_infer_request()
        return lambda x: torch.from_numpy(request.infer([x.numpy()])[0])


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _randomise(model: nn.Module) -> None:
    """Statistics and scales of norms as after training: fresh ones are the identity."""
    torch.manual_seed(0)
    for layer in model.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean.uniform_(-0.2, 0.2)
            layer.running_var.uniform_(0.7, 1.4)
            nn.init.uniform_(layer.weight, 0.6, 1.2)
            nn.init.uniform_(layer.bias, -0.2, 0.2)
