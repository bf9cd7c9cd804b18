"""The specs of a folder, and which of them use a file: where else a name may occur."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from archdsl.diagnostics import CompileError
from archdsl.program.files import NOTHING_UNSAVED, Unsaved, read
from archdsl.program.published import SUFFIX

MOST = 2_000
"""Specs of a folder that are looked at, and folders: a project has a few dozen."""

_USE = re.compile(r"^[ \t]*use[ \t]+([\w.]+)", re.MULTILINE)


def specs_below(folders: Iterable[Path]) -> list[Path]:
    """The specs in some folders and in those inside, without what is hidden."""
    found: dict[Path, None] = {}
    for folder in folders:
        for number, (place, inner, files) in enumerate(os.walk(folder)):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            specs = (Path(place, name) for name in sorted(files) if name.endswith(SUFFIX))
            found |= dict.fromkeys(path.resolve() for path in specs)
            if number > MOST or len(found) > MOST:
                break
    return [*found][:MOST]


def users(paths: Iterable[Path], used: Path, unsaved: Unsaved = NOTHING_UNSAVED) -> Iterator[Path]:
    """The specs among these that may use a file, directly or not, with that file itself first.

    They are told by the names after `use` alone: none is parsed for that.
    """
    texts = {path: names for path in paths if (names := _uses(path, unsaved)) is not None}
    waiting, seen = deque([used]), {used}
    while waiting:
        path = waiting.popleft()
        yield path
        for user, names in texts.items():
            if user not in seen and path.stem in names:
                seen.add(user)
                waiting.append(user)


def _uses(path: Path, unsaved: Unsaved) -> frozenset[str] | None:
    """The last words of the names that a spec uses; None for a file that cannot be read."""
    with suppress(CompileError):
        text = read(path, unsaved=unsaved).text
        return frozenset(name.rpartition(".")[2] for name in _USE.findall(text))
    return None
