"""The lock on a journal: a file that is created exclusively, which all file systems know.

Unlike `flock` this means the same on a local disk, on a client of NFS and on its server, so workers
on different machines exclude each other. But such a file stays if its worker is killed. Workers of
the same machine see that at once: they hold a lock of the kernel on it, which ends with them.
Others take it for abandoned once it has stayed the same for long.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archdsl.search.records.machine import machine

ABANDONED = 30.0
"""Seconds after which a lock of another machine is taken away. Writing takes milliseconds."""

_PAUSE, _LONGEST = 0.001, 0.2

_Version = tuple[int, int]
"""The number of a file, which a later one can have again, and when it was made."""

_NONE: _Version = (0, 0)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """While no other process is in here with this path.

    Raises:
        OSError: the file cannot be made.
    """
    file = _taken(path)
    try:
        yield
    finally:
        _remove(path, file)
        os.close(file)


def _taken(path: Path) -> int:
    """The lock, once it is free."""
    pause, seen, since = _PAUSE, _NONE, time.monotonic()
    while True:
        try:
            file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        except FileExistsError:
            there = _version(path)
            if there != seen:
                seen, since = there, time.monotonic()
            _take_away(path, seen if time.monotonic() - since > ABANDONED else _NONE)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST)
            continue
        # First the kernel's lock, then the name: who reads the name can rely on the lock.
        with suppress(OSError):  # a file system without such locks
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(file, machine().encode())
        return file


def _take_away(path: Path, abandoned: _Version) -> None:
    """Remove the lock of a process of this machine that has ended, or an abandoned one."""
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return
    try:
        is_ours = os.read(file, 100) == machine().encode()
        if is_ours:
            # Only one process can have this, and a lock that is made now is another file.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_ours or _version_of(os.fstat(file)) == abandoned:
            _remove(path, file)
    except OSError:
        return
    finally:
        os.close(file)


def _remove(path: Path, file: int) -> None:
    """Remove the path, if it is still that of the file."""
    # The number of an open file belongs to no other.
    if _version(path)[0] == os.fstat(file).st_ino:
        path.unlink(missing_ok=True)


def _version(path: Path) -> _Version:
    try:
        return _version_of(path.stat())
    except OSError:
        return _NONE


def _version_of(status: os.stat_result) -> _Version:
    return status.st_ino, status.st_mtime_ns
