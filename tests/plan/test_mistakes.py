"""Mistakes in transforms: the message, the words it points to, and the help."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.diagnostics import CompileError
from archdsl.spec import Spec, load
from tests.mistakes import Mistake, check, mistakes_of

BASE = """use x3d

block plain(x, channels, stride = 1) { return x -> conv(channels, 3, stride) -> relu }

network base(frames = 4, size = 32) {
  input video: 3 x frames x size^2
  table {
    | stage | expect                       | block | channels | number | stride | mid |
    | a     | 8 x ceil(frames / 2) x 16^2  | plain | 8        | 1      | 2      | -   |
    | b     | 16 x ceil(frames / 2) x 8^2  | t3_s3 | 16       | 2      | 2      | 32  |
    | c     | 16 x ceil(frames / 2) x 8^2  | t3_s3 | 16       | 2      | 1      | 32  |
  }
}
"""

OWN = """use base
use glore

block mine = inner(kernel = 5)
block inner(x, channels, mid = 8, kernel = 3, stride = 1) {
  return x -> conv(mid, kernel, stride) -> conv(channels) -> relu
}
block t3_s3(x, channels, mid, stride = 1) { return x -> conv(channels, 3, stride) }

network own = base
"""

INSIDE = """
block unit(x, channels = 4) { return x -> conv(channels) }
block tabled(x) {
  table {
    | block | channels | number |
    | unit  | 8        | 2      |
  }
}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    (tmp_path / "base.arch").write_text(BASE)
    (tmp_path / "own.arch").write_text(OWN)
    return load(tmp_path / "own.arch")


def refused(spec: Spec, *changes: str) -> Mistake:
    return mistakes_of(lambda: spec.derive("made", "own", *changes).network("made"))[0]


@pytest.mark.parametrize(
    ("change", "words", "message", "help"),
    [
        (
            "stretch(0)",
            "0",
            "`depth` of `stretch` must be a number above 0, but this is the number 0",
            None,
        ),
        (
            "widen(-2)",
            "-2",
            "`width` of `widen` must be a number above 0, but this is the number -2",
            None,
        ),
        (
            "stretch(glore)",
            "glore",
            "must be a number above 0, but this is the block `glore`",
            None,
        ),
        ("strech(2)", "strech", "no transform is called `strech`", "did you mean `stretch`?"),
        ("widen(widht = 2)", "widht = 2", "has no option `widht`", "did you mean `width`?"),
        ("widen(2, width = 3)", "width = 3", "`width` is given twice", None),
        ("widen()", "widen()", "`widen` needs `width`: a number above 0", "`widen(width)`"),
        (
            "stretch(2, true)",
            "true",
            "this option of `stretch` must have a name",
            "`stretch(depth, ",
        ),
        ("resize(224)", "224", "must have a name", "write `factor = 224` or `size = 224`"),
        (
            "resize(factor = 2, size = 8)",
            "resize(factor = 2, size = 8)",
            "either `size` or `factor`",
            "multiplies it",
        ),
        ("stretch(2, stages = d)", "stages = d", "there is no stage `d`", "`a`, `b`, `c`"),
        ("set(chanels, value = 2)", "chanels", "no row takes `chanels`", "`channels`?"),
        ("set(mid, value = 8, rows = a)", "rows = a", "no row in these stages takes", "`b`, `c`"),
        ("set(number, value = 2.5)", "value = 2.5", "an integer of at least 1", None),
        (
            "set(mid, value = 2.5)",
            "set(mid, value = 2.5)",
            "this is the number 2.5",
            "round it: `ceil(2.5)`",
        ),
        ("set(mid, value = (1, 2))", "set(mid, value = (1, 2))", "this is the tuple (1, 2)", None),
        ("replace(plane, by = mine)", "plane", "no row has the block `plane`", "`plain`?"),
        ("replace(plain, by = minne)", "minne", "`minne` is not defined", "`mine`?"),
        (
            "replace(plain, by = t3_s3)",
            "t3_s3",
            "uses `t3_s3` with another meaning",
            "another name",
        ),
        ("without(atention)", "atention", "no column or parameter is called", "write one of"),
        ("without(frames)", "without(frames)", "`frames` of `base` must be a number", None),
        ("stretch(1G)", "stretch(1G)", "but these are 2,000,000,000 blocks", None),
        ("widen(1e25)", "widen(1e25)", "this makes `channels` larger than 2^63", None),
        ("insert glroe after b", "glroe", "`glroe` is not defined", "`glore`?"),
    ],
)
def test_mistake(spec: Spec, change: str, words: str, message: str, help: str | None) -> None:
    mistake = check([refused(spec, change)], words, message, help)
    assert (mistake.help is None) == (help is None)


