"""A judgement in a process of its own: it takes seconds, and can be stopped at any time.

Claims, recipes and the members of spaces are judged when somebody stops typing. The next key makes
the answer useless, and no thread of Python can be stopped.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from contextlib import suppress
from pathlib import Path

from archdsl.analysis.judging import Judgement, judge
from archdsl.program.files import Unsaved

_NICENESS = 10
"""How much it yields to what somebody waits for."""

COMMAND = (sys.executable, "-P", "-m", __name__)
"""The process: a question comes in and an answer goes out, both as `pickle` writes them."""


def places() -> dict[str, str]:
    """The environment of the process: modules are looked for where they are here.

    Nowhere else, and not in the current folder: beside a spec there may be any file of Python.
    """
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


async def judge_apart(path: Path, unsaved: Unsaved) -> Judgement | None:
    """Judge a file as `judge` does; None if the process ended without an answer.

    The process is killed where the task that waits for it is cancelled.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        env=places(),
        stdin=pipe,
        stdout=pipe,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        answer, _ = await process.communicate(pickle.dumps((path, {**unsaved})))
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
    return pickle.loads(answer) if process.returncode == 0 else None


def main() -> None:
    """Judge what stands on standard input, and write the judgement to standard output."""
    if sys.platform != "win32":
        os.nice(_NICENESS)
    path, unsaved = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(pickle.dumps(judge(path, unsaved)))


if __name__ == "__main__":
    main()
