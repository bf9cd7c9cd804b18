"""`archdsl passes`: what each pass did, and what that is worth."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from archdsl.cli.main import main
from archdsl.emit.targets.infer import INFER

SPEC = "specs/x3d_xs.arch"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["passes", *arguments]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def test_each_pass_says_what_it_did(unprobed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = json.loads(run(capsys, SPEC, "--format", "json"))
    first, *steps = shown["passes"]
    assert [step["pass"] for step in steps] == [each.__name__ for each in INFER.passes]
    done = {step["pass"]: step for step in reversed(steps)}
    assert done["drop_training"]["gone"] == {"dropout": 1}
    assert done["fold_norm"]["gone"] == {"batch_norm": 84}
    assert done["fold_norm"]["new"] == {}
    assert done["fuse_activation"]["new"]["conv + relu"] == done["fuse_activation"]["gone"]["relu"]
    assert done["fuse_add"]["gone"]["add"] == done["fuse_add"]["new"]["conv + add"] == 26
    assert done["inline"]["gone"].keys() == {"block"}
    assert done["pool_as_mean"]["new"] == {
        "mean": done["pool_as_mean"]["gone"]["adaptive_avg_pool"]
    }
    assert done["in_place"]["new"]["silu in place"] == done["in_place"]["gone"]["silu"]
    assert {step["nanoseconds"] for step in steps} == {None}
    assert steps[-1]["bytes"] < first["bytes"] / 2
    assert steps[-1]["macs"] == first["macs"]


def test_counts_add_up(unprobed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, *steps = json.loads(run(capsys, SPEC, "--format", "json"))["passes"]
    count = first["operations"]
    for step in steps:
        change = [
            sum(number for kind, number in step[side].items() if kind != "block")
            for side in ("new", "gone")
        ]
        count += change[0] - change[1]
        assert step["operations"] == count


def test_times_need_a_probe(probed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = json.loads(run(capsys, SPEC, "--format", "json"))["passes"]
    times = [step["nanoseconds"] for step in steps]
    assert times == sorted(times, reverse=True)
    assert times[-1] < times[0]
    assert "times are predicted" in run(capsys, SPEC)


def test_without_a_probe_all_else_is_shown(
    unprobed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = run(capsys, SPEC)
    assert "batch_norm x 84 gone" in shown
    assert "unknown: `archdsl probe` measures this machine" in shown


@pytest.mark.parametrize("spec", [SPEC, "tests/networks/mvit_v2_s.arch", "specs/tiny.arch"])
def test_a_page_is_eighty_columns_wide(
    probed: Path, capsys: pytest.CaptureFixture[str], spec: str
) -> None:
    assert max(map(len, run(capsys, spec).splitlines())) <= 80


def test_csv_and_markdown(probed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(run(capsys, SPEC, "--format", "csv"))))
    assert rows[2]["gone"] == "batch_norm x 84"
    assert "- fold_norm batch_norm x 84 gone" in run(capsys, SPEC, "--format", "markdown")


def test_a_space_has_no_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["passes", "specs/tiny_space.arch"]) == 1
    assert "is a space of networks" in capsys.readouterr().err
