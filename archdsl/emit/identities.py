"""Optional members that `nn.Identity` replaces in the instances that lack them: no fork is needed.

A projection or a gate passes its operand on, where it is left out. An addition cannot.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from archdsl.emit.keys import Key
from archdsl.emit.plans import ClassPlan, Item, PlannedFork, PlannedMember, forks_in, members_in
from archdsl.emit.references import FromMember, Joined, Reference
from archdsl.emit.variants import Step


def with_identities(plan: ClassPlan, replaceable: Collection[Key]) -> ClassPlan:
    """The plan without the forks that only decide about one of the `replaceable` members."""
    reads = list(_joined(plan))
    replaced: dict[int, PlannedMember] = {}
    # A fork has a higher number than those before and inside it, which are decided first.
    for fork in sorted(forks_in(plan.body), key=lambda fork: fork.number):
        member = _only_member(fork)
        if member is None or member.key not in replaceable:
            continue
        own = Joined(fork.number, "", *_sides(fork, FromMember(member.key), member.operands[0]))
        if all(_passes(one, own, replaced) for one in reads if one.fork == fork.number):
            replaced[fork.number] = member
    return ClassPlan(
        plan.inputs,
        tuple(_without_forks(plan.body, replaced)),
        tuple(_rewritten(one, replaced) for one in plan.outputs),
    )


def _only_member(fork: PlannedFork) -> PlannedMember | None:
    items = (*fork.then, *fork.other)
    return items[0] if len(items) == 1 and isinstance(items[0], PlannedMember) else None


def _sides(fork: PlannedFork, own: Reference, operand: Reference) -> tuple[Reference, Reference]:
    return (own, operand) if fork.then else (operand, own)


def _passes(one: Joined, own: Joined, replaced: Mapping[int, PlannedMember]) -> bool:
    """Whether a value after a fork is the member's result, or else the member's operand."""
    sides = (one.then, own.then), (one.other, own.other)
    return all(_rewritten(a, replaced) == _rewritten(b, replaced) for a, b in sides)


def _rewritten(reference: Reference, replaced: Mapping[int, PlannedMember]) -> Reference:
    if not isinstance(reference, Joined):
        return reference
    if reference.fork in replaced:
        return FromMember(replaced[reference.fork].key)
    then, other = (_rewritten(side, replaced) for side in (reference.then, reference.other))
    return then if then == other else reference._replace(then=then, other=other)


def _without_forks(items: Iterable[Item], replaced: Mapping[int, PlannedMember]) -> Iterator[Item]:
    for item in items:
        if isinstance(item, PlannedMember):
            operands = tuple(_rewritten(one, replaced) for one in item.operands)
            yield PlannedMember(item.key, operands, item.step)
        elif item.number in replaced:
            member = replaced[item.number]
            step = Step(item.place, holds=bool(item.then))
            yield from _without_forks([PlannedMember(member.key, member.operands, step)], replaced)
        else:
            branches = (tuple(_without_forks(b, replaced)) for b in (item.then, item.other))
            yield PlannedFork(item.number, item.place, *branches)


def _joined(plan: ClassPlan) -> Iterator[Joined]:
    """All values of a plan that are joined after a fork."""
    read = [one for member in members_in(plan.body) for one in member.operands]
    return joined_in((*read, *plan.outputs))


def joined_in(references: Iterable[Reference]) -> Iterator[Joined]:
    """The joined values among references, and those that they are joined from."""
    for reference in references:
        if isinstance(reference, Joined):
            yield reference
            yield from joined_in((reference.then, reference.other))
