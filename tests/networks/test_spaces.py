"""The spaces of the gallery: the networks that their papers found are members of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import archdsl
from archdsl.cli.main import main
from archdsl.ir.cells import cells
from archdsl.ir.likeness import is_same_network
from archdsl.network import Network
from archdsl.plan.decisions import member_name

SPECS = Path(__file__).resolve().parents[2] / "specs"

TABLE_2A = """
    stage1.row0  t3_s3  2.25  16   none
    stage1.row1  t3_s3  5.25  16   none
    stage2.row0  t3_s3  4.5   48   none
    stage2.row1  t1_s3  2.25  48   attention
    stage3.row0  t1_s5  4.5   72   none
    stage3.row1  t3_s3  3.75  72   none
    stage3.row2  t5_s3  2.25  88   none
    stage3.row3  t3_s3  3     88   none
    stage4.row0  t3_s5  3.75  144  none
    stage4.row1  t1_s3  3     144  none
    stage4.row2  t3_s3  3     192  none
"""
"""The columns of Tables 2a and 2b of Auto-X3D that were searched; both have the same choices."""

FOUND = "choose({})".format(
    ", ".join(
        f"{row}.{column} = {option}"
        for row, *options in map(str.split, TABLE_2A.strip().splitlines())
        for column, option in zip(
            ("block", "expansion", "channels", "attention"), options, strict=True
        )
    )
)

GPB_LIKE = """choose(
    gpb.keys_values = cell,
    gpb.op1.over = spatial, gpb.op1.by = map, gpb.op1.phi = sigmoid, gpb.op1.gate = false,
    gpb.op2.over = temporal, gpb.op2.by = dot, gpb.op2.phi = softmax, gpb.op2.gate = false,
    gpb.op3.over = spatiotemporal, gpb.op3.by = dot, gpb.op3.phi = softmax, gpb.op3.gate = false,
    gpb.op4.over = spatial, gpb.op4.by = dot, gpb.op4.phi = softmax, gpb.op4.gate = false,
    gpb.op2.x = op1, gpb.op3.x = f0, gpb.op4.x = op2,
  )"""

AGNOSTIC_LIKE = """choose(
    sg1.level2.0.reads = (inputs[0],),
    sg1.level2.2.reads = (inputs[0], inputs[2]),
    sg1.level2.4.reads = (inputs[0], inputs[2]),
    sg1.combine = (level2[0], level2[2], level2[4]),
    sg1.level2.5.gated = feature_gate(attended),
  )"""


@cache
def network(spec: str, name: str | None = None) -> Network:
    return archdsl.load(SPECS / f"{spec}.arch").network(name)


def member(spec: str, space: str, *changes: str) -> Network:
    return archdsl.load(SPECS / f"{spec}.arch").derive("member", space, *changes).network("member")


def test_table_2a_is_a_member(capsys: pytest.CaptureFixture[str]) -> None:
    space = f"{SPECS}/autox3d_space.arch: + {FOUND}"
    assert main(["diff", f"{SPECS}/autox3d_s.arch", space]) == 0
    assert "The networks are equal up to names: 13 rows alike" in capsys.readouterr().out


@pytest.mark.parametrize("changes", [(FOUND, "stretch(2)"), ("stretch(2)", FOUND)])
def test_table_2b_is_a_member_stretched(changes: tuple[str, ...]) -> None:
    """The table as its network says it: every row doubled, which the printed costs confirm."""
    found = member("autox3d_space", "autox3d_space(frames = 16, size = 312)", *changes)
    assert found.open_decisions == ()
    assert is_same_network(found.graph, network("autox3d_l").graph)


def test_transforms_see_what_each_row_decided() -> None:
    """Rows of a space can have the same text and differ in what was decided."""
    own = archdsl.load(SPECS / "autox3d_s.arch").derive("wide", "autox3d_s", "widen(1.5)")
    found = member("autox3d_space", "autox3d_space", FOUND, "widen(1.5)")
    assert is_same_network(found.graph, own.network("wide").graph)


@pytest.mark.parametrize(
    "backbone",
    ["i3d", *(pytest.param(name, marks=pytest.mark.slow) for name in ("s3d", "i3d_r50"))],
)
def test_gpb_like_is_a_member(backbone: str) -> None:
    found = member("gpb_space", f"{backbone}_gpb_space", GPB_LIKE)
    assert found.open_decisions == ()
    assert is_same_network(found.graph, network(f"{backbone}_attention", f"{backbone}_gpb").graph)


def test_agnostic_like_is_a_member() -> None:
    """Nodes that the sink does not reach may come out as they like: they are left out."""
    found = member("supergraphs", "i3d_sg1", AGNOSTIC_LIKE)
    assert is_same_network(found.graph, network("i3d_attention", "i3d_agnostic").graph)
    assert found.diagnostics == ()
    cell = cells(found.graph)[0]
    assert {each.name: each.inputs for each in cell.operations} == {
        "level1.0": ("f0",),
        "level1.2": ("f0",),
        "level2.0": ("level1.0",),
        "level2.2": ("level1.0", "level1.2"),
        "level2.4": ("level1.0", "level1.2"),
    }
    assert cell.outputs == ("level2.0", "level2.2", "level2.4")


@pytest.mark.parametrize(
    ("space", "decisions"),
    [
        ("i3d_sg1", 19),
        pytest.param("i3d_sg2", 19, marks=pytest.mark.slow),
        ("i3d_sg1_specific", 95),
        pytest.param("i3d_sg3_specific", 95, marks=pytest.mark.slow),
    ],
)
def test_what_supergraphs_decide(space: str, decisions: int) -> None:
    """Per cell: 12 gates, the reads of 6 nodes, and what is combined."""
    found = network("supergraphs", space)
    assert len(found.open_decisions) == decisions
    assert found.diagnostics == ()
    per_cell = [each.decision for each in found.decisions[:19]]
    assert sorted({len(each.options) for each in per_cell}) == [2, 21, 220]


NAMES = """
import sys, archdsl
network = archdsl.load(sys.argv[1]).network(sys.argv[2])
print(*[(each.name, each.decision.options) for each in network.decisions], sep="\\n")
"""


@pytest.mark.parametrize(
    ("spec", "space"), [("supergraphs", "i3d_sg1"), ("autox3d_space", "autox3d_space")]
)
def test_names_are_the_same_everywhere(tmp_path: Path, spec: str, space: str) -> None:
    """Under another hash seed and in another folder. No two decisions have the same name."""
    shutil.copytree(SPECS, tmp_path / "elsewhere")
    printed = []
    for seed, folder in enumerate((SPECS, tmp_path / "elsewhere")):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        argv = [sys.executable, "-c", NAMES, str(folder / f"{spec}.arch"), space]
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)
        printed.append(done.stdout.splitlines())
    assert printed[0] == printed[1]
    decisions = network(spec, space).decisions
    assert len({each.name for each in decisions}) == len(decisions) == len(printed[0])


def test_the_name_of_a_member_follows_from_its_decisions() -> None:
    found = member("autox3d_space", "autox3d_space", FOUND)
    options = {each.name: each.option for each in found.decisions}
    name = member_name("autox3d_space", options)
    assert name == member_name("autox3d_space", dict(reversed(options.items())))
    assert name != member_name("autox3d_space", {**options, "stage4.row2.channels": "216"})
    assert name == "autox3d_space#58e634fa"
