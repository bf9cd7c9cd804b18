"""costs.json: what each path through a space costs, as tables that know nothing of the language.

A path names an option for every decision. The tables are the joined ones of the walk, in order. A
path takes one row of each: its options are those of the path, and each earlier table that it reads
took a row of the state that it names. So a path is looked up from the first table to the last, and
costs the sum of its rows. `docs/costs.md` describes the form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from archdsl.space.quantities import ADDED, QUANTITIES, factors
from archdsl.space.sums.elimination import Bucket, Row
from archdsl.space.sums.factors import Cost, Key
from archdsl.space.sums.unified import Unified
from archdsl.space.walk import Walk

NOT_MADE = -1
"""The number of an option where the decision is not made: any option of a path goes with it."""

_NOTHING: Cost = tuple([0 for _ in QUANTITIES])


class _Line(NamedTuple):
    """A row of a table: its own state, and numbers for each column. Lines are sorted by these."""

    state: int
    options: Sequence[int]
    reads: Sequence[int]
    cost: Cost


class _Decided(NamedTuple):
    """A decision as a variable of the tables: the number of the option for each of its values."""

    name: str
    variable: int
    numbers: Mapping[int, int]


@dataclass(frozen=True)
class _Table:
    """Lines with the decisions and the earlier tables that their columns are for."""

    states: int
    decisions: Sequence[str]
    reads: Sequence[int]
    lines: Sequence[_Line]

    def as_json(self) -> dict[str, object]:
        options = zip(*(line.options for line in self.lines), strict=True)
        states = zip(*(line.reads for line in self.lines), strict=True)
        costs = zip(*(line.cost for line in self.lines), strict=True)
        read = zip(self.reads, states, strict=True)
        return {
            "states": self.states,
            "state": [line.state for line in self.lines],
            "options": dict(zip(self.decisions, options, strict=True)),
            "reads": [{"table": table, "state": state} for table, state in read],
            "costs": dict(zip(QUANTITIES, costs, strict=True)),
        }


def cost_file(space: str, walk: Walk) -> str:
    """The text of costs.json for a space of this name."""
    least = walk.least("macs")
    assert least is not None, "a network of which no member exists is a mistake"
    decisions = open_decisions(walk)
    found = {name: _decided(name, options, walk) for name, options in decisions.items()}
    # A variable with one value in all members is in no table.
    fixed = {
        name: decisions[name].index(least.taken[name])
        for name, each in found.items()
        if each is None and name in least.taken
    }
    tables = [*_tables(walk, [*filter(None, found.values())])]
    roots = walk.joined.elimination.roots
    end = _Line(0, [*fixed.values()], [0] * len(roots), _NOTHING)
    values = {
        "space": space,
        "decisions": decisions,
        "metrics": {name: factors(name) for name in ADDED},
        "tables": [each.as_json() for each in (*tables, _Table(1, [*fixed], roots, [end]))],
    }
    return _laid_out(values)


def open_decisions(walk: Walk) -> dict[str, tuple[str, ...]]:
    """The decisions that leave a choice, with their options in the order of the text.

    Some options may be those of no member, since every `require` has to be met.
    """
    listed = {
        name: tuple(dict.fromkeys(chain.from_iterable(options)))
        for name, options in walk.surveyed.options.items()
    }
    return {name: options for name, options in sorted(listed.items()) if len(options) > 1}


def _decided(name: str, options: Sequence[str], walk: Walk) -> _Decided | None:
    """The variable of a decision, unless it is the same in all members."""
    joined = walk.joined
    variable = joined.variables.questions[name].option
    if variable not in joined.factoring.numbers:
        return None
    values = enumerate(variable.values)
    numbers = {n: options.index(option) for n, option in values if option in options}
    return _followed(_Decided(name, joined.factoring.numbers[variable], numbers), joined.unified)


def _followed(decided: _Decided, unified: Unified) -> _Decided | None:
    """A decision in terms of the variable that its own was replaced by; None for a constant."""
    replaced = {each.variable: each for each in unified.replaced}
    while decided.variable in replaced:
        each = replaced[decided.variable]
        if each.by is None:
            return None
        pairs = each.values.items()
        numbers = {other: decided.numbers.get(own, NOT_MADE) for other, own in pairs}
        decided = _Decided(decided.name, each.by, numbers)
    return decided


def _tables(walk: Walk, decided: Sequence[_Decided]) -> Iterator[_Table]:
    """The tables of all buckets."""
    elimination = walk.joined.elimination
    costs = [*chain.from_iterable(elimination.costs)]
    places = [{key: place for place, key in enumerate(each.rows)} for each in elimination.buckets]
    for bucket, own in zip(elimination.buckets, places, strict=True):
        made = [each for each in decided if each.variable in bucket.own]
        read = [places[child] for child in bucket.children]
        lines = sorted(
            _Line(own[key], _options(bucket, row, made), _states(row, read), _sum(row, costs))
            for key, rows in bucket.rows.items()
            for row in rows
        )
        yield _Table(len(own), [each.name for each in made], bucket.children, lines)


def _options(bucket: Bucket, row: Row, made: Sequence[_Decided]) -> tuple[int, ...]:
    values = dict(zip(bucket.own, row.values, strict=True))
    return tuple([each.numbers.get(values[each.variable], NOT_MADE) for each in made])


def _states(row: Row, places: Sequence[Mapping[Key, int]]) -> tuple[int, ...]:
    return tuple([own[key] for own, key in zip(places, row.keys, strict=True)])


def _sum(row: Row, costs: Sequence[Cost]) -> Cost:
    paid = [costs[number] for number in row.paid]
    return tuple(map(sum, zip(*paid, strict=True))) if paid else _NOTHING


def _laid_out(value: object, indent: str = "") -> str:
    """JSON with a line for what holds nothing but plain values, however long."""
    inner = f"{indent}  "
    if isinstance(value, dict) and any(map(_is_nested, value.values())):
        lines = [f"{json.dumps(key)}: {_laid_out(each, inner)}" for key, each in value.items()]
        brackets = "{}"
    elif isinstance(value, list) and any(map(_is_nested, value)):
        lines = [_laid_out(each, inner) for each in value]
        brackets = "[]"
    else:
        return json.dumps(value, separators=(",", ":"))
    text = f",\n{inner}".join(lines)
    return f"{brackets[0]}\n{inner}{text}\n{indent}{brackets[1]}"


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list | tuple)
