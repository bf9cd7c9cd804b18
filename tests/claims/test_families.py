"""The members of a family: which networks, at which input sizes, with which claims."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from archdsl.claims.families import FamilyMember, members
from archdsl.claims.figures import Verdict
from archdsl.diagnostics import Diagnostics
from archdsl.spec import load

BASE = """\
block plain(x) { return x -> relu }
block gated(x) { return x * (x -> conv(8) -> sigmoid) }
network base(size: int = 8, width = 8, kind: plain | gated = plain) {
  input image: 3 x size^2
  image -> conv(width)
  if kind == gated { relu }
}
"""


def collect(folder: Path, text: str) -> tuple[list[FamilyMember], Diagnostics]:
    path, diagnostics = folder / "a.arch", Diagnostics()
    path.write_text(text)
    return members(load(path), str(path), diagnostics), diagnostics


def members_by_name(folder: Path, *more: str) -> dict[str, FamilyMember]:
    family, diagnostics = collect(folder, BASE + "\n".join(more))
    assert not list(diagnostics)
    return {member.name: member for member in family}


def test_an_accuracy_belongs_to_the_claimed_arguments(tmp_path: Path) -> None:
    family = members_by_name(tmp_path, "claim base(size = 16) { top1 71.0 }")
    assert list(family) == ["base", "base(size = 16)"]
    small, large = family.values()
    assert (small.top1, small.stated) == (None, None)
    assert (large.top1, large.stated) == (Fraction(71), "71.0")
    assert large.figures.macs == 4 * small.figures.macs
    assert large.inputs == {"image": (3, 16, 16)}


def test_a_claim_without_arguments_is_for_the_network_itself(tmp_path: Path) -> None:
    family = members_by_name(tmp_path, "claim base { top1 71; top5 90 }")
    assert [member.top1 for member in family.values()] == [71]


def test_the_order_of_arguments_is_ignored(tmp_path: Path) -> None:
    first = "claim base(size = 16, width = 4) { top1 71 }"
    second = "claim base(width = 4, size = 16) { params 12 }"
    family = members_by_name(tmp_path, first, second)
    assert [member.verdicts.total() for member in family.values()] == [0, 1]


def test_two_accuracies_are_two_members_whose_claims_count_once(tmp_path: Path) -> None:
    text = "claim base { params 24; top1 71; top1 71.0 }\nclaim base { top1 72 }"
    family, _ = collect(tmp_path, BASE + text)
    assert [member.top1 for member in family] == [71, 72]
    assert [member.verdicts.total() for member in family] == [1, 0]


def test_every_measured_claim_counts_once(tmp_path: Path) -> None:
    family = members_by_name(
        tmp_path,
        "claim base { params 24 }",
        'claim base(width = 4) { disputed params 7 "why not" }',
        "claim base(size = 16) { params 24; top1 70 }",
    )
    own, other = family.values()
    assert own.verdicts == {Verdict.MET: 1, Verdict.DISPUTED: 1}
    assert other.verdicts == {Verdict.MET: 1}


def test_a_claim_that_is_not_met_is_an_error(tmp_path: Path) -> None:
    family, diagnostics = collect(tmp_path, BASE + "claim base { params 25 }")
    assert family[0].verdicts == {Verdict.NOT_MET: 1}
    assert [d.code for d in diagnostics if d.is_error] == ["claim"]


OPEN = "network open(width: int) { input image: 3 x 8^2\n image -> conv(width) }\n"


def test_a_network_that_needs_values_is_left_out(tmp_path: Path) -> None:
    family, diagnostics = collect(tmp_path, OPEN + "network shut = open(width = 8)")
    assert [member.name for member in family] == ["shut"]
    assert [d.message for d in diagnostics] == ["`open` is left out, since it needs `width`"]
    assert not diagnostics.has_errors


def test_a_claim_can_give_the_values(tmp_path: Path) -> None:
    family, diagnostics = collect(tmp_path, OPEN + "claim open(width = 8) { params 24 }")
    assert [member.name for member in family] == ["open(width = 8)"]
    assert family[0].verdicts == {Verdict.MET: 1}
    assert not list(diagnostics)


def test_a_broken_network_does_not_affect_the_others(tmp_path: Path) -> None:
    bad = "network bad() { input x: 8\n x -> conv(3) }\n"
    family, diagnostics = collect(tmp_path, bad + BASE)
    assert [member.name for member in family] == ["base"]
    assert diagnostics.has_errors


@pytest.mark.parametrize("text", ["101", "1k", "780"])
def test_an_accuracy_is_a_percentage(tmp_path: Path, text: str) -> None:
    family, diagnostics = collect(tmp_path, BASE + f"claim base {{ top1 {text} }}")
    assert [member.top1 for member in family] == [None]
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
def test_networks_that_differ_in_numbers_share_a_lineage(
    tmp_path: Path, derived: str, is_one: bool
) -> None:
    family = members_by_name(tmp_path, f"network other = {derived}")
    base, other = family["base"].lineage, family["other"].lineage
    assert other.base == "base"
    assert (other == base) is is_one


def test_a_lineage_crosses_files() -> None:
    specs = [f"specs/x3d_{size}.arch" for size in ("xs", "s", "m", "l")]
    family = [m for path in specs for m in members(load(path), path, Diagnostics())]
    assert {(m.lineage.base, m.lineage.file.name) for m in family} == {("x2d", "x2d.arch")}
    assert len({m.lineage for m in family}) == 1
