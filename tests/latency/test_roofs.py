"""Roofs from what was measured, and how they are kept."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from archdsl.diagnostics import CompileError
from archdsl.latency.remembered import remember, roofs_of_this_machine
from archdsl.latency.roofs import Measured, Roof, roofs_of
from archdsl.latency.work import ELEMENTWISE, PRODUCT, VIEW, Work
from latency.machines import THIS, roofs


def test_time_is_a_call_and_the_larger_of_arithmetic_and_traffic() -> None:
    roof = Roof(arithmetic=10.0, traffic=2.0, call=500.0)
    much = roof.times(Work(PRODUCT, 100_000, 1000))
    assert (much.arithmetic, much.traffic, much.total) == (10_000, 500, 10_500)
    moving = roof.times(Work(PRODUCT, 1000, 100_000))
    assert moving.total == 50_500
    for times in (much, moving):
        assert sum(times.limits.values()) == times.total


def test_the_roof_is_the_best_that_was_reached() -> None:
    samples = [(Work(ELEMENTWISE, 0, 8000), 900.0), (Work(ELEMENTWISE, 0, 80_000), 4100.0)]
    found = roofs_of({ELEMENTWISE: Measured(100.0, samples), VIEW: Measured(7.0, [])})
    assert found == {ELEMENTWISE: Roof(0.0, 20.0, 100.0), VIEW: Roof(0.0, 0.0, 7.0)}


def test_traffic_shows_only_where_arithmetic_leaves_time() -> None:
    elementwise = Measured(0.0, [(Work(ELEMENTWISE, 0, 20_000), 1000.0)])
    full = (Work(PRODUCT, 50_000, 100), 1000.0)
    moving = (Work(PRODUCT, 1000, 8000), 1000.0)
    alone = roofs_of({ELEMENTWISE: elementwise, PRODUCT: Measured(0.0, [full])})
    assert alone[PRODUCT] == Roof(50.0, 20.0, 0.0)  # as nothing else says what it moves
    both = roofs_of({ELEMENTWISE: elementwise, PRODUCT: Measured(0.0, [full, moving])})
    assert both[PRODUCT] == Roof(50.0, 8.0, 0.0)


def test_roofs_come_back_as_they_were(unprobed: Path) -> None:
    path = remember(roofs())
    assert path is not None
    assert path.parent == unprobed
    assert roofs_of_this_machine() == roofs()


def test_the_last_probe_counts_of_those_of_this_machine(unprobed: Path) -> None:
    threads = replace(THIS, threads=4)
    others = (replace(THIS, processor="another"), replace(THIS, torch="0.1"))
    for age, machine in enumerate((THIS, threads, *others)):
        path = remember(roofs(machine))
        assert path is not None
        os.utime(path, ns=(age, age))
    assert roofs_of_this_machine().machine == threads


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"machine": {}, "targets": {}}', "\x00"])
def test_a_file_that_has_no_roofs_is_passed_over(probed: Path, text: str) -> None:
    (probed / "roofs-0.json").write_text(text)
    assert roofs_of_this_machine() == roofs()


def test_without_a_probe_the_error_says_how_to_make_one(unprobed: Path) -> None:
    with pytest.raises(CompileError) as failure:
        roofs_of_this_machine()
    (found,) = failure.value.diagnostics
    assert found.code == "latency"
    assert found.help == "measure it once: `archdsl probe`"
