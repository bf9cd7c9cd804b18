"""Expressions: names, calls, subscripts, tuples, lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archdsl.emit.python.tokens import DOT, Kind, Token, comma_separated, enclosed, spaced
from archdsl.frozen import Frozen

LOOSEST, CONDITION, OR, AND, NOT, COMPARISON, UNION, SUM, PRODUCT, SIGN, TIGHTEST = range(11)
"""Precedences of expressions, from the loosest to the tightest."""


class Python(Frozen):
    """Base class of expressions."""

    @property
    def precedence(self) -> int:
        return TIGHTEST

    def tokens(self) -> Iterator[Token]:
        """The tokens of the expression, with the parentheses that it always has."""
        raise NotImplementedError

    def bare(self) -> Iterator[Token]:
        """The tokens inside parentheses of the surroundings, which need no second pair."""
        return self.tokens()

    def unparenthesised(self) -> Iterator[Token]:
        """The tokens where a tuple of several items needs no parentheses."""
        return self.tokens()

    @property
    def is_simple(self) -> bool:
        """Whether black writes no spaces around the colon of a slice beside this expression."""
        return False

    def within(self, precedence: int) -> Iterator[Token]:
        """The tokens, in parentheses if the expression binds more loosely than `precedence`."""
        if self.precedence >= precedence:
            return self.tokens()
        return enclosed(self.bare(), encloses=True)

    def __str__(self) -> str:
        """The expression on one line."""
        return "".join(" " * token.space + token.text for token in self.tokens())


class Atom(Python):
    """A name, a dotted name, a number or a string, as literal text."""

    text: str

    @property
    def is_dotted(self) -> bool:
        """Whether the text consists of names with dots between them."""
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
    """A keyword argument, `name=value`."""

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
        return expression_list(self.arguments)


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
    """`value[index]`; a tuple as the index has no parentheses."""

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
        yield from expression_list(self.items)
        if len(self.items) == 1:
            yield Token(",")


class List(Python):
    """`[a, b]`."""

    items: tuple[Python, ...] = ()

    @property
    def is_simple(self) -> bool:
        return all(item.is_simple for item in self.items)

    def tokens(self) -> Iterator[Token]:
        return enclosed(expression_list(self.items), "[]", encloses=True)


class Entry(Python):
    """`key: value`, in a dictionary."""

    key: Python
    value: Python

    @property
    def precedence(self) -> int:
        return LOOSEST

    def tokens(self) -> Iterator[Token]:
        yield from self.key.within(CONDITION)
        yield Token(":")
        yield from spaced(self.value.within(CONDITION), True)


class Dict(Python):
    """`{key: value, ...}`."""

    entries: tuple[Entry, ...] = ()

    def tokens(self) -> Iterator[Token]:
        return enclosed(expression_list(self.entries), "{}", encloses=True)


def expression_list(items: Iterable[Python]) -> Iterator[Token]:
    """Expressions with commas between them."""
    return comma_separated(item.tokens() for item in items)
