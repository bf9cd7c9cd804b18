"""A space of the language within bounds, as samplers and workers see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from archdsl.build.request import Request
from archdsl.costs.figures import measure
from archdsl.costs.metrics import WHOLE, figure
from archdsl.diagnostics import CompileError, error
from archdsl.ir.alike.counts import Counts
from archdsl.plan.decisions import member_name
from archdsl.search.domain import Member, NotAMember
from archdsl.searches.search import Bound
from archdsl.space.access import Found, Within, access_to
from archdsl.space.likeness import Likenesses
from archdsl.space.lookups import Choose, NoMember
from archdsl.space.quantities import ADDED

_DRAWS = 10_000
"""Draws in a row that may be beyond the bounds."""

_CHANGES = 200
"""Changes of a member that are tried, before it counts as one that cannot be changed."""


class NetworkSpace:
    """The members of a space within bounds. `metrics` are those of costs that are asked for."""

    def __init__(
        self,
        name: str,
        request: Request,
        bounds: Sequence[Bound],
        metrics: Sequence[str],
    ) -> None:
        """Find the way to the members.

        Raises:
            CompileError: a member has a mistake.
        """
        self.name = name
        self._bounds = bounds
        needed = dict.fromkeys((*metrics, *(bound.metric for bound in bounds)))
        self._summed = [metric for metric in needed if metric not in WHOLE]
        self._ordered = [metric for metric in needed if metric in WHOLE]
        within = (Within(b.metric, b.least or 0, b.most) for b in bounds if b.metric in ADDED)
        self._access = access_to(request, next(within, None))
        self._likenesses = Likenesses(request, self._access.surveyed)

    @property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        """Every decision that some member makes, with the texts of its options."""
        return self._access.decisions

    def member(self, taken: Mapping[str, str]) -> Member:
        """The member with these options; those of decisions that are not active do not count.

        Raises:
            NotAMember: there is none within the bounds.
        """

        def choose(name: str, options: Sequence[str]) -> str:
            option = taken.get(name, "")
            if option not in options:
                raise NotAMember(f"`{name}` cannot be `{option}`")
            return option

        member = self._find(choose)
        for bound in self._bounds:
            if not bound.holds(member.costs[bound.metric]):
                cost = f"{member.costs[bound.metric]:,} {bound.metric}"
                raise NotAMember(f"it has {cost}, which is not within {bound}")
        return member

    def draw(self, random: Random) -> Member:
        """One of all members within the bounds.

        Raises:
            CompileError: there is none, or hardly any.
        """
        for _ in range(_DRAWS):
            found = self._access.draw(random)
            if found is not None and self._is_within(member := self._member(found)):
                return member
        bounds = " and ".join(map(str, self._bounds)) or "its requirements"
        message = f"no member of `{self.name}` was found within {bounds}"
        hint = "`archdsl flops` with this network shows what its members cost"
        raise CompileError([error("search", message, help=hint)])

    def change(self, member: Member, random: Random) -> Member:
        """Another member within the bounds, with one decision drawn anew."""
        taken = dict(member.taken)
        names = [name for name in taken if len(self.decisions.get(name, ())) > 1]
        for _ in range(_CHANGES if names else 0):
            try:
                changed = self._find(_changing(random.choice(names), taken, random))
            except NotAMember:
                continue
            if changed != member and self._is_within(changed):
                return changed
        return member

    def canonical(self, member: Member) -> str:
        """A name that two members share if they are two spellings of one network, and only then."""
        return self._likenesses.canonical(member.taken)

    def counts(self, member: Member) -> Counts:
        """How often what stands in a member."""
        return self._likenesses.counts(member.taken)

    def _find(self, choose: Choose) -> Member:
        try:
            return self._member(self._access.find(choose))
        except NoMember:
            raise NotAMember("a requirement of the space is false for it") from None

    def _member(self, found: Found) -> Member:
        taken, sums = found
        costs = {metric: sums[metric] for metric in self._summed}
        pairs = tuple(taken.items())
        if self._ordered:
            graph = self._likenesses.graph(pairs)
            measured = measure(graph)
            costs |= {metric: figure(metric, graph, measured) for metric in self._ordered}
        return Member(member_name(self.name, taken), pairs, costs)

    def _is_within(self, member: Member) -> bool:
        return all(bound.holds(member.costs[bound.metric]) for bound in self._bounds)


def _changing(
    name: str, taken: Mapping[str, str], random: Random
) -> Callable[[str, Sequence[str]], str]:
    """Keeps all options but that of a decision, which is drawn, and so is what comes by that."""

    def choose(asked: str, options: Sequence[str]) -> str:
        kept = taken.get(asked, "")
        if asked == name:
            others = [option for option in options if option != kept]
            return random.choice(others or options)
        return kept if kept in options else random.choice(options)

    return choose
