"""A page that lists things lists all of them."""

from __future__ import annotations

import re

import pytest
from document import ROOT

from archdsl.claims.figures import STATED
from archdsl.claims.structure import COUNTED, PROPERTIES
from archdsl.cli.main import main
from archdsl.costs.figures import CONVENTIONS
from archdsl.costs.metrics import METRICS
from archdsl.recipes.recipe import VOCABULARY
from archdsl.searches import search as searches

_LISTS = {
    "claims.md": (*METRICS, *STATED, *COUNTED, *PROPERTIES),
    "costs.md": tuple(CONVENTIONS),
    "recipes.md": tuple(VOCABULARY.forms),
    "search.md": tuple(searches.VOCABULARY.forms),
}


@pytest.mark.parametrize(("page", "names"), _LISTS.items(), ids=_LISTS)
def test_nothing_is_missing(page: str, names: tuple[str, ...]) -> None:
    text = (ROOT / "docs" / page).read_text()
    assert [name for name in names if f"`{name}" not in text] == []


def test_no_command_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    _, _, listed = capsys.readouterr().out.partition("COMMAND\n")
    commands = re.findall(r"^    ([a-z-]+)", listed, re.MULTILINE)
    text = (ROOT / "docs" / "commands.md").read_text()
    assert len(commands) > 10
    assert [command for command in commands if f"| [`{command}`]" not in text] == []
