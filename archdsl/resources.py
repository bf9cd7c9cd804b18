"""Folders that ship with the package, and the one for what is made of them once a machine."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """`grammars`, `templates` or `library`: inside the package, or beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def cache_folder() -> Path | None:
    """Where to keep what takes longer to make than a run; None where no place is ours alone."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(home) / "archdsl"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return place if _is_ours_alone(place) else None


def _is_ours_alone(place: Path) -> bool:
    """Whether nobody else could have put something there: what is kept is as good as code."""
    found = place.lstat()
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return is_ours and not found.st_mode & 0o022 and os.access(place, os.W_OK)
