"""What a search tells on the terminal: one line that changes, and lines that stay."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

from archdsl.report.text import in_a_line

_PAUSE = 30.0
"""Seconds between lines of progress where they are kept, as in a file."""


class Terminal:
    """Progress on a stream: on a terminal in place, elsewhere a line now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._told = -_PAUSE
        self._shown = ""

    def line(self, text: str) -> None:
        """A line that stays."""
        self._clear()
        self._write(f"{in_a_line(text)}\n")

    def progress(self, text: str) -> None:
        """What is running now."""
        if self._is_terminal:
            width = shutil.get_terminal_size().columns - 1
            self._clear()
            self._shown = in_a_line(text)[:width]
            self._write(self._shown)
        elif time.monotonic() - self._told >= _PAUSE:
            self._told = time.monotonic()
            self._write(f"{in_a_line(text)}\n")

    def _clear(self) -> None:
        if self._shown:
            self._write("\r" + " " * len(self._shown) + "\r")
            self._shown = ""

    def end(self) -> None:
        """Leave the terminal clean for what follows."""
        self._clear()

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
