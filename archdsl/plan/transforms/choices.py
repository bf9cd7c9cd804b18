"""The rows that an option names, by their stages."""

from __future__ import annotations

from collections.abc import Iterable

from archdsl.plan.transforms.base import unknown
from archdsl.plan.transforms.blueprint import Blueprint


def named(known: Iterable[str], names: str | tuple[str, ...], option: str) -> frozenset[str]:
    """The stages that an option names, one or several.

    Raises:
        Refused: there is none of a name.
    """
    stages = tuple(known)
    chosen = (names,) if isinstance(names, str) else names
    for name in chosen:
        if name not in stages:
            raise unknown(f"there is no stage `{name}`", option, name, stages)
    return frozenset(chosen)


def stages_of(blueprint: Blueprint, rows: str | tuple[str, ...] | None) -> frozenset[str]:
    """The stages that the option `rows` names; all of them without it.

    Raises:
        Refused: there is none of a name.
    """
    stages = blueprint.stages
    return frozenset(stages) if rows is None else named(stages, rows, "rows")
