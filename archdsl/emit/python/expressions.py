"""Expressions: names, calls, subscripts, tuples, lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archdsl.emit.python.tokens import DOT, Kind, Token, enclosed, parted, spaced
from archdsl.frozen import Frozen

LOOSEST, CONDITION, OR, AND, NOT, COMPARISON, UNION, SUM, PRODUCT, SIGN, TIGHTEST = range(11)
"""How tightly an expression binds, from the loosest on."""


class Python(Frozen):
    """Base of the expressions."""

    @property
    def precedence(self) -> int:
        return TIGHTEST

    def tokens(self) -> Iterator[Token]:
        raise NotImplementedError

    def bare(self) -> Iterator[Token]:
        """The tokens between parentheses that need no second pair within them."""
        return self.tokens()

    def unparenthesised(self) -> Iterator[Token]:
        """The tokens where a tuple of several items goes without its parentheses."""
        return self.tokens()

    @property
    def is_simple(self) -> bool:
        """Whether black lets a slice's colon stand without spaces beside it."""
        return False

    def within(self, precedence: int) -> Iterator[Token]:
        """The tokens, in parentheses where the expression binds less than its place asks."""
        if self.precedence >= precedence:
            return self.tokens()
        return enclosed(self.bare(), encloses=True)

    def __str__(self) -> str:
        """The expression on one line."""
        return "".join(" " * token.space + token.text for token in self.tokens())


class Atom(Python):
    """A name, a dotted name, a number or a string, as it is written."""

    text: str

    @property
    def is_dotted(self) -> bool:
        """Whether the text is names with dots between them."""
        return "." in self.text and all(map(str.isidentifier, self.text.split(".")))

    @property
    def is_simple(self) -> bool:
        return not self.is_dotted

    def tokens(self) -> Iterator[Token]:
        first, *rest = self.text.split(".") if self.is_dotted else [self.text]
        yield Token(first)
        for name in rest:
            yield Token(".")
            yield Token(name)


class Keyword(Python):
    """An argument with its name."""

    name: str
    value: Python

    @property
    def precedence(self) -> int:
        return LOOSEST

    def tokens(self) -> Iterator[Token]:
        yield Token(self.name)
        yield Token("=", Kind.EQUAL)
        yield from self.value.within(CONDITION)


class Star(Python):
    """`*value`, in a call, a list or a tuple."""

    value: Python

    @property
    def precedence(self) -> int:
        return LOOSEST

    def tokens(self) -> Iterator[Token]:
        yield Token("*")
        yield from self.value.within(SIGN)


class Call(Python):
    """`function(arguments)`."""

    function: Python
    arguments: tuple[Python, ...] = ()

    def tokens(self) -> Iterator[Token]:
        yield from self.function.within(TIGHTEST)
        yield from enclosed(self.inside())

    def inside(self) -> Iterator[Token]:
        if len(self.arguments) == 1:
            return self.arguments[0].bare()
        return listed(self.arguments)


class Attribute(Python):
    """`value.name`."""

    value: Python
    name: str

    def tokens(self) -> Iterator[Token]:
        after_bracket = False
        for token in self.value.within(TIGHTEST):
            after_bracket = token.kind is Kind.CLOSE
            yield token
        yield Token(".", priority=DOT if after_bracket else 0)
        yield Token(self.name)


class Subscript(Python):
    """`value[index]`, where a tuple as the index goes without parentheses."""

    value: Python
    index: Python

    def tokens(self) -> Iterator[Token]:
        yield from self.value.within(TIGHTEST)
        yield from enclosed(self.index.unparenthesised(), "[]", indexes=True)


class Slice(Python):
    """`lower:upper:step` in a subscript."""

    lower: Python | None = None
    upper: Python | None = None
    step: Python | None = None

    @property
    def precedence(self) -> int:
        return LOOSEST

    def tokens(self) -> Iterator[Token]:
        parts = [self.lower, self.upper] + [self.step] * (self.step is not None)
        loose = not all(part.is_simple for part in parts if part)
        for place, part in enumerate(parts):
            if place:
                yield Token(":", space=loose and parts[place - 1] is not None)
            if part:
                yield from spaced(part.within(CONDITION), loose and place > 0)


class Tuple(Python):
    """`(a, b)`."""

    items: tuple[Python, ...] = ()

    @property
    def is_simple(self) -> bool:
        return all(item.is_simple for item in self.items)

    def unparenthesised(self) -> Iterator[Token]:
        return self.inside() if len(self.items) > 1 else self.tokens()

    def tokens(self) -> Iterator[Token]:
        return enclosed(self.inside(), encloses=True)

    def inside(self) -> Iterator[Token]:
        yield from listed(self.items)
        if len(self.items) == 1:
            yield Token(",")


class List(Python):
    """`[a, b]`."""

    items: tuple[Python, ...] = ()

    @property
    def is_simple(self) -> bool:
        return all(item.is_simple for item in self.items)

    def tokens(self) -> Iterator[Token]:
        return enclosed(listed(self.items), "[]", encloses=True)


def listed(items: Iterable[Python]) -> Iterator[Token]:
    """Expressions with commas between them."""
    return parted(item.tokens() for item in items)
