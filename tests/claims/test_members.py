"""Who is a member of a family, where it is measured, and which claims count where."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from archdsl.claims.figures import Verdict
from archdsl.claims.members import Member, members
from archdsl.diagnostics import Diagnostics
from archdsl.spec import load

BASE = """\
block plain(x) { return x -> relu }
block gated(x) { return x * (x -> conv(8) -> sigmoid) }
network base(size: int = 8, width = 8, kind: plain | gated = plain) {
  input image: 3 x size^2
  image -> conv(width)
}
"""


def collected(folder: Path, text: str) -> tuple[list[Member], Diagnostics]:
    path, diagnostics = folder / "a.arch", Diagnostics()
    path.write_text(text)
    return members(load(path), str(path), diagnostics), diagnostics


def named(folder: Path, *more: str) -> dict[str, Member]:
    found, diagnostics = collected(folder, BASE + "\n".join(more))
    assert not list(diagnostics)
    return {member.name: member for member in found}


def test_an_accuracy_stands_where_it_was_stated(tmp_path: Path) -> None:
    found = named(tmp_path, "claim base(size = 16) { top1 71.0 }")
    assert list(found) == ["base", "base(size = 16)"]
    small, large = found.values()
    assert (small.top1, small.stated) == (None, None)
    assert (large.top1, large.stated) == (Fraction(71), "71.0")
    assert large.figures.macs == 4 * small.figures.macs
    assert large.inputs == {"image": (3, 16, 16)}


def test_without_arguments_it_is_the_network_itself(tmp_path: Path) -> None:
    found = named(tmp_path, "claim base { top1 71; top5 90 }")
    assert [member.top1 for member in found.values()] == [71]


def test_the_order_of_arguments_says_nothing(tmp_path: Path) -> None:
    first = "claim base(size = 16, width = 4) { top1 71 }"
    second = "claim base(width = 4, size = 16) { params 12 }"
    found = named(tmp_path, first, second)
    assert [member.verdicts.total() for member in found.values()] == [0, 1]


def test_two_accuracies_are_two_members_whose_claims_count_once(tmp_path: Path) -> None:
    text = "claim base { params 24; top1 71; top1 71.0 }\nclaim base { top1 72 }"
    found, _ = collected(tmp_path, BASE + text)
    assert [member.top1 for member in found] == [71, 72]
    assert [member.verdicts.total() for member in found] == [1, 0]


def test_every_measured_claim_counts_once(tmp_path: Path) -> None:
    found = named(
        tmp_path,
        "claim base { params 24 }",
        'claim base(width = 4) { disputed params 7 "why not" }',
        "claim base(size = 16) { params 24; top1 70 }",
    )
    own, other = found.values()
    assert own.verdicts == {Verdict.MET: 1, Verdict.DISPUTED: 1}
    assert other.verdicts == {Verdict.MET: 1}


def test_a_claim_that_is_not_met_is_told(tmp_path: Path) -> None:
    found, diagnostics = collected(tmp_path, BASE + "claim base { params 25 }")
    assert found[0].verdicts == {Verdict.NOT_MET: 1}
    assert [d.code for d in diagnostics if d.is_error] == ["claim"]


OPEN = "network open(width: int) { input image: 3 x 8^2\n image -> conv(width) }\n"


def test_without_values_a_network_is_left_out(tmp_path: Path) -> None:
    found, diagnostics = collected(tmp_path, OPEN + "network shut = open(width = 8)")
    assert [member.name for member in found] == ["shut"]
    assert [d.message for d in diagnostics] == ["`open` is left out, since it needs `width`"]
    assert not diagnostics.has_errors


def test_a_claim_can_give_them(tmp_path: Path) -> None:
    found, diagnostics = collected(tmp_path, OPEN + "claim open(width = 8) { params 24 }")
    assert [member.name for member in found] == ["open(width = 8)"]
    assert found[0].verdicts == {Verdict.MET: 1}
    assert not list(diagnostics)


def test_a_network_at_fault_leaves_the_others(tmp_path: Path) -> None:
    bad = "network bad() { input x: 8\n x -> conv(3) }\n"
    found, diagnostics = collected(tmp_path, bad + BASE)
    assert [member.name for member in found] == ["base"]
    assert diagnostics.has_errors


@pytest.mark.parametrize("text", ["101", "1k", "780"])
def test_an_accuracy_is_a_percentage(tmp_path: Path, text: str) -> None:
    found, diagnostics = collected(tmp_path, BASE + f"claim base {{ top1 {text} }}")
    assert [member.top1 for member in found] == [None]
    assert f"from 0 to 100, but this is {text}" in next(iter(diagnostics)).message


@pytest.mark.parametrize(
    ("derived", "is_one"),
    [
        ("base(size = 16)", True),
        ("base(width = 4, size = 12)", True),
        ("base(kind = plain)", True),
        ("base + widen(2)", True),
        ("base(kind = gated)", False),
        ("base + insert gated after conv", False),
    ],
)
def test_numbers_alone_are_one_lineage(tmp_path: Path, derived: str, is_one: bool) -> None:
    found = named(tmp_path, f"network other = {derived}")
    base, other = found["base"].lineage, found["other"].lineage
    assert other.base == "base"
    assert (other == base) is is_one


def test_a_lineage_crosses_files() -> None:
    specs = [f"specs/x3d_{size}.arch" for size in ("xs", "s", "m", "l")]
    found = [m for path in specs for m in members(load(path), path, Diagnostics())]
    assert {(m.lineage.base, m.lineage.file.name) for m in found} == {("x2d", "x2d.arch")}
    assert len({m.lineage for m in found}) == 1
