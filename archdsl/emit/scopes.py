"""Whether every value that a plan reads is there, whatever the conditions of its forks say.

The instances of a network take some branches together. A class can be given arguments that take
others: then no branch may read what another has not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from archdsl.emit.keys import Key
from archdsl.emit.plans import ClassPlan, Item, PlannedFork, PlannedMember
from archdsl.emit.references import FromInput, FromMember, Joined, Place, Reference
from archdsl.emit.variants import Conflict

Branch: TypeAlias = tuple[object, bool]
"""A condition and whether it holds. Two places may have one condition."""

Path: TypeAlias = frozenset[Branch]


def check_reads(plan: ClassPlan, condition: Callable[[Place], object]) -> None:
    """Check that each member has what it reads.

    Raises:
        Conflict: a value may be missing, or no condition of the text says when a member exists.
    """
    _Reads(plan, condition).check()


class _Reads:
    def __init__(self, plan: ClassPlan, condition: Callable[[Place], object]) -> None:
        self.plan, self.condition = plan, condition
        self.members: dict[Key, Path] = {}
        self.forks: dict[int, tuple[Path, object]] = {}

    def check(self) -> None:
        members = list(self._members(self.plan.body, frozenset()))
        for member, path in members:
            self._check(member.operands, path)
        self._check(self.plan.outputs, frozenset())

    def _members(self, items: Iterable[Item], path: Path) -> Iterator[tuple[PlannedMember, Path]]:
        for item in items:
            if isinstance(item, PlannedMember):
                self.members[item.key] = path
                yield item, path
            else:
                yield from self._inside(item, path)

    def _inside(self, fork: PlannedFork, path: Path) -> Iterator[tuple[PlannedMember, Path]]:
        condition = self.condition(fork.place)
        self.forks[fork.number] = path, condition
        for holds, branch in ((True, fork.then), (False, fork.other)):
            for member, inner in self._members(branch, path | {(condition, holds)}):
                if member.key == fork.place:
                    raise Conflict
                yield member, inner

    def _check(self, references: Iterable[Reference], path: Path) -> None:
        if not all(self._is_there(reference, path) for reference in references):
            raise Conflict

    def _is_there(self, reference: Reference, path: Path) -> bool:
        if isinstance(reference, FromInput):
            return True
        if isinstance(reference, FromMember):
            return self.members[reference.member] <= path
        assert isinstance(reference, Joined)
        around, condition = self.forks[reference.fork]
        sides = (True, reference.then), (False, reference.other)
        return around <= path and all(
            self._is_there(side, path | {(condition, holds)}) for holds, side in sides
        )
