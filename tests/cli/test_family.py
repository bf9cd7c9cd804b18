"""`archdsl family`: the figures of `flops`, the verdicts of `check`, a table and a picture."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from archdsl import files
from archdsl.cli.main import main

SPECS = sorted(str(path) for path in Path("specs").glob("*x3d_[sl].arch"))


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """The JSON that a command prints, whatever its exit status."""
    main([*arguments, "--format", "json"])
    return json.loads(capsys.readouterr().out)


def spec(folder: Path, claims: str, block: str = "conv(8)") -> str:
    path = folder / "a.arch"
    path.write_text(f"network a() {{ input image: 3 x 8^2\n image -> {block} }}\n{claims}")
    return str(path)


@pytest.mark.parametrize(
    ("pattern", "convention", "count"), [("autox3d_s", "macs", 4), ("x3d_?", "pytorchvideo", 6)]
)
def test_figures_are_those_of_flops(
    capsys: pytest.CaptureFixture[str], pattern: str, convention: str, count: int
) -> None:
    specs = sorted(str(path) for path in Path("specs").glob(f"{pattern}.arch"))
    members = printed(capsys, "family", *specs, "--convention", convention)
    assert len(members) == count
    for member in members:
        given = [f"--set={name}={value}" for name, value in member["parameters"].items()]
        asked = ["flops", member["spec"], "--network", member["network"], *given]
        costs = printed(capsys, *asked, "--convention", convention)
        for name in ("network", "input", "params", "macs", "activations", "convention"):
            assert member[name] == costs[name]
        assert member["cost"] == costs["total"]
        assert member["memory"] == costs["memory"]["inference"]


def test_claims_are_those_of_check(capsys: pytest.CaptureFixture[str]) -> None:
    counted: Counter[str] = Counter()
    for member in printed(capsys, "family", *SPECS):
        counted.update(member["claims"])
    checked = Counter(claim["verdict"] for claim in printed(capsys, "check", *SPECS)["claims"])
    assert counted["met"] == checked["met"]
    assert counted["disputed"] == checked["disputed"]
    assert not counted["not_met"]
    assert counted.total() == checked.total() - checked["as published"]


def test_accuracies_are_beside_the_costs_that_they_were_claimed_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    members = printed(capsys, "family", "specs/x3d_m.arch")
    assert [(m["parameters"], m["top1"]) for m in members] == [({}, None), ({"size": 256}, 76.0)]
    assert [round(m["cost"] / 1e9, 2) for m in members] == [4.73, 6.18]


def test_the_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["family", "specs/x3d_s.arch"]) == 0
    out, err = capsys.readouterr()
    rows = [line.split("  ") for line in out.splitlines()]
    assert [row[0] for row in rows[2:]] == ["x3d_s", "x3d_s(size = 182)"]
    assert "73.3  1 met" in out
    assert not err


def test_csv_and_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["family", "specs/x3d_l.arch", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["top1"] for row in rows if row["network"] == "x3d_l(size = 356)"] == ["77.5"]
    assert main(["family", "specs/x3d_l.arch", "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("| network ")


def test_a_claim_that_is_not_met(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["family", spec(tmp_path, "claim a { params 31 }")]) == 1
    out, err = capsys.readouterr()
    assert "1 not met" in out
    assert "error[claim]" in err


def test_a_broken_spec_does_not_affect_the_others(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["family", str(tmp_path / "none.arch"), "specs/x3d_s.arch"]) == 1
    out, err = capsys.readouterr()
    assert "x3d_s(size = 182)" in out
    assert "no such file" in err


def test_a_picture(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "made" / "family.svg"
    assert main(["family", *SPECS, "-o", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    texts = [element.text for element in ElementTree.parse(path).iter()]
    assert {"x3d_s", "autox3d_l_plain", "from x2d", "20 G"} <= {*texts}


def test_a_picture_replaces_only_another(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "family.svg"
    command = ["family", "specs/x3d_s.arch", "-o", str(path)]
    for _ in range(2):
        assert main(command) == 0
        assert capsys.readouterr().out == f"{path}\n"
        assert files.is_ours(path.read_bytes())
    path.write_text("mine")
    assert main(command) == 1
    assert main([*command, "--force"]) == 0


def test_png(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    path = tmp_path / "family.png"
    assert main(["family", "specs/x3d_s.arch", "-o", str(path)]) == 0
    assert files.is_ours(path.read_bytes())


def test_a_picture_needs_an_accuracy(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "family.svg"
    assert main(["family", "specs/x2d.arch", "-o", str(path)]) == 1
    out, err = capsys.readouterr()
    assert not out
    assert "no claim of these specs states an accuracy" in err
    assert not path.exists()


def test_a_network_without_costs_is_not_drawn(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    free = spec(tmp_path, "claim a { top1 60 }", block="relu")
    path = tmp_path / "family.svg"
    assert main(["family", free, "-o", str(path)]) == 1
    assert "all networks with an accuracy have 0 MACs" in capsys.readouterr().err
    assert main(["family", free, "specs/x3d_s.arch", "-o", str(path)]) == 0
    assert "1 network with 0 MACs not drawn: the axis is logarithmic" in path.read_text()


@pytest.mark.parametrize(
    "more",
    [[], ["specs/x2d.arch", "-o", "a.dot"], ["specs/x2d.arch", "-o", "a.svg", "--format", "csv"]],
)
def test_bad_command_lines(more: list[str]) -> None:
    assert main(["family", *more]) == 2


def test_no_other_command_imports_families() -> None:
    script = (
        "import sys; from archdsl.cli.main import main; main(['flops', sys.argv[1]]);"
        "loaded = ('archdsl.claims', 'archdsl.report.claims');"
        "sys.exit(any(name.startswith(loaded) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script, SPECS[0]], capture_output=True)
    assert done.returncode == 0
