"""What does not fit, as a mistake with its keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archdsl.diagnostics import Diagnostic, counted, error


def key_faults(
    message: str, keys: Sequence[str], lines: Sequence[str], most: int, hint: str | None = None
) -> Iterator[Diagnostic]:
    """A mistake if there are keys: `message` has a place for how many; `most` lines are shown."""
    if keys:
        more = [f"and {len(lines) - most} more such"] if len(lines) > most else []
        told = message.format(counted(len(keys), "tensor"))
        yield error("weights", told, notes=[*lines[:most], *more], help=hint)
