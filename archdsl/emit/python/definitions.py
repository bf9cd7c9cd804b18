"""Classes and functions, docstrings and comments.

Their texts come from specs, which are untrusted: nothing in a text may end its line or its quotes.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from archdsl.emit.python.expressions import Python, expression_list
from archdsl.emit.python.layout import lay_out
from archdsl.emit.python.operators import Infix
from archdsl.emit.python.statements import Block, Statement, render
from archdsl.emit.python.tokens import (
    INDENT,
    WIDTH,
    Kind,
    Token,
    comma_separated,
    enclosed,
    optional,
    spaced,
)
from archdsl.frozen import Frozen


class Comment(Statement):
    """A comment on lines of its own."""

    is_comment = True
    text: str

    def lines(self, depth: int) -> Iterator[str]:
        for line in self.text.splitlines():
            yield " " * INDENT * depth + f"# {printable(line)}".rstrip()


class TrailingComment(Statement):
    """A statement with a comment after its first line, or above it if that would be too long."""

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


class Docstring(Statement):
    """The text that describes a class or a function."""

    is_docstring = True
    text: str

    def lines(self, depth: int) -> Iterator[str]:
        margin = " " * INDENT * depth
        # Pairs of quotes are escaped, not only triples: in a run of five, any three could end it.
        escaped = self.text.replace("\\", "\\\\").replace('""', '\\"\\"')
        first, *rest = map(printable, inspect.cleandoc(escaped.strip()).split("\n"))
        # A text that begins or ends with a quote must not touch the quotes of the docstring.
        opening = margin + ('"""\\' if first.startswith('"') else '"""') + first
        if not rest:
            yield opening + (' """' if first.endswith('"') else '"""')
            return
        yield opening
        for line in rest:
            yield (margin + line).rstrip()
        yield margin + '"""'


class Blank(Statement):
    """An empty line between two statements."""

    is_blank = True

    def lines(self, depth: int) -> Iterator[str]:
        return iter(())


def printable(line: str) -> str:
    """A line without control characters: no separator such as U+2028, no reversal of direction."""
    escaped = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
    return "".join(escaped).rstrip()


class Parameter(Frozen):
    """A parameter of a function."""

    name: str
    annotation: Python | None = None
    default: Python | None = None

    def tokens(self) -> Iterator[Token]:
        yield Token(self.name)
        annotated = self.annotation is not None
        if self.annotation:
            union = isinstance(self.annotation, Infix)
            inside = self.annotation.tokens()
            yield Token(":")
            yield from spaced(optional(inside) if union else inside)
        if self.default:
            yield Token("=", Kind.EQUAL, space=annotated)
            yield from spaced(self.default.tokens(), annotated)


class Function(Statement):
    """`def name(parameters) -> returns:` over a body."""

    is_definition = True
    name: str
    parameters: tuple[Parameter, ...]
    returns: Python | None
    body: Block

    def lines(self, depth: int) -> Iterator[str]:
        parameters = enclosed(comma_separated(p.tokens() for p in self.parameters))
        header = [Token("def"), Token(self.name, space=True), *parameters]
        if self.returns:
            header += [Token("->", space=True), *spaced(optional(self.returns.tokens()))]
        yield from lay_out([*header, Token(":")], depth)
        yield from render(self.body, depth + 1)


class Class(Statement):
    """`class name(bases):` over a body."""

    is_definition = True
    name: str
    bases: tuple[Python, ...]
    body: Block

    def lines(self, depth: int) -> Iterator[str]:
        bases = enclosed(expression_list(self.bases)) if self.bases else ()
        header = [Token("class"), Token(self.name, space=True), *bases, Token(":")]
        yield from lay_out(header, depth)
        first, *rest = self.body
        described = first.is_docstring
        yield from render((first, Blank(), *rest) if described else self.body, depth + 1)
