"""Comments and doc strings: text that never becomes code."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.emit.python.statements import Statement
from archdsl.emit.python.tokens import INDENT, WIDTH


@dataclass(frozen=True)
class Comment(Statement):
    """A comment on lines of its own."""

    is_comment = True
    text: str

    def lines(self, depth: int) -> Iterator[str]:
        for line in self.text.splitlines():
            yield " " * INDENT * depth + f"# {printable(line)}".rstrip()


@dataclass(frozen=True)
class Remarked(Statement):
    """A statement with a comment at the end of its first line, or above it where that is full."""

    statement: Statement
    text: str

    def lines(self, depth: int) -> Iterator[str]:
        first, *rest = self.statement.lines(depth)
        remarked = f"{first}  # {printable(self.text)}"
        if len(remarked) <= WIDTH:
            yield remarked
        else:
            yield from (*Comment(self.text).lines(depth), first)
        yield from rest


@dataclass(frozen=True)
class Docstring(Statement):
    """The text that describes a class or a function."""

    is_docstring = True
    text: str

    def lines(self, depth: int) -> Iterator[str]:
        margin = " " * INDENT * depth
        escaped = self.text.replace("\\", "\\\\").replace('""', '\\"\\"')
        first, *rest = map(printable, inspect.cleandoc(escaped.strip()).split("\n"))
        opening = margin + ('"""\\' if first.startswith('"') else '"""') + first
        if not rest:
            yield opening + (' """' if first.endswith('"') else '"""')
            return
        yield opening
        for line in rest:
            yield (margin + line).rstrip()
        yield margin + '"""'


@dataclass(frozen=True)
class Blank(Statement):
    """An empty line between statements."""

    is_blank = True

    def lines(self, depth: int) -> Iterator[str]:
        return iter(())


def printable(line: str) -> str:
    """Text in which nothing ends a line or hides."""
    escaped = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
    return "".join(escaped).rstrip()
