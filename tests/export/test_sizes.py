"""Files of whole networks at other sizes: what the module gives, or a refusal."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from archdsl.cli.main import main
from archdsl.export.axes import BATCH, Shapes
from archdsl.export.folder import find, load
from archdsl.export.formats import FORMATS, Exported
from archdsl.export.ranges import Range
from archdsl.export.samples import draw
from archdsl.export.tracing import Traced, trace
from archdsl.export.trials import results
from archdsl.export.weights import randomise

HERE = Path(__file__).parent
NETWORKS = HERE.parent / "networks"


@dataclass(frozen=True)
class Case:
    """A spec, what is said of its axes, and shapes of its inputs that are taken, and refused.

    Those that are refused have what a runtime of ONNX says.
    """

    spec: Path
    axes: Mapping[str, str]
    taken: tuple[Shapes, ...]
    refused: Mapping[Shapes, str]


def exported(case: Case, folder: Path) -> tuple[nn.Module, Traced]:
    assert main(["compile", str(case.spec), "-o", str(folder)]) == 0
    loaded = load(find(next(folder.iterdir())), {})
    with warnings.catch_warnings(action="ignore"):
        traced = trace(loaded.module, loaded.inputs)
    randomise(loaded.module, draw(traced.axes, {BATCH: 2}))
    return loaded.module, traced


def said(found: list[Range]) -> dict[str, str]:
    return {one.axis.name: str(one.spread) for one in found}


def clips(shapes: Shapes) -> list[Tensor]:
    source = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=source) for shape in shapes]


def check(case: Case, form: str, module: nn.Module, traced: Traced) -> None:
    ranges = list(traced.ranges())
    assert said(ranges) == case.axes
    with warnings.catch_warnings(action="ignore"):
        file = FORMATS[form].make(Exported(traced, ranges, {}))
    for shapes in case.taken:
        with torch.no_grad():
            pairs = zip(file.run(clips(shapes)), results(module(*clips(shapes))), strict=True)
        for actual, expected in pairs:
            torch.testing.assert_close(actual, expected, rtol=1e-3, atol=1e-4)
    for shapes, message in case.refused.items():
        with pytest.raises(Exception, match=message if form == "onnx" else None):
            file.run(clips(shapes))


WINDOWS = Case(
    HERE / "windows.arch",
    {BATCH: "any", "height": "5 or more", "width": "5 or more"},
    (((1, 3, 10, 10),), ((3, 3, 7, 22),), ((1, 3, 16, 5),)),
    {
        ((1, 4, 10, 10),): "Got: 4 Expected: 3",
        ((1, 3, 4, 10),): "image: height must be 5 or more",
        ((1, 3, 10, 3),): "image: width must be 5 or more",
    },
)


def test_windows_are_open(tmp_path: Path) -> None:
    module, traced = exported(WINDOWS, tmp_path)
    check(WINDOWS, "pt2", module, traced)
    check(WINDOWS, "onnx", module, traced)


CASES = {
    "positions": Case(
        HERE / "positions.arch",
        {BATCH: "any", "height": "4", "width": "4"},
        (((3, 3, 4, 4),),),
        {((1, 3, 4, 5),): "Got: 5 Expected: 4"},
    ),
    "swin": Case(
        HERE / "swin.arch",
        {BATCH: "any", "frames": "2", "height": "28", "width": "28"},
        (((3, 3, 2, 28, 28),),),
        {
            ((1, 3, 2, 28, 42),): "Got: 42 Expected: 28",
            ((1, 3, 4, 28, 28),): "Got: 4 Expected: 2",
        },
    ),
    "slowfast": Case(
        NETWORKS / "slowfast_r50.arch",
        {BATCH: "any", "frames": "any", "height": "any", "width": "any"},
        (((2, 3, 4, 64, 80), (2, 3, 16, 64, 80)),),
        {
            ((1, 3, 4, 64, 64), (1, 3, 8, 64, 64)): "ONNXRuntimeError",
            ((1, 3, 4, 64, 64), (2, 3, 16, 64, 64)): "ONNXRuntimeError",
        },
    ),
    "fpn": Case(
        NETWORKS / "fpn.arch",
        {BATCH: "any", "height": "a multiple of 32", "width": "a multiple of 32"},
        (((2, 3, 64, 96),),),
        {
            ((1, 3, 65, 64),): "image: height must be a multiple of 32",
            ((1, 3, 64, 80),): "image: width must be a multiple of 32",
        },
    ),
    "unet": Case(
        NETWORKS / "unet.arch",
        {BATCH: "any", "height": "16 or more", "width": "16 or more"},
        (((2, 3, 32, 48),), ((1, 3, 35, 47),)),
        {((1, 3, 8, 64),): "image: height must be 16 or more"},
    ),
    "timesformer": Case(
        NETWORKS / "timesformer.arch",
        {BATCH: "any", "frames": "8", "height": "224", "width": "224"},
        (((2, 3, 8, 224, 224),),),
        {
            ((1, 3, 16, 224, 224),): "Got: 16 Expected: 8",
            ((1, 3, 8, 240, 224),): "Got: 240 Expected: 224",
        },
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("form", ["onnx", "pt2"])
@pytest.mark.parametrize("name", CASES)
def test_a_file_gives_what_the_module_gives(name: str, form: str, tmp_path: Path) -> None:
    module, traced = exported(CASES[name], tmp_path)
    check(CASES[name], form, module, traced)


@pytest.mark.slow
def test_a_language_model_takes_as_many_tokens_as_it_has_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import onnxruntime

    sizes = {"length": 8, "vocabulary": 20, "features": 16, "heads": 2, "depth": 2}
    options = [word for name, size in sizes.items() for word in ("--set", f"{name}={size}")]
    spec = NETWORKS / "gpt2_small.arch"
    assert main(["compile", str(spec), "-o", str(tmp_path), *options]) == 0
    assert main(["export", str(tmp_path / "gpt2_small"), "--onnx"]) == 0
    assert "\nlength    1 to 1024\n" in capsys.readouterr().out
    session = onnxruntime.InferenceSession(tmp_path / "gpt2_small" / "gpt2_small.onnx")
    (scores,) = session.run(None, {"tokens": torch.randint(0, 20, (2, 1024)).numpy()})
    assert scores.shape == (2, 1024, 20)
    with pytest.raises(Exception, match="tokens: length must be 1 to 1024"):
        session.run(None, {"tokens": torch.randint(0, 20, (1, 1025)).numpy()})
