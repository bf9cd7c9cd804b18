"""Every command on a space of networks: it does something sensible, or says how to choose one."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.cli.main import main

SPACE = """
block unit(x, channels, mid = 4) { return x -> conv(mid) -> conv(channels, 3) -> relu }

network space(size = 16) {
  input x: 3 x 4 x size^2
  table (mid = each {4, 8}) {
    | block | channels     | number |
    | unit  | {8..24 by 8} | 1      |
    | unit  | 8            | {1, 2} |
  }
  in -> mean -> linear(10)
}

network one = space + choose(stage1.row0.channels = 8, stage1.row0.mid = 4)
network plain() {
  input x: 3 x 4 x 16^2
  x -> conv(8) -> mean
}
"""

DECIDED = [
    "--choose=stage1.row0.channels = 16",
    "--choose=stage1.row0.mid = 4",
    "--choose=stage1.row1.mid = last",
    "--choose=stage1.row1.number = 2",
]


@pytest.fixture
def spec(tmp_path: Path) -> str:
    (tmp_path / "space.arch").write_text(SPACE)
    return str(tmp_path / "space.arch")


def run(command: str, spec: str, out: Path, *more: str) -> int:
    return main([*command.replace("SPEC", spec).replace("OUT", str(out)).split(), *more])


@pytest.mark.parametrize(
    "command",
    [
        "compile SPEC -o OUT",
        "compile SPEC -o OUT --single-file",
        "show SPEC",
        "expand SPEC",
        "expand SPEC --follow depth",
        "derive SPEC",
        "diff SPEC SPEC:plain",
        "diff SPEC:plain SPEC",
        "weights import w.pt --from pytorchvideo --spec SPEC -o OUT.pt",
    ],
)
def test_what_needs_one_network_says_how_to_choose(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, spec: str, command: str
) -> None:
    assert run(command, spec, tmp_path / "out") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "`space` is a space of networks, and this needs one: 4 decisions are open" in printed.err
    assert "`--choose NAME=OPTION`, or `--choose smallest` for all" in printed.err
    assert [*tmp_path.iterdir()] == [Path(spec)]


@pytest.mark.parametrize(
    "command", ["compile SPEC -o OUT", "show SPEC", "expand SPEC", "derive SPEC"]
)
def test_with_every_decision_made_it_is_a_network(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, spec: str, command: str
) -> None:
    assert run(command, spec, tmp_path / "out", *DECIDED) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out


def test_a_transform_of_a_space_is_a_space(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, spec: str
) -> None:
    made = tmp_path / "larger.arch"
    assert main(["transform", spec, "resize(factor = 2)", "-o", str(made)]) == 0
    text = made.read_text()
    assert "{8..24 by 8}" in text
    assert "each {4, 8}" in text
    capsys.readouterr()
    assert main(["transform", spec, "stretch(2)"]) == 1
    printed = capsys.readouterr().err
    assert "this changes `number`, but `stage1.row1.number` is not decided" in printed


def test_a_family_leaves_spaces_out(capsys: pytest.CaptureFixture[str], spec: str) -> None:
    assert main(["family", spec]) == 0
    printed = capsys.readouterr()
    listed = [line.split()[0] for line in printed.out.splitlines()[2:]]
    assert listed == ["plain"]
    for name in ("space", "one"):
        assert f"`{name}` is left out, since it is a space of networks" in printed.err
