"""Latency where other costs are: budgets, expansions, claims, searches and `flops`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import archdsl
from archdsl.claims.checker import check_claims
from archdsl.cli.main import main
from archdsl.costs.metrics import LATENCIES, figure
from archdsl.diagnostics import CompileError, Diagnostics

SPEC = "specs/tiny.arch"
X3D = "specs/x3d_xs.arch"


def latency(network: archdsl.Network, metric: str = "latency") -> int:
    return figure(metric, network.graph, network.costs)


def derived(folder: Path, changes: str, claim: str = "") -> archdsl.Spec:
    text = Path(SPEC).read_text() + f"\nnetwork changed = tiny + {changes}\n{claim}\n"
    path = folder / "tiny.arch"
    path.write_text(text)
    return archdsl.load(path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main([*arguments]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def test_the_module_for_inference_takes_less(probed: Path) -> None:
    network = archdsl.load(X3D).network()
    assert 0 < latency(network, "infer_latency") < latency(network)


@pytest.mark.parametrize("metric", LATENCIES)
def test_contract_keeps_within_a_latency(probed: Path, tmp_path: Path, metric: str) -> None:
    own = latency(archdsl.load(SPEC).network(), metric)
    bound = own * 3 // 4
    spec = derived(tmp_path, f"contract(spatial, {metric} = {bound / 1000:.3f}us)")
    changed = spec.network("changed")
    size = changed.inputs["video"][-1]
    assert latency(changed, metric) <= bound < own
    next_one = spec.network("tiny", size=size + 2)
    assert latency(next_one, metric) > bound


def test_a_latency_that_no_network_has_names_the_smallest(probed: Path, tmp_path: Path) -> None:
    spec = derived(tmp_path, "contract(spatial, latency = 1us)")
    with pytest.raises(CompileError) as failure:
        spec.network("changed")
    (found,) = failure.value.diagnostics
    assert "no network along this axis is within 1,000 (latency)" in found.message
    assert found.labels[0].span.text == "latency = 1us"


def test_without_a_probe_a_budget_is_wrong_at_its_place(unprobed: Path, tmp_path: Path) -> None:
    spec = derived(tmp_path, "contract(spatial, latency = 1ms)")
    with pytest.raises(CompileError) as failure:
        spec.network("changed")
    (found,) = failure.value.diagnostics
    assert "has not been measured" in found.message
    assert found.labels[0].span.text == "latency = 1ms"
    assert found.help == "measure it once: `archdsl probe`"


def test_claims_of_latency(probed: Path, tmp_path: Path) -> None:
    own = latency(archdsl.load(SPEC).network()) / 1e6
    claim = f"claim tiny {{\n  latency {own:.2f}ms\n  infer_latency 9s\n}}"
    spec, diagnostics = derived(tmp_path, "widen(2)", claim), Diagnostics()
    *_, met, unmet = check_claims(spec, diagnostics)
    assert met.verdict.value == "met"
    assert unmet.verdict.value == "not met"
    assert met.measured is not None
    assert met.measured.text.endswith("ms")


def test_without_a_probe_a_claim_is_wrong_at_its_place(unprobed: Path, tmp_path: Path) -> None:
    spec = derived(tmp_path, "widen(2)", "claim tiny { latency 2ms }")
    diagnostics = Diagnostics()
    assert "latency" not in {result.metric for result in check_claims(spec, diagnostics)}
    (found,) = diagnostics
    assert found.labels[0].span.text == "latency 2ms"


def test_expand_grows_by_latency(probed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("expand", SPEC, "--metric", "infer_latency", "--axes", "width,spatial")
    shown = json.loads(run(capsys, *asked, "--format", "json"))
    assert shown["target"] == 2 * shown["base"]["cost"]
    for each in shown["candidates"]:
        assert 0.8 < each["cost"] / shown["target"] < 1.2
    assert " ms infer latency; target" in run(capsys, *asked)


def test_expand_without_a_probe_says_so(unprobed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", SPEC, "--metric", "latency"]) == 1
    assert "= help: measure it once: `archdsl probe`" in capsys.readouterr().err


@pytest.mark.parametrize("by", ["row", "stage", "block", "operation"])
@pytest.mark.parametrize("metric", LATENCIES)
def test_parts_sum_to_the_total(
    probed: Path, capsys: pytest.CaptureFixture[str], by: str, metric: str
) -> None:
    asked = ("flops", X3D, "--convention", metric, "--by", by, "--format", "json")
    shown = json.loads(run(capsys, *asked))
    assert shown["total"] == latency(archdsl.load(X3D).network(), metric)
    assert sum(row["cost"] for row in shown["rows"]) == pytest.approx(shown["total"], rel=1e-3)
    for row in shown["rows"]:
        spent = row["arithmetic"] + row["traffic"] + row["calls"]
        assert spent == pytest.approx(row["cost"], abs=2)


def test_flops_shows_what_limits_a_part(probed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "flops", X3D, "--convention", "latency", "--views", "10x3")
    assert "x3d_xs at video 3 x 4 x 160^2, time of one view, target readable" in shown
    assert "views         30: " in shown


@pytest.mark.parametrize("form", ["csv", "markdown"])
def test_flops_in_other_formats(
    probed: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    shown = run(capsys, "flops", X3D, "--convention", "infer_latency", "--format", form)
    assert ("infer_latency," if form == "csv" else "| total ") in shown


def test_flops_without_a_probe_says_so(unprobed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flops", X3D, "--convention", "latency"]) == 1
    assert "= help: measure it once: `archdsl probe`" in capsys.readouterr().err


def test_a_space_has_no_latency(probed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flops", "specs/tiny_space.arch", "--convention", "latency"]) == 1
    assert "is a space of networks" in capsys.readouterr().err


def test_a_search_bounds_latency(probed: Path, tmp_path: Path) -> None:
    spec, diagnostics = searched(tmp_path, "latency <= 1us"), Diagnostics()
    (bound,) = spec.search("few").bounds
    assert (bound.metric, bound.most) == ("latency", 1000)
    assert str(bound) == "latency <= 1us"
    spec.check_search("few", diagnostics)
    (found,) = diagnostics
    assert "of `space` drawn by lot none is within this bound" in found.message
    assert found.message.endswith("nanoseconds")


def test_without_a_probe_a_bound_is_wrong_at_its_place(unprobed: Path, tmp_path: Path) -> None:
    diagnostics = Diagnostics()
    searched(tmp_path, "latency <= 900us").check_search("few", diagnostics)
    (found,) = diagnostics
    assert found.labels[0].span.text == "latency <= 900us"


def searched(folder: Path, bound: str) -> archdsl.Spec:
    path = folder / "space.arch"
    path.write_text(
        f"""\
network space(classes = 5) {{
  input video: 3 x 4 x 16^2
  in -> conv({{8, 16}}, 3) -> batch_norm -> relu -> mean -> linear(classes)
}}

recipe plain for space {{
  epochs 1
  batch 8
  optimizer sgd(lr = 0.1)
  clip(frames = video.frames, stride = 4)
  scale_jitter 16..18
  crop video.height
  test views(clips = 1, crops = 1, size = video.height)
}}

search few for space {{
  method random(trials = 2)
  maximise top1
  {bound}
}}
"""
    )
    return archdsl.load(path)
