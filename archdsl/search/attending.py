"""What a search and its children have between them: folders held by one process, and their ends.

Both the trainings of trials and the search of a supernet are scripts in a folder of the run. A
lock on the folder is held by who runs them, and stays held while the child lives.
"""

from __future__ import annotations

import fcntl
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from archdsl.search.child import Child, Ending
from archdsl.search.stopping import StopRequest

_POLL = 0.2
_PATIENCE = 60.0
"""Seconds that a child has to save what it has, before it is ended anyway."""


@contextmanager
def held(folder: Path, wait: Callable[[], None]) -> Iterator[int]:
    """A folder, which is made, and the descriptor of the lock on it.

    `wait` is called while another process has it, and can raise.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "ab") as stream:
        while not _locked(stream.fileno()):
            wait()
            time.sleep(_POLL)
        yield stream.fileno()


def _locked(file: int) -> bool:
    """Whether the lock is this process's now. A file system without locks has none to wait for."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def attend(child: Child, stop: StopRequest, look: Callable[[], None]) -> Ending:
    """How a child ended. `look` is called every moment and once after that; it can raise.

    The user's signals go to the child: the first asks it to save, the second ends it.

    Raises:
        Stopped: the user has asked for it. The child has ended.
    """
    ending, asked = None, 0
    try:
        while ending is None:
            ending = child.ending(_POLL)
            look()
            if stop.count > asked:
                asked = stop.count
                child.stop(signal.SIGTERM if asked == 1 else signal.SIGKILL)
    except BaseException:
        _end(child)
        raise
    stop.check()
    return ending


def _end(child: Child) -> None:
    child.stop()
    if child.ending(_PATIENCE) is None:
        child.stop(signal.SIGKILL)
        child.ending(_PATIENCE)
