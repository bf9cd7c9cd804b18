"""`archdsl diff`: how two networks are given, what is printed, and the exit status."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from archdsl.cli.main import main

S, L = "specs/autox3d_s.arch", "specs/autox3d_l.arch"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["diff", *arguments])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (S, S),
        (f"{L}:autox3d_l_printed", f"{L}: autox3d_l_printed(frames = 16)"),
        (L, f"{S}: autox3d_s(frames = 16, size = 312) + stretch(depth = 2)"),
        (S, ":(frames = 13)"),
        (L, ":autox3d_l(attention = glore)"),
    ],
)
def test_one_network_given_in_two_ways(capsys: pytest.CaptureFixture[str], a: str, b: str) -> None:
    status, out, err = run(capsys, a, b)
    assert (status, err) == (0, "")
    assert "The networks are equal up to names: 13 rows alike" in out


def test_a_transform_that_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, S, ": + stretch(1)")
    assert status == 0
    assert "warning[transform]: this changes nothing" in err
    assert "The networks are equal up to names: 13 rows alike" in out


def test_two_networks(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, L, ":autox3d_l_printed")
    assert (status, err) == (1, "")
    assert "The networks differ: 2 rows changed, 11 rows alike" in out
    assert "number 2 -> 1" in out
    assert "... 10 alike" in out


@pytest.mark.parametrize(
    "pair",
    [
        (S, "specs/autox3d_m.arch"),
        (S, L),
        ("specs/x3d_m.arch", "specs/x3d_l.arch"),
        ("specs/i3d.arch", "specs/i3d_attention.arch"),
    ],
)
def test_fits_a_page(capsys: pytest.CaptureFixture[str], pair: tuple[str, str]) -> None:
    _, out, _ = run(capsys, *pair)
    lines = out.splitlines()
    assert all(line == line.rstrip() for line in lines)
    assert max(map(len, lines)) <= 104


def test_set_and_input_are_for_both(capsys: pytest.CaptureFixture[str]) -> None:
    both = ("specs/x3d_s.arch", "specs/x3d_m.arch")
    assert run(capsys, *both)[0] == 1
    assert run(capsys, *both, "--set", "frames=8", "--set", "size=64")[0] == 0
    assert run(capsys, *both, "--input", "13x182x182")[0] == 0


@pytest.mark.parametrize("by", ["row", "stage", "block", "operation"])
def test_json_is_exact_and_complete(capsys: pytest.CaptureFixture[str], by: str) -> None:
    _, out, _ = run(capsys, S, L, "--format", "json", "--by", by)
    shown = json.loads(out)
    assert shown["same"] is False
    assert shown["by"] == by
    for side in ("a", "b"):
        parts = [row[side] for row in shown["rows"] if row[side]]
        assert sum(part["macs"] for part in parts) == shown[side]["macs"]
        assert sum(part["params"] for part in parts) == shown[side]["params"]


def test_json_has_the_changes(capsys: pytest.CaptureFixture[str]) -> None:
    shown = json.loads(run(capsys, S, L, "--format", "json")[1])
    row = shown["rows"][1]
    assert (row["status"], row["a"]["name"], row["b"]["name"]) == (
        "changed",
        "stage1.0",
        "stage1.0-1",
    )
    assert row["changes"] == [{"what": "number", "a": "1", "b": "2", "times": 1}]
    assert shown["changes"][0]["what"] == "input 1"


def test_csv_and_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(run(capsys, S, L, "--format", "csv")[1])))
    assert len(rows) == 13
    assert (rows[0]["a_output"], rows[0]["b_output"]) == ("24x13x80x80", "24x16x156x156")
    assert rows[1]["changes"] == "number 1 -> 2"
    markdown = run(capsys, S, L, "--format", "markdown")[1]
    assert len({line.count("|") for line in markdown.splitlines() if line.startswith("|")}) == 1


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ("nope.arch", "nope.arch", "no such file: nope.arch"),
        (S, ":nope", "no network is called `nope`"),
        (S, ": + stretch(dept = 2)", "did you mean `depth`?"),
        (S, ": autox3d_s +", "expected a name or `insert`"),
        (S, ": autox3d_s; network b = autox3d_s", "write `NETWORK + TRANSFORM(...)`"),
    ],
)
def test_wrong_input(capsys: pytest.CaptureFixture[str], a: str, b: str, message: str) -> None:
    status, out, err = run(capsys, a, b)
    assert (status, out) == (1, "")
    assert message in err
    assert err.endswith("1 error\n")


def test_mistakes_of_both_sides_are_reported(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.arch").write_text(f"network {name}() {{ input x: 3; conf(x) }}\n")
    status, _, err = run(capsys, str(tmp_path / "a.arch"), str(tmp_path / "b.arch"))
    assert status == 1
    assert err.count("`conf` is not defined") == 2


@pytest.mark.parametrize("arguments", [(S,), (f"{S}:", S), (S, S, "--depth", "1")])
def test_wrong_command_line(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    assert run(capsys, *arguments)[0] == 2
