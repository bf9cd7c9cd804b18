"""The probe: it measures the code of both targets, and later commands know of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archdsl.cli.main import main
from archdsl.costs.metrics import LATENCIES
from archdsl.latency.remembered import roofs_of_this_machine
from archdsl.latency.work import VIEW, makes
from archdsl.probe import probe as probing
from latency.machines import roofs


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe that runs everything once, which says little about a machine."""
    monkeypatch.setattr(probing, "_ROUNDS", 1)
    monkeypatch.setattr(probing, "_CALLS", 1)


@pytest.mark.usefixtures("hasty")
def test_probe_remembers_what_each_make_reaches(
    unprobed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", "--threads", "1", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["machine"]["threads"] == 1
    found = roofs_of_this_machine()
    assert found.machine.threads == 1
    for target in LATENCIES.values():
        roofing = found.targets[target]
        assert set(roofing) == set(makes())
        assert all(roof.call > 0 for roof in roofing.values())
        assert all(roof.traffic > 0 for make, roof in roofing.items() if make != VIEW)
        assert roofing["matrix product"].arithmetic > 0
    assert shown["targets"]["infer"].keys() == found.targets["infer"].keys()


@pytest.mark.parametrize("form", ["table", "markdown", "csv"])
def test_the_report_has_a_line_for_each_make(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], probed: Path
) -> None:
    monkeypatch.setattr(probing, "probe", lambda threads: roofs())
    assert main(["probe", "--format", form]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert len([line for line in shown if "depthwise convolution, 3-D" in line]) == len(LATENCIES)
    assert form == "markdown" or max(map(len, shown)) <= 80


def test_no_threads_are_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "--threads", "0"]) == 2
    assert "must be an integer of at least 1" in capsys.readouterr().err
