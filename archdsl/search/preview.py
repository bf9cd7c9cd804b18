"""`archdsl search --dry-run`: members as a search would train them, with their costs."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from archdsl.report.text import Table, readable
from archdsl.search.course import chosen
from archdsl.search.post import Setup
from archdsl.search.record import Chosen
from archdsl.search.results import UNITS

_DRAWS = 10
"""Members that are shown of a space that is drawn from."""


_SHOWN = 3
"""Decisions of a member that are shown."""


def preview(setup: Setup) -> str:
    """What is trained first: the members that the method begins with, or even draws."""
    jobs = setup.course.jobs({})
    members = [job.chosen for job in jobs] or [
        chosen(setup.space, setup.space.draw(Random(f"{setup.baseline.seed}/{number}")))
        for number in range(_DRAWS)
    ]
    first = "the first step" if jobs else f"{_DRAWS} even draws within the bounds"
    notes = "".join(f"\n{note}\n" for note in setup.course.notes({}))
    return f"{setup.name} for {setup.space.name}: {first}\n\n{_table(members).text()}{notes}"


def _table(members: Sequence[Chosen]) -> Table:
    metrics = [*dict.fromkeys(name for member in members for name in member.costs)]
    units = [UNITS.get(name, name) for name in metrics]
    rows = [
        (member.name, *(readable(member.costs[name]) for name in metrics), _decided(member))
        for member in members
    ]
    return Table(("network", *units, "decided"), rows, frozenset(units))


def _decided(member: Chosen) -> str:
    """Its decisions, where a line has room for them."""
    texts = [f"{name} = {option}" for name, option in member.taken.items()]
    more = f", and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more
