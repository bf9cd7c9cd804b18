"""`train.py` as a child process: it ends with its worker, and its last words are kept."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

OUTPUT = "output.txt"
"""The file with all that the child prints."""

DIVERGED = 3
"""The exit status by which `train.py` says that the loss is no longer finite."""

_REFUSALS = (1, 2, 4)
"""Those by which it says that data, the command line or a disk has to be mended."""

_LEASH = """\
import ctypes, os, sys
try:
    ctypes.CDLL(None).prctl(1, 15)  # PR_SET_PDEATHSIG: SIGTERM once the worker is gone
except (AttributeError, OSError):
    pass  # not on every system: the lock on the folder is held until the child ends by itself
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
sys.exit(143)
"""
"""Ties a process to its parent, and becomes the command that follows.

A program of its own: between fork and exec, Python code is not safe beside other threads.
"""

_LINES = 12
_BYTES = 16_384
_RANK_STATUS = re.compile(rb"^\s*exitcode\s*:\s*(-?\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Ending:
    """How a child ended: its exit status, and the last of what it printed."""

    status: int
    words: tuple[str, ...]

    @property
    def is_refusal(self) -> bool:
        """Whether it says in so many words what the user has to mend."""
        return self.status in _REFUSALS and any(map(_tells, self.words))


class Child:
    """A running command, whose output is added to a file in its folder of results."""

    def __init__(
        self,
        command: Sequence[str],
        cwd: Path,
        output: Path,
        lock: int,
        environment: Mapping[str, str],
    ) -> None:
        """Start it. The descriptor of a lock stays open in it, so that it is held while it runs.

        Raises:
            OSError: it cannot be started, or its output not be written.
        """
        self._output = output
        with open(output, "ab") as stream:
            self._start = stream.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *command],
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is for the worker
                pass_fds=(lock,),
            )

    def ending(self, timeout: float) -> Ending | None:
        """How it ended, if it does so in time."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        printed = self._tail()
        # torchrun ends with 1 whatever its processes end with, and prints that.
        ranks = _RANK_STATUS.findall(printed)
        return Ending(int(ranks[-1]) if ranks and status == 1 else status, _last_words(printed))

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Ask it to save and end; with SIGKILL, end all its processes."""
        with suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self._process.pid, number)
            else:  # torchrun tells its processes by itself, and twice would be once too often
                os.kill(self._process.pid, number)

    def _tail(self) -> bytes:
        """The last of what this child has printed."""
        with open(self._output, "rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(self._start, size - _BYTES))
            return stream.read()


def _last_words(printed: bytes) -> tuple[str, ...]:
    """The lines with which it said what is wrong, or else its last lines."""
    lines = [line.rpartition("\r")[2] for line in printed.decode(errors="replace").split("\n")]
    told = [line.strip() for line in lines if _tells(line)]
    return tuple((told or [line.rstrip() for line in lines if line.strip()])[-_LINES:])


def _tells(line: str) -> bool:
    """Whether it is a mistake as the scripts print theirs, and argparse does."""
    return re.match(r"\s*(\w+\.py: )?error: ", line) is not None


def as_typed(command: Sequence[str], cwd: Path) -> str:
    """The command to repeat it by hand."""
    return f"cd {shlex.quote(str(cwd))} && {shlex.join(command)}"


class Log:
    """`log.jsonl` of a training, read as far as it is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = 0
        self._offset = 0

    def validations(self, figure: str) -> Iterator[tuple[int, float]]:
        """The new epochs with the accuracy after each, in percent.

        A run that resumes replaces the file by one that ends with its checkpoint. It is read anew
        then, so an epoch can come again.
        """
        for record in self._records():
            epoch, value = record.get("epoch"), record.get(f"val_{figure}")
            if isinstance(epoch, int) and isinstance(value, float | int) and 0 <= value <= 100:
                yield epoch, float(value)

    def _records(self) -> Iterator[Mapping[str, object]]:
        if not self._path.exists():
            return
        with open(self._path, "rb") as stream:
            status = os.fstat(stream.fileno())
            if status.st_ino != self._file or status.st_size < self._offset:
                self._file, self._offset = status.st_ino, 0
            stream.seek(self._offset)
            while (line := stream.readline()).endswith(b"\n"):
                self._offset += len(line)
                with suppress(ValueError):
                    record = json.loads(line)
                    if isinstance(record, dict):
                        yield record
