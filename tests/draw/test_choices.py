"""Spaces as pictures: their decisions are in the boxes that they belong to."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archdsl.cli.main import main
from archdsl.draw.style import CHIP_SHARE, PLAIN

SPACE = """
block unit(x, channels, mid = 4, stride = 1) { return x -> conv(mid, {1, 3}) -> conv(channels) }
block some = each {unit, other}
block other(x, channels, mid = 4, stride = 1) { return x -> conv(mid) -> conv(channels) -> relu }

network space(width = {1, 2}) {
  input x: 3 x 16^2
  act = {relu, gelu}
  table (mid = each {4, 8} * width) {
    | block | channels     | number |
    | some  | {8..64 by 2} | 1      |
    | unit  | 8            | {1, 2} |
  }
  in -> conv(4, kernel = {1, 3, 5}) -> act -> mean
}
"""

CELL = """
use attention_cell
block node = attend(over = each {temporal, spatial}, gate = each {false, true})
cell pair {
  keys_values = {cell, operation}
  prepare(channels = 2, size = 2, frames = 2)
  op1 = node(f0)
  op2 = node({op1, f0})
  combine(1 of {op2, op1})
}
network space() {
  input x: 4 x 2 x 4^2
  a = x -> relu
  a -> relu
}
network agnostic = space + insert pair after (relu, a)
network specific = space + insert each pair after (relu, a)
"""


def drawn(tmp_path: Path, text: str, *arguments: str, suffix: str = ".dot") -> str:
    spec, picture = tmp_path / "space.arch", tmp_path / f"space{suffix}"
    spec.write_text(text)
    assert main(["draw", str(spec), "-o", str(picture), *arguments]) == 0
    return picture.read_text()


def labels(dot: str) -> list[list[str]]:
    """The lines of each label."""
    parts = [part.partition('"')[0] for part in dot.split('label="')[1:]]
    return [part.split("\\n") for part in parts]


def choices(dot: str, title: str) -> list[str]:
    """The lines with options of the first box of a title."""
    box = next(lines for lines in labels(dot) if lines[0].startswith(title))
    return [line for line in box if "|" in line]


def test_rows_and_operations_show_what_they_decide(tmp_path: Path) -> None:
    dot = drawn(tmp_path, SPACE)
    whole = choices(dot, "space")
    assert whole == ["width: 1 | 2", "act: relu | gelu"]
    options = "8 | 10 | 12 | 14 | 16 | 18 | 20 | 22 | 24 | 26 | 28 | … 18 more"
    # What a block decides in its body is shown where it is used first.
    inside = "kernel: 1 | 3"
    own = [f"channels: {options}", "block: unit | other", "mid: 4 | 8", inside]
    assert choices(dot, "some") == own
    assert choices(dot, "unit") == ["number: 1 | 2", "mid: 4 | 8"]
    assert choices(dot, "conv") == ["kernel: 1 | 3 | 5"]
    assert "9 decisions are open, and of each the first option is drawn" in labels(dot)[0]


def test_what_is_decided_is_not_shown(tmp_path: Path) -> None:
    some = "--choose=stage1.row0.channels = {16, 12}", "--choose=width = 2"
    dot = drawn(tmp_path, SPACE, *some)
    assert choices(dot, "some")[0] == "channels: 12 | 16"
    assert choices(dot, "space") == ["act: relu | gelu"]


def test_operations_of_a_cell_show_what_they_decide(tmp_path: Path) -> None:
    for network in ("agnostic", "specific"):
        dot = drawn(tmp_path, CELL, "--network", network, "--cell", "pair")
        assert choices(dot, "pair") == ["keys_values: cell | operation"]
        assert choices(dot, "op1") == ["over: temporal | spatial", "gate: false | true"]
        assert choices(dot, "combine") == ["combine: (op2,) | (op1,)"]
        (tmp_path / "space.dot").unlink()


def test_cells_are_decided_beside_the_network(tmp_path: Path) -> None:
    dot = drawn(tmp_path, CELL, "--network", "agnostic")
    assert choices(dot, "agnostic") == []
    assert choices(dot, "op1") == ["over: temporal | spatial", "gate: false | true"]


def test_options_are_chips_in_svg_and_lines_elsewhere(tmp_path: Path) -> None:
    svg = drawn(tmp_path, SPACE, suffix=".svg")
    assert svg.count('fill="#d9e2ee"') == 7  # the first option of each decision that is in a box
    assert ">+18</text>" in svg
    assert "number: 1 #124; 2" in drawn(tmp_path, SPACE, suffix=".mmd")


@pytest.mark.parametrize("count", [7, 12])
def test_many_decisions_of_one_box_are_counted(tmp_path: Path, count: int) -> None:
    values = "".join(f", {name} = {{1, 2}}" for name in "abcdefghijkl"[:count])
    parameters = "".join(f", {name} = 1" for name in "abcdefghijkl"[:count])
    text = f"""
