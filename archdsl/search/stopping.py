"""Ctrl-C and SIGTERM: the worker gives its trial back, and ends by itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(Exception):
    """The user has asked the worker to stop, and nothing of it runs any more."""


class StopRequest:
    """How often the user has asked the worker to stop, and by which signal first."""

    def __init__(self) -> None:
        self.count = 0
        self.signal = 0

    @property
    def status(self) -> int:
        """The exit status of a process that a signal has ended, as shells count."""
        return 128 + self.signal

    def check(self) -> None:
        """Raise `Stopped` once there was a signal."""
        if self.count:
            raise Stopped

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        self.signal = self.signal or number

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note the signals instead of ending at once."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._note) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
