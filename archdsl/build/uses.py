"""Where a text is used, and what its choices took: what frames remember of decisions.

A decision is known by its name, which begins with the use of the text that it stands in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, cast

from archdsl.program.places import Key, dotted, key
from archdsl.program.program import Unit
from archdsl.source import Span
from archdsl.syntax import tree


class Use(NamedTuple):
    """What stands before the names of the decisions that a text makes.

    - `path` is for those of the body itself, `marks` what `each` has put before all names inside.
    - `place` is where the text is used, for what it decides anew at each use.
    - `is_anew` says that the next body that is called has `marks` for its path.
    - `is_definition` says that the text is that of a derivation, and no body.
    """

    path: str = ""
    marks: str = ""
    place: str = ""
    is_anew: bool = False
    is_definition: bool = False

    def inside(self, block: str, place: str) -> Use:
        """The use of the body of a block that is called here.

        `place` is that of the call, if the block decides anew at each call.
        """
        if self.is_anew:
            return Use(self.marks, self.marks, self.marks)
        path = dotted(self.marks, block)
        return Use(path, self.marks, place or path)

    def iteration(self, loop: tree.For, number: int) -> Use:
        """The use of an iteration of a loop, in which `for each` decides everything anew."""
        if not loop.each:
            return self
        # No name begins with a number.
        path = dotted(self.path or "_".join(loop.targets), str(number))
        return Use(path, path, path)


NETWORK = Use()
"""The use of the text of a network, whose decisions have nothing before their names."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options that the choices of a text took, when they were evaluated last."""

    by_place: dict[Key, tree.Expression] = field(default_factory=dict)

    def take(self, node: tree.Choice | tree.Each, option: tree.Expression) -> None:
        self.by_place[key(node.span)] = option

    def place(self, node: tree.Expression, around: Span | None = None) -> Span:
        """The span of an expression, or of the option that it came out as; by default `around`."""
        option = self.by_place.get(key(node.span))
        return option.span if option is not None else around or node.span

    def taken(self, node: tree.Expression) -> tree.Expression:
        """An expression that was just evaluated, with the options taken in place of choices."""
        return cast("tree.Expression", tree.substituted(node, self.by_place))


def place_in(unit: Unit, node: tree.Node) -> str | None:
    """The name of a choice or of a use of a definition in a file; None for other texts."""
    own = node.span.source == unit.file.source
    return unit.places.get(key(node.span)) if own else None
