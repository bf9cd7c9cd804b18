"""Templates, compiled once a machine where there is a place to keep them."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from archdsl.emit import pages
from archdsl.emit.module import ModuleView

VIEW = ModuleView(['"""Nothing."""'], ["import torch"], [], [])


def text(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    pages._environment.cache_clear()
    return pages.page("module.py.j2", module=VIEW)


def test_what_is_kept_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = text(tmp_path, monkeypatch)
    (kept,) = (tmp_path / "archdsl").glob("*.cache")
    assert text(tmp_path, monkeypatch) == first
    whole = kept.read_bytes()
    for broken in (b"", b"\xff" * 100, whole[:40], whole[:80], whole[: len(whole) // 2]):
        kept.write_bytes(broken)
        assert text(tmp_path, monkeypatch) == first


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(FileSystemBytecodeCache, "dump_bytecode", refuse)
    assert "import torch" in text(tmp_path, monkeypatch)
    assert not list((tmp_path / "archdsl").glob("*.cache"))
