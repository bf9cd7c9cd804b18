"""`archdsl search --dry-run`: members as a search would train them, with their costs."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from archdsl.report.tables import Table
from archdsl.report.text import readable
from archdsl.search.candidates.course import chosen
from archdsl.search.post import Setup
from archdsl.search.records.record import Chosen
from archdsl.search.results.results import UNITS

_DRAWS = 10
"""Members that are shown of a space that is drawn from."""


_SHOWN = 3
"""Decisions of a member that a line has room for."""


def preview(setup: Setup) -> str:
    """What is trained first: the members that the method begins with, or even draws."""
    jobs = setup.course.jobs({})
    members = [job.chosen for job in jobs] or _draws(setup)
    first = "the first step" if jobs else "some of the members within the bounds"
    notes = "".join(f"\n{note}\n" for note in setup.course.notes({}))
    return f"{setup.name} for {setup.space.name}: {first}\n\n{_table(members).text()}{notes}"


def _draws(setup: Setup) -> list[Chosen]:
    """Even draws, each network once."""
    randoms = [Random(f"{setup.baseline.seed}/{number}") for number in range(_DRAWS)]
    members = (chosen(setup.space, setup.space.draw(random)) for random in randoms)
    return [*{member.likeness: member for member in members}.values()]


def _table(members: Sequence[Chosen]) -> Table:
    metrics = [*dict.fromkeys(name for member in members for name in member.costs)]
    units = [UNITS.get(name, name) for name in metrics]
    has_room = all(len(member.taken) <= _SHOWN for member in members)
    rows = [
        (
            member.name,
            *(readable(member.costs[name]) for name in metrics),
            *(_decided(member) for _ in range(has_room)),
        )
        for member in members
    ]
    columns = ("network", *units, *["decided"] * has_room)
    return Table(columns, rows, frozenset(units))


def _decided(member: Chosen) -> str:
    return ", ".join(f"{name} = {option}" for name, option in member.taken.items())
