"""A network with all that derivations change in it: transforms and insertions, in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from archdsl.build import building
from archdsl.build.session import Fault, Frame, Session
from archdsl.diagnostics import CompileError, Label
from archdsl.plan.derivations import Resolved
from archdsl.program.program import Unit
from archdsl.source import Span
from archdsl.syntax import tree

if TYPE_CHECKING:
    from archdsl.plan.insertions import Planned

Inserts: TypeAlias = Sequence[tuple[Unit, tree.Insert]]

_REBUILT = 10
"""Steps for each operation that is built once more, and whose place is named."""


def changed(session: Session, resolved: Resolved) -> Resolved:
    """The network as its transforms leave it; the session is told what to insert in it.

    Where it cannot be built before a change, its mistakes are told when the whole is.

    Raises:
        Fault: one of the transforms does not suit it.
    """
    inserts: list[tuple[Unit, tree.Insert]] = []
    planned: Planned = {}
    last: Span | None = None
    for unit, change in resolved.transforms:
        standing = _standing(session, resolved, planned, change.span)
        if standing is None:
            break
        frame = Frame(session, unit)
        if isinstance(change, tree.Insert):
            from archdsl.plan import insertions  # few networks have any

            inserts.append((unit, change))
            found = insertions.planned(frame, change, standing.graph.finish())
            planned = insertions.joined(planned, found)
            last = None
        else:
            from archdsl.plan import transforming  # few networks are transformed

            resolved = transforming.transformed(frame, change, resolved, standing)
            if inserts:
                _check_places(frame, resolved, inserts, planned, change)
            last = change.span
    session.insertions = planned
    session.changed_by = last
    return resolved


def _standing(session: Session, resolved: Resolved, planned: Planned, span: Span) -> Session | None:
    """The session in which a network was built as it stands, or None where it cannot be."""
    standing = session.anew()
    standing.insertions = planned
    try:
        building.build(standing, resolved)
    except (Fault, CompileError):
        return None
    session.step(span, standing.steps + _REBUILT * len(standing.graph))
    return None if standing.diagnostics.has_errors else standing


def _check_places(
    frame: Frame, resolved: Resolved, inserts: Inserts, planned: Planned, change: tree.Call
) -> None:
    """See that what was inserted before a transform stands where its labels say after it.

    Raises:
        Fault: a label means another place now, or none.
    """
    from archdsl.plan import insertions

    again: Planned = {}
    for unit, insert in inserts:
        standing = _standing(frame.session, resolved, again, change.span)
        if standing is None:
            return
        found = insertions.planned(Frame(standing, unit), insert, standing.graph.finish())
        again = insertions.joined(again, found)
    moved = insertions.moved(planned, again)
    if moved is None:
        return
    block, place, called = moved.block.name, moved.place.span, change.span.text
    message = f"`{called}` changes what `{place.text}` stands for, where `{block}` is inserted"
    also = (Label(place, "inserted here before"),)
    hint = "insert after it: each `+` changes what stands before it"
    raise frame.fault("transform", message, change.span, also=also, help=hint)
