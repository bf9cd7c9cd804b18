"""The cache of compiled templates: it changes no output, even if it is damaged or not writable."""

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


def test_a_cached_template_gives_the_same_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = text(tmp_path, monkeypatch)
    (cache,) = (tmp_path / "archdsl").glob("*.cache")
    assert text(tmp_path, monkeypatch) == first
    content = cache.read_bytes()
    for damaged in (b"", b"\xff" * 100, content[:40], content[:80], content[: len(content) // 2]):
        cache.write_bytes(damaged)
        assert text(tmp_path, monkeypatch) == first


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(FileSystemBytecodeCache, "dump_bytecode", refuse)
    assert "import torch" in text(tmp_path, monkeypatch)
    assert not list((tmp_path / "archdsl").glob("*.cache"))
