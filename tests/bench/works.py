"""Work for processes of their own, as contenders of `archdsl bench` are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator

from archdsl.bench.apart import bench_error


def counts(first: int) -> Generator[int, None, None]:
    print("what a library prints")
    while True:
        yield first
        first += 1


def fails() -> Generator[int, None, None]:
    yield 1
    raise ValueError("a reason.\nand much more")


def refuses() -> Generator[int, None, None]:
    raise bench_error("no such thing", "another")
    yield 1


def dies() -> Generator[int, None, None]:
    yield 1
    os.kill(os.getpid(), signal.SIGSEGV)


def leaves() -> Generator[int, None, None]:
    os._exit(3)
    yield 1


def hangs() -> Generator[int, None, None]:
    """It begins another process, and tells which."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield other.pid
    time.sleep(600)
