"""`archdsl lsp` where no editor has started it, or what it needs is not there."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest

from archdsl.cli import lsp
from archdsl.cli.main import main


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (None, "the language server needs pygls"),
        ("1.3.1", "pygls must be 2.0 or later, but this is 1.3.1"),
    ],
)
def test_says_what_its_extra_installs(
    found: str | None,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def version(package: str) -> str:
        if found is None:
            raise PackageNotFoundError(package)
        return found

    monkeypatch.setattr(lsp, "version", version)
    assert main(["lsp"]) == 1
    said = capsys.readouterr().err
    assert message in said
    assert "pip install 'archdsl[lsp]'" in said


def test_says_that_a_terminal_is_no_editor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert main(["lsp"]) == 1
    assert "docs/editors.md" in capsys.readouterr().err
