"""`flops` and `check` of a space: all members are counted, and a mistake in one is shown."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from archdsl.cli.main import main
from archdsl.costs.metrics import total
from archdsl.space.survey import steps
from tests.space.spaces import TABLE, members, request_of

BAD = """
network space(size = 8) {
  input x: 4 x size^2
  c = {8, 12}
  g = {1, 2, 4, 8}
  y = x -> conv(c) -> relu
  z = y -> conv(16, groups = g)
  return z -> mean((1, 2)) -> linear(5)
}
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    (tmp_path / "space.arch").write_text(TABLE)
    return str(tmp_path / "space.arch")


def test_flops_of_a_space(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flops", spec, "--budget", "80k"]) == 0
    assert capsys.readouterr().out == dedent("""\
        space at video 3 x 2 x 8^2, in MACs for one view of each member

        row            least      mean  greatest
        -----------  -------  --------  --------
        stem         32.77 k   32.77 k   32.77 k
        stage1.row0  21.06 k   29.66 k   39.68 k
        stage1.row1   9.60 k   34.04 k   78.72 k
        head          4.43 k    5.46 k    6.48 k
        -----------  -------  --------  --------
        total        67.86 k  101.93 k  157.65 k

        convention    macs: multiply-adds of convolutions, linear layers and matrix
                      products
        members       128, by 7 decisions
        parameters    1,793 to 5,181, on average 3,088
        total         67,856 to 157,648 MACs, on average 101,932
        at most       5 % 77.39 k, 25 % 87.76 k, 50 % 99.09 k, 75 % 111.09 k, 95 %
                      137.97 k
        budget        10 of the members, 7.8 %, have at most 80.00 k MACs
        """)


SIZES = """
network space(size = {8, 16}) {
  input x: 4 x size^2
  input y: 2
  x -> conv({4, 8}) -> relu -> conv(3) -> relu -> mean -> linear(2)
  return in + y
}
"""


def test_the_title_has_the_sizes_of_all_members(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "space.arch").write_text(SIZES)
    command = ["flops", str(tmp_path / "space.arch")]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("space at x 4 x 8^2 or 4 x 16^2, y 2, in MACs for one view")
    assert "\nconv -> relu -> ... -> linear  1.80 k" in printed
    assert main([*command, "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["inputs"] == {"x": [[4, 8, 8], [4, 16, 16]], "y": [[2]]}
    (tmp_path / "space.arch").write_text(SIZES.replace("{8, 16}", "{8..40 by 8}"))
    assert main(command) == 0
    assert "at x 4 x 8^2, ..., 4 x 40^2, y 2," in capsys.readouterr().out


def test_show_of_a_member_has_no_search_of_the_space(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "specs/tiny_space.arch", "--choose", "smallest"]) == 0
    printed = capsys.readouterr()
    assert "search" not in printed.out
    assert printed.err == ""


def test_figures_are_those_of_all_members(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    costs = sorted(figures.macs for _, figures in members(request_of(TABLE)))
    budget = costs[len(costs) // 3]
    assert main(["flops", spec, "--budget", str(budget), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["members"] == len(costs)
    assert report["costs"]["macs"]["least"]["cost"] == costs[0]
    assert report["costs"]["macs"]["mean"] == sum(costs) / len(costs)
    assert report["costs"]["macs"]["greatest"]["cost"] == costs[-1]
    within = sum(cost <= budget for cost in costs)
    assert report["budget"] == {"cost": budget, "members": [within, within]}
    assert report["quantiles"]["50"] == [costs[(len(costs) + 1) // 2 - 1]] * 2
    assert sum(row["mean"] for row in report["rows"]) == pytest.approx(sum(costs) / len(costs), 1)
    taken = report["costs"]["macs"]["least"]["decisions"]
    found = {json.dumps(t, sort_keys=True): f for t, f in members(request_of(TABLE))}
    assert total("macs", found[json.dumps(taken, sort_keys=True)]) == costs[0]


@pytest.mark.parametrize("form", ["csv", "markdown"])
def test_other_formats(form: str, spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flops", spec, "--format", form]) == 0
    out = capsys.readouterr().out
    assert all(row in out for row in ("stem", "stage1.row0", "stage1.row1", "head", "total"))


def test_input_of_another_size(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flops", spec, "--input", "2x16x16", "--format", "json"]) == 0
    large = json.loads(capsys.readouterr().out)
    assert main(["flops", spec, "--set", "size=16", "--format", "json"]) == 0
    assert large["costs"] == json.loads(capsys.readouterr().out)["costs"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--by", "stage"], "whose costs are listed by row"),
        (["--views", "10x3"], "for one view"),
        (["--budget", "much"], "must be a number of at least 1"),
    ],
)
def test_flags_that_do_not_fit(
    flags: list[str], message: str, spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["flops", spec, *flags]) == 1
    assert message in capsys.readouterr().err


def test_budget_of_one_network(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plain.arch"
    path.write_text("network plain() {\n  input x: 3 x 8^2\n  x -> conv(8) -> mean\n}\n")
    assert main(["flops", str(path), "--budget", "1G"]) == 1
    assert "`plain` has no choices" in capsys.readouterr().err


def test_check_of_a_space(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", spec]) == 0
    assert capsys.readouterr().out == dedent(f"""\
        {spec}: 1 network, no claims

        space: all 128 members are valid
          stage1.row0.channels   8, 12
          stage1.row0.block      t1_s3, t3_s3
          stage1.row0.expansion  1.5, 2
          stage1.row1.number     1, 2
          stage1.row1.channels   8, 12
          stage1.row1.block      t1_s3, t3_s3
          stage1.row1.expansion  1.5, 2
        """)


def test_member_with_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "space.arch"
    path.write_text(BAD)
    assert main(["check", str(path)]) == 1
    err = capsys.readouterr().err
    assert "input channels must be a multiple of `groups` (8), but these are 12" in err
    assert "here it is 8" in err
    assert "here it is 12" in err
    assert main(["flops", str(path)]) == 1


def test_members_are_drawn_where_there_are_too_many_ways(
    spec: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "WAYS", 10)
    assert main(["check", spec]) == 0
    out = capsys.readouterr().out
    assert "members are valid, which were drawn: its parts come out in more than 10 ways" in out
    assert main(["flops", spec]) == 1
    assert "what the members of `space` cost is not known" in capsys.readouterr().err
