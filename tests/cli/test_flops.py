"""`archdsl flops`: its formats and flags."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from archdsl.cli.main import main

SPEC = "specs/x3d_s.arch"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["flops", *arguments]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def as_object(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    parsed: dict[str, object] = json.loads(run(capsys, *arguments, "--format", "json"))
    return parsed


def test_json_has_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    costs = as_object(capsys, SPEC)
    assert costs["network"] == "x3d_s"
    assert costs["input"] == [3, 13, 160, 160]
    assert costs["params"] == 3794322
    assert costs["macs"] == costs["total"] == 1962892112
    assert costs["flops"] == 2 * 1962892112
    assert costs["convention"] == "macs"
    assert costs["views"] == 1
    assert costs["not_counted"]["batch_norm"] > 0
    assert costs["memory"].keys() == {"inference", "training"}
    row = costs["rows"][0]
    assert (row["name"], row["kind"], row["output"]) == ("conv1", "stem", [24, 13, 80, 80])


@pytest.mark.parametrize("by", ["row", "stage", "block", "operation"])
def test_parts_sum_to_the_total(capsys: pytest.CaptureFixture[str], by: str) -> None:
    costs = as_object(capsys, SPEC, "--by", by, "--convention", "pytorchvideo")
    for key, total in (("params", "params"), ("macs", "macs"), ("cost", "total")):
        assert sum(row[key] for row in costs["rows"]) == costs[total]
    names = [row["name"] for row in costs["rows"]]
    assert len(set(names)) == len(names)


def test_conventions_differ(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("macs", "flops", "fvcore", "pytorchvideo", "torch")
    totals = {name: as_object(capsys, SPEC, "--convention", name)["total"] for name in names}
    assert totals["flops"] == totals["torch"] == 2 * totals["macs"]
    assert totals["macs"] < totals["fvcore"] < totals["pytorchvideo"]


def test_views_multiply_the_total_and_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    costs = as_object(capsys, SPEC, "--views", "10x3")
    assert costs["views"] == 30
    assert costs["total"] == 30 * costs["total_per_view"] == 30 * costs["macs"]
    assert "30 (10 clips x 3 crops): 58.89 G MACs" in run(capsys, SPEC, "--views", "10x3")


@pytest.mark.parametrize("shape", ["13x182x182", "3x13x182x182", "13x182^2", "video=13 x 182^2"])
def test_every_notation_of_an_input(capsys: pytest.CaptureFixture[str], shape: str) -> None:
    costs = as_object(capsys, SPEC, "--input", shape)
    assert costs["input"] == [3, 13, 182, 182]
    assert costs["macs"] == 2721933356


def test_input_is_height_and_width_for_images(
    capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    spec = tmp_path_factory.mktemp("specs") / "a.arch"
    spec.write_text("network a() { input image: 3 x 8^2; conv(4) }")
    assert as_object(capsys, str(spec), "--input", "16x32")["input"] == [3, 16, 32]


def test_several_inputs_are_named(
    capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    spec = tmp_path_factory.mktemp("specs") / "a.arch"
    spec.write_text("network a() { input p: 3 x 8^2; input q: 3 x 8^2; return p + q }")
    inputs = ["--input", "p=16x16", "--input", "q = 16x16"]
    assert as_object(capsys, str(spec), *inputs)["input"] == {"p": [3, 16, 16], "q": [3, 16, 16]}
    assert main(["flops", str(spec), "--input", "16x16"]) == 1
    assert "write `p=16x16`" in capsys.readouterr().err


def test_set_takes_expressions_of_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    size = as_object(capsys, SPEC, "--set", "size = 91 * 2", "--set", "window = (13, 5, 5)")
    assert size["input"] == [3, 13, 182, 182]
    rule = ("--set", "shortcut_norm=where_channels_differ")
    assert as_object(capsys, SPEC, *rule)["params"] == 3794274


def test_csv_has_exact_integers(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(run(capsys, SPEC, "--format", "csv"))))
    assert rows[0]["output"] == "24x13x80x80"
    assert sum(int(row["macs"]) for row in rows) == 1962892112
    assert sum(int(row["params"]) for row in rows) == 3794322


def test_markdown_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, SPEC, "--format", "markdown").splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
    assert len({len(line) for line in table}) == 1


def test_the_table_names_convention_input_and_what_is_not_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = run(capsys, SPEC)
    assert "x3d_s at video 3 x 13 x 160^2, in MACs for one view" in shown
    assert "convention    macs: multiply-adds" in shown
    assert "1.96 G  100.0 %" in shown
    assert "not counted   batch_norm x " in shown
    assert all(line == line.rstrip() for line in shown.splitlines())


def test_an_input_that_does_not_fit_names_the_operation(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    spec = tmp_path / "n.arch"
    spec.write_text("network n() {\n  input x: 8 x 16^2\n  x -> avg_pool(9)\n}\n")
    assert main(["flops", str(spec), "--input", "8x8^2"]) == 1
    assert "note: in avg_pool\n" in capsys.readouterr().err
