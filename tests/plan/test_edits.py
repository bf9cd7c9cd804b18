"""The specs that transforms write: edits of the original tables, with the blocks they need."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from archdsl.plan.plan import Plan
from archdsl.plan.transforms import (
    Bottleneck,
    Lengthen,
    Quicken,
    Replace,
    Resize,
    Set,
    Stretch,
    Transform,
    Widen,
    Without,
)
from archdsl.program.loading import parse_program
from archdsl.source import Source
from archdsl.spec import Spec, load
from tests.plan.test_mistakes import BASE, OWN

SPECS = Path(__file__).resolve().parents[2] / "specs"


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    (tmp_path / "base.arch").write_text(BASE)
    (tmp_path / "own.arch").write_text(OWN)
    return load(tmp_path / "own.arch")


def planned(rows: str, head: str = "classes = 5", body: str = "3 x 4 x 8^2") -> Plan:
    """The plan of a network with a table of these rows."""
    text = f"""
    block unit(x, channels = 4, mid = 8, stride = 1) {{ return x -> conv(channels, 3, stride) }}
    block stem(x, channels = 4) {{ return x -> conv(channels) }}
    network net({head}) {{
      input x: {body}
      {rows}
      relu
    }}
    """
    return Spec(parse_program(Source("net.arch", text))).candidates("net", {}).plan


def content(plan: Plan) -> object:
    rows = [(row.id, row.block, row.number, dict(row.columns)) for row in plan.rows]
    return dict(plan.parameters), dict(plan.inputs), rows


@pytest.mark.parametrize(
    "transform",
    [
        *(Stretch(2), Stretch(2, keep_transitions=True, stages="a"), Widen(2), Bottleneck(2)),
        *(Resize(factor=2), Lengthen(frames=9), Quicken(2)),
        *(Without("mid"), Replace("unit", by="stem"), Set("channels", value=4)),
    ],
    ids=str,
)
def test_a_transform_does_not_change_its_plan(transform: Transform) -> None:
    cells = "| stage | block | channels | mid | number |\n| a | unit | 16 | 32 | 2 |"
    given = planned(f"table {{\n{cells}\n}}")
    before = content(given)
    assert content(transform.apply(given)) != before
    assert content(given) == before


def numbers(depth: object, *stages: tuple[int, ...], keep: bool = False) -> list[int]:
    """The number of blocks in each row, where each stage begins with a stride."""
    lines = ["| block | number | stride |"]
    for stage in stages:
        lines += ["|---|---|---|"] * (len(lines) > 1)
        lines += [f"| unit | {number} | {1 if j else 2} |" for j, number in enumerate(stage)]
    plan = planned("table {\n" + "\n".join(lines) + "\n}", body="3 x 64^2")
    stretch = Stretch(Fraction(str(depth)), keep_transitions=keep)
    return [row.number for row in stretch.apply(plan).rows]


def test_stretching_each_row_or_each_stage() -> None:
    assert numbers(2, (1, 2), (2, 3)) == [2, 4, 4, 6]
    assert numbers(2, (1, 2), (2, 3), keep=True) == [1, 5, 4, 6]
    assert numbers(1.5, (1, 2, 3)) == [2, 3, 5]
    assert numbers(1.5, (1, 2, 3), keep=True) == [1, 4, 4]
    assert numbers(0.1, (1, 2, 3), keep=True) == [1, 1, 1]


def test_a_single_block_is_stretched_with_the_rows_that_repeat_it() -> None:
    assert numbers("2.2", (1,), (2,), (5,), (3,)) == [3, 5, 11, 7]
    rows = "| stem | 1 |", "|---|---|", "| unit | 1 |", "|---|---|", "| unit | 2 |"
    stretched = Stretch(2).apply(planned("\n".join(["table {", "| block | number |", *rows, "}"])))
    assert [row.number for row in stretched.rows] == [1, 2, 4]


@pytest.mark.parametrize(("size", "then"), [(112, 160), (160, 224), (224, 320)])
def test_sizes_by_the_root_of_two(size: int, then: int) -> None:
    root = Fraction("1.414213562373")
    resized = Resize(factor=root).apply(planned("", f"size = {size}", "3 x size^2"))
    assert resized.parameters == {"size": then}


def test_frames_and_sampling_rate() -> None:
    small = planned("", "frames = 8, tau = 6", "3 x frames x 8^2")
    assert Quicken(2).apply(small).parameters == {"frames": 16, "tau": 3}
    assert Lengthen(factor=2).apply(small).parameters == {"frames": 16, "tau": 6}
    longer = Lengthen(factor=2, rate=Fraction(6, 5))
    assert longer.apply(small).parameters == {"frames": 16, "tau": 5}
    assert Lengthen(frames=13).apply(small).parameters == {"frames": 13, "tau": 6}


def test_blocks_of_the_deriving_file(spec: Spec) -> None:
    made = spec.derive(
        "made", "own", Replace("t3_s3", by="mine", rows="c"), "insert mine(channels = 16) after b"
    )
    text = made.standalone_text("made", "a test")
    assert "block mine = inner(kernel = 5)" in text
    assert "| c     | 16 x 2 x 8^2 | mine  | 16       | 2      | 1      | 32  |" in text


def test_values_of_every_kind(spec: Spec) -> None:
    changes = [
        Set("mid", value=24),
        "set(mid, value = 2 * 20, rows = (b, c))",
        "set(attention, value = glore, rows = b)",
        "set(attention, value = glore(nodes = 4), rows = c)",
        "set(kernel, value = (1, 3, 3), rows = c)",
        "set(se, value = none)",
    ]
    text = spec.derive("made", "own", *changes).standalone_text("made", "a test")
    assert "| 40  | glore            | -         |" in text
    assert "| 40  | glore(nodes = 4) | (1, 3, 3) |" in text


def test_inputs_keep_parameters_that_are_still_read(tmp_path: Path) -> None:
    (tmp_path / "a.arch").write_text(
        "network a(frames = 4) {\n  input x: 3 x frames x 8^2\n  relu\n}\n"
    )
    made = load(tmp_path / "a.arch").derive("b", "a", Resize(factor=2), Lengthen(frames=9))
    text = made.standalone_text("b", "a test")
    assert "network b(frames = 9)" in text
    assert "input x: 3 x frames x 16^2" in text


def test_parameters_that_nothing_reads_are_kept() -> None:
    made = load(SPECS / "x3d_s.arch").derive(
        "b", "x3d_s", "stretch(2, stages = res4)", "quicken(2)"
    )
    text = made.standalone_text("b", "a test")
    assert "tau = 3," in text
    assert "depth = 2.2," in text
    assert "depth" not in load(SPECS / "x3d_s.arch").derive(
        "b", "x3d_s", "set(number, value = 2)"
    ).standalone_text("b", "x")


def test_autox3d_l_by_both_rules() -> None:
    spec = load(SPECS / "autox3d_s.arch")
    plain = spec.derive("l", "autox3d_s(frames = 16, size = 356, attention = none)", Stretch(2))
    assert round(plain.network("l").costs.total.macs / 1e9, 1) == 24.8
    printed = spec.derive("l", "autox3d_s", Stretch(2, keep_transitions=True)).standalone_text(
        "l", "a test"
    )
    assert [line.split("|")[5].strip() for line in printed.splitlines() if "t3_s3" in line][:2] == [
        "1",
        "5",
    ]


def test_a_definition_in_the_spec_hides_one_of_the_library() -> None:
    spec = load(SPECS / "x3d_s.arch")
    wide = spec.derive("x3d_s", "x3d_s", "widen(2)").derive("x3d_s", "x3d_s", "widen(2)")
    assert "width = 4," in wide.standalone_text("x3d_s", "a test")
