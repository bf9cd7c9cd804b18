"""What takes long is judged aside, in a process of its own: the page stays quick while it runs.

A space has many members, and all are judged. Who types on asks anew, and what was judged before is
of no use any more: that process is ended.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock

from archdsl.diagnostics import CompileError, error
from archdsl.studio.told import Told


class Aside:
    """Judges one text at a time; a new one ends the one before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: subprocess.Popen[bytes] | None = None

    def judge(self, path: Path, text: str) -> Told:
        """What is said of a file if it had a text; `ended` where another was asked for since.

        Raises:
            CompileError: the process ended by itself, as when there is no memory left.
        """
        with self._lock:
            self._end()
            process = self._running = _start()
        answer, _ = process.communicate(json.dumps({"path": str(path), "text": text}).encode())
        if process.returncode == 0:
            told: Told = json.loads(answer)
            return told
        if self._running is process:
            message = f"what judges the text ended with status {process.returncode}"
            raise CompileError([error("judge", message)])
        return {"ended": True}

    def stop(self) -> None:
        """End what is running."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.kill()  # which does nothing if it has ended


def _start() -> subprocess.Popen[bytes]:
    # The same places as here, and none in addition: beside a spec there may be any Python file.
    places = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", "-m", "archdsl.studio.judging"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, env=places)
