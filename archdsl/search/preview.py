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


def preview(setup: Setup) -> str:
    """What is trained first: the members that the method begins with, or even draws."""
    jobs = setup.course.jobs({})
    members = [job.chosen for job in jobs] or [
        chosen(setup.space, setup.space.draw(Random(f"{setup.baseline.seed}/{number}")))
        for number in range(_DRAWS)
    ]
    first = "the first step" if jobs else f"{_DRAWS} even draws within the bounds"
    return f"{setup.name} for {setup.space.name}: {first}\n\n{_table(members).text()}"


def _table(members: Sequence[Chosen]) -> Table:
    metrics = [*dict.fromkeys(name for member in members for name in member.costs)]
    columns = ("network", *(UNITS.get(name, name) for name in metrics))
    rows = [
        (member.name, *(readable(member.costs[name]) for name in metrics)) for member in members
    ]
    return Table(columns, rows, frozenset(columns[1:]))
