"""Claims about the cells of a network, and about the costs that they add."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from archdsl.claims.checker import check_claims
from archdsl.claims.figures import ClaimResult, Verdict
from archdsl.diagnostics import Diagnostics

SPEC = """
use attention_cell

network plain(size = 14) {
  input video: 16 x 8 x size^2
  a = video -> conv(16, 3)
  b = a -> conv(16, 3)
  return b
}

cell first {
  keys_values = cell
  prepare(channels = 8, size = 7, frames = 4)
  op1 = attend(f0, over = spatial, by = map, phi = sigmoid)
  op2 = attend((f0, op1), over = temporal)
  op3 = attend(op1, over = spatiotemporal)
  combine(op2, op3)
}

cell second {
  prepare(channels = 8, size = 7, frames = 4)
  op1 = attend(f0, over = temporal)
  op2 = attend(op1, over = spatial, gate = true)
  combine(op1, op2)
}

cell third {
  prepare(channels = 8, size = 7, frames = 4)
  look = attend(f0, over = temporal)
  again = attend(look, over = spatial, gate = true)
  combine(look, again)
}

cell plainer {
  prepare(channels = 8, size = 7, frames = 4)
  op1 = attend(f0, over = temporal)
  op2 = relu(op1)
  op3 = attend(op2, over = spatial)
  combine(op3)
}

block other = plainer()

network one = plain + insert first after a
network both = plain + insert (first after a, second after b)
network twice = plain + insert second after (a, b)
network renamed = plain + insert (second after a, third after b)
network derived = plain + insert other after (a, b)
"""


def checked(tmp_path: Path, network: str, *claims: str) -> tuple[list[ClaimResult], Diagnostics]:
    spec = tmp_path / "cells.arch"
    spec.write_text(f"{SPEC}\nclaim {network} {{\n" + "\n".join(claims) + "\n}\n")
    diagnostics = Diagnostics()
    return check_claims(archdsl.load(spec), diagnostics), diagnostics


@pytest.mark.parametrize(
    ("network", "claim", "measured", "is_met"),
    [
        ("plain", "cells 0", "0", True),
        ("both", "cells 2", "2", True),
        ("one", "operations 3", "3", True),
        ("both", "operations 3", "2 or 3", False),
        ("plain", "operations 3", "no cell", False),
        ("one", "inputs 2", "2", True),
        ("twice", "inputs 1", "1", True),
        ("one", "outputs 2", "2", True),
        ("one", "outputs 3", "2", False),
        ("one", "types (map, dot)", "dot, map", True),
        ("both", "types (map, dot)", "dot, map; dot", False),
        ("twice", "types dot", "dot", True),
        ("plain", "types dot", "no cell", False),
        ("twice", "dimensions (spatial, temporal)", "spatial, temporal", True),
        ("one", "keys_values cell", "cell", True),
        ("both", "keys_values cell", "cell; operation", False),
        ("one", "path spatial -> temporal", "in 1 of 1 cells", True),
        ("one", "path temporal -> spatial", "in 0 of 1 cells", False),
        ("both", "path spatial -> temporal", "in 1 of 2 cells", False),
        ("twice", "path temporal -> spatial", "in 2 of 2 cells", True),
        ("one", "path spatial -> spatiotemporal", "in 1 of 1 cells", True),
        ("both", "operations <= 3", "2 or 3", True),
        ("both", "operations <= 2", "2 or 3", False),
        ("plain", "cells <= 1", "0", True),
        ("plain", "operations <= 2", "no cell", False),
        ("twice", "same (a, b)", "the same", True),
        ("both", "same (a, b)", "2 kinds", False),
        ("one", "same (a, b)", "a cell after 1 of these", False),
        ("derived", "same (a, b)", "the same", True),
        ("derived", "operations 3", "3", True),
        ("derived", "types (dot, relu)", "dot, relu", True),
        ("derived", "dimensions (spatial, temporal)", "spatial, temporal", True),
        ("derived", "path temporal -> spatial", "in 2 of 2 cells", True),
    ],
)
def test_cells(tmp_path: Path, network: str, claim: str, measured: str, is_met: bool) -> None:
    (result,), diagnostics = checked(tmp_path, network, claim)
    assert result.measured is not None
    assert result.measured.text == measured
    assert result.verdict is (Verdict.MET if is_met else Verdict.NOT_MET)
    assert diagnostics.has_errors is not is_met


def test_names_of_operations_are_ignored(tmp_path: Path) -> None:
    """The cells after a and b differ only in names."""
    (result,), _ = checked(tmp_path, "renamed", "same (a, b)")
    assert result.verdict is Verdict.MET


def test_added_costs(tmp_path: Path) -> None:
    """The difference between the network with the cell and the one without."""
    claims = ("params +1 on plain", "macs +1k on plain(size = 14)", "disputed macs +1k on plain")
    results, diagnostics = checked(tmp_path, "one(size = 14)", *claims)
    spec = archdsl.load(tmp_path / "cells.arch")
    with_cell, without = spec.network("one").costs.total, spec.network("plain").costs.total
    values = [each.measured.value for each in results if each.measured]
    added = with_cell.macs - without.macs
    assert values == [with_cell.params - without.params, added, added]
    assert results[0].claimed == "+1"
    assert results[0].metric == "params on plain"
    assert [each.verdict for each in results][1:] == [Verdict.NOT_MET, Verdict.DISPUTED]
    assert diagnostics.has_errors


def test_the_base_has_the_arguments_of_the_claim(tmp_path: Path) -> None:
    (result,), _ = checked(tmp_path, "one(size = 28)", "macs +1 on plain")
    spec = archdsl.load(tmp_path / "cells.arch")
    with_cell, without = spec.network("one", size=28), spec.network("plain", size=28)
    assert result.measured is not None
    assert result.measured.value == with_cell.costs.total.macs - without.costs.total.macs


def test_labels_of_blocks_in_stages(tmp_path: Path) -> None:
    spec = """
