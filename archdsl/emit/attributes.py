"""The attributes of a class's modules: names of the text, else of the block or the layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from archdsl.emit.columns import Columns
from archdsl.emit.keys import Key
from archdsl.emit.members import argument_value
from archdsl.emit.names import attribute, numbered
from archdsl.emit.plans import PlannedMember, are_exclusive, paths
from archdsl.emit.structure import Member
from archdsl.ops.forms import Held, Layer, Weight


@dataclass
class Attributes:
    """Names the members of one class.

    An expression has no attribute. Its name is that of its operation, with which the names of its
    arguments begin.
    """

    columns: Columns

    def names(self) -> Mapping[Key, str]:
        """The name of each member: as in the instances that have it, if these agree.

        Then the weights of an instance have the same keys as if it had a class of its own.
        """
        owner = self.columns.owner
        everywhere = self._numbered(owner.plan.members)
        found: dict[Key, str] = {}
        for present in {tuple(m.key for m in one.members): None for one in owner.instances}:
            own = [one for one in owner.plan.members if one.key in present]
            for key, name in self._numbered(own).items():
                if found.setdefault(key, name) != name:
                    return everywhere
        return found if self._are_distinct(found, everywhere) else everywhere

    def _are_distinct(self, found: Mapping[Key, str], everywhere: Mapping[Key, str]) -> bool:
        """Whether two members that an instance could have together never share a name by chance."""
        by_name: dict[str, list[Key]] = {}
        for key, name in found.items():
            by_name.setdefault(name, []).append(key)
        pairs = [pair for keys in by_name.values() for pair in combinations(keys, 2)]
        where = paths(self.columns.owner.plan.body) if pairs else {}
        return all(
            everywhere[a] == everywhere[b] or are_exclusive(where[a], where[b]) for a, b in pairs
        )

    def _numbered(self, members: Sequence[PlannedMember]) -> dict[Key, str]:
        """The names of some members, unique among them; equal layers without state share one."""
        bases: dict[object, str] = {}
        keys, operations = list[object](), list[str]()
        for planned in members:
            _, member = next(self.columns.owner.members_under(planned.key))
            key = self._sharing_key(planned, member)
            keys.append(key)
            operations.append(member.operation or self._block_name(member))
            if not (member.is_stateless or isinstance(member.form, Held)):
                bases.setdefault(key, attribute(self._base_name(member)))
        unique = dict(zip(bases, numbered(bases.values()), strict=True))
        return {
            planned.key: unique.get(key, operation)
            for planned, key, operation in zip(members, keys, operations, strict=True)
        }

    def _sharing_key(self, planned: PlannedMember, member: Member) -> object:
        """Members with equal keys share an attribute; only layers without state can."""
        form = member.form
        if member.module is not None:
            return member.module
        if not isinstance(form, Layer) or not form.shared:
            return planned.key
        # Sharing would lose a name of the spec, or put one module into a sequence twice.
        if member.hint or member.share or planned.step or member.stage:
            return planned.key
        columns = [self.columns.fixed(planned.key, argument_value(a.name)) for a in form.arguments]
        return form.constructor, str(columns)

    def _base_name(self, member: Member) -> str:
        """The attribute's name before numbering.

        The name that the spec gives the result is used, unless it is one letter: `x` is a fine name
        for a tensor, but not for a layer.
        """
        if member.share:
            return member.share
        if member.stage:
            return f"{member.stage}_{member.hint}"
        if len(member.hint) > 1:
            return member.hint
        if member.child is not None:
            return self._block_name(member)
        assert isinstance(member.form, Layer | Weight)
        return member.form.label

    def _block_name(self, member: Member) -> str:
        assert member.child is not None
        return self.columns.classes.of[member.child].definition.name
