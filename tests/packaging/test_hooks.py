"""The hooks for pre-commit run commands that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from archdsl.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
HOOKS = (ROOT / ".pre-commit-hooks.yaml").read_text()


def test_each_hook_has_what_pre_commit_needs() -> None:
    hooks = HOOKS.strip().split("\n\n")
    keys = [re.findall(r"^[- ] (\w+):", hook, re.MULTILINE) for hook in hooks]
    assert keys == [["id", "name", "description", "entry", "language", "files"]] * 2
    ids = re.findall(r"- id: (\S+)", HOOKS)
    assert all(f"- id: {each}" in (ROOT / "docs/ci.md").read_text() for each in ids)


@pytest.mark.parametrize("entry", re.findall(r"entry: (.*)", HOOKS))
def test_each_entry_takes_files(entry: str, tmp_path: Path) -> None:
    program, *words = shlex.split(entry)
    assert program == "archdsl"
    good, bad = tmp_path / "good.arch", tmp_path / "bad.arch"
    good.write_text((ROOT / "specs" / "tiny.arch").read_text())
    bad.write_text("network a(\n")
    assert main([*words, str(good)]) == 0
    assert main([*words, str(good), str(bad)]) == 1
