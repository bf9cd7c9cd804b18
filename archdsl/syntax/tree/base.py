"""What every node of the tree has."""

from __future__ import annotations

from dataclasses import dataclass, field

from archdsl.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """`depth` counts the levels of expressions and statements below, so that it can be bounded."""

    span: Span = field(compare=False, repr=False)
    depth: int = field(default=0, compare=False, repr=False)
