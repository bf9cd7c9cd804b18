"""Trees kept on the machine: the same as parsed ones, and never in the way of a command."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import pytest

from archdsl.diagnostics import CompileError
from archdsl.program.files import read
from archdsl.resources import folder
from archdsl.source import Source
from archdsl.syntax import parser, remembered, tree
from archdsl.syntax.parser import parse
from archdsl.syntax.remembered import tree_of

ROOT = Path(__file__).resolve().parents[2]
FILES = [*sorted(folder("library").glob("*.arch")), *sorted((ROOT / "specs").glob("x3d*.arch"))]
SPEC = Source("a.arch", '"""Doc."""\nnetwork a(width = 2.5) { # remark\n  input x: 3 x 8^2\n}\n')


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "archdsl"


@pytest.fixture
def without_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is not remembered fails."""

    def refuse(source: Source) -> NoReturn:
        raise AssertionError(source)

    monkeypatch.setattr(parser, "parse", refuse)


def everything(file: tree.File) -> Iterator[object]:
    """All that a tree says, and the spans and depths that its equality leaves out."""
    for node in tree.walk([file, *file.comments]):
        yield type(node), node, node.span, node.depth


def kept(place: Path) -> list[Path]:
    return sorted(place.glob("*.tree"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_remembered_tree_is_the_parsed_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = read(path)
    parsed = parse(source)
    assert tree_of(source) == parsed
    monkeypatch.setattr(parser, "parse", None)
    found = tree_of(source)
    assert found.source is source
    assert list(everything(found)) == list(everything(parsed))
    assert (found.doc, found.comments) == (parsed.doc, parsed.comments)


def test_spans_are_in_the_source_at_hand(place: Path, without_parser: None) -> None:
    """Two files may have one text, and diagnostics name the one that was read."""
    remembered._write(place_of(SPEC), parse(SPEC))
    other = Source("b.arch", SPEC.text)
    assert all(node.span.source is other for node in tree.walk([tree_of(other)]))


def place_of(source: Source) -> Path:
    found = remembered._place(source)
    assert found is not None
    return found


def test_a_command_loads_no_parser() -> None:
    """Its files were parsed by the run before."""
    code = (
        "import sys; from archdsl.cli.main import main\n"
        "assert main(['flops', 'specs/x3d_s.arch']) == 0\n"
        "sys.exit('lark' in sys.modules)"
    )
    codes = [
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.DEVNULL).returncode
        for _ in range(2)
    ]
    assert codes == [1, 0]


def test_a_text_with_mistakes_is_not_remembered(place: Path) -> None:
    source = Source("a.arch", "network {")
    for _ in range(2):
        with pytest.raises(CompileError, match="never closed"):
            tree_of(source)
    assert kept(place) == []


def test_a_long_text_is_not_remembered(place: Path) -> None:
    text = "# " + "." * 2**16
    assert tree_of(Source("a.arch", text)).comments[0].text == text
    assert kept(place) == []


def test_a_tree_of_another_parser_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    before = place_of(SPEC)
    monkeypatch.setattr(sys, "version", "another Python")
    remembered._parser.cache_clear()
    after = place_of(SPEC)
    remembered._parser.cache_clear()
    assert before != after


def test_damaged_files_are_parsed_again(place: Path) -> None:
    parsed = tree_of(SPEC)
    (file,) = kept(place)
    whole = file.read_bytes()
    middle = len(whole) // 2
    changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    data = pickle.dumps("no tree")
    for broken in (b"", b"\xff" * 100, whole[:middle], changed, sha256(data).digest() + data):
        file.write_bytes(broken)
        assert tree_of(SPEC) == parsed
        assert file.read_bytes() == whole
    file.unlink()
    file.mkdir()
    assert tree_of(SPEC) == parsed


class _Attack:
    def __reduce__(self) -> Any:
        return os.mkdir, ("attacked",)


def test_a_file_cannot_run_code(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parsed = tree_of(SPEC)
    data = pickle.dumps(_Attack())
    place_of(SPEC).write_bytes(sha256(data).digest() + data)
    assert tree_of(SPEC) == parsed
    assert not Path("attacked").exists()


def test_files_that_others_could_have_written_are_not_read(place: Path) -> None:
    place.mkdir()
    place.chmod(0o777)
    tree_of(SPEC)
    assert kept(place) == []


@pytest.mark.parametrize("home", ["/dev/null", "/proc/none"])
def test_without_a_folder(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", home)
    assert tree_of(SPEC) == parse(SPEC)


@pytest.mark.parametrize("step", ["os.replace", "tempfile.mkstemp", "os.open"])
def test_a_full_disk_is_no_fault(step: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = parse(SPEC)

    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(step, fail)
        assert tree_of(SPEC) == parsed
    assert kept(place) == []


def test_the_number_of_files_is_bounded(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever the digest of a new text begins with a zero, the oldest files make room."""
    monkeypatch.setattr(remembered, "_MOST", 4)
    sources = [Source("a.arch", f"# {number}\n") for number in range(200)]
    *others, last = sorted(sources, key=lambda s: place_of(s).name.startswith("0"))
    assert place_of(last).name.startswith("0")
    for age, source in enumerate(others[:9]):
        tree_of(source)
        os.utime(place_of(source), (age, age))
    tree_of(last)
    assert kept(place) == sorted(map(place_of, [*others[7:9], last]))
