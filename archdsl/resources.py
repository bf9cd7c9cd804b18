"""The folders that ship with the package, and the folder of its cache on this machine."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """A folder such as `grammars` or `specs`: in the package, or in the checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def cache_folder() -> Path | None:
    """The folder for parser tables, compiled templates and trees; None where no folder is safe."""
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        path = Path(home) / "archdsl"
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):  # RuntimeError: the user has no home
        return None
    return path if _is_private(path) else None


def _is_private(path: Path) -> bool:
    """Whether only this user can write there.

    Lark unpickles its tables and Jinja runs its templates, so cached files are as good as code.
    """
    status = path.lstat()  # not `stat`: a link could be changed to lead elsewhere
    is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return is_ours and not status.st_mode & 0o022 and os.access(path, os.W_OK)
