"""`archdsl weights inspect`: what it shows, and how it refuses files without weights or with code.

Nothing in a file may run, so the broken and hostile files here are as important as the good ones.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import torch

from archdsl.cli.main import main
from archdsl.weights.keys import fold_lines
from weights.slowfast import checkpoint, slowfast_x3d

Printed = pytest.CaptureFixture[str]


class Harmful:
    """Unpickling an instance would create a folder."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, ("harmed",)


def test_inspect_folds_repeated_layers(
    tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    module = slowfast_x3d()
    torch.save(checkpoint(module), tmp_path / "a.pyth")
    assert main(["weights", "inspect", str(tmp_path / "a.pyth")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 70
    assert any(line.startswith("s4.pathway0_res0-10.branch2.c ") for line in lines)
    assert any(line.startswith("s1.pathway0_stem.conv_xy ") for line in lines)
    state = module.state_dict()
    total = sum(value.numel() for value in state.values())
    parameters = sum(value.numel() for value in module.parameters())
    counters = sum(key.endswith("num_batches_tracked") for key in state)
    assert lines[-5:] == [
        "- form        `model_state` of a checkpoint",
        "- keys        those of SlowFast's X3D: `--from slowfast`",
        f"- tensors     {len(state)}: {len(state) - counters} of float32, {counters} of int64",
        f"- parameters  {parameters:,}; statistics {total - parameters:,}",
        "- not read    epoch, optimizer_state, cfg",
    ]


def test_inspect_as_json_and_csv(tmp_path: Path, capsys: Printed) -> None:
    tensors = {"a.0.weight": torch.ones(2, 3), "a.1.weight": torch.ones(2, 3).half()}
    torch.save(tensors, tmp_path / "a.pt")
    assert main(["weights", "inspect", str(tmp_path / "a.pt"), "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["tensors"][1] == {
        "key": "a.1.weight",
        "shape": [2, 3],
        "dtype": "float16",
        "elements": 6,
    }
    assert (shown["source"], shown["parameters"], shown["form"]) == (None, 12, "a state dict")
    assert main(["weights", "inspect", str(tmp_path / "a.pt"), "--format", "csv"]) == 0
    assert "a.0.weight,2x3,float32,6\n" in capsys.readouterr().out


def test_keys_are_folded_into_lines() -> None:
    keys = [f"b.{stage}.{place}.{leaf}" for stage in (0, 2) for place in (1, 2, 3) for leaf in "wb"]
    assert fold_lines(keys) == ["b.0,2.1-3: w, b"]
    assert fold_lines([*keys, "b.0.7.w", "alpha"]) == ["b.0,2.1-3: w, b", "b.0.7: w", "alpha"]
    assert fold_lines(["a.0.1.w", "a.1.0.w"]) == ["a.0.1: w", "a.1.0: w"]
    assert fold_lines([f"res{i}.w" for i in (1, 3, 5, 7)]) == ["res1,3,...,7: w"]
    assert fold_lines(["a.1.w", "a.01.w", f"a.{'9' * 5000}.w"]) == [
        "a.1: w",
        "a.01: w",
        f"a.{'9' * 5000}: w",
    ]
    assert fold_lines(["w", "1", "2"]) == ["w, 1, 2"]


def _truncated(path: Path) -> None:
    torch.save({"a": torch.ones(300)}, path)
    path.write_bytes(path.read_bytes()[:700])


def _truncated_legacy(path: Path) -> None:
    torch.save({"a": torch.ones(300)}, path, _use_new_zipfile_serialization=False)
    path.write_bytes(path.read_bytes()[:700])


def _compressed(path: Path) -> None:
    torch.save({"a": torch.zeros(10_000)}, path)
    with ZipFile(path) as archive:
        entries = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


DAMAGED = "is not a file of weights, or only a part of one"
FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "no such file"),
    "folder": (Path.mkdir, "must be a file of weights, but this is a folder"),
    "pipe": (os.mkfifo, "must be a file of weights, but this is a device or a pipe"),
    "compressed": (_compressed, "is compressed and would expand in memory, so it is not loaded"),
    "empty": (Path.touch, DAMAGED),
    "text": (lambda path: path.write_text("hello"), DAMAGED),
    "truncated": (_truncated, DAMAGED),
    "truncated, legacy format": (_truncated_legacy, DAMAGED),
    "caffe": (lambda path: path.write_bytes(pickle.dumps({"blobs": {"a": 1}}, 2)), DAMAGED),
    "pickle of today": (
        lambda path: path.write_bytes(pickle.dumps({"blobs": {"a": 1}}, 4)),
        "is a pickle of protocol 4, which torch loads only as code",
    ),
    "newer protocol": (
        lambda path: torch.save({"a": torch.ones(2)}, path, pickle_protocol=5),
        "is a pickle of protocol 5, which torch loads only as code",
    ),
    "code": (lambda path: torch.save({"a": Harmful()}, path), "more than weights, `posix.mkdir`"),
    "module": (lambda path: torch.save(torch.nn.Linear(2, 2), path), "`torch.nn.modules.linear"),
    "tensor": (
        lambda path: torch.save(torch.ones(2), path),
        "it holds `torch.Tensor`",
    ),
    "no tensors": (
        lambda path: torch.save({"args": argparse.Namespace(a=1), "step": 3}, path),
        "it holds `args (argparse.Namespace)`, `step`",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_bad_files_are_refused_in_one_line(
    kind: str, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make, message = FILES[kind]
    make(tmp_path / "a.pt")
    assert main(["weights", "inspect", "a.pt"]) == 1
    printed = capsys.readouterr().err
    assert message in printed
    assert "Traceback" not in printed
    assert not Path("harmed").exists()


def test_bad_safetensors(tmp_path: Path, capsys: Printed) -> None:
    pytest.importorskip("safetensors")
    (tmp_path / "a.safetensors").write_bytes(b"hello there, no tensors")
    assert main(["weights", "inspect", str(tmp_path / "a.safetensors")]) == 1
    assert DAMAGED in capsys.readouterr().err


def test_control_characters_in_keys_are_escaped(tmp_path: Path, capsys: Printed) -> None:
    torch.save({"a\x1b[2J.\nweight": torch.ones(2)}, tmp_path / "a.pt")
    assert main(["weights", "inspect", str(tmp_path / "a.pt")]) == 0
    assert "\\nweight 2" in (printed := capsys.readouterr().out)
    assert "\x1b" not in printed


def test_tensors_without_elements_are_not_read(tmp_path: Path, capsys: Printed) -> None:
    state = {"a": torch.ones(2, device="meta"), "b": torch.eye(2).to_sparse(), "c": torch.ones(2)}
    torch.save(state, tmp_path / "a.pt")
    assert main(["weights", "inspect", str(tmp_path / "a.pt")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "- not read    a, b"


@pytest.mark.parametrize(("package", "suffix"), [("torch", "pt"), ("safetensors", "safetensors")])
def test_a_missing_package_is_named(
    package: str, suffix: str, tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a.{suffix}"
    path.touch()
    for name in (package, f"{package}.torch"):
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["weights", "inspect", str(path)]) == 1
    assert f"this needs the package {package}" in capsys.readouterr().err
