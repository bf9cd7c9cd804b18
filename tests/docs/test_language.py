"""What the tables of docs/language.md say is what the parser and the transforms do."""

from __future__ import annotations

import re

import pytest
from document import ROOT, Page

from archdsl.build.schemes import SCHEMES
from archdsl.plan.rows import SPECIAL
from archdsl.plan.transforms import TRANSFORMS
from archdsl.program.names import FUNCTIONS
from archdsl.source import Source
from archdsl.spec import load
from archdsl.syntax import tree
from archdsl.syntax.parser import parse

TEXT = Page.read(ROOT / "docs" / "language.md").text


def _rows(name: str) -> list[list[str]]:
    """The cells of the table between two marks, without its head."""
    marked = TEXT.partition(f"<!-- {name}: begin -->\n")[2].partition(f"<!-- {name}: end -->")[0]
    return [line.strip("| ").split(" | ") for line in marked.splitlines()[2:]]


READINGS = [[cell.strip("`") for cell in row[2:]] for row in _rows("precedence")]


@pytest.mark.parametrize(("example", "reading"), READINGS)
def test_operators_bind_as_the_table_says(example: str, reading: str) -> None:
    assert example != reading
    assert _read(example) == _read(reading)


def test_every_transform_is_listed() -> None:
    listed = [row[0].strip("`") for row in _rows("transforms")]
    assert sorted(listed) == sorted(kind.signature() for kind in TRANSFORMS.values())


@pytest.mark.parametrize("change", [row[-1].strip("`") for row in _rows("transforms")])
def test_examples_of_transforms_change_a_network(change: str) -> None:
    spec = load(ROOT / "specs" / "autox3d_s.arch", ["glore"])
    changed = spec.derive("changed", "autox3d_s", change).network("changed")
    assert changed.costs.total != spec.network().costs.total


def test_every_keyword_is_listed() -> None:
    grammar = (ROOT / "grammars" / "arch.lark").read_text()
    (keywords,) = re.findall(r"^NAME: /\(\?!\(\?:(\S+)\)\\b\)", grammar, re.MULTILINE)
    listed = " ".join(TEXT.split()).partition("do not begin with a digit. `")[2].partition("`")[0]
    assert listed == keywords.replace("|", " ")


def test_every_function_scheme_and_column_is_listed() -> None:
    for name in (*FUNCTIONS, *SCHEMES):
        assert re.search(rf"`{name}[`(]", TEXT), name
    for column in SPECIAL:
        assert f"| `{column}` | " in TEXT


def _read(expression: str) -> tree.Expression:
    file = parse(Source("example.arch", f"network n() {{ y = {expression} }}"))
    (network,) = file.definitions
    assert isinstance(network, tree.Network)
    (statement,) = network.body
    assert isinstance(statement, tree.Assign)
    return statement.value