block b(x, channels) { return x -> conv(channels, 3) }
network tabled() {
  input video: 16 x 8 x 14^2

  table {
    | stage | block | channels | number |
    |-------|-------|----------|--------|
    | res3  | b     | 16       | 4      |
  }
}
network inserted = tabled + insert (second after (res3.1, res3.3), first after res3.0)
claim inserted"""
    (same, other), _ = checked(
        tmp_path, "twice {}" + spec, "same (res3.1, res3.3)", "same (res3.0, res3.1)"
    )
    assert (same.claimed, same.verdict) == ("(res3.1, res3.3)", Verdict.MET)
    assert other.verdict is Verdict.NOT_MET


def test_a_network_can_have_less_than_its_base(tmp_path: Path) -> None:
    (result,), _ = checked(tmp_path, "plain", "params +1k on one")
    assert result.measured is not None
    assert result.measured.text.startswith("-")
    assert result.measured.residual.startswith("-")


def test_residuals(tmp_path: Path) -> None:
    params = 2 * 16 * 16 * 27
    results, _ = checked(
        tmp_path, "plain", f"params {params}", f"params {params - 3}", "params 13k"
    )
    assert [each.measured.residual for each in results if each.measured] == ["0", "+3", "+0.82k"]


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("typs dot", "nothing is measured as `typs`"),
        ("top1 (1, 2)", "`top1` must be a figure"),
        ("macs <= 2", "`macs` must be a figure"),
        ("path spatio -> temporal", "`spatio` is not a dimension"),
        ("same (a)", "compares at least two labels"),
        ("macs +1 on nothing", "no network is called `nothing`"),
        ("operations +1 on plain", "an increase of `operations` over a network"),
    ],
)
def test_mistakes(tmp_path: Path, claim: str, message: str) -> None:
    results, diagnostics = checked(tmp_path, "one", claim)
    assert not results
    assert message in next(d.message for d in diagnostics)
