"""When a claimed figure counts as met: within half a unit of its last digit."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import archdsl
from archdsl.claims.checker import check_claims
from archdsl.claims.figures import Verdict, in_unit_of, last_digit
from archdsl.diagnostics import Diagnostics


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6.1M", 100_000),
        ("2.70G", 10_000_000),
        ("3794274", 1),
        ("400M", 1_000_000),
        ("1e6", 1_000_000),
        ("1.5e6", 100_000),
        ("0.25", Fraction(1, 100)),
        ("1e-2", Fraction(1, 100)),
    ],
)
def test_the_value_of_the_last_digit(text: str, value: int | Fraction) -> None:
    assert last_digit(text) == value


@pytest.mark.parametrize(
    ("text", "measured", "shown"),
    [("6.1M", 6_018_300, "6.018M"), ("3794274", 3794275, "3794275"), ("1G", 1, "0.00G")],
)
def test_measured_figures_are_shown_in_the_unit_of_the_claim(
    text: str, measured: int, shown: str
) -> None:
    assert in_unit_of(text, measured) == shown


@pytest.mark.parametrize(
    ("claimed", "is_met"),
    [
        ("1000", True),
        ("1001", False),
        ("999", False),
        ("1k", True),
        ("1.0k", True),
        ("0.9995k", False),
        ("0.001M", True),
        ("0.002M", False),
        ("2k", False),
    ],
)
def test_half_a_unit_of_the_last_digit(tmp_path: Path, claimed: str, is_met: bool) -> None:
    spec = tmp_path / "a.arch"
    spec.write_text(
        "network a() { input x: 10; linear(100, bias = false) }\n"
        f"claim a {{ params {claimed} }}\n"
    )
    diagnostics = Diagnostics()
    (checked,) = check_claims(archdsl.load(spec), diagnostics)
    assert checked.measured is not None
    assert checked.measured.value == 1000
    assert checked.verdict is (Verdict.MET if is_met else Verdict.NOT_MET)
    assert diagnostics.has_errors is not is_met


@pytest.mark.parametrize("claimed", ["2.6k", "2.5k"])
def test_a_half_can_be_rounded_either_way(tmp_path: Path, claimed: str) -> None:
    spec = tmp_path / "a.arch"
    spec.write_text(
        f"network a() {{ input x: 51; linear(50, bias = false) }}\nclaim a {{ params {claimed} }}\n"
    )
    (checked,) = check_claims(archdsl.load(spec), Diagnostics())
    assert checked.measured is not None
    assert checked.measured.value == 2550
    assert checked.verdict is Verdict.MET


@pytest.mark.parametrize("spec", sorted(Path("specs").glob("*.arch")), ids=lambda path: path.stem)
def test_the_gallery_meets_its_claims(spec: Path) -> None:
    diagnostics = Diagnostics()
    loaded = archdsl.load(spec)
    checked = check_claims(loaded, diagnostics)
    networks = [name for name in loaded.networks if not loaded.network(name).open_decisions]
    assert checked or not networks
    assert not diagnostics.has_errors
    assert Verdict.DISPUTED_BUT_MET not in {figure.verdict for figure in checked}
