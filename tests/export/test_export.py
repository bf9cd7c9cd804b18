"""`archdsl export`: files that compute what the module computes, or an error that says why not."""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn

from archdsl.cli.main import main
from archdsl.emit.pages import WEIGHT_FILES
from archdsl.export.formats import ABOUT

SPEC = '''"""Pools height and width, and not the frames."""
network small(frames = 3, size = 8, classes: int = 5) {
  input video: 3 x frames x size^2
  x = video -> conv(4, kernel = (1, 3, 3)) -> batch_norm(gamma = 0) -> relu
  return x -> mean((height, width)) -> flatten -> linear(classes)
}
'''

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def build(tmp_path: Path) -> Path:
    return compiled(tmp_path)


def compiled(folder: Path, spec: str = SPEC, name: str = "small") -> Path:
    path = folder / f"{name}.arch"
    path.write_text(spec)
    assert main(["compile", str(path), "-o", str(folder / "build")]) == 0
    return folder / "build" / name


def contents(folder: Path) -> set[Path]:
    """The files in a folder, without the bytecode that Python caches."""
    return {path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def model_of(build: Path, **arguments: object) -> nn.Module:
    model: nn.Module = torch.hub.load(str(build), build.name, source="local", **arguments)
    sys.modules.pop(build.name)
    return model.eval()


def saved(model: nn.Module, path: Path, names: Sequence[str] = ()) -> Path:
    """Its weights in a file, randomised so that no zero hides a branch; train.py keeps names."""
    torch.manual_seed(0)
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.is_floating_point():
            tensor.data.uniform_(0.5, 1)
    torch.save({"model_state": model.state_dict(), "classes": list(names)}, path)
    return path


def test_onnx_computes_what_the_module_computes(
    build: Path, tmp_path: Path, capsys: Printed
) -> None:
    model = model_of(build, classes=7)
    weights, out = saved(model, tmp_path / "best.pt", "abcdefg"), tmp_path / "small.onnx"
    command = ["export", str(build), "--onnx", "--weights", str(weights), "-o", str(out)]
    assert main([*command, "--set", "classes=7"]) == 0
    shown = capsys.readouterr().out
    assert f"weights   {weights}\nbatch     any\nframes    fixed at 3\n" in shown
    assert "others: video must be 3 x 3 x 8^2 for `linear`" in shown
    assert "height    any\nwidth     any\nclasses   a, b, c, d, e, f and 1 more\n" in shown
    assert "\nformat    ONNX, opset 2" in shown
    assert shown.endswith(f"\n{out}\n")

    import onnxruntime

    session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    assert (taken.name, taken.shape) == ("video", ["batch", 3, 3, "height", "width"])
    assert (given.name, given.shape) == ("output", ["batch", 7])
    clips = torch.randn(4, 3, 3, 11, 6)
    (logits,) = session.run(None, {"video": clips.numpy()})
    torch.testing.assert_close(torch.from_numpy(logits), model(clips))
    about = session.get_modelmeta().custom_metadata_map
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    assert json.loads(about["classes"]) == [*"abcdefg"]
    assert json.loads(about["weights"]) == {"file": "best.pt", "sha256": digest}
    assert json.loads(about["inputs"]) == {"video": ["batch", 3, "frames", "height", "width"]}
    assert json.loads(about["sizes"])["frames"] == "3"


def test_pt2_computes_what_the_module_computes(
    build: Path, tmp_path: Path, capsys: Printed
) -> None:
    model = model_of(build)
    weights = saved(model, tmp_path / "best.pt")
    assert main(["export", str(build), "--pt2", "--weights", str(weights)]) == 0
    assert "format    a program of torch.export" in capsys.readouterr().out
    kept = {ABOUT: ""}
    program = torch.export.load(build / "small.pt2", extra_files=kept)
    about = json.loads(kept[ABOUT])
    assert (about["network"], about["classes"]) == ("small", 5)
    assert about["spec"] == json.loads((build / "network.json").read_text())["spec"]
    clips = torch.randn(4, 3, 3, 11, 6)
    torch.testing.assert_close(program.module()(clips), model(clips))
    assert (build / "small.pt2").stat().st_size < 100_000
    written = {"hubconf.py", "network.json", "small.pt2", "small.py", *WEIGHT_FILES}
    assert {path.name for path in contents(build)} == written


RECIPE = """
recipe small_train for small {
  epochs 1
  batch 2
  optimizer sgd(lr = 0.1)
  clip(frames = 3, stride = 2, rate = 25)
  crop 8
  resize 8
  normalise(mean = 0.5, std = (0.1, 0.2, 0.3))
  test views(clips = 1, size = 8)
}
"""


def test_the_file_says_how_clips_are_read(tmp_path: Path, capsys: Printed) -> None:
    """As recipe.py says it now, which is for users to edit; it is not run."""
    build = compiled(tmp_path, SPEC + RECIPE)
    recipe = build / "recipe.py"
    edited = recipe.read_text().replace("stride=2", "stride=4")
    recipe.write_text(edited + "\nraise SystemExit('the recipe was run')\n")
    (build / "classes.txt").write_text("1 b\n0 a\n2 c d\n")
    assert main(["export", str(build), "--pt2"]) == 0
    shown = capsys.readouterr().out
    assert "recipe    the file has mean, std, clip\nclasses   a, b, c d\n" in shown
    kept = {ABOUT: ""}
    torch.export.load(build / "small.pt2", extra_files=kept)
    about = json.loads(kept[ABOUT])
    assert (about["mean"], about["std"]) == ([0.5] * 3, [0.1, 0.2, 0.3])
    assert about["clip"] == {"frames": 3, "stride": 4, "rate": 25, "short": "loop"}
    assert (about["classes"], about["weights"]) == (["a", "b", "c d"], "random")


NAMES = {
    "others": ("abcde", "a\nb\nd\n", "class 2 is d in {listed}, but c in {weights}"),
    "fewer": ("abc", "a\nb\n", "{listed} names 2 classes, but {weights} 3"),
    "twice": ("", "a\nb\na\n", "{listed} names these classes twice: a"),
    "too many": ("", "a\nb\nc\nd\ne\nf\n", "there are 6 names of classes, but it gives 5 scores"),
    "no text": ("", "\udcff", "{listed} must be text in UTF-8"),
}


@pytest.mark.parametrize("kind", NAMES)
def test_names_that_contradict(kind: str, build: Path, tmp_path: Path, capsys: Printed) -> None:
    names, text, message = NAMES[kind]
    weights, listed = saved(model_of(build), tmp_path / "best.pt", names), build / "classes.txt"
    listed.write_text(text, errors="surrogateescape")
    assert main(["export", str(build), "--pt2", "--weights", str(weights)]) == 1
    assert message.format(listed=listed, weights=weights) in capsys.readouterr().err
    assert not (build / "small.pt2").exists()


def test_a_full_disk_leaves_no_file(
    build: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = contents(build)
    monkeypatch.setattr(os, "fsync", full)
    assert main(["export", str(build), "--pt2"]) == 1
    printed = capsys.readouterr().err
    assert f"cannot write {build / 'small.pt2'}: no space left on device" in printed
    assert contents(build) == before


def test_a_runtime_that_lacks_the_opset_is_told(
    build: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    def older(content: bytes, providers: list[str]) -> None:
        raise RuntimeError("[ONNXRuntimeError] : 1 : FAIL : Opset 20 is under development")

    monkeypatch.setattr(onnxruntime, "InferenceSession", older)
    assert main(["export", str(build), "--onnx"]) == 1
    printed = capsys.readouterr().err
    assert f"onnxruntime {onnxruntime.__version__} does not run ONNX of opset 2" in printed
    assert "help: a newer onnxruntime may" in printed
    assert not (build / "small.onnx").exists()


LANGUAGE = """network language(length = 6, vocabulary = 9) {
  input tokens: length integers below vocabulary
  x = tokens -> embedding(vocabulary, 4)
  return x -> layer_norm -> linear(vocabulary)
}
"""


@pytest.mark.parametrize("form", ["onnx", "pt2"])
def test_integers(form: str, tmp_path: Path, capsys: Printed) -> None:
    """They are drawn below what the module says, of any length, and stay integers in the file."""
    build = compiled(tmp_path, LANGUAGE, "language")
    assert main(["export", str(build), f"--{form}"]) == 0
    assert "batch     any\nlength    any\n" in capsys.readouterr().out
    tokens = torch.randint(0, 9, (3, 11))
    expected = (3, 11, 9)
    if form == "pt2":
        program = torch.export.load(build / "language.pt2")
        assert program.module()(tokens).shape == expected
    else:
        import onnxruntime

        path = build / "language.onnx"
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        assert session.get_inputs()[0].type == "tensor(int64)"
        (logits,) = session.run(None, {"tokens": tokens.numpy()})
        assert logits.shape == expected


def test_a_bound_of_integers_that_is_none(tmp_path: Path, capsys: Printed) -> None:
    build = compiled(tmp_path, LANGUAGE, "language")
    edit(build, '"tokens": 9}', '"tokens": "nine"}')
    assert main(["export", str(build), "--pt2"]) == 1
    assert "does not say what its integers are below" in capsys.readouterr().err


def test_a_file_that_differs_is_not_written(build: Path, capsys: Printed) -> None:
    """The user edited the module, and now it gives another result each time."""
    edit(
        build,
        "x = self.linear(x.flatten(1))",
        "x = nn.functional.dropout(self.linear(x.flatten(1)), training=True)",
    )
    assert main(["export", str(build), "--pt2"]) == 1
    printed = capsys.readouterr()
    assert "small.py was edited since it was compiled: it is taken as it is" in printed.out
    assert "of the largest value at 1 x 3 x 3 x 8^2; 1e-03 is allowed" in printed.err
    assert not (build / "small.pt2").exists()


def edit(build: Path, before: str, after: str) -> None:
    path = build / f"{build.name}.py"
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))


def renamed_keys(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key.replace("linear", "head"): value for key, value in state.items()}


def test_weights_of_another_network(build: Path, tmp_path: Path, capsys: Printed) -> None:
    path = tmp_path / "other.pt"
    torch.save(renamed_keys(model_of(build).state_dict()), path)
    assert main(["export", str(build), "--pt2", "--weights", str(path)]) == 1
    printed = capsys.readouterr().err
    assert f"{path} lacks 2 tensors of this network" in printed
    assert "linear: weight, bias" in printed
    assert f"{path} has 2 tensors that this network does not have" in printed
    torch.save(model_of(build, classes=9).state_dict(), path)
    assert main(["export", str(build), "--pt2", "--weights", str(path)]) == 1
    printed = capsys.readouterr().err
    assert "linear.weight is 9 x 12, but 5 x 12 here" in printed
    assert "--set classes=9" in printed


BAD = {
    "nothing there": (["{top}/none"], 1, "none is not a build folder"),
    "the folder above": (["{top}/build"], 1, "did you mean {build}?"),
    "a spec": (["{top}/small.arch"], 1, "`archdsl compile {top}/small.arch` makes one"),
    "its module": (["{build}/small.py"], 1, "did you mean {build}?"),
    "no weights": (["{build}", "--weights", "{top}/no.pt"], 1, "no such file: {top}/no.pt"),
    "no such argument": (["{build}", "--set", "clases=3"], 1, "did you mean `classes`?"),
    "no number": (["{build}", "--set", "classes=many"], 2, "must be NAME=NUMBER"),
    "both forms": (["{build}", "--onnx"], 2, "not allowed with argument"),
    "a folder as output": (["{build}", "-o", "{top}/build", "--force"], 1, "is a folder"),
    "a file as folder": (["{build}", "-o", "{top}/small.arch/o.pt2"], 1, "cannot write"),
    "there already": (["{build}", "-o", "{top}/small.arch"], 1, "exists already"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input(build: Path, tmp_path: Path, kind: str, capsys: Printed) -> None:
    words, status, message = BAD[kind]
    before = contents(tmp_path)
    command = [word.format(top=tmp_path, build=build) for word in words]
    assert main(["export", *command, "--pt2"]) == status
    assert message.format(top=tmp_path, build=build) in capsys.readouterr().err
    assert contents(tmp_path) == before


def test_a_format_must_be_chosen(build: Path, capsys: Printed) -> None:
    assert main(["export", str(build)]) == 2
    assert "one of the arguments --onnx --pt2 --int8 is required" in capsys.readouterr().err


EDITS = {
    "no Python": ("class Small", "class class", "does not load: SyntaxError: invalid syntax"),
    "no size": ("INPUTS", "SIZES", "does not give the size of its input"),
    "a size of no number": ("(3, 3, 8, 8)}", "(3, 3, 8, None)}", "does not give the size of its"),
    "two sizes": ('"video": ', '"more": (3,), "video": ', "has 2 inputs, but its forward takes 1"),
    "another size": ("(3, 3, 8, 8)}", "(3, 4, 8, 8)}", "does not take its INPUTS: video must be"),
    "another class": ("class Small", "class Large", "small.py has no class Small, which network"),
    "an exit": (
        "from torch import Tensor, nn\n",
        "from torch import Tensor, nn\n\nraise SystemExit\n",
        "does not load: SystemExit",
    ),
    "a result that is not finite": (
        "x = self.linear(",
        "x = 0 * (0 * x).sum().log() * self.linear(",
        "differ by inf",
    ),
    "a name error": (
        "from torch import Tensor, nn\n",
        "from torch import Tensor, nn\n\nunknown()\n",
        "does not load: NameError",
    ),
    "a bad layer": ("nn.Linear(12", "nn.Linear(-12", "cannot be constructed: "),
}


@pytest.mark.parametrize("kind", EDITS)
def test_a_broken_edit_is_named(build: Path, kind: str, capsys: Printed) -> None:
    before, after, message = EDITS[kind]
    edit(build, before, after)
    assert main(["export", str(build), "--pt2"]) == 1
    assert message in capsys.readouterr().err


MANIFESTS = {
    "no JSON": ("{", "{{", "network.json is not valid JSON"),
    "a list": (None, "[]", "must name the module and the class of a network"),
    "no module": ('"module"', '"modul"', "must name the module and the class of a network"),
    "a module elsewhere": ('"small.py"', '"../small.py"', "must name the module and the class"),
    "a module that is missing": ('"small.py"', '"smal.py"', "smal.py is missing"),
    "no class": ('"Small"', '"Small()"', "must name the module and the class of a network"),
}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_a_broken_manifest_is_named(build: Path, kind: str, capsys: Printed) -> None:
    before, after, message = MANIFESTS[kind]
    path = build / "network.json"
    (build.parent / "small.py").write_text("raise SystemExit('outside of the folder')")
    path.write_text(path.read_text().replace(before, after) if before else after)
    assert main(["export", str(build), "--pt2"]) == 1
    printed = capsys.readouterr().err
    assert message in printed
    assert "help: compile it again" in printed


def test_a_folder_of_an_older_kind_is_told(build: Path, capsys: Printed) -> None:
    (build / "network.json").unlink()
    assert main(["export", str(build), "--pt2"]) == 1
    printed = capsys.readouterr().err
    assert f"{build} is not a build folder: it has no network.json" in printed
    assert "help: an older archdsl may have made it: compile it again" in printed


def test_a_module_may_import_from_its_folder(build: Path, capsys: Printed) -> None:
    (build / "own_layers.py").write_text("from torch import relu as own\n")
    edit(build, "from torch import", "from own_layers import own\nfrom torch import")
    edit(build, "x = self.linear(x.flatten(1))", "x = own(self.linear(x.flatten(1)))")
    assert main(["export", str(build), "--pt2"]) == 0
    assert torch.export.load(build / "small.pt2").module()(torch.randn(1, 3, 3, 8, 8)).min() >= 0
    assert "own_layers" not in sys.modules


@pytest.mark.parametrize("form", ["onnx", "pt2"])
def test_missing_packages_are_named(
    build: Path, form: str, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> ModuleType | None:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", absent)
    assert main(["export", str(build), f"--{form}"]) == 1
    printed = capsys.readouterr().err
    assert {"onnx": "torch, onnx, onnxscript, onnxruntime", "pt2": "needs torch"}[form] in printed
    assert "pip install 'archdsl[export]'" in printed


def test_an_imported_module_of_the_same_name_is_put_back(
    build: Path, tmp_path: Path, capsys: Printed
) -> None:
    sys.modules["small"] = own = ModuleType("small")
    try:
        assert main(["export", str(build), "--pt2"]) == 0
        assert sys.modules["small"] is own
    finally:
        del sys.modules["small"]


def test_an_operation_that_onnx_lacks_is_named(tmp_path: Path, capsys: Printed) -> None:
    spec = "network pooled() {\n  input video: 2 x 4 x 8^2\n  adaptive_avg_pool(4)\n}\n"
    build = compiled(tmp_path, spec, "pooled")
    assert main(["export", str(build), "--onnx"]) == 1
    printed = capsys.readouterr().err
    assert "torch.onnx fails: No ONNX function found for" in printed
    assert "aten._adaptive_avg_pool3d" in printed


@pytest.mark.slow
@pytest.mark.parametrize("form", ["onnx", "pt2"])
@pytest.mark.parametrize(
    "name", ["x3d_s", "autox3d_s", "i3d", "s3d", "i3d_r50", "i3d_r50_attention"]
)
def test_published_networks(name: str, form: str, tmp_path: Path, capsys: Printed) -> None:
    spec = Path(__file__).resolve().parents[2] / "specs" / f"{name}.arch"
    assert main(["compile", str(spec), "-o", str(tmp_path)]) == 0
    assert main(["export", str(tmp_path / name), f"--{form}"]) == 0
    shown = capsys.readouterr().out
    assert "batch     any" in shown
    frames = "1 to 16" if name == "i3d_r50_attention" else "any"
    assert f"frames    {frames}\n" in shown
