"""A network whose decisions may be open: one network, or all members of a space at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from archdsl import compiler
from archdsl.build.request import Request
from archdsl.build.values import Given
from archdsl.diagnostics import CompileError, Diagnostic, error
from archdsl.ir.graph import Graph
from archdsl.plan.decisions import Decided
from archdsl.plan.plan import Plan
from archdsl.program.program import Program, name_span
from archdsl.shown import Shown

if TYPE_CHECKING:
    from archdsl.space.members import Members
    from archdsl.space.walk import Walk
    from archdsl.supernet.module import Sharing, Supernet

_SHOWN = 3
"""Decisions that a message lists at most."""


@dataclass(frozen=True)
class Deciding(Shown):
    """A network with its decisions: what a space is asked for."""

    program: Program = field(repr=False)
    graph: Graph = field(repr=False)
    plan: Plan = field(repr=False)
    given: Mapping[str, Given] = field(repr=False)
    diagnostics: tuple[Diagnostic, ...] = field(repr=False)
    decisions: tuple[Decided, ...] = field(default=(), repr=False)
    resized: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False)

    @property
    def open_decisions(self) -> tuple[str, ...]:
        """The names of the decisions that are not made; with any, this is a space of networks.

        The graph is then that of its first member, with the first option of each choice.
        """
        return tuple(each.name for each in self.decisions if each.decision.is_open)

    def check_decided(self) -> None:
        """Check that it is one network, and no space.

        Raises:
            CompileError: decisions are open.
        """
        names = self.open_decisions
        if not names:
            return
        shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
        shown += ", ..." if len(names) > _SHOWN else ""
        count = "1 decision is" if len(names) == 1 else f"{len(names)} decisions are"
        message = f"`{self.name}` is a space of networks, and this needs one: {count} open"
        hint = f"decide {shown}: `--choose NAME=OPTION`, or `--choose smallest` for all"
        raise CompileError([error("choice", message, help=hint)])

    @property
    def walk(self) -> Walk:
        """All members of a space: how many there are, and what they cost, exactly.

        Raises:
            CompileError: a member has a mistake, or there is too much to look at.
        """
        if not isinstance(self.walked, str):
            return self.walked
        message = f"what the members of `{self.name}` cost is not known: {self.walked}"
        hint = "leave fewer decisions open, with `choose` or `--choose`"
        raise CompileError([error("space", message, name_span(self.plan.network), help=hint)])

    @cached_property
    def walked(self) -> Walk | str:
        """The same, or why it is not known what the members cost."""
        found = self.members
        return found if isinstance(found, str) else compiler.walk(self._request, found)

    @cached_property
    def members(self) -> Members | str:
        """All members of a space, whatever they cost, or why they are not known.

        Raises:
            CompileError: a member has a mistake.
        """
        return compiler.members(self._request)

    def drawn_costs(self, metric: str) -> list[int]:
        """What some members cost that are drawn and built, by any metric.

        Raises:
            CompileError: one of them has a mistake.
        """
        return compiler.drawn_costs(self._request, metric)

    def draw_members(self) -> int:
        """Build some members, where it is not known of all that they are valid; how many.

        Raises:
            CompileError: one of them has a mistake.
        """
        return compiler.drawn(self._request)

    @cached_property
    def _request(self) -> Request:
        return compiler.request(self.program, self.plan, self.name, self.resized)

    @property
    def name(self) -> str:
        return self.graph.name

    def check_shared(self, kernels: str) -> None:
        """Check with few members that a supernet can have the space.

        `kernels` is the setting of a search.

        Raises:
            CompileError: weights of its members cannot be shared.
        """
        compiler.check_shared(self._request, kernels)

    def supernet(self, sharing: Sharing) -> Supernet:
        """A module that shares the weights of all members, and imports only torch.

        Raises:
            CompileError: it is no space, or weights of its members cannot be shared.
        """
        if not self.open_decisions:
            message = f"`{self.name}` is one network: nothing is open that a supernet could search"
            hint = "write a choice, such as `{16, 24}`, where the network may vary"
            raise CompileError(
                [error("supernet", message, name_span(self.plan.network), help=hint)]
            )
        members = self.walk.members
        return compiler.supernet(self.program, self._request, self.graph, members, sharing)
