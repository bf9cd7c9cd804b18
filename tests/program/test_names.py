"""Names are resolved once for a program, before any network is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.build.arithmetic import FUNCTIONS
from archdsl.ops import OPERATIONS
from archdsl.plan.derivations import parse_derivation
from archdsl.program.loading import load_program
from archdsl.program.program import Definition, Function, Program

_OTHER = "block b(x, kind: fast | slow) { x -> relu }\nblock c = b(kind = slow)\n"
_MAIN = "use other\nblock a(x) { x -> b(slow) }\nnetwork n() { input v: 3 x 8^2\n a }\n"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "other.arch").write_text(_OTHER)
    (tmp_path / "main.arch").write_text(_MAIN)
    return load_program(tmp_path / "main.arch")


def test_a_name_means_a_definition_an_operation_a_function_or_itself(program: Program) -> None:
    main = program.main
    assert set(main.names) == {"a", "b", "c", "n"}
    assert program.lookup(main, "b") is main.names["b"]
    assert program.lookup(main, "relu") is OPERATIONS["relu"]
    assert isinstance(program.lookup(main, "ceil"), Function)
    assert program.lookup(main, "slow") == "slow"
    assert program.lookup(main, "sloww") is None


def test_max_is_the_function(program: Program) -> None:
    assert "max" in OPERATIONS
    assert isinstance(program.lookup(program.main, "max"), Function)


def test_definitions_are_numbered_through_all_files(program: Program) -> None:
    assert [definition.number for definition in program.definitions] == [0, 1, 2, 3]
    assert [definition.name for definition in program.definitions] == ["b", "c", "a", "n"]
    assert [definition.name for definition in program.main.own] == ["a", "n"]
    assert program.main.names["c"].unit.path.name == "other.arch"


def test_an_added_network_has_its_own_number(program: Program) -> None:
    more = program.with_network(parse_derivation("n", "n", []))
    added = more.lookup(more.main, "n")
    assert isinstance(added, Definition)
    assert added.number == len(program.definitions)
    assert program.main.names["n"].number == 3, "the program itself stays as it is"
    assert added.unit is program.main, "what it derives from is the one that there was"


def test_every_known_function_can_be_called() -> None:
    assert all(function.function.name == name for name, function in FUNCTIONS.items())
