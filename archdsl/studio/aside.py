"""What takes long is judged aside, in a process of its own: the page stays quick while it runs.

A space has many members, and all are judged. Who types on asks anew, and what was judged before is
of no use any more: that process is ended.
"""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path
from threading import Lock

from archdsl.analysis.apart import COMMAND, places
from archdsl.analysis.judging import Judgement
from archdsl.diagnostics import CompileError, error
from archdsl.program.files import Unsaved


class Aside:
    """Judges one text at a time; a new one ends the one before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: subprocess.Popen[bytes] | None = None

    def judge(self, path: Path, unsaved: Unsaved) -> Judgement | None:
        """Judge a file as `analysis.judging` does; None where another was asked for since.

        Raises:
            CompileError: the process ended by itself, as when there is no memory left.
        """
        pipe = subprocess.PIPE
        with self._lock:
            self._end()
            process = subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, env=places())
            self._running = process
        answer, _ = process.communicate(pickle.dumps((path, {**unsaved})))
        if process.returncode == 0:
            judgement: Judgement = pickle.loads(answer)
            return judgement
        if self._running is process:
            message = f"what judges the text ended with status {process.returncode}"
            raise CompileError([error("judge", message)])
        return None

    def stop(self) -> None:
        """End what is running."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.kill()  # which does nothing if it has ended
