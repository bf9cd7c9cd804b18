"""What tells the members of a space apart, whatever names and order their text gives things.

Whether two members are one network follows from their whole graphs. How alike they are is asked of
many more members, for each trial anew. So there only what can differ is looked at, if the survey of
the space knows it: the calls of blocks that decide something, each by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from archdsl.build.machine import RULES
from archdsl.build.request import Request
from archdsl.ir.alike.canonical import canonical_name
from archdsl.ir.alike.counts import Counts, added, count
from archdsl.ir.graph import Graph
from archdsl.ir.pruning import without_unread
from archdsl.plan.decisions import picked
from archdsl.space.space import build_member
from archdsl.space.survey.networks import Surveyed
from archdsl.space.survey.parts import Body, Way
from archdsl.space.survey.repeats import Repeats

Taken: TypeAlias = tuple[tuple[str, str], ...]
"""The option that a member takes at each of its decisions, by their names."""


class Likenesses:
    """The canonical names and the counts of the members of one space."""

    def __init__(self, request: Request, surveyed: Surveyed | None) -> None:
        repeats = Repeats()
        self._request = replace(request, reuse=repeats)
        self._rules = repeats.rules(RULES)
        self._bodies = _deciding(surveyed) if surveyed else {}
        # Caches: they are filled, but never change a result.
        self._names: dict[Taken, str] = {}
        self._counts: dict[tuple[Body | None, Taken], Counts] = {}

    def graph(self, taken: Taken) -> Graph:
        """The graph of a member, without what nothing reads."""
        return without_unread(build_member(self._request, picked(dict(taken))).graph)

    def canonical(self, taken: Taken) -> str:
        """A name that is equal for two spellings of one network, and for no two networks."""
        if taken not in self._names:
            self._names[taken] = canonical_name(self.graph(taken))
        return self._names[taken]

    def counts(self, taken: Taken) -> Counts:
        """What stands in a member: it is similar for members that are similar."""
        if not self._bodies:
            return self._counted(None, taken)
        found = [
            self._counted(body, tuple([each for each in taken if each[0] in names]))
            for body, names in self._bodies.items()
        ]
        return added(found) if len(found) > 1 else found[0]

    def _counted(self, body: Body | None, taken: Taken) -> Counts:
        """The counts of a body that takes some options, or of the whole network."""
        key = body, taken
        if key not in self._counts:
            self._counts[key] = count(self._part(body, taken) if body else self.graph(taken))
        return self._counts[key]

    def _part(self, body: Body, taken: Taken) -> Graph:
        return without_unread(body.run(self._rules, picked(dict(taken))))


def _deciding(surveyed: Surveyed) -> Mapping[Body, frozenset[str]]:
    """The bodies that a network itself calls and that decide something, each with its decisions.

    Of those with the same decisions the first stands for all. None where the network's own text
    comes out in several ways: then all of it has to be looked at.
    """
    own = [part for part in surveyed.parts if part.body is None]
    if any(len(part.ways) != 1 or part.ways[0].taken for part in own):
        return {}
    inside: dict[Body | None, list[Way]] = {}
    for part in surveyed.parts:
        inside.setdefault(part.body, []).extend(part.ways)
    found: dict[frozenset[str], Body] = {}
    for body in dict.fromkeys(body for part in own for body in part.ways[0].called):
        found.setdefault(_decisions(body, inside), body)
    return {body: names for names, body in found.items() if names}


def _decisions(body: Body, inside: Mapping[Body | None, Sequence[Way]]) -> frozenset[str]:
    """The names of all decisions that are made in a body in some member."""
    ways = inside.get(body, ())
    called = {inner for way in ways for inner in way.called}
    own = frozenset(name for way in ways for name in way.taken)
    return own.union(*[_decisions(inner, inside) for inner in called])
