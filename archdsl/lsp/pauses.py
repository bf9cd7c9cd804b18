"""Work that waits for a pause in typing: each key puts it off, and stops it where it has begun."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any

Work = Callable[[], Coroutine[Any, Any, None]]


class Pauses:
    """What is to be done at the next pause, each under a name of its own."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[None]] = {}

    def after(self, seconds: float, name: Hashable, work: Work) -> None:
        """Do something after a time without another call under this name."""
        self.stop(name)
        task = asyncio.ensure_future(_later(seconds, work))
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._forget(name, done))

    def stop(self, name: Hashable) -> None:
        """Do not do it, or stop doing it."""
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()

    async def done(self, name: Hashable, patience: float) -> None:
        """Wait until nothing is left to do under a name, but not for ever."""
        end = asyncio.get_running_loop().time() + patience
        while (task := self._tasks.get(name)) is not None:
            left = end - asyncio.get_running_loop().time()
            # A key may have put it off meanwhile, which is another task then.
            await asyncio.wait([task], timeout=max(left, 0))
            if left <= 0:
                return

    def _forget(self, name: Hashable, task: asyncio.Task[None]) -> None:
        if self._tasks.get(name) is task:
            del self._tasks[name]
        if not task.cancelled() and (fault := task.exception()) is not None:
            context = {"message": "the language server failed in a pause", "exception": fault}
            task.get_loop().call_exception_handler(context)


async def _later(seconds: float, work: Work) -> None:
    await asyncio.sleep(seconds)
    await work()
