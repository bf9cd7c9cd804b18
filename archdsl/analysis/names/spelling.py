"""Where in a node a name is written: nodes keep the names that they declare without spans.

Only an editor needs these places, so they are found in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archdsl.source import Span
from archdsl.syntax import tree

_FOR = re.compile(r"for\s+")
_EACH = re.compile(r"each\s+")


def leading(node: tree.Node, length: int) -> Span:
    """The first characters of a node: the name of a parameter, of an argument, of a setting."""
    return Span(node.span.source, node.span.start, node.span.start + length)


def trailing(node: tree.Node, length: int) -> Span:
    """The last characters of a node: the name after the dot of `x.channels`."""
    return Span(node.span.source, node.span.end - length, node.span.end)


def word(node: tree.Node, name: str, start: int | None = None) -> Span | None:
    """A word of a node, the first one from an offset on; None where it is not written."""
    source, begin = node.span.source, node.span.start if start is None else start
    found = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)").search(source.text, begin, node.span.end)
    return Span(source, *found.span()) if found else None


def after_keyword(node: tree.Node, name: str) -> Span | None:
    """The name after the keyword that a node begins with: `input NAME`, `share NAME`."""
    keyword = re.compile(r"\w+\s+").match(node.span.source.text, node.span.start)
    return word(node, name, keyword.end()) if keyword else None


def targets(node: tree.Assign | tree.For) -> Iterator[Span]:
    """The names that an assignment or a loop gives values to, in order."""
    source, start = node.span.source, node.span.start
    if isinstance(node, tree.For):
        start = _end(_FOR, source.text, start)
        start = _end(_EACH, source.text, start) if node.each else start
    for name in node.targets:
        found = word(node, name, start)
        if found is None:
            return
        yield found
        start = found.end


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start
