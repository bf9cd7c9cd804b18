"""`build`: from a request and a budget to a graph, its steps, its findings and its ending."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archdsl import compiler
from archdsl.build.machine import build, top_level_frame
from archdsl.build.request import Budget, Built, Ending, Request
from archdsl.cli.main import main
from archdsl.ir.builder import Builder
from archdsl.ir.likeness import is_same_network
from archdsl.plan.derivations import plan_network
from archdsl.program.loading import parse_program
from archdsl.source import Source

SPECS = Path(__file__).resolve().parents[2] / "specs"

_GOOD = "network n(size = 8) {\n  input x: 8 x size^2\n  conv(4)\n  relu\n}\n"
_POISONED = "network n() {\n  input x: 8 x 8^2\n  conv(4)\n  y = x -> conv(0)\n  relu\n}\n"
_BROKEN = "network n() {\n  input x: 8 x 8^2\n  conv(4)\n  return x -> conv(0)\n}\n"
_ENDLESS = "network n() {\n  input x: 8 x 8^2\n  for i in range(900) { relu }\n}\n"


def request(text: str) -> Request:
    program = parse_program(Source("n.arch", text))
    frame = top_level_frame(program, program.main, Budget(), graph=Builder("n"))
    return Request.of(program, "n", plan_network(frame, {}))


def built(text: str) -> Built:
    return build(request(text), Budget())


def test_a_request_can_be_built_repeatedly() -> None:
    requested = request(_GOOD)
    first, second = build(requested, Budget()), build(requested, Budget())
    assert first.is_sound
    assert is_same_network(first.graph, second.graph)
    assert first.steps == second.steps > 0


def test_concurrent_builds_are_independent() -> None:
    requested = [request(_GOOD), request(_POISONED), request(_BROKEN)] * 4
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda each: build(each, Budget()), requested))
    alone = [build(each, Budget()) for each in requested]
    assert [result.diagnostics for result in together] == [result.diagnostics for result in alone]
    assert [len(result.graph) for result in together] == [len(result.graph) for result in alone]


def test_steps_are_taken_from_the_budget() -> None:
    budget, requested = Budget(), request(_GOOD)
    first = build(requested, budget)
    build(requested, budget)
    assert budget.steps == 2 * first.steps
    assert budget.depth == 0


@pytest.mark.parametrize(
    ("text", "ending"),
    [(_GOOD, Ending.WHOLE), (_POISONED, Ending.WHOLE), (_BROKEN, Ending.BROKEN)],
)
def test_how_a_build_ends(text: str, ending: Ending) -> None:
    result = built(text)
    assert result.ending is ending
    assert result.is_sound == (not result.diagnostics)


def test_a_build_that_runs_out_of_steps_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archdsl.limits.STEPS", 5_000)
    result = built(_ENDLESS)
    assert result.ending is Ending.GIVEN_UP
    (diagnostic,) = result.diagnostics
    assert "5,000 steps" in diagnostic.message
    assert len(result.graph) > 1, "what was built before stays"


def test_a_finding_records_the_size_of_the_graph() -> None:
    result = built(_POISONED)
    (finding,) = result.findings
    assert (finding.nodes, finding.scopes, finding.open_scopes) == (2, 1, (0,))
    assert len(result.graph) == 3


@pytest.mark.parametrize("command", ["flops", "show", "draw -o {}/n.svg", "compile -o {}/out"])
def test_a_network_is_built_once(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 0

    def counting(requested: Request, budget: Budget) -> Built:
        nonlocal count
        count += 1
        return build(requested, budget)

    monkeypatch.setattr(compiler, "build", counting)
    name, *options = command.format(tmp_path).split()
    assert main([name, str(SPECS / "tiny.arch"), *options]) == 0
    assert count == 1