def test_a_failure_after_a_change_names_the_change(spec: Spec) -> None:
    mistake = refused(spec, "widen(2)", "without(mid)")
    assert mistake.message == "`bottleneck` needs `mid`"
    assert mistake.also == (("without(mid)", "after this change"),)


def test_a_failure_before_any_change_names_none(tmp_path: Path) -> None:
    strided = BASE.replace("base(", "own(").replace("| 2      | -   |", "| 0      | -   |")
    (tmp_path / "own.arch").write_text(strided)
    mistake = refused(load(tmp_path / "own.arch"), "widen(2)")
    assert "after this change" not in [text for _, text in mistake.also]


def test_a_change_that_would_move_an_insertion_is_refused(spec: Spec) -> None:
    mistake = refused(spec, "insert glore after b.*", "stretch(2)")
    check([mistake], "stretch(2)", "moves the place `b.*`, after which `glore` was inserted")
    assert [words for words, _ in mistake.also] == ["b.*"]
    for changes in (
        ("insert glore after b.1", "stretch(2)"),
        ("stretch(2)", "insert glore after b.1"),
    ):
        changed = spec.derive("made", "own", *changes)
        assert "insert glore after b.1" in changed.standalone_text("made", "a test")
        assert changed.network("made").costs.total.params > 0


@pytest.mark.parametrize(
    "body", ["x -> tabled", "y = x\n  for j in range(2) { y = y -> tabled }\n  y -> relu"]
)
def test_tables_in_loops_and_blocks_are_no_tables_of_the_network(tmp_path: Path, body: str) -> None:
    text = f"{INSIDE}\nnetwork own() {{\n  input x: 3 x 8^2\n  {body}\n}}\n"
    (tmp_path / "own.arch").write_text(text)
    mistake = refused(load(tmp_path / "own.arch"), "stretch(2)")
    assert mistake.message == "this network has no table whose blocks can be repeated"
    assert "not those in loops or blocks" in (mistake.help or "")


def test_a_table_inside_a_condition_can_be_changed(tmp_path: Path) -> None:
    table = "table {\n | block | channels | number |\n | unit | 8 | 2 |\n }"
    body = f"if deep {{ {table} }} else {{ unit }}"
    text = f"{INSIDE}\nnetwork own(deep = true) {{\n  input x: 3 x 8^2\n  {body}\n}}\n"
    (tmp_path / "own.arch").write_text(text)
    changed = load(tmp_path / "own.arch").derive("made", "own", "stretch(2)")
    assert len(changed.network("made").graph) == 5
    changed.standalone_text("made", "a test")


@pytest.mark.parametrize("axis", ["lengthen(factor = 2)", "quicken(2)"])
def test_images_have_no_frames(tmp_path: Path, axis: str) -> None:
    (tmp_path / "own.arch").write_text("network own() {\n  input x: 3 x 8^2\n  relu\n}\n")
    own = load(tmp_path / "own.arch")
    assert refused(own, axis).message == "no input of this network has frames"
    assert refused(own, "widen(2)").message == "this network has no width to change"


@pytest.mark.parametrize("change", ["", "relu(2) #", "stretch(2)\nnetwork b = own", "stretch"])
def test_a_change_without_effect(spec: Spec, change: str) -> None:
    assert refused(spec, change).code in ("syntax", "transform")


def test_clashing_names_cannot_be_written_to_one_file(spec: Spec) -> None:
    clash = spec.derive("made", "own", "insert t3_s3(channels = 8, mid = 1) after a")
    with pytest.raises(CompileError, match="one file cannot define two blocks `t3_s3`"):
        clash.standalone_text("made", "a test")
    with pytest.raises(CompileError, match="a network cannot be named `plain`"):
        spec.derive("plain", "own", "widen(2)").standalone_text("plain", "a test")
