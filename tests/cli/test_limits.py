"""Hostile specs are refused in bounded time, with one sentence and exit status 1."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archdsl import limits
from archdsl.cli.main import main

ROWS = "    | relu |\n"


def check(capsys: pytest.CaptureFixture[str], path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    assert main(["check", str(path)]) == 1
    printed = capsys.readouterr().err
    assert len(printed) < 40_000
    return printed


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    return tmp_path / "a.arch"


def body(text: str) -> str:
    return f"network a() {{ input x: 3 x 8^2\n{text}\n}}\n"


def test_an_empty_file(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    assert "a.arch defines nothing" in check(capsys, spec, "")
    assert "a.arch defines nothing" in check(capsys, spec, " \n\n\t\n")


def test_a_binary_file(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    assert "must be UTF-8 text, but byte 4" in check(capsys, spec, b"\x7fELF\xff\xfe" * 100)
    assert "character U+0000 is not allowed in a spec" in check(capsys, spec, b"\0" * 1000)


def test_a_hundred_megabytes(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    most = f"at most {limits.SOURCE_BYTES // 2**20} MiB"
    assert most in check(capsys, spec, "x" * 100_000_000)


def test_an_unreadable_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    loop = tmp_path / "loop.arch"
    loop.symlink_to(loop)
    for path in (loop, Path("x" * 300)):
        assert main(["check", str(path)]) == 1
        assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("words", ["a ", "{ ", "}", "@\n", "if x {} else ", "y = = 3\n", "1,", "|"])
def test_too_many_words(
    capsys: pytest.CaptureFixture[str],
    spec: Path,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "TOKENS", 20_000)
    printed = check(capsys, spec, "network a() { " + words * 25_000)
    assert printed.startswith("error[")


@pytest.mark.parametrize("word", ['"' + "\\" * 2**22 + '"', "|--" * 2**21 + "|"])
def test_a_long_word(spec: Path, word: str) -> None:
    spec.write_text(word)
    script = (
        "import resource, sys; from archdsl.cli.main import main;"
        "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "check", str(spec)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("error[")


@pytest.mark.parametrize(
    "number", ["9" * 10_000, "1e999999999", "0." + "1" * 10_000, "9" * 10_000 + "G"]
)
def test_long_numbers(capsys: pytest.CaptureFixture[str], spec: Path, number: str) -> None:
    assert "this number has more than 30 digits" in check(capsys, spec, body(f"conv({number})"))


@pytest.mark.parametrize(
    "nested",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "-" * 5000 + "1",
        "+".join("1" * 5000),
        "not " * 5000 + "true",
        "f(" * 5000,
        "1 if true else " * 5000 + "1",
    ],
)
def test_deep_expressions(capsys: pytest.CaptureFixture[str], spec: Path, nested: str) -> None:
    assert "deep" in check(capsys, spec, body(f"conv({nested})"))


def test_deep_statements(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    deep = "if true { " * 5000 + "relu" + " }" * 5000
    assert "deep" in check(capsys, spec, body(deep))
    assert "deep" in check(capsys, spec, body("if true { relu }" + " else if true { }" * 5_000))


def test_many_alternatives_of_one_kind(spec: Path) -> None:
    cells = "| relu" + " | 1 if true else 2" * 200
    columns = "| block" + "".join(f" | c{i}" for i in range(200))
    choices = "y = (" + "1 if true else 2, " * 200 + ")\n" + "if true { } else { }\n" * 200
    spec.write_text(body(f"{choices}relu\ntable {{\n{columns} |\n{cells} |\n}}"))
    assert main(["fmt", str(spec)]) == 0


def test_deep_blocks(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    blocks = "".join(f"block b{i}(x) {{ return x -> b{i + 1} }}\n" for i in range(500))
    text = f"{blocks}block b500(x) {{ return x }}\n{body('b0')}"
    assert f"nested more than {limits.CALL_DEPTH} deep" in check(capsys, spec, text)


def test_long_derivations(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    base = "network n0() { input x: 3 x 8^2; b999 }\nblock b0(x) { return relu(x) }\n"
    derived = "".join(f"network n{i} = n{i - 1}\nblock b{i} = b{i - 1}\n" for i in range(1, 1000))
    printed = check(capsys, spec, base + derived)
    assert "`b999` is derived through more than 50 blocks" in printed
    assert "is derived through more than 50 networks" in printed


def test_choices_between_choices(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    """Each level has two ways to the next, so there are 2^40 ways and few blocks."""
    choices = "".join(
        f"block a{i} = {{a{i + 1}, b{i + 1}}}\nblock b{i} = {{b{i + 1}, a{i + 1}}}\n"
        for i in range(40)
    )
    spec.write_text(f"{choices}block a40(x) {{ relu }}\nblock b40(x) {{ conv(4) }}\n{body('a0')}")
    assert main(["check", str(spec)]) == 0
    assert "1 network" in capsys.readouterr().out


def test_a_long_derivation_deep_inside(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    depth = limits.CALL_DEPTH // 3
    calls = "".join(f"block c{i}(x) {{ return x -> c{i + 1} }}\n" for i in range(depth))
    derived = "".join(f"block b{i} = b{i - 1}\n" for i in range(1, 1000))
    ends = f"block c{depth}(x) {{ return x -> b999 }}\nblock b0(x) {{ return relu(x) }}\n"
    assert "deriv" in check(capsys, spec, calls + derived + ends + body("c0"))


def test_many_notes_are_counted(capsys: pytest.CaptureFixture[str], spec: Path) -> None:
    rows = "| relu | 3 x 9^2 |\n" * 200
    spec.write_text(body(f"table {{\n| block | printed |\n{rows}}}"))
    assert main(["check", str(spec)]) == 0
    printed = capsys.readouterr().err
    assert printed.count("note[printed]") == 50
    assert printed.endswith("200 notes, of which 150 are not shown\n")


def test_reporting_stops_after_many_mistakes(
    capsys: pytest.CaptureFixture[str], spec: Path
) -> None:
    text = body("\n".join(f"y{i} = x -> nothing{i}" for i in range(1000)))
    printed = check(capsys, spec, text)
    assert "stopped after 50 errors; there may be more" in printed
    assert printed.endswith("50 errors, 1 note\n")


def test_blocks_that_double(
    capsys: pytest.CaptureFixture[str], spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "OPERATIONS", 2000)
    calls = " -> ".join
    blocks = "".join(
        f"block b{i}(x) {{ return x -> {calls([f'b{i + 1}'] * 8)} }}\n" for i in range(20)
    )
    text = f"{blocks}block b20(x) {{ return x -> relu -> relu }}\n{body('b0')}"
    assert "this network has more than 2,000 operations" in check(capsys, spec, text)


def test_blocks_that_double_without_operations(
    capsys: pytest.CaptureFixture[str], spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STEPS", 20_000)
    calls = " -> ".join
    blocks = "".join(
        f"block b{i}(x) {{ return x -> {calls([f'b{i + 1}'] * 8)} }}\n" for i in range(20)
    )
    text = f"{blocks}block b20(x) {{ return x }}\n{body('b0')}"
    assert "takes more than 20,000 steps to build" in check(capsys, spec, text)
