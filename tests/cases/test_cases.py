"""Specs with a command in line one, and the expected output of the command beside each.

`pytest tests/cases --update` rewrites the expected outputs; read the difference before
committing it. A file without a command in line one is used by other specs.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from archdsl.cli.main import main

_HERE = Path(__file__).parent
_COMMAND = "# archdsl "


def _cases() -> list[Path]:
    found = sorted(_HERE.rglob("*.arch"))
    return [path for path in found if path.read_text().startswith(_COMMAND)]


def _run(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    command = path.read_text().splitlines()[0].removeprefix(_COMMAND)
    status = main(shlex.split(command.replace("%s", path.name)))
    printed = capsys.readouterr()
    return f"exit {status}\n--- stdout\n{printed.out}--- stderr\n{printed.err}"


@pytest.mark.parametrize("path", _cases(), ids=lambda path: str(path.relative_to(_HERE)))
def test_case(
    path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    is_updating: bool,
) -> None:
    monkeypatch.chdir(path.parent)
    printed = _run(path, capsys)
    expected = path.with_suffix(".out")
    if is_updating:
        expected.write_text(printed)
    assert printed == expected.read_text()