block unit(x{parameters}) {{ return x -> conv({" + ".join("abcdefghijkl"[:count])}) }}
network space() {{
  input x: 3 x 16^2
  x -> unit({values[2:]})
}}
"""
    box = next(lines for lines in labels(drawn(tmp_path, text)) if lines[0].startswith("unit"))
    assert box[-1] == f"… {count - 6} more decisions"


# After a search


def logged(folder: Path, epoch: int, **more: object) -> Path:
    """The folder of a run, with an epoch more in its log."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log.jsonl").open("a") as log:
        log.write('{"step": 1, "loss": 2.0}\n' + json.dumps({"epoch": epoch, **more}) + "\n")
    return folder


ROWS = """
block unit(x, channels, kernel) { return x -> conv(channels, kernel) }
network space() {
  input x: 3 x 16^2
  table (kernel = each {1, 3, 5}) {
    | block | channels |
    | unit  | {8, 16}  |
    | unit  | 8        |
  }
}
"""
SETTLED = {
    "stage1.row0.channels": {"8": 0.2, "16": 0.8},
    "stage1.row0.kernel": {"1": 0.1, "3": 0.0, "5": 0.9},
    "stage1.row1.kernel": {"1": 0.5, "3": 0.3, "5": 0.2},
}
LIKELIEST = {"stage1.row0.channels": "16", "stage1.row0.kernel": "5", "stage1.row1.kernel": "1"}


def run_of(folder: Path) -> Path:
    even = {name: dict.fromkeys(each, 1 / len(each)) for name, each in SETTLED.items()}
    logged(folder, 1, likeliest={n: next(iter(e)) for n, e in even.items()}, probabilities=even)
    return logged(folder, 2, likeliest=LIKELIEST, probabilities=SETTLED)


