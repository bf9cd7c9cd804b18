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

from archdsl.studio.told import Told


class Aside:
    """Judges one text at a time; a new one ends the one before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: subprocess.Popen[bytes] | None = None

    def judge(self, path: Path, text: str) -> Told:
        """What is said of a file if it had a text; `ended` where another was asked for since."""
        with self._lock:
            self._end()
            process = self._running = _start()
        asked = json.dumps({"path": str(path), "text": text}).encode()
        try:
            answer, _ = process.communicate(asked)
        except OSError:  # it was ended before it had read all
            answer = b""
        if process.returncode:
            return {"ended": True}
        told: Told = json.loads(answer)
        return told

    def stop(self) -> None:
        """End what is running."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.kill()


def _start() -> subprocess.Popen[bytes]:
    # The same places as here, and none in addition: beside a spec there may be any Python file.
    places = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", "-m", "archdsl.studio.judging"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, env=places)
