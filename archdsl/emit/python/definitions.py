"""Functions and classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.emit.python.expressions import Python, listed
from archdsl.emit.python.layout import lay_out
from archdsl.emit.python.operators import Infix
from archdsl.emit.python.pieces import enclosed, optional, parted, spaced
from archdsl.emit.python.statements import Block, Statement, render
from archdsl.emit.python.texts import Blank
from archdsl.emit.python.tokens import Kind, Token


@dataclass(frozen=True)
class Parameter:
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


@dataclass(frozen=True)
class Function(Statement):
    """`def name(parameters) -> returns:` over a body."""

    is_definition = True
    name: str
    parameters: tuple[Parameter, ...]
    returns: Python | None
    body: Block

    def lines(self, depth: int) -> Iterator[str]:
        parameters = enclosed(parted(p.tokens() for p in self.parameters))
        header = [Token("def"), Token(self.name, space=True), *parameters]
        if self.returns:
            header += [Token("->", space=True), *spaced(optional(self.returns.tokens()))]
        yield from lay_out([*header, Token(":")], depth)
        yield from render(self.body, depth + 1)


@dataclass(frozen=True)
class Class(Statement):
    """`class name(bases):` over a body."""

    is_definition = True
    name: str
    bases: tuple[Python, ...]
    body: Block

    def lines(self, depth: int) -> Iterator[str]:
        bases = enclosed(listed(self.bases)) if self.bases else ()
        header = [Token("class"), Token(self.name, space=True), *bases, Token(":")]
        yield from lay_out(header, depth)
        first, *rest = self.body
        described = first.is_docstring
        yield from render((first, Blank(), *rest) if described else self.body, depth + 1)