def test_a_search_is_drawn_as_it_prefers(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run")
    dot = drawn(tmp_path, ROWS, "--run", str(run))
    fact = "decided as the search preferred after epoch 2, the likeliest first"
    assert fact in labels(dot)[0]
    whole = dot.replace("\\n", "\n")
    assert "channels: 16 80% | 8 20%" in whole
    assert "kernel: 5 90% | 1 10% | 3 0%" in whole
    assert "kernel: 1 50% | 3 30% | 5 20%" in whole
    assert "16 × 8²" not in whole  # nothing but the options has changed
    assert "16 × 16²" in whole  # 16 channels, as is likeliest


def test_options_are_as_wide_as_they_are_likely(tmp_path: Path) -> None:
    svg = drawn(tmp_path, ROWS, "--run", str(run_of(tmp_path / "run")), suffix=".svg")
    root = ElementTree.fromstring(svg)
    elements = [*root.iter()]
    widths: dict[str, list[float]] = {}
    for box, text in pairwise(elements):
        if box.tag.endswith("rect") and box.get("rx") == "7.5" and text.text:
            own = float(box.attrib["width"]) - PLAIN.width(text.text) - 12
            widths.setdefault(text.text, []).append(round(own / CHIP_SHARE, 1))
    assert widths == {"16": [0.8], "8": [0.2], "5": [0.9, 0.2], "1": [0.1, 0.5], "3": [0, 0.3]}


def test_the_run_of_a_command_has_one_search_or_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_of(tmp_path / "run" / "search" / "runs" / "seed_0")
    assert "5 90%" in drawn(tmp_path, ROWS, "--run", str(tmp_path / "run"))
    other = run_of(tmp_path / "run" / "search" / "runs" / "seed_1")
    assert main(["draw", str(tmp_path / "space.arch"), "--run", str(tmp_path / "run")]) == 1
    said = capsys.readouterr().err
    assert f"error[run]: {tmp_path / 'run'} has several searches\n" in said
    assert str(other) in said


def test_items_of_a_supergraph_have_shares(tmp_path: Path) -> None:
    text = CELL.replace("1 of {op2, op1}", "<= 2 of {op2, op1}")
    shares = {"pair.combine": {"op2": 0.4, "op1": 0.6}}
    for name in ("keys_values", "op1.over", "op1.gate", "op2.over", "op2.gate", "op2.x"):
        options = {
            "keys_values": ("cell", "operation"),
            "over": ("temporal", "spatial"),
            "gate": ("false", "true"),
            "x": ("op1", "f0"),
        }[name.rpartition(".")[2]]
        shares[f"pair.{name}"] = dict(zip(options, (0.75, 0.25), strict=True))
    decided = {name: next(iter(each)) for name, each in shares.items()}
    decided["pair.combine"] = "(op2, op1)"
    run = logged(tmp_path / "run", 1, decided=decided, probabilities=shares)
    flags = ("--network", "agnostic", "--cell", "pair", "--run", str(run))
    assert choices(drawn(tmp_path, text, *flags), "combine") == ["combine: op1 60% | op2 40%"]
    svg = drawn(tmp_path, text, *flags, suffix=".svg")
    taken = svg.partition(">combine</text>")[2].partition(">combine</text>")[2]
    assert taken.count('fill="#d9e2ee"') == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"probabilities": None}, "has no probabilities: no epoch of a search has ended there"),
        (
            {"probabilities": {"stage1.row0.channels": {"8": 0.5, "24": 0.5}}},
            "is of another space: `stage1.row0.channels` is one of 8, 24 there",
        ),
        (
            {"probabilities": {"stage1.row0.channels": SETTLED["stage1.row0.channels"]}},
            "is of another space: it says nothing of `stage1.row0.kernel`",
        ),
    ],
)
def test_runs_that_do_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, object], said: str
) -> None:
    record = {key: value for key, value in changed.items() if value}
    run = logged(tmp_path / "run", 1, likeliest={"stage1.row0.channels": "24"}, **record)
    (tmp_path / "space.arch").write_text(ROWS)
    assert main(["draw", str(tmp_path / "space.arch"), "--run", str(run)]) == 1
    assert capsys.readouterr().err.startswith(f"error[run]: {run / 'log.jsonl'} {said}\n")


def test_what_no_run_can_decide(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, spec = run_of(tmp_path / "run"), str(tmp_path / "space.arch")
    (tmp_path / "space.arch").write_text(ROWS)
    both = ["draw", spec, "--run", str(run), "--choose", "smallest"]
    assert main(both) == 1
    assert "--run decides all choices, so --choose decides none" in capsys.readouterr().err
    assert main(["draw", spec, "--run", str(tmp_path)]) == 1
    assert f"{tmp_path} is no run of a search: it has no log.jsonl" in capsys.readouterr().err
    assert main(["draw", "specs/tiny.arch", "--run", str(run)]) == 1
    assert "`tiny` has no choices, so it was not searched" in capsys.readouterr().err
