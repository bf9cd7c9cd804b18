"""Where a reader of the documentation stands, and what happens to what is typed there.

Commands of archdsl run in this process, which saves starting Python hundreds of times. What needs
a shell gets one: pipes, redirections, other programs.
"""

from __future__ import annotations

import gc
import glob
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from document import ROOT, Block, Exchange

from archdsl.cli.main import main

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_SHELL = re.compile(r"[&;<>$`?(){}~]")
_SETTINGS = {"NO_COLOR": "1", "COLUMNS": "100", "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True)
class Reader:
    """A folder as a clone is, and what was defined at the Python prompt."""

    folder: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})

    def answers(self, block: Block) -> list[tuple[Exchange, str]]:
        """What is asked of a console or a prompt, each with all that is printed for it."""
        ask = self._prompted if block.language == "pycon" else self._typed
        return [(exchange, ask(exchange.asked)) for exchange in block.exchanges()]

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def python(self, text: str, page: str, line: int) -> None:
        """Run Python. A traceback has the line numbers of the page."""
        with self._inside(io.StringIO()):
            exec(compile("\n" * line + text, page, "exec"), self.names)

    def script(self, text: str) -> None:
        """Run commands whose output is not shown; one that fails ends them."""
        done = self._shell(f"set -euo pipefail\n{text}")
        assert done.returncode == 0, done.stdout

    def check(self, name: str) -> None:
        """A spec is sound, without a warning, and in canonical layout."""
        status, output, errors = self._called(["check", name])
        assert status == 0, errors
        assert "warning" not in errors, errors
        status, output, errors = self._called(["fmt", "--check", name])
        assert status == 0, output + errors

    def _typed(self, command: str) -> str:
        bare = _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), command)
        if not command.startswith("archdsl ") or _SHELL.search(bare):
            return _ended(self._shell(command).stdout)
        first, pipe, _ = bare.partition(" | ")
        words = shlex.split(command[: len(first)])[1:]
        _, output, errors = self._called([path for word in words for path in self._expanded(word)])
        if pipe:
            output = self._shell(command[len(first) + len(pipe) :], output).stdout
        return _ended(output) + _ended(errors)

    def _expanded(self, word: str) -> list[str]:
        found = glob.glob(word, root_dir=self.folder) if "*" in word else []
        return sorted(found) or [word]

    def _called(self, arguments: list[str]) -> tuple[int, str, str]:
        output, errors = io.StringIO(), io.StringIO()
        gc.disable()  # as the program does when it starts
        try:
            with self._inside(output), redirect_stderr(errors):
                status = main(arguments)
        finally:
            gc.enable()
        return status, output.getvalue(), errors.getvalue()

    def _prompted(self, source: str) -> str:
        printed = io.StringIO()
        with self._inside(printed):
            try:
                exec(compile(source, "<prompt>", "single"), self.names)
            except Exception as fault:
                last = "".join(traceback.format_exception_only(fault))
                printed.write(f"Traceback (most recent call last):\n    ...\n{last}")
        return re.sub(r"^\n", "<BLANKLINE>\n", printed.getvalue(), flags=re.MULTILINE)

    def _shell(self, command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        path = f"{self.folder / '.bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env={**os.environ, **_SETTINGS, "PATH": path},
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @contextmanager
    def _inside(self, printed: io.StringIO) -> Iterator[None]:
        with (
            chdir(self.folder),
            patch.dict(os.environ, _SETTINGS),
            redirect_stdout(printed),
        ):
            yield


@contextmanager
def reading(folder: Path) -> Iterator[Reader]:
    """A reader in a folder as a clone is; what Python imported from it is forgotten after."""
    for part in ("specs", "tests/networks"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("*.py", "__*"))
    programs = folder / ".bin"
    programs.mkdir()
    for name, module in (("python", ""), ("archdsl", "-m archdsl ")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module}"$@"\n')
        (programs / name).chmod(0o755)
    with patch.object(sys, "path", [*sys.path]):
        yield Reader(folder)
    for name, imported in list(sys.modules.items()):
        if str(getattr(imported, "__file__", None)).startswith(str(folder)):
            del sys.modules[name]


def _ended(text: str) -> str:
    """A page shows no empty lines at the end of an output."""
    stripped = text.rstrip("\n")
    return f"{stripped}\n" if stripped else ""
