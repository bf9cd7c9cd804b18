"""The README as a document: its code blocks, and what its reader's machine would make of them."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from archdsl.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"

_SHELL = re.compile(r"[|&;<>$`*?(){}~]")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, the line it begins at."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Exchange:
    """A command, as typed after `$`, and what it prints."""

    command: str
    printed: str


def blocks(text: str, *languages: str) -> list[Block]:
    found = _BLOCK.finditer(text)
    listed = (Block(m[1], m[2], text[: m.start()].count("\n") + 1) for m in found)
    return [block for block in listed if block.language in languages]


def exchanges(block: Block) -> Iterator[Exchange]:
    """The commands of a console block, in order."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        while command.endswith("\\"):
            more, _, printed = printed.partition("\n")
            command = f"{command[:-1]}{more.strip()}"
        yield Exchange(command, printed.rstrip("\n"))


@dataclass(frozen=True)
class Sandbox:
    """A folder with the specs in it, and `archdsl` on the path: where a reader stands."""

    folder: Path

    def __post_init__(self) -> None:
        shutil.copytree(ROOT / "specs", self.folder / "specs")
        program = self.folder / ".bin" / "archdsl"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m archdsl "$@"\n')
        program.chmod(0o755)

    def run(self, command: str) -> str:
        """What a command prints, errors too. Where no shell is needed, none is started."""
        if command.startswith("archdsl ") and not _SHELL.search(_QUOTED.sub("", command)):
            return self._called(shlex.split(command)[1:])
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.stdout.rstrip("\n")

    def _called(self, arguments: list[str]) -> str:
        printed = io.StringIO()
        with chdir(self.folder), redirect_stdout(printed), redirect_stderr(printed):
            main(arguments)
        return printed.getvalue().rstrip("\n")

    def python(self, code: str) -> None:
        """Run a piece of Python; a failure raises."""
        command = [sys.executable, "-c", code]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    def _environment(self) -> dict[str, str]:
        path = f"{self.folder / '.bin'}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
