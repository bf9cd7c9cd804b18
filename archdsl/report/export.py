"""The progress of an export in lines for people, printed part by part: each may take a minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from archdsl.export.build import Build
from archdsl.export.formats import Check, File
from archdsl.export.tracing import Range
from archdsl.export.trials import Outcome
from archdsl.ir.types import show_shape
from archdsl.report.text import readable_bytes, visible

Line = tuple[str, str]

_COLUMN = 10


def show_build(build: Build, weights: Path | None) -> str:
    """Which module is exported, with which weights."""
    edited = (
        f"{name} was edited since it was compiled: it is run as it is" for name in build.edited
    )
    given = str(weights) if weights else "random: no --weights were given"
    return _lines(
        [
            ("module", str(build.folder / f"{build.name}.py")),
            *(("note", text) for text in edited),
            ("weights", given),
        ]
    )


def show_ranges(found: Iterable[Range], name: str) -> str:
    """The sizes that each axis can have, and the reason why it cannot have others."""
    return _lines(line for one in found for line in _range(one, name))


def _range(found: Range, name: str) -> Iterator[Line]:
    yield found.axis, _sizes(found)
    for side, outcome in _excluded(found):
        yield "", f"{side}: {_reason(outcome, name)}"


def _excluded(found: Range) -> Iterator[tuple[str, Outcome]]:
    """Why smaller and larger sizes are excluded; one reason if one layer refuses all others."""
    both = (("smaller", found.below), ("larger", found.above))
    sides = [(side, outcome) for side, outcome in both if outcome is not None]
    layers = {out.layer for _, out in sides if not out}
    is_one = found.is_fixed and len(sides) == 2 and not any(out for _, out in sides)
    if sides and (found.step or (is_one and len(layers) == 1)):
        sides = [("others", sides[-1][1])]
    yield from sides


def _sizes(found: Range) -> str:
    if found.step:
        first, second = found.declared + found.step, found.declared + 2 * found.step
        return f"{found.declared}, {first}, {second} and so on"
    if found.is_fixed:
        return f"fixed at {found.declared}"
    if found.high is None:
        return "any" if found.low == 1 else f"{found.low} or more"
    return f"{found.low} to {found.high}"


def _reason(outcome: Outcome, name: str) -> str:
    if outcome:
        return f"{name} takes it, but torch.export does not keep the axis dynamic"
    return f"{outcome.layer}: {outcome.error}" if outcome.layer else outcome.error


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
    return "".join(f"{label:{_COLUMN}}{visible(text)}\n" for label, text in pairs)
