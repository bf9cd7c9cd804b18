"""Statements, and the empty lines between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from itertools import chain, islice
from typing import ClassVar, TypeAlias, TypeVar

from archdsl.emit.python.expressions import Atom, Call, Python, Tuple
from archdsl.emit.python.layout import lay_out
from archdsl.emit.python.operators import Generator
from archdsl.emit.python.tokens import Kind, Token, optional, spaced
from archdsl.frozen import Frozen

T = TypeVar("T")


class Statement(Frozen):
    """Base class of statements. The flags decide about empty lines before and after."""

    is_definition: ClassVar[bool] = False
    is_comment: ClassVar[bool] = False
    is_blank: ClassVar[bool] = False
    is_docstring: ClassVar[bool] = False

    def lines(self, depth: int) -> Iterator[str]:
        """The lines of the statement, indented by `depth` levels."""
        raise NotImplementedError


Block: TypeAlias = tuple[Statement, ...]


class Expr(Statement):
    """An expression as a statement, such as a call."""

    value: Python

    def lines(self, depth: int) -> Iterator[str]:
        yield from lay_out(list(self.value.tokens()), depth)


class Assign(Statement):
    """`target = value`, or `target: annotation = value`; the target may be a tuple."""

    target: Python
    value: Python
    annotation: Python | None = None

    def lines(self, depth: int) -> Iterator[str]:
        unpacks = isinstance(self.target, Tuple)
        target = optional(self.target.unparenthesised()) if unpacks else self.target.tokens()
        value = bare_or_parenthesised(self.value) if unpacks else parenthesised(self.value)
        if self.annotation is not None:
            target = chain(target, (Token(":"),), spaced(self.annotation.tokens()))
        yield from lay_out([*target, Token("=", Kind.EQUAL, space=True), *spaced(value)], depth)


class Declare(Statement):
    """`target: annotation`, without a value."""

    target: Python
    annotation: Python

    def lines(self, depth: int) -> Iterator[str]:
        yield from lay_out(
            [*self.target.tokens(), Token(":"), *spaced(self.annotation.tokens())], depth
        )


class Raise(Statement):
    """`raise value`."""

    value: Python

    def lines(self, depth: int) -> Iterator[str]:
        yield from lay_out([Token("raise"), *spaced(self.value.tokens())], depth)


class Return(Statement):
    """`return value`."""

    value: Python

    def lines(self, depth: int) -> Iterator[str]:
        yield from lay_out([Token("return"), *spaced(bare_or_parenthesised(self.value))], depth)


class For(Statement):
    """`for target in values:` with a body."""

    target: Python
    values: Python
    body: Block

    def lines(self, depth: int) -> Iterator[str]:
        target = spaced(optional(self.target.unparenthesised()))
        values = spaced(bare_or_parenthesised(self.values))
        header = [Token("for", Kind.FOR), *target, Token("in", Kind.IN, space=True), *values]
        yield from lay_out([*header, Token(":")], depth)
        yield from render(self.body, depth + 1)


class If(Statement):
    """`if test:` with a body, and `elif` or `else` with another."""

    test: Python
    body: Block
    other: Block = ()

    def lines(self, depth: int) -> Iterator[str]:
        yield from self.branch("if", depth)

    def branch(self, word: str, depth: int) -> Iterator[str]:
        """The statement as `if`, or as the `elif` of another."""
        test = spaced(parenthesised(self.test))
        yield from lay_out([Token(word), *test, Token(":")], depth)
        yield from render(self.body, depth + 1)
        if len(self.other) == 1 and isinstance(self.other[0], If):
            yield from self.other[0].branch("elif", depth)
        elif self.other:
            yield from lay_out([Token("else"), Token(":")], depth)
            yield from render(self.other, depth + 1)


def parenthesised(value: Python) -> Iterator[Token]:
    """A value in optional parentheses, unless it has its own."""
    if isinstance(value, Generator | Tuple):
        return value.tokens()
    return optional(value.bare())


def bare_or_parenthesised(value: Python) -> Iterator[Token]:
    """A value in optional parentheses, where a tuple has none of its own."""
    if isinstance(value, Tuple) and len(value.items) > 1:
        return optional(value.unparenthesised())
    return parenthesised(value)


def render(statements: Iterable[Statement], depth: int = 0) -> list[str]:
    """The lines of statements, indented by `depth` levels of four spaces.

    Functions and classes are separated by as many empty lines as in black's layout.
    """
    block = list(statements)
    lines: list[str] = []
    for index, statement in enumerate(block):
        if lines:
            lines += [""] * gap(block, index, depth)
        lines += statement.lines(depth)
    return lines


def gap(block: list[Statement], index: int, depth: int) -> int:
    """The number of empty lines before a statement."""
    before = block[index - 1]
    if block[index].is_blank:
        return 0
    earlier = (s for s in reversed(block[:index]) if not s.is_blank)
    ends = any(s.is_definition for s in islice(earlier, 1))
    starts = defines(block, index) and not before.is_comment
    if starts or ends:
        return 1 if depth else 2
    return int(before.is_blank)


def defines(block: list[Statement], index: int) -> bool:
    """Whether a function or class starts here, or a comment directly before one."""
    following = (s for s in block[index:] if not s.is_comment)
    return any(s.is_definition for s in islice(following, 1))


def names_in(tree: object) -> Iterator[str]:
    """The names and literals of a tree, as text, with dots."""
    if isinstance(tree, Atom):
        yield tree.text
    elif isinstance(tree, tuple):
        for item in tree:
            yield from names_in(item)
    elif is_dataclass(tree):
        for part in fields(tree):
            yield from names_in(getattr(tree, part.name))


def has_call(tree: object) -> bool:
    """Whether some part of a tree is a call."""
    if isinstance(tree, tuple):
        return any(map(has_call, tree))
    if isinstance(tree, Call) or not is_dataclass(tree):
        return isinstance(tree, Call)
    return any(has_call(getattr(tree, part.name)) for part in fields(tree))


def renamed(tree: T, names: Mapping[str, Python]) -> T:
    """A tree with other expressions in the place of some names."""
    if isinstance(tree, Atom):
        return names.get(tree.text, tree)  # type: ignore[return-value]
    if isinstance(tree, tuple):
        return tuple(renamed(item, names) for item in tree)  # type: ignore[return-value]
    if not isinstance(tree, Frozen):
        return tree
    parts = {part.name: renamed(getattr(tree, part.name), names) for part in fields(tree)}
    return replace(tree, **parts)
