"""The limits of a spec: whatever exceeds one ends soon, with a diagnostic."""

from __future__ import annotations

import pytest

from archdsl import limits
from tests.build.harness import build_body, mistakes, mistakes_in
from tests.mistakes import Mistake
from tests.steps import grows_in_proportion, steps

BLOCKS = """
block f(x) { return x }
block g(x) { return x, x }
block h(x, b = none, c = none) { return relu(x) }
"""


def doubling(first: str, levels: int = 40) -> str:
    blocks = [f"block b0(x) {{ {first} }}\n"]
    for level in range(1, levels + 1):
        blocks.append(f"block b{level}(x) {{ return x -> b{level - 1} -> b{level - 1} }}\n")
    return "".join(blocks)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("for i in range(1e9) { relu }", "numbers, but these are 1,000,000,000"),
        ("for i in range(-9e18, 9e18) { relu }", "numbers, but these are"),
        ("table {\n| block | number |\n| relu | 1e9 |\n}", "but these are 1,000,000,000 blocks"),
        ("t = (1, 2)\n  for i in range(99) { t = t + t }", "steps to build"),
        ("t = (1, 2)\n  for i in range(99) { t = (t, t) }", "steps to build"),
        ("t = (1,)\n  for i in range(3000) { t = (t,) }", "nested more than 100 deep"),
        ("t = (1, 2)\n  for i in range(60) { t = t^8 x t^8 }", "steps to build"),
        ("t = (1, 2)\n  for i in range(60) { t = g(t) }", "steps to build"),
        ("t = range(90000)\n  for i in range(90000) { y = t -> max }", "steps to build"),
        ("b = h\n  for i in range(3000) { b = h(b = b) }\n  b", "nested more than 100 deep"),
        ("b = h\n  for i in range(60) { b = h(b = b, c = b) }\n  b", "steps to build"),
        ("y = 1\n  for i in range(99) { y = y * 1.5 + 0.1 }", "must be at most 2^63"),
        ("y = " + "f(" * 60 + "x" + ")" * 60, "nested more than"),
    ],
)
def test_a_build_that_exceeds_a_limit_ends_soon(
    body: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the steps have run out, only a bounded amount of work remains."""
    monkeypatch.setattr("archdsl.limits.STEPS", 100_000)
    found: list[Mistake] = []
    assert steps(lambda: found.extend(mistakes_in(body + "\n  relu", BLOCKS))) < 4_000_000
    assert any(message in mistake.message for mistake in found)


@pytest.mark.parametrize(
    ("first", "what"),
    [("return x -> relu -> relu -> relu", "operations"), ("return x", "nested blocks")],
)
def test_blocks_that_double_are_stopped(
    first: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archdsl.limits.OPERATIONS", 5_000)
    (mistake,) = mistakes_in("b40", doubling(first))
    assert mistake.message == f"this network has more than 5,000 {what}"


def test_too_many_steps_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archdsl.limits.STEPS", 20_000)
    body = "for i in range(1000) {\n for j in range(1000) { y = 1 }\n}\n  relu"
    (mistake,) = mistakes_in(body)
    assert mistake.message == "this network takes more than 20,000 steps to build"
    (empty,) = mistakes_in("for i in range(1000) {\n for j in range(1000) { }\n}\n  relu")
    assert empty.message == mistake.message


def test_loop_with_a_mistake_stops_at_its_first_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archdsl.limits.STEPS", 150_000)
    (mistake,) = mistakes_in("for i in range(100000) { conv(i, kernal = 1) }")
    assert mistake.words == "kernal = 1"


def test_too_long_a_chain_of_derivations_is_stopped() -> None:
    chain = "".join(f"network n{i} = n{i + 1}\n" for i in range(200))
    (mistake,) = mistakes(chain + "network n200() { input x: 1\n relu }", "n0")
    assert "derived through more than" in mistake.message


def test_work_grows_in_proportion() -> None:
    assert grows_in_proportion(
        lambda rounds: build_body(f"for i in range({rounds}) {{\n conv(8)\n relu\n}}"), 100
    )


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(25000) { brick }",
        "table {\n" + "| block | number |\n" + "| brick | 250 |\n" * 100 + "}",
    ],
)
def test_a_hundred_thousand_operations_are_within_the_limits(body: str) -> None:
    """Tested with a tenth of the operations and a tenth of the limits."""
    body = body.replace("25000", "2500").replace("250 |", "25 |")
    brick = "block brick(x) {\n x = x -> conv(8) -> batch_norm -> relu\n return x + x\n}\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archdsl.limits.STEPS", limits.STEPS // 10)
        patch.setattr("archdsl.limits.OPERATIONS", limits.OPERATIONS // 10)
        assert len(build_body(body, brick).graph) > 10_000


def nested(inside: str, levels: int = 149) -> str:
    """A chain of blocks, each of which calls the next."""
    blocks = (inside.format(k=level, next=level + 1) for level in range(levels))
    return "\n".join([*blocks, f"block b{levels}(x) {{ x -> relu }}\n"])


@pytest.mark.parametrize(
    "inside",
    [
        "block b{k}(x) {{ return x -> b{next} }}",
        "block b{k}(x, f = b{next}) {{ return x -> f }}",
        "block b{k}(x) {{ return b{next}(x), x }}",
        "block b{k}(x) {{ b{next} }}",
        "block b{k}(x) {{ return (x -> b{next}) if x.rank == 3 else x }}",
        "block b{k}(x) {{ if true {{ if true {{ if true {{ return x -> b{next} }} }} }} }}",
        "block b{k}(x) {{ for i in range(1) {{ for i in range(1) {{ b{next} }} }} }}",
        "block b{k}(x) {{ table {{\n| block | number |\n| b{next} | 1 |\n}} }}",
        "block b{k}(x) {{ table {{\n| block | number |\n| b{next} | 2 |\n}} }}",
        "block b{k}(x) {{ for i in (1,) {{ table {{\n| block |\n| b{next}(b{next}(in)) |\n}} }} }}",
    ],
)
def test_nesting_is_refused_before_pythons_stack_overflows(inside: str) -> None:
    found = mistakes_in("b0", nested(inside))
    assert any("nested more than 150 deep" in mistake.message for mistake in found)
