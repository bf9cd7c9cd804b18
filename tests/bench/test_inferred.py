"""What stands beside measured times: figures of the spec, where it is found and still the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from latency.machines import roofs

from archdsl.bench.contest import Contest, Failed, Measured
from archdsl.bench.inferred import Inferred, inferred, network_of
from archdsl.bench.rounds import Times
from archdsl.bench.subject import Prepared, Subject
from archdsl.bench.ways import ENGINES, Way, ways_of
from archdsl.cli.main import main
from archdsl.diagnostics import CompileError
from archdsl.export.folder import Build, find
from archdsl.latency.prediction import Prediction
from archdsl.latency.remembered import remember
from archdsl.network import Network
from archdsl.report.bench import BenchReport
from bench.test_contest import SPEC

Shapes = Mapping[str, tuple[int, ...]]
DECLARED: Shapes = {"video": (3, 4, 16, 16)}


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    Path("small.arch").write_text(SPEC)
    assert main(["compile", "small.arch", "--set", "classes = 7", "--target", "infer"]) == 0
    return find(Path("build/small"))


def prepared(build: Build, shapes: Shapes = DECLARED, batch: int = 1) -> Prepared:
    return Prepared(Subject(build, {}, {}, batch), Path(), shapes, threads=1)


def network(build: Build, **given: int) -> Network:
    found = network_of(build, given, None)
    assert isinstance(found, Network)
    return found


def test_the_spec_is_found_with_what_was_set(build: Build) -> None:
    assert network(build).outputs == ((7,),)
    assert network(build, classes=9).outputs == ((9,),)
    Path("small.arch").rename("other.arch")
    why = network_of(build, {}, None)
    assert why == "no file and no published network is called `small`; --spec names the spec"
    found = network_of(build, {}, "other.arch")
    assert isinstance(found, Network)


def test_a_spec_that_was_changed_is_another(build: Build) -> None:
    Path("small.arch").write_text(SPEC.replace("relu", "sigmoid"))
    why = network_of(build, {}, None)
    assert isinstance(why, str)
    assert why.startswith("small.arch is not what build/small was compiled from, or was changed")
    with pytest.raises(CompileError, match="or was changed"):
        network_of(build, {}, "small.arch")


def test_a_member_of_a_space_is_not_taken_for_another(build: Build) -> None:
    manifest = json.loads((build.folder / "network.json").read_text())
    manifest["costs"]["macs"] += 1
    (build.folder / "network.json").write_text(json.dumps(manifest))
    why = network_of(find(build.folder), {}, None)
    assert isinstance(why, str)
    assert why.startswith("small.arch gives another `small` than build/small has")


def test_figures_at_any_input(build: Build) -> None:
    found = inferred(network(build), prepared(build, {"video": (3, 4, 32, 32)}), ())
    at_large = network(build).at(video=(3, 4, 32, 32))
    assert (found.macs, found.params) == (at_large.costs.total.macs, at_large.costs.total.params)
    assert found.memory_of(1) == at_large.inference_bytes
    weights = 4 * at_large.costs.total.params
    assert found.memory_of(3) == weights + 3 * (at_large.inference_bytes - weights)


def test_without_the_spec_network_json_has_those_of_the_declared_input(build: Build) -> None:
    found = inferred("it is gone", prepared(build), ())
    assert (found.macs, found.unknown) == (network(build).costs.total.macs, ("it is gone",))
    found = inferred("it is gone", prepared(build, {"video": (3, 4, 32, 32)}), ())
    assert (found.macs, found.memory_of(2)) == (None, None)


def test_an_edited_module_is_told(build: Build) -> None:
    edited = replace(build, edited=("small.py",))
    (why, *_) = inferred(network(build), prepared(edited), ()).unknown
    assert why == "small.py was edited: what is inferred is of the spec"


def test_times_are_predicted_for_the_threads_that_were_probed(build: Build) -> None:
    (why,) = inferred(network(build), prepared(build), ["readable"]).unknown
    assert "`archdsl probe` measures it" in why
    remember(roofs())
    found = inferred(network(build), prepared(build), ["readable", "infer"])
    graph = network(build).graph
    expected = {name: Prediction.of(graph, name).nanoseconds for name in ("readable", "infer")}
    assert (found.predicted, found.unknown) == (expected, ())
    other = replace(prepared(build), threads=2)
    (why,) = inferred(network(build), other, ["readable"]).unknown
    assert why == "the latency on 2 threads, since 1 was probed: `archdsl probe --threads 2`"


def test_ways_are_those_of_the_modules_that_are_there(build: Build) -> None:
    assert list(map(str, ways_of(build, ENGINES))) == [
        *("eager", "eager of infer", "torch.compile", "torch.compile of infer"),
        *("onnxruntime", "openvino"),
    ]
    (build.folder / "small_infer.py").unlink()
    assert list(map(str, ways_of(build, ["eager", "openvino"]))) == ["eager", "openvino"]


def test_quartiles() -> None:
    times = Times((4.0, 1.0, 3.0, 2.0, 5.0))
    assert (times.median, times.quartiles) == (3.0, (2.0, 4.0))
    assert Times((3.0,)).quartiles == (3.0, 3.0)


def test_the_report(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    eager, other = Way("readable", "eager"), Way("readable", "openvino")
    rows = [Measured(eager, Times((1e6, 2e6, 3e6)), Times((3e6,)), 2**20, 0.0)]
    failed = [Failed(other, "a reason")]
    contests = [Contest(prepared(build, batch=batch), rows, failed) for batch in (1, 4)]
    known = Inferred(macs=10**9, params=10, memory=1040, predicted={"readable": 1_500_000})
    report = BenchReport("small", contests, known, 3, "this machine", ["onnxruntime"])
    lines = report.show("table").splitlines()
    assert lines[0] == "small at video 3 x 4 x 16^2, on 1 thread"
    assert [line.split() for line in lines[4:6]] == [
        "readable eager 1 2.00 ms -25 +25 % 3.00 ms 1.50 ms 500.0 1,000.0 1.00 MiB equal".split(),
        "readable eager 4 2.00 ms -25 +25 % 3.00 ms - 2,000.0 4,000.0 1.00 MiB equal".split(),
    ]
    text = "\n".join(lines)
    assert "1.00 G MACs, 2.00 G FLOPs for one sample; 10 parameters" in text
    assert "memory at most 1.02 KiB at batch 1, 3.95 KiB at batch 4" in text
    assert "failed        openvino at batch 1, openvino at batch 4: a reason" in text
    found = json.loads(report.show("json"))
    assert [row["predicted"] for row in found["rows"]] == [1_500_000, None]
    assert found["rows"][1]["flops_per_second"] == 4 * 2 * 10**9 / 2e-3
    assert (
        report.show("csv")
        .splitlines()[1]
        .startswith("readable,eager,1,2000000,1500000,2500000,3000000,1500000")
    )
