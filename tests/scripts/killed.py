"""Runs a script that is killed at its n-th moment of writing: `killed.py N SCRIPT FLAGS...`."""

from __future__ import annotations

import builtins
import os
import runpy
import signal
import sys
from typing import Any

last = int(sys.argv[1])
sys.argv = sys.argv[2:]
sys.path[0] = os.path.dirname(sys.argv[0])
moments = 0


def moment() -> None:
    global moments
    moments += 1
    if moments == last:
        os.kill(os.getpid(), signal.SIGKILL)


def killing(function: Any) -> Any:
    """The function, with a moment before it and one after it."""

    def called(*arguments: Any, **options: Any) -> Any:
        moment()
        result = function(*arguments, **options)
        moment()
        return result

    return called


class Halting:
    """A file whose writes have a moment in their middle."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, content: bytes) -> None:
        middle = len(content) // 2
        self.stream.write(content[:middle])
        self.stream.flush()
        moment()
        self.stream.write(content[middle:])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def __enter__(self) -> Halting:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()


def open_to_kill(path: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
    stream = plain_open(path, mode, *arguments, **options)
    is_ours = str(path).endswith((".part", ".jsonl"))
    return Halting(stream) if is_ours and mode[0] in "wa" else stream


plain_open = builtins.open
builtins.open = open_to_kill
os.fsync, os.replace = killing(os.fsync), killing(os.replace)
runpy.run_path(sys.argv[0], run_name="__main__")
