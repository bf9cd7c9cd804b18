"""What every node of the tree has."""

from __future__ import annotations

from dataclasses import field

from archdsl.frozen import Frozen
from archdsl.source import Span


class Node(Frozen):
    """`depth` counts the levels of expressions and statements below, so that it can be bounded."""

    span: Span = field(kw_only=True, compare=False, repr=False)
    depth: int = field(default=0, kw_only=True, compare=False, repr=False)
