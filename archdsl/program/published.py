"""The published networks: specs that come with archdsl, and that a name finds anywhere.

A name on the command line or in Python is that of a file first, then of `NAME.arch` in the current
folder, then of a published spec, then of a network in one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archdsl.diagnostics import CompileError, Diagnostic, did_you_mean, error
from archdsl.resources import folder

SUFFIX = ".arch"

FOLDER = "specs"
"""The folder of published specs, and what it is called in diagnostics, wherever it is."""

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NETWORK = re.compile(r"^network +(\w+)", re.MULTILINE)

NAMED = f"must be NAME{SUFFIX} with a name of the language"
"""What a file must be called in which a network is written that is named after it."""


def is_named(path: Path) -> bool:
    """Whether a file is called so."""
    return path.suffix == SUFFIX and _NAME.fullmatch(path.stem) is not None


@dataclass(frozen=True)
class Located:
    """A spec that was asked for.

    `shown` is its name in diagnostics where that is not the path, `network` the one that was named,
    and `said` which file a name stands for.
    """

    path: Path
    shown: str | None = None
    network: str | None = None
    said: str | None = None


def locate(asked: str | Path) -> Located:
    """The file of a path, or of the name of a spec or a network.

    Raises:
        CompileError: nothing has that name. A path is not looked at.
    """
    name, path = str(asked), Path(asked)
    if not _NAME.fullmatch(name) or os.path.isfile(path):
        return Located(path)
    beside, own = path.with_suffix(SUFFIX), file(name)
    if os.path.isfile(beside):
        hidden = f", and not the published `{name}`" if own else ""
        return Located(beside, said=f"`{name}` is {beside}{hidden}")
    if own:
        return Located(own, f"{FOLDER}/{own.name}", said=f"`{name}` is published with archdsl")
    spec = spec_of(name)
    if spec is None:
        raise CompileError([_unknown(path)])
    said = f"`{name}` is in `{spec}`, which is published with archdsl"
    return Located(home() / f"{spec}{SUFFIX}", f"{FOLDER}/{spec}{SUFFIX}", name, said)


def _unknown(path: Path) -> Diagnostic:
    if os.path.isdir(path):
        inside = sorted(path.glob(f"*{SUFFIX}"))
        message = f"a spec must be a text file, but {path} is a folder"
        return error("file", message, help=f"name a file in it: {inside[0]}" if inside else None)
    beside = sorted(each.name for each in path.parent.glob(f"*{SUFFIX}"))
    names = dict.fromkeys(name for pair in networks() for name in pair)
    near = did_you_mean(path.name, [*names, *beside])
    message = f"no file and no published network is called `{path}`"
    return error("file", message, help=near or "`archdsl list` has the published ones")


def home() -> Path:
    """The folder of the published specs."""
    return folder(FOLDER)


def files() -> list[Path]:
    """The published specs, in the order of their names."""
    return sorted(home().glob(f"*{SUFFIX}"))


def file(name: str) -> Path | None:
    """The published spec of a name, or None where there is none."""
    path = home() / f"{name}{SUFFIX}"
    return path if _NAME.fullmatch(name) and os.path.isfile(path) else None  # of any length


def spec_of(network: str) -> str | None:
    """The published spec that defines a network, or None where none does."""
    return next((spec for spec, name in networks() if name == network), None)


def networks() -> Iterator[tuple[str, str]]:
    """The names of the published networks, each after that of its spec.

    They are found in the texts: to parse all takes a hundred times as long, and these are ours.
    """
    for path in files():
        for name in _NETWORK.findall(path.read_text(encoding="utf-8")):
            yield path.stem, name
