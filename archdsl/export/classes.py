"""The names of the classes of an exported network: they are lost unless the file has them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from archdsl.export.folder import export_error
from archdsl.weights.rule import read

_FILE = "classes.txt"

_NUMBERED = re.compile(r"([0-9]{1,9})[\s,:]+(.+)")


def class_names(folder: Path, weights: Path | None) -> list[str]:
    """The names of the classes in order, from the weights, or from `classes.txt` in the folder.

    There are none if neither has them.

    Raises:
        CompileError: the two differ, or the second cannot be read.
    """
    listed = folder / _FILE
    found = {listed: _in_list(listed)}
    if weights:
        found = {weights: _in_weights(weights), **found}
    named = {path: names for path, names in found.items() if names}
    if len(named) > 1:
        _check_same(*named.items())
    return next(iter(named.values()), [])


def _check_same(one: tuple[Path, list[str]], other: tuple[Path, list[str]]) -> None:
    (first, names), (second, others) = one, other
    if names == others:
        return
    hint = f"if {first} is right, remove {second}"
    for number, (name, another) in enumerate(zip(names, others, strict=False)):
        if name != another:
            message = f"class {number} is {another} in {second}, but {name} in {first}"
            raise export_error(message, hint)
    counts = f"{second} names {len(others)} classes, but {first} {len(names)}"
    raise export_error(counts, hint)


def _in_weights(path: Path) -> list[str]:
    """Those that train.py keeps beside the weights."""
    content = read(path).content
    names = content.get("classes") if isinstance(content, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return []
    return names


def _in_list(path: Path) -> list[str]:
    """Those in a file, one a line, or each behind its number; as lists of videos have them."""
    if not path.exists():
        return []
    try:
        text = path.read_text("utf-8-sig")
    except OSError as failure:
        raise export_error(f"cannot read {path}: {failure.strerror}") from None
    except UnicodeDecodeError:
        raise export_error(f"{path} must be text in UTF-8") from None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    names = _in_order(lines)
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise export_error(f"{path} names these classes twice: {', '.join(twice)}")
    return names


def _in_order(lines: Sequence[str]) -> list[str]:
    matches = [_NUMBERED.fullmatch(line) for line in lines]
    by_number = {int(match[1]): match[2] for match in matches if match}
    if sorted(by_number) == list(range(len(lines))):
        return [by_number[number] for number in range(len(lines))]
    return list(lines)
