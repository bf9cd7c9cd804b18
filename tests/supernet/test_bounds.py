"""Bounds of a search by a supernet that no member meets, or that prices do not lead to."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from archdsl.diagnostics import CompileError
from tests.supernet.searching import load_search, run, write_search

torch = pytest.importorskip("torch")
pytest.importorskip("av")

SHORT = ("--epochs", 1, "--batch", 4, "--candidates", 6, "--found", 2)
LEAST = 15_156
PENALTY = f"penalty hinge(weight = 1, target = {LEAST})"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    bounds = {PENALTY: "macs <= 30K\n  params <= 1K"}
    return write_search(tmp_path_factory.mktemp("built") / "bounded", bounds)


@pytest.fixture
def scripts(build: Path) -> SimpleNamespace:
    return load_search(build)


def test_no_folder_searches_below_the_least_member(tmp_path: Path) -> None:
    with pytest.raises(CompileError) as failure:
        write_search(tmp_path / "build", {PENALTY: "macs <= 15155"})
    (found,) = failure.value.diagnostics
    assert found.message == f"no member of `planted` is within this bound: the least is {LEAST:,}"
    assert found.labels[0].span.text == "macs <= 15155"
    write_search(tmp_path / "able", {PENALTY: "macs <= 15156"})


def test_a_bound_that_was_edited_to_be_below_the_least_member(
    scripts: SimpleNamespace, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is trained for it."""
    monkeypatch.setattr(scripts.finding, "BOUNDS", (("macs", 99_999), ("macs", 15_155)))
    assert run(scripts, tmp_path, *SHORT) == 1
    said = capsys.readouterr().err
    assert said == "error: no path costs at most 15,155 macs: the least is 15,156\n"
    assert not (tmp_path / "checkpoints").exists()


def test_a_draw_that_stands_in_is_told(
    scripts: SimpleNamespace, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the likeliest path is beyond the bounds, and no price leads to another."""
    monkeypatch.setattr(scripts.policy.Policy, "likeliest", dearest)
    monkeypatch.setattr(scripts.path_costs.PathCosts, "likely_within", lambda *_: None)
    assert run(scripts, tmp_path, *SHORT) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "no price" in line]
    (line,) = told
    assert line.startswith("no price leads to a path within params <= 1,000, macs <= 30,000: ")
    assert line.endswith(" draws stands for it")


def test_what_prices_lead_to_needs_no_word(
    scripts: SimpleNamespace, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts.policy.Policy, "likeliest", dearest)
    assert run(scripts, tmp_path, *SHORT) == 0
    assert "no price" not in capsys.readouterr().out


def dearest(policy: object) -> dict[str, str]:
    """The last option of each decision, in place of the likeliest."""
    options: dict[str, tuple[str, ...]] = policy.options  # type: ignore[attr-defined]
    return {name: each[-1] for name, each in options.items()}
