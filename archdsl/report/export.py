"""The progress of an export in lines for people, printed part by part: each may take a minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from archdsl.export.about import About
from archdsl.export.axes import Axis
from archdsl.export.checks import Check
from archdsl.export.folder import Build
from archdsl.export.formats import File
from archdsl.export.ranges import Range
from archdsl.export.trials import Outcome
from archdsl.ir.types import show_shape
from archdsl.report.text import readable_bytes, visible, width

Line = tuple[str, str]

_COLUMN = 10

_MOST_NAMES = 6
"""The most classes whose names are shown."""


def show_build(build: Build, weights: Path | None) -> str:
    """Which module is exported, with which weights."""
    edited = (
        f"{name} was edited since it was compiled: it is taken as it is" for name in build.edited
    )
    given = str(weights) if weights else "random: no --weights were given"
    notes = (("note", text) for text in edited)
    return _lines([("module", str(build.path)), *notes, ("weights", given)])


def show_ranges(found: Iterable[Range], name: str) -> str:
    """The sizes that each axis can have, and the reason why it cannot have others."""
    return _lines(line for one in found for line in _range(one, name))


def _range(found: Range, name: str) -> Iterator[Line]:
    fixed = "fixed at " if found.spread.is_fixed else ""
    yield found.axis.name, f"{fixed}{found.spread}{_proportion(found.axis)}"
    for sizes, outcome in _refused(found):
        yield "", f"{sizes}: {_reason(found, outcome, name)}"


def _refused(found: Range) -> Iterator[tuple[str, Outcome]]:
    """Which sizes are refused; where all are, one reason stands for them if a layer has it."""
    low, high = found.spread.low, found.spread.high
    reasons = {(outcome.layer, bool(outcome)) for outcome in found.refused.values()}
    if found.spread.is_fixed and len(reasons) == 1:
        yield "others", list(found.refused.values())[-1]
        return
    for size, outcome in found.refused.items():
        if size < low:
            yield "smaller", outcome
        elif high is not None and size > high:
            yield "larger", outcome
        else:
            yield f"{size}", outcome


def _proportion(axis: Axis) -> str:
    """Which axes have one size, or keep a proportion, where several change together."""
    first, *others = axis.places
    if not any(place.size != first.size for place in others):
        return ""
    sizes = ", ".join(f"{place.size} of {place.input}" for place in axis.places)
    return f", in the proportion {sizes}"


def _reason(found: Range, outcome: Outcome, name: str) -> str:
    if outcome:
        return f"{name} takes it, but {found.lost}"
    return f"{outcome.layer}: {outcome.error}" if outcome.layer else outcome.error


def show_about(about: About) -> str:
    """What the file says of clips and of classes."""
    return _lines(_about(about))


def _about(about: About) -> Iterator[Line]:
    if told := [name for name in ("mean", "std", "clip") if name in about]:
        yield "recipe", f"the file has {', '.join(told)}"
    match about.get("classes"):
        case list() as names:
            more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
            yield "classes", ", ".join(map(str, names[:_MOST_NAMES])) + more
        case int() as count:
            yield "classes", f"{count} without names: neither the weights nor classes.txt have any"


def show_file(file: File) -> str:
    """The format and the size of the file, and what it is compared with."""
    size = readable_bytes(len(file.content))
    run = f"{file.runner} against torch: the largest difference relative to the largest value"
    return _lines([("format", f"{file.title}, {size}"), ("checked", run)])


def show_check(check: Check) -> str:
    inputs = ", ".join(map(show_shape, check.shapes))
    difference = f"{check.difference:.1e}" if check.difference else "equal"
    return _lines([("", f"{difference:9}{inputs}")])


def _lines(pairs: Iterable[Line]) -> str:
    listed = list(pairs)
    column = max([_COLUMN, *(width(label) + 2 for label, _ in listed)])
    return "".join(
        f"{visible(label)}{' ' * (column - width(label))}{visible(text)}\n"
        for label, text in listed
    )
