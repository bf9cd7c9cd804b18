"""What a plan knows without a build: numbers, labels of stages, and what remains unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.build import machine
from archdsl.build.request import Budget, Built, Request
from archdsl.compiler import compile_network
from archdsl.diagnostics import CompileError
from archdsl.program.loading import load_program, parse_program
from archdsl.source import Source
from archdsl.spec import Spec

SPECS = Path(__file__).resolve().parents[2] / "specs"

UNIT = "block unit(x, channels = 4) { return x -> conv(channels) }\n"


def spec(body: str, more: str = "") -> Spec:
    text = f"{UNIT}{more}network net(wide = 8) {{\n  input x: 4 x 8^2\n  {body}\n}}\n"
    return Spec(parse_program(Source("net.arch", text)))


def table(*rows: str, columns: str = "block | channels") -> str:
    return "\n".join(["table {", f"| {columns} |", *(f"| {row} |" for row in rows), "}"])


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the networks that are built during a test."""
    names: list[str] = []

    def build(request: Request, budget: Budget) -> Built:
        names.append(request.name)
        return machine.build(request, budget)

    for module in ("compiler", "plan.labels", "plan.candidates"):
        monkeypatch.setattr(f"archdsl.{module}.build", build)
    return names


def test_a_stretched_network_is_built_once(builds: list[str]) -> None:
    program = load_program(SPECS / "autox3d_l.arch")
    assert compile_network(program, "autox3d_l", {}).built.is_sound
    assert builds == ["autox3d_l"]


@pytest.mark.parametrize("rows", [("unit | 8", "unit | 8"), ("unit | wide", "relu | -")])
def test_labels_are_known_from_the_text(builds: list[str], rows: tuple[str, ...]) -> None:
    net = spec(table(*rows))
    made = net.derive("made", "net", "set(channels, value = 12, rows = stage1)")
    assert compile_network(made.program, "made", {}).built.is_sound
    assert builds == ["made"]


def test_an_ambiguous_label_takes_a_build(builds: list[str]) -> None:
    """A call beside the table has the name of the stage, so both are numbered."""
    net = spec(f"unit\n  {table('unit | 8')}")
    made = net.derive("made", "net", "set(channels, value = 12, rows = unit2)")
    built = compile_network(made.program, "made", {}).built
    assert [node.results[0].channels for node in built.graph] == [4, 4, 12]
    assert builds == ["made", "made"]


def test_stages_of_several_tables_are_numbered_as_they_are_shown() -> None:
    both = f"{table('unit | 8', 'unit | 8')}\n  {table('relu | -', 'unit | 8')}"
    made = spec(both).derive("made", "net", "set(channels, value = 12, rows = stage12)")
    widths = [node.results[0].channels for node in made.network("made").graph]
    assert widths == [4, 8, 8, 8, 12]


def refusal(net: Spec, change: str) -> tuple[str, str]:
    with pytest.raises(CompileError) as failure:
        net.derive("made", "net", change).network("made")
    told = failure.value.diagnostics[0]
    return told.message, told.labels[0].span.text


def test_a_number_that_depends_on_a_tensor_is_unknown() -> None:
    net = spec(table("unit | 2 * in.channels", "unit | 8"))
    message = "`channels` of stage `stage1` depends on a tensor's size"
    assert refusal(net, "widen(2)") == (message, "widen(2)")
    written = net.derive("made", "net", "set(channels, value = 12)").network("made")
    assert [node.results[0].channels for node in written.graph] == [4, 12, 12]


def test_a_table_that_depends_on_a_tensor_is_unknown() -> None:
    net = spec(f"if x.height < 9 {{ {table('unit | 8')} }} else {{ unit }}")
    message, words = refusal(net, "widen(2)")
    assert message == "this condition depends on a tensor's size, which only a build can compute"
    assert words == "x.height < 9"


def test_a_label_that_depends_on_a_tensor_takes_a_build() -> None:
    """The first stage has one block and its name, so `stage1` is the second."""
    rows = ("unit | 4 | in.channels - 3", "unit | 16 | 2")
    lines = table(rows[0], columns="block | channels | number").removesuffix("}")
    net = spec(f"{lines}\n|---|---|---|\n| {rows[1]} |\n}}")
    made = net.derive("made", "net", "set(channels, value = 32, rows = stage1)")
    assert [shape[0] for shape in made.network("made").outputs] == [32]
    assert made.network("made").costs.total.params == 4 * 4 + 4 * 32 + 32 * 32
