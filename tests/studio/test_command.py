"""`archdsl studio`: what it prints, and how it ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from archdsl.cli.main import main
from tests.studio.harness import FIRST, Studio


def test_the_address_is_printed_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    (tmp_path / "first.arch").write_text(FIRST)
    command = [sys.executable, "-m", "archdsl", "studio", "first.arch"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=tmp_path) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", address)
        with urlopen(address) as page:
            assert b"archdsl studio" in page.read()
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
    assert (process.returncode, rest) == (0, "")
    assert said == "the studio of first.arch: ctrl-C ends it\n"
    assert [each.name for each in tmp_path.iterdir()] == ["first.arch"]


def test_a_port_that_is_in_use(shared: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["studio", str(shared.path), "--port", str(shared.port)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(
        f"error[port]: cannot listen at port {shared.port}: it is in use\n"
        "  = help: leave out `--port`, and a free one is taken\n"
    )


def test_a_file_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["studio", str(tmp_path / "no.arch")]) == 1
    assert "no such file" in capsys.readouterr().err
    (tmp_path / "no.arch").write_bytes(b"\xff\xfe")
    assert main(["studio", str(tmp_path / "no.arch")]) == 1
    assert "must be UTF-8 text" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "9" * 50])
def test_a_port_must_be_one(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["studio", "x3d_s", f"--port={port}"]) == 2
    assert "must be a port from 1 to 65535" in capsys.readouterr().err
