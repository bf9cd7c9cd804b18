"""Work in a process of its own, which answers questions: what crashes or hangs there ends alone.

The work is a generator. It is asked by `send`, and what it yields is the answer.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Generic, TypeVar

from archdsl.diagnostics import CompileError, Diagnostic, error
from archdsl.export.trials import first_line

T = TypeVar("T")

_GRACE = 5.0
"""Seconds for a process to end by itself, and to clean up what its libraries leave."""

_SAFE_PATH = "PYTHONSAFEPATH"

Work = Callable[..., Generator[T, None, None]]


class Apart(Generic[T]):
    """A process that works, for so many seconds in all that it is waited for."""

    def __init__(self, work: Work[T], *arguments: object, seconds: float) -> None:
        # A copy of this process would share its threads' locks: it is started anew.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, work, arguments))
        self._seconds = self._left = seconds
        self._is_asked = True  # it begins by itself
        with _no_modules_beside():
            self._process.start()
        theirs.close()

    def answer(self) -> T:
        """The next answer.

        Raises:
            CompileError: the work failed, the process died, or the seconds are over.
        """
        started = perf_counter()
        try:
            if not self._is_asked:
                self._connection.send(None)
            self._is_asked = False
            if not self._connection.poll(self._left):
                raise bench_error(f"it took longer than {self._seconds:g} s")
            found: T | tuple[Diagnostic, ...] = self._connection.recv()
        except (EOFError, OSError):
            self._process.join()
            raise bench_error(f"its process {_end(self._process.exitcode)}") from None
        self._left -= perf_counter() - started
        if isinstance(found, tuple):
            raise CompileError(found)
        return found

    def close(self) -> None:
        """End the process, and those that it has started."""
        self._connection.close()  # one that waits for a question ends by itself
        self._process.join(_GRACE)
        if self._process.pid is not None and hasattr(os, "killpg"):
            with suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.join()


@contextmanager
def _no_modules_beside() -> Iterator[None]:
    """Start Python without the current folder among its places: a build folder is anybody's."""
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    finally:
        del os.environ[_SAFE_PATH]
        os.environ.update({} if before is None else {_SAFE_PATH: before})


def bench_error(message: str, hint: str | None = None) -> CompileError:
    return CompileError([error("bench", message, help=hint)])


def _end(code: int | None) -> str:
    """How a process ended, as words that follow it."""
    if code is None or code >= 0:
        return f"ended with status {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _serve(connection: Connection, work: Work[T], arguments: tuple[object, ...]) -> None:
    """The work of the process: an answer to each question; a tuple says why there is none."""
    _leave()
    answers = work(*arguments)
    with suppress(EOFError, OSError):  # nobody is there any more
        while True:
            try:
                answer: object = next(answers)
            except CompileError as failure:
                answer = failure.diagnostics
            except Exception as failure:
                # Libraries define error types of their own, which derive from nothing in common.
                answer = (error("bench", f"{type(failure).__name__}: {first_line(failure)}"),)
            connection.send(answer)
            connection.recv()


def _leave() -> None:
    """Leave the group of the terminal, so that Ctrl-C is the parent's, and print nothing."""
    if hasattr(os, "setsid"):
        os.setsid()
    silence = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(silence, descriptor)
