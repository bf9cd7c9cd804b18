"""The cells of GPB as a space without the language, and objectives whose best members are known.

A cell of AttentionNAS (Wang et al., ECCV 2020; B.3) has four operations. The k-th reads the cell's
input or one of the operations before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import product
from math import comb, prod
from random import Random

import numpy as np

from archdsl.ir.alike.counts import Counts
from archdsl.search.domain import Member, NotAMember

OVER = ("temporal", "spatial", "spatiotemporal")
BY = ("map", "dot")
PHI = ("none", "relu", "sigmoid", "softmax")
GATE = ("false", "true")
KEYS = ("operation", "cell")

Tree = tuple[object, ...]


@dataclass(frozen=True)
class Operation:
    """One operation of a cell; `reads` is 0 for the cell's input, or the operation's number."""

    reads: int
    over: str
    by: str
    phi: str
    gate: str


@dataclass(frozen=True)
class Cells:
    """All cells of some operations; those that cost more than `budget` are outside of the space."""

    operations: int = 4
    budget: int | None = None
    name: str = "gpb"
    overs: tuple[str, ...] = OVER
    phis: tuple[str, ...] = PHI

    @cached_property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        options = {"keys_values": KEYS}
        for k in range(1, self.operations + 1):
            if k > 1:
                options[f"op{k}.x"] = ("f0", *(f"op{j}" for j in range(1, k)))
            options[f"op{k}.over"] = self.overs
            options[f"op{k}.by"] = BY
            options[f"op{k}.phi"] = self.phis
            options[f"op{k}.gate"] = GATE
        return options

    def draw(self, random: Random) -> Member:
        while True:
            member = self._within(
                {name: random.choice(options) for name, options in self.decisions.items()}
            )
            if member is not None:
                return member

    def change(self, member: Member, random: Random) -> Member:
        for _ in range(100):
            taken = self._whole(member)
            name = random.choice([name for name, o in self.decisions.items() if len(o) > 1])
            taken[name] = random.choice([o for o in self.decisions[name] if o != taken[name]])
            changed = self._within(taken)
            if changed is not None:
                return changed
        return member

    def member(self, taken: Mapping[str, str]) -> Member:
        for name, options in self.decisions.items():
            if name not in taken and name != "keys_values":
                raise NotAMember(f"`{name}` is not decided")
            if name in taken and taken[name] not in options:
                raise NotAMember(f"`{name}` has no option {taken[name]}")
        member = self._within(taken)
        if member is None:
            raise NotAMember(f"the cost is above {self.budget}")
        return member

    def counts(self, member: Member) -> Counts:
        return counts(self, member)

    def ops(self, member: Member) -> tuple[Operation, ...]:
        taken = dict(member.taken)
        return tuple(_operation(taken, k) for k in range(1, self.operations + 1))

    def canonical(self, member: Member) -> str:
        """One name for all spellings of a cell: a tree, since each operation reads one value."""
        ops = self.ops(member)

        def tree(at: int) -> Tree:
            readers = [(k, op) for k, op in enumerate(ops, start=1) if op.reads == at]
            return tuple(sorted((op.over, op.by, op.phi, op.gate, tree(k)) for k, op in readers))

        return repr((dict(member.taken).get("keys_values"), tree(0)))

    def members(self) -> Iterator[Member]:
        """Every spelling, for small spaces."""
        for options in product(*self.decisions.values()):
            yield self.member(dict(zip(self.decisions, options, strict=True)))

    def spellings(self) -> int:
        return prod(map(len, self.decisions.values()))

    def distinct(self) -> int:
        """How many cells differ: forests of labelled operations, whose children have no order.

        Where no operation is a dot product, keys and values say nothing.
        """
        maps = len(self.overs) * len(self.phis) * len(GATE)
        every, silent = (_forests(labels, self.operations) for labels in (2 * maps, maps))
        return len(KEYS) * (every - silent) + silent

    def _whole(self, member: Member) -> dict[str, str]:
        return {"keys_values": KEYS[0], **dict(member.taken)}

    def _within(self, taken: Mapping[str, str]) -> Member | None:
        active = {name: taken[name] for name in self.decisions if name in taken}
        if all(active[f"op{k}.by"] == "map" for k in range(1, self.operations + 1)):
            active.pop("keys_values", None)
        lines = sorted(active.items())
        cost = sum(_cost(_operation(active, k)) for k in range(1, self.operations + 1))
        if self.budget is not None and cost > self.budget:
            return None
        digest = sha256("\n".join(f"{name}={option}" for name, option in lines).encode())
        return Member(f"{self.name}#{digest.hexdigest()[:16]}", tuple(lines), {"macs": cost})


def _operation(taken: Mapping[str, str], k: int) -> Operation:
    reads = taken.get(f"op{k}.x", "f0")
    over, by, phi, gate = (taken[f"op{k}.{what}"] for what in ("over", "by", "phi", "gate"))
    return Operation(0 if reads == "f0" else int(reads[2:]), over, by, phi, gate)


def _cost(operation: Operation) -> int:
    """A cost that grows with what an operation attends over, as those of AttentionNAS do."""
    return (1 + OVER.index(operation.over)) * (3 if operation.by == "dot" else 1)


def _forests(labels: int, nodes: int) -> int:
    """Forests of rooted trees whose nodes have labels and no order (Cayley; Euler's transform)."""
    trees = [0] * (nodes + 1)
    forests = [1] + [0] * nodes
    for n in range(1, nodes + 1):
        trees[n] = labels * forests[n - 1]
        forests[n] = _multisets(trees[: n + 1], n)
    return forests[nodes]


def _multisets(trees: list[int], nodes: int) -> int:
    """Multisets of trees with this many nodes in all, given how many trees of each size exist."""
    ways = [1] + [0] * nodes
    for size, kinds in enumerate(trees):
        if size and kinds:
            ways = [
                sum(
                    comb(kinds + taken - 1, taken) * ways[n - size * taken]
                    for taken in range(n // size + 1)
                )
                for n in range(nodes + 1)
            ]
    return ways[nodes]


def counts(space: Cells, member: Member) -> Counts:
    """The labels of operations, alone and in pairs, of edges, and of paths over three."""
    ops = space.ops(member)
    keys = dict(member.taken).get("keys_values", "")
    nodes: Counter[str] = Counter()
    edges: Counter[str] = Counter()
    paths: Counter[str] = Counter()
    depths = [0]
    for op in ops:
        depths.append(depths[op.reads] + 1)
        labels = [op.over, op.by, op.phi, f"gate {op.gate}", f"depth {depths[-1]}"]
        labels += [f"{op.over} {op.by}", f"{op.by} {op.phi}", f"{op.over} {op.by} {op.phi}"]
        nodes.update([*labels, f"{op.over} {keys}"] if op.by == "dot" else labels)
        source = ops[op.reads - 1] if op.reads else None
        over, by = (source.over, source.by) if source else ("in", "in")
        edges.update([f"{over} > {op.over}", f"{by} > {op.by}", f"{over} {by} > {op.over} {op.by}"])
        if source and source.reads:
            paths[f"{ops[source.reads - 1].over} > {source.over} > {op.over}"] += 1
    return {"nodes": nodes, "edges": edges, "paths": paths, "keys": {keys: 1}}


Objective = Callable[[Member], float]


@dataclass(frozen=True)
class Additive:
    """Effects of each decision, and of 30 random pairs: made for flat encodings."""

    space: Cells
    seed: int

    @cached_property
    def _effects(self) -> Mapping[tuple[str, str], float]:
        rng = np.random.default_rng(1000 + self.seed)
        return {
            (d, o): rng.normal() for d, options in self.space.decisions.items() for o in options
        }

    @cached_property
    def _pairs(self) -> list[tuple[str, str, Mapping[tuple[str, str], float]]]:
        rng = np.random.default_rng(5000 + self.seed)
        decisions = self.space.decisions
        pairs = [map(str, rng.choice(list(decisions), 2, replace=False)) for _ in range(30)]
        return [
            (a, b, {o: 0.7 * rng.normal() for o in product(decisions[a], decisions[b])})
            for a, b in pairs
        ]

    def __call__(self, member: Member) -> float:
        taken = {"keys_values": KEYS[0], **dict(member.taken)}
        return sum(self._effects[item] for item in taken.items()) + sum(
            effects[taken[a], taken[b]] for a, b, effects in self._pairs
        )


@dataclass(frozen=True)
class Structural:
    """A function of the graph alone: more of one operation is worth ever less, edges are worth
    something once, one path is wanted, and so are all dimensions."""

    space: Cells
    seed: int

    @cached_property
    def _worth(self) -> Mapping[tuple[str, ...], float]:
        rng = np.random.default_rng(2000 + self.seed)
        worth: dict[tuple[str, ...], float] = {("gate",): rng.uniform(-0.3, 0.3)}
        worth |= {("over", over): rng.uniform(0, 1) for over in OVER}
        worth |= {("by", by): rng.uniform(0, 1) for by in BY}
        worth |= {("phi", by, phi): rng.uniform(0, 1) for by in BY for phi in PHI}
        worth |= {("edge", a, b): rng.uniform(0, 1.5) for a in OVER for b in OVER}
        worth |= {("keys", keys, over): rng.uniform(0, 0.5) for keys in KEYS for over in OVER}
        a, b = rng.permutation(OVER[:2])
        worth["edge", a, b] += 1.5
        return {**worth, ("cover",): rng.uniform(0.3, 1)}

    def __call__(self, member: Member) -> float:
        ops, worth = self.space.ops(member), self._worth
        keys = dict(member.taken).get("keys_values", "")
        value, seen, edges = 0.0, Counter[tuple[str, str]](), set()
        for op in ops:
            own = worth["over", op.over] + worth["by", op.by] + worth["phi", op.by, op.phi]
            own += worth["gate",] if op.gate == "true" else 0
            own += worth["keys", keys, op.over] if op.by == "dot" else 0.25
            seen[op.over, op.by] += 1
            value += own / seen[op.over, op.by]
            if op.reads:
                edges.add(("edge", ops[op.reads - 1].over, op.over))
        return value + sum(worth[e] for e in edges) + worth["cover",] * len({op.over for op in ops})
