"""What the server keeps between questions: the file, the last analysis, what is judged aside.

None of it decides an answer. The analysis makes the next one fast, and every question brings its
text along.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from archdsl.analysis.analysis import Analysis, analyse
from archdsl.program.files import Unsaved
from archdsl.studio.aside import Aside
from archdsl.studio.disk import Disk


class Desk:
    """The desk of one studio: one text is analysed at a time, since all share one processor."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.aside = Aside()
        self._lock = Lock()
        self._last: Analysis | None = None

    @property
    def path(self) -> Path:
        return self.disk.path

    def unsaved(self, text: str) -> Unsaved:
        """A text in the place of the file."""
        return {self.path.resolve(): text}

    @contextmanager
    def analysed(self, text: str) -> Iterator[Analysis]:
        """The analysis of a text. No other question is answered before the block ends."""
        with self._lock:
            last, unsaved = self._last, self.unsaved(text)
            self._last = last.after(unsaved) if last else analyse(self.path, unsaved)
            yield self._last

    @property
    def last(self) -> Analysis | None:
        """The last analysis, which says which files are used."""
        return self._last
