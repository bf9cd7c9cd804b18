r"""`group_matcher`: the parameters by depth, so that early layers can learn more slowly.

Its result is what timm's optimisers read: regular expressions in the order of depth. Numbers in a
match order what one expression finds, as in `^stage(\d+)\.(\d+)`. What none finds comes last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from archdsl.emit.members import Slot
from archdsl.emit.names import free
from archdsl.emit.network import end_of_features
from archdsl.emit.parts import Fork, Part, Stage, part_name
from archdsl.emit.python import (
    Atom,
    Conditional,
    Dict,
    Docstring,
    Entry,
    Function,
    Parameter,
    Python,
    Return,
    literal,
)
from archdsl.frozen import Frozen
from archdsl.ir.graph import Address, Graph

_DOC = "Patterns of parameters' names by depth, for timm; the head has none."
_COARSE = Atom("coarse")
_ARGUMENTS = (Parameter("self"), Parameter("coarse", Atom("bool"), Atom("False")))
_RESULT = Atom("dict[str, str]")

_NUMBERED = re.compile(r"(.*?)([0-9]{1,9})")


class Depth(Frozen):
    """Attributes at one depth; each entry of a sequence has a depth of its own."""

    names: tuple[str, ...]
    is_sequence: bool
    is_heavy: bool
    """Whether it multiplies; a norm and a learned position do not."""

    @property
    def series(self) -> str:
        """A numbered name without its number, `res` of `res4`; otherwise nothing."""
        numbered = _NUMBERED.fullmatch(self.names[0]) if len(self.names) == 1 else None
        return numbered[1] if numbered else ""

    @property
    def number(self) -> int:
        return int(self.names[0].removeprefix(self.series))

    def follows(self, other: Depth) -> bool:
        """Whether one expression finds both, in the order of their numbers."""
        is_alike = self.is_sequence == other.is_sequence and self.series == other.series
        return is_alike and self.series != "" and other.number < self.number


def group_matcher(
    graph: Graph, parts: Sequence[Part], paths: Mapping[Address, str]
) -> Iterator[Function]:
    """The method, unless all parameters are at one depth."""
    learned = _learned(graph, paths)
    depths = _depths(parts[: end_of_features(parts) or len(parts)], learned)
    head = learned.difference(*(depth.names for depth in depths))
    if len(depths) + bool(head) > 1 or any(depth.is_sequence for depth in depths):
        patterns = Dict(tuple(_patterns(depths, learned)))
        yield Function("group_matcher", _ARGUMENTS, _RESULT, (Docstring(_DOC), Return(patterns)))


def _learned(graph: Graph, paths: Mapping[Address, str]) -> set[str]:
    """The network's attributes that have parameters."""
    costs = ((n, n.operation.cost(graph.types(graph.operands(n)), n.results)) for n in graph)
    places = (graph.address(node.scope, node.site) for node, cost in costs if cost.parameters)
    return {paths[place].partition(".")[0] for place in places if place in paths}


def _depths(parts: Iterable[Part], learned: set[str]) -> list[Depth]:
    """The parts in order. A norm joins the layer before it, or at the end the head."""
    found: list[Depth] = []
    for part in _flat(parts):
        name = part_name(part)
        if name is None or name not in learned:
            continue
        is_heavy = isinstance(part, Stage) or part.member.heavy
        if not is_heavy and found and not found[-1].is_sequence:
            before = found.pop()
            found.append(Depth((*before.names, name), False, before.is_heavy))
        else:
            found.append(Depth((name,), _is_numbered(part), is_heavy))
    return found if found and found[-1].is_heavy else found[:-1]


def _flat(parts: Iterable[Part]) -> Iterator[Slot | Stage]:
    for part in parts:
        if isinstance(part, Fork):
            yield from _flat((*part.first, *part.second))
        else:
            yield part


def _is_numbered(part: Slot | Stage) -> bool:
    """Whether it is a sequence in which each entry begins with its number: `1`, `1_non_local`."""
    return isinstance(part, Stage) and all(entry[:1].isdigit() for entry in part.entries)


def _patterns(depths: Sequence[Depth], learned: set[str]) -> Iterator[Entry]:
    """A pattern for each run of depths: `stem` is the first, `blocks` the only long one."""
    first, *others = depths
    runs = [[first], *_runs(others, learned)]
    longer = [run for run in runs[1:] or runs if len(run) > 1 or run[0].is_sequence]
    taken: set[str] = set()
    for run in runs:
        own = run[0].series if len(run) > 1 else run[0].names[0]
        key = "blocks" if longer == [run] else "stem" if run[0] is first else own
        key = free(key, taken)
        taken.add(key)
        yield Entry(literal(key), _pattern(run))


def _runs(depths: Iterable[Depth], learned: set[str]) -> list[list[Depth]]:
    """Depths that one expression finds, together."""
    runs: list[list[Depth]] = []
    for depth in depths:
        if runs and depth.follows(runs[-1][-1]):
            runs[-1].append(depth)
        else:
            runs.append([depth])
    return [part for run in runs for part in _apart(run, learned)]


def _apart(run: list[Depth], learned: set[str]) -> list[list[Depth]]:
    """A run, or each of its depths where the expression would find others."""
    return [run] if _is_alone(run, learned) else [[depth] for depth in run]


def _is_alone(run: Sequence[Depth], learned: set[str]) -> bool:
    """Whether no other attribute is called as those of a run, with another number."""
    own = {name for depth in run for name in depth.names}
    return not any(re.match(rf"{run[0].series}\d", name) for name in learned - own)


def _pattern(run: Sequence[Depth]) -> Python:
    """An expression that finds the parameters of a run, or two for networks with sequences."""
    first, *others = run
    names = "|".join(first.names)
    coarse = rf"^{names}\b" if len(first.names) == 1 else rf"^(?:{names})\b"
    entries = rf"^{names}"
    if others:
        coarse = entries = rf"^{first.series}(\d+)"
    if not first.is_sequence:
        return Atom(f'r"{coarse}"')
    return Conditional(Atom(f'r"{coarse}"'), _COARSE, Atom(rf'r"{entries}\.(\d+)"'))
