"""The cache of the parser's tables: used only if nobody else could have written it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.source import Source
from archdsl.syntax.grammar import Grammar


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "archdsl"


def reads() -> bool:
    return len(list(Grammar().session(Source("a", "use x3d")).tokens())) == 2


def test_tables_are_cached(place: Path) -> None:
    assert reads()
    assert place.stat().st_mode & 0o777 == 0o700
    cached = (place / "grammar.bin").read_bytes()
    assert reads()
    assert (place / "grammar.bin").read_bytes() == cached


def test_tables_that_others_could_have_written_are_not_read(place: Path, tmp_path: Path) -> None:
    place.mkdir()
    place.chmod(0o777)
    assert reads()
    assert not (place / "grammar.bin").exists()
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").chmod(0o700)
    assert reads()
    assert not (place / "grammar.bin").exists()


def test_damaged_tables_are_rebuilt(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert reads()
    file = place / "grammar.bin"
    whole = file.read_bytes()
    for broken in (b"", b"\xff" * 100, whole[: len(whole) // 2], whole[:70]):
        file.write_bytes(broken)
        assert reads()
    file.unlink()
    file.mkdir()
    assert reads()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("home", ["/dev/null", "/proc/none"])
def test_without_a_cache_folder(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.environ", {"XDG_CACHE_HOME": home})
    assert reads()
