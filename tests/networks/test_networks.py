"""Networks of papers, written in the language alone: published counts and claims hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.claims.checker import check_claims
from archdsl.claims.figures import Verdict
from archdsl.diagnostics import Diagnostics
from archdsl.network import Network
from archdsl.spec import load

HERE = Path(__file__).parent
PATHS = sorted(HERE.glob("*.arch"))


def network(name: str, **parameters: object) -> Network:
    return load(HERE / f"{name}.arch").network(name, **parameters)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_claims_are_met_without_warnings(path: Path) -> None:
    diagnostics = Diagnostics()
    checked = check_claims(load(path), diagnostics)
    assert checked
    assert {figure.verdict for figure in checked} <= {Verdict.MET, Verdict.DISPUTED}
    assert {d.code for d in diagnostics} <= {"disputed"}


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("r2plus1d_18", 31_505_325),
        ("slowfast_r50", 34_566_488),
        ("mobilenet_v3_large", 5_483_032),
        ("shufflenet_v2", 2_278_604),
        ("m5", 26_915),
        ("tsm_r50", 25_557_032 - 2_049_000 + 819_600),
    ],
)
def test_published_count(name: str, parameters: int) -> None:
    assert network(name).costs.total.params == parameters


def test_other_inputs_and_classes() -> None:
    tested = network("r2plus1d_18", frames=8, size=128, classes=101)
    assert tested.inputs == {"video": (3, 8, 128, 128)}
    assert tested.costs.total.params == 31_505_325 - 513 * (400 - 101)
    assert tested.at(video=(3, 32, 112, 112)).outputs == ((101,),)


def test_outputs_of_several_sizes() -> None:
    assert network("fpn").outputs == tuple((256, size, size) for size in (56, 28, 14, 7))


def test_a_feature_map_as_output() -> None:
    assert network("unet", size=100, classes=4).outputs == ((4, 100, 100),)


def test_slowfast_takes_two_clips() -> None:
    tested = network("slowfast_r50", size=224)
    assert tested.inputs == {"slow": (3, 8, 224, 224), "fast": (3, 32, 224, 224)}
    rows = [scope.name for scope in tested.graph.scopes if scope.kind == "stage"]
    assert rows == ["conv1", "res2", "res3", "res4", "res5"]


def test_the_depth_of_a_transformer_is_a_parameter() -> None:
    counts = [network("vivit", depth=depth).costs.total.params for depth in (1, 2, 3)]
    assert counts[2] - counts[1] == counts[1] - counts[0] == 12 * 768**2 + 13 * 768
