"""Tables from which the expected cost of a member is computed, as a sum with its gradient.

If every decision is drawn by itself, from probabilities of its own, the expectation over all
members is a polynomial in these. The tables are the joined ones of the walk, as integers: a few
operations on vectors for each give the exact expectation. `docs/costs.md` has them for torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from archdsl.space.sums.elimination import Bucket
from archdsl.space.sums.factors import Key
from archdsl.space.sums.sweeps import Priced
from archdsl.space.sums.unified import Unified

ABSENT = -1
"""The number of an option where the decision is not made."""


@dataclass(frozen=True)
class Read:
    """What the rows of a step read of an earlier one: the place of an entry for each row."""

    step: int
    rows: Sequence[int]


@dataclass(frozen=True)
class Step:
    """Rows that are added up to `size` entries.

    For each row, `entry` is where it is added, `cost` what it costs, and `options` has the number
    of the option of each decision that is made here, by name.
    """

    size: int
    entry: Sequence[int]
    cost: Sequence[int]
    options: Mapping[str, Sequence[int]]
    reads: Sequence[Read]


@dataclass(frozen=True)
class Tables:
    """The steps of an expectation, of which the last one has one entry: that of all members.

    A row has the probability of its options, times those of the entries that it reads. So has an
    entry, as the sum over its rows. `decisions` are those with probabilities, and their options.
    """

    metric: str
    decisions: Mapping[str, Sequence[str]]
    steps: Sequence[Step]

    def as_json(self) -> dict[str, object]:
        """The same as mappings, lists, texts and integers."""
        return asdict(self)


@dataclass(frozen=True)
class Option:
    """A decision as a variable: the number of the option for each of its values."""

    name: str
    variable: int
    numbers: Mapping[int, int]

    def of(self, value: int) -> int:
        return self.numbers.get(value, ABSENT)


def followed(option: Option, unified: Unified) -> Option | None:
    """A decision in terms of the variable that its own was replaced by; None for a constant."""
    replaced = {each.variable: each for each in unified.replaced}
    while option.variable in replaced:
        each = replaced[option.variable]
        if each.by is None:
            return None
        numbers = {own: option.of(value) for own, value in each.values.items()}
        option = Option(option.name, each.by, numbers)
    return option


def steps(space: Priced, options: Sequence[Option]) -> list[Step]:
    """The steps of an expectation over a space, by the decisions that are variables of it."""
    buckets, found = space.elimination.buckets, list[Step]()
    places = [_places(bucket) for bucket in buckets]
    for number, bucket in enumerate(buckets):
        rows = [(place, row) for key, place in places[number].items() for row in bucket.rows[key]]
        decided = {
            each.name: [each.of(row.values[bucket.own.index(each.variable)]) for _, row in rows]
            for each in options
            if each.variable in bucket.own
        }
        reads = [
            Read(child, [places[child][row.keys[i]] for _, row in rows])
            for i, child in enumerate(bucket.children)
        ]
        costs = [cost for key in places[number] for cost in space.costs[number][key]]
        entries = [place for place, _ in rows]
        found.append(Step(len(places[number]), entries, costs, decided, reads))
    roots = [Read(root, [0]) for root in space.elimination.roots]
    return [*found, Step(1, [0], [0], {}, roots)]


def _places(bucket: Bucket) -> dict[Key, int]:
    """The place of each entry of a bucket's message."""
    return {key: place for place, key in enumerate(bucket.rows)}
