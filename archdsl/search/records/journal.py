"""A journal of trials that survives a worker killed while writing, and a full disk.

Optuna's own backend keeps half a line for ever: the next record is joined to it, and from then on
no worker can read the file. Here a writer that finds half a line removes it, since only a writer
that is gone can have left it. One that cannot finish a line takes back what it wrote.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from optuna.storages.journal import BaseJournalBackend

from archdsl.search.records.damage import Damaged
from archdsl.search.records.locks import locked

LONGEST = 16 * 2**20
"""Bytes of one record. A journal is untrusted, and a line is held in memory."""


class Journal(BaseJournalBackend):
    """Records of Optuna's JournalStorage in a file, one a line, in the order in which they hold."""

    def __init__(self, path: Path) -> None:
        """Open the journal, or begin one.

        Raises:
            OSError: it cannot be read or made.
        """
        self.path = path
        self._lock = path.with_name(f"{path.name}.lock")  # the name that Optuna's tools respect
        with open(path, "ab"):
            pass
        self._read = (0, 0)  # records that were read, and the bytes that they take

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """The records from a number on that are whole."""
        number, offset = self._read if log_number_from >= self._read[0] else (0, 0)
        with open(self.path, "rb") as stream:
            stream.seek(offset)
            while (line := stream.readline(LONGEST)).endswith(b"\n"):
                number, offset = number + 1, offset + len(line)
                if number > log_number_from:
                    # Before the record is given away: its reader may refuse it, and go on after it.
                    self._read = (number, offset)
                    yield self._record(line, number)
            if len(line) == LONGEST:
                raise Damaged(f"line {number + 1} has more than {LONGEST:,} bytes")

    def _record(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise Damaged(f"line {number} is no record")
        return record

    def append_logs(self, logs: Sequence[Mapping[str, Any]]) -> None:
        """Add records: all or none, and for good.

        Raises:
            OSError: they cannot be written.
        """
        lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs).encode()
        with locked(self._lock), open(self.path, "a+b", buffering=0) as stream:
            end = _whole_end(stream.fileno())
            if end < os.fstat(stream.fileno()).st_size:
                stream.truncate(end)
            try:
                _write(stream.fileno(), lines)
            except OSError:
                stream.truncate(end)
                raise


def _whole_end(file: int) -> int:
    """Where the last whole line ends."""
    size = os.fstat(file).st_size
    if size == 0 or os.pread(file, 1, size - 1) == b"\n":
        return size
    tail = os.pread(file, min(size, LONGEST), max(size - LONGEST, 0))
    return size - len(tail) + tail.rfind(b"\n") + 1


def _write(file: int, content: bytes) -> None:
    """Write all of it: a disk that is nearly full takes a part, and refuses the rest."""
    while content:
        content = content[os.write(file, content) :]
    os.fsync(file)
