"""What the README shows is what happens. `pytest tests/readme --update` brings it up to date."""

from __future__ import annotations

from pathlib import Path

import operations
import pytest
from document import README, ROOT, Block, Sandbox, blocks, exchanges

from archdsl.cli.main import main

TEXT = README.read_text()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    return Sandbox(tmp_path_factory.mktemp("readme"))


def test_commands_print_what_is_shown(sandbox: Sandbox, is_updating: bool) -> None:
    """In one sandbox and in order: later commands use what earlier ones wrote."""
    text = README.read_text()
    wrong: list[str] = []
    for block in blocks(TEXT, "console", "python"):
        if block.language == "python":
            sandbox.python(block.text)
            continue
        for exchange in exchanges(block):
            printed = sandbox.run(exchange.command)
            if printed == exchange.printed:
                continue
            wrong.append(f"$ {exchange.command}\n{printed}")
            old = f"{exchange.command}\n{exchange.printed}".rstrip("\n")
            text = text.replace(old, f"{exchange.command}\n{printed}".rstrip("\n"), 1)
    if is_updating:
        README.write_text(text)
    else:
        assert not wrong, "\n".join(wrong)


def test_operations_are_all_listed(is_updating: bool) -> None:
    if is_updating:
        README.write_text(operations.replaced(README.read_text()))
    assert operations.listing() in README.read_text()


@pytest.mark.parametrize("block", blocks(TEXT, "arch"), ids=lambda block: f"line{block.line}")
def test_example_is_sound(block: Block, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "example.arch"
    for spec in (ROOT / "specs").glob("*.arch"):
        (tmp_path / spec.name).write_text(spec.read_text())
    path.write_text(block.text)
    status = main(["check", str(path)])
    said = capsys.readouterr().err
    assert status == 0, said
    assert "warning" not in said
    assert main(["fmt", str(path)]) == 0
    assert path.read_text() == block.text


@pytest.mark.parametrize("target", ["setup", "test"])
def test_commands_of_the_checks_can_be_found(target: str) -> None:
    assert f"<!-- ci: {target} -->\n```sh\n" in TEXT
