"""Definitions without a body: what they are written as, and that they lead somewhere.

A block that is derived or chosen, a network and a recipe that are derived: each names another,
which may be one of these again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from archdsl import limits
from archdsl.build.context import Frame
from archdsl.syntax import tree

Derivation: TypeAlias = tree.Derived | tree.BlockChoice


def check_derivation_path(
    frame: Frame,
    definition: Derivation | tree.DerivedRecipe,
    seen: Sequence[Derivation | tree.DerivedRecipe],
) -> None:
    """Check that the derivations `seen` on the way here form no cycle, and are not too many.

    A cycle is shown from its first definition in the text on, whichever it was entered by, so
    that those in it report it once.

    Raises:
        Fault: they are.
    """
    kind = _kind(definition)
    span = written(definition).span
    start = next((place for place, other in enumerate(seen) if other is definition), None)
    if start is not None:
        cycle = seen[start:]
        first = min(cycle, key=lambda each: each.span.start)
        turn = cycle.index(first)
        path = " -> ".join(each.name for each in (*cycle[turn:], *cycle[:turn], first))
        message = f"{kind}s are derived from each other in a cycle: {path}"
        raise frame.fault("recursion", message, written(first).span)
    if len(seen) == limits.DERIVATIONS:
        message = f"`{seen[0].name}` is derived through more than {limits.DERIVATIONS} {kind}s"
        raise frame.fault("nesting", message, span)


def holds_choice(node: tree.Node) -> bool:
    """Whether a choice is written in a text."""
    return any(isinstance(each, tree.Choice) for each in tree.walk([node]))


def _kind(definition: Derivation | tree.DerivedRecipe) -> str:
    if isinstance(definition, tree.DerivedRecipe):
        return "recipe"
    return definition.kind if isinstance(definition, tree.Derived) else "block"


def written(definition: Derivation | tree.DerivedRecipe) -> tree.Expression:
    """What a definition is derived from, or chosen among."""
    return definition.choice if isinstance(definition, tree.BlockChoice) else definition.base
