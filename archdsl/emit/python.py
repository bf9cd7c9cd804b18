"""The Python that is emitted, as a tree: it prints itself in black's layout."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from archdsl.emit.layout import COMPREHENSION, DOT, INDENT, TERNARY, WIDTH, Kind, Token, lay_out

Value: TypeAlias = "int | float | bool | str | tuple[Value, ...] | None"

LOOSEST, CONDITION, OR, AND, NOT, COMPARISON, UNION, SUM, PRODUCT, SIGN, TIGHTEST = range(11)

OPERATORS = {
    "or": (OR, 14),
    "and": (AND, 14),
    "|": (UNION, 9),
    "+": (SUM, 5),
    "-": (SUM, 5),
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "is"), (COMPARISON, 10)),
    **dict.fromkeys(("*", "/", "//", "%", "@"), (PRODUCT, 4)),
}
"""How tightly an operator binds, and how willingly black breaks a line before it."""


class Python:
    """Base of the expressions."""

    @property
    def precedence(self) -> int:
        return TIGHTEST

    def tokens(self) -> Iterator[Token]:
        raise NotImplementedError

    def within(self, precedence: int) -> Iterator[Token]:
        """The tokens, in parentheses where the expression binds less than its place asks."""
        if self.precedence >= precedence:
            return self.tokens()
        return enclosed(bare(self), encloses=True)

    def __str__(self) -> str:
        """The expression on one line."""
        return "".join(" " * token.space + token.text for token in self.tokens())


@dataclass(frozen=True, slots=True)
class Atom(Python):
    """A name, a dotted name, a number or a string, as it is written."""

    text: str

    def tokens(self) -> Iterator[Token]:
        first, *rest = self.text.split(".") if is_dotted(self.text) else [self.text]
        yield Token(first)
        for name in rest:
            yield Token(".")
            yield Token(name)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Star(Python):
    """`*value`, in a call, a list or a tuple."""

    value: Python

    @property
    def precedence(self) -> int:
        return LOOSEST

    def tokens(self) -> Iterator[Token]:
        yield Token("*")
        yield from self.value.within(SIGN)


@dataclass(frozen=True, slots=True)
class Call(Python):
    """`function(arguments)`."""

    function: Python
    arguments: tuple[Python, ...] = ()

    def tokens(self) -> Iterator[Token]:
        yield from self.function.within(TIGHTEST)
        yield from enclosed(self.inside())

    def inside(self) -> Iterator[Token]:
        if len(self.arguments) == 1:
            return bare(self.arguments[0])
        return listed(self.arguments)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Subscript(Python):
    """`value[index]`, where a tuple as the index goes without parentheses."""

    value: Python
    index: Python

    def tokens(self) -> Iterator[Token]:
        yield from self.value.within(TIGHTEST)
        yield from enclosed(unparenthesised(self.index), "[]", indexes=True)


@dataclass(frozen=True, slots=True)
class Slice(Python):
    """`lower:upper` in a subscript."""

    lower: Python | None = None
    upper: Python | None = None

    @property
    def precedence(self) -> int:
        return LOOSEST

    def tokens(self) -> Iterator[Token]:
        ends = [end for end in (self.lower, self.upper) if end]
        loose = not all(map(is_simple, ends))
        if self.lower:
            yield from self.lower.within(CONDITION)
        yield Token(":", space=loose and self.lower is not None)
        if self.upper:
            yield from spaced(self.upper.within(CONDITION), loose)


@dataclass(frozen=True, slots=True)
class Tuple(Python):
    """`(a, b)`."""

    items: tuple[Python, ...] = ()

    def tokens(self) -> Iterator[Token]:
        return enclosed(self.inside(), encloses=True)

    def inside(self) -> Iterator[Token]:
        yield from listed(self.items)
        if len(self.items) == 1:
            yield Token(",")


@dataclass(frozen=True, slots=True)
class List(Python):
    """`[a, b]`."""

    items: tuple[Python, ...] = ()

    def tokens(self) -> Iterator[Token]:
        return enclosed(listed(self.items), "[]", encloses=True)


@dataclass(frozen=True, slots=True)
class Generator(Python):
    """`(element for target in values if condition)`; bare as the only argument of a call."""

    element: Python
    target: Python
    values: Python
    condition: Python | None = None

    def tokens(self) -> Iterator[Token]:
        return enclosed(self.inside(), encloses=True)

    def inside(self) -> Iterator[Token]:
        yield from self.element.within(CONDITION)
        yield Token("for", Kind.FOR, space=True, priority=COMPREHENSION)
        yield from spaced(unparenthesised(self.target))
        yield Token("in", Kind.IN, space=True)
        yield from spaced(self.values.within(OR))
        if self.condition:
            yield Token("if", space=True, priority=COMPREHENSION)
            yield from spaced(self.condition.within(OR))


@dataclass(frozen=True, slots=True)
class Comprehension(Python):
    """`[element for target in values if condition]`."""

    generator: Generator

    def tokens(self) -> Iterator[Token]:
        return enclosed(self.generator.inside(), "[]", encloses=True)


@dataclass(frozen=True, slots=True)
class Infix(Python):
    """`a + b + c`, read from the left."""

    operator: str
    operands: tuple[Python, ...]

    @property
    def precedence(self) -> int:
        return OPERATORS[self.operator][0]

    def tokens(self) -> Iterator[Token]:
        precedence, priority = OPERATORS[self.operator]
        first, *rest = self.operands
        yield from first.within(precedence + (precedence <= COMPARISON))
        for operand in rest:
            yield Token(self.operator, space=True, priority=priority)
            yield from spaced(operand.within(precedence + 1))


@dataclass(frozen=True, slots=True)
class Prefix(Python):
    """`-value`, or `not value`."""

    operator: str
    value: Python

    @property
    def precedence(self) -> int:
        return NOT if self.operator == "not" else SIGN

    def tokens(self) -> Iterator[Token]:
        yield Token(self.operator)
        yield from spaced(self.value.within(self.precedence), self.operator == "not")


@dataclass(frozen=True, slots=True)
class Conditional(Python):
    """`value if test else other`."""

    value: Python
    test: Python
    other: Python

    @property
    def precedence(self) -> int:
        return CONDITION

    def tokens(self) -> Iterator[Token]:
        return enclosed(self.inside(), "")

    def inside(self) -> Iterator[Token]:
        yield from self.value.within(OR)
        yield Token("if", space=True, priority=TERNARY)
        yield from spaced(self.test.within(OR))
        yield Token("else", space=True, priority=TERNARY)
        yield from spaced(self.other.within(OR))


def is_dotted(text: str) -> bool:
    """Whether a text is names with dots between them."""
    return "." in text and all(map(str.isidentifier, text.split(".")))


def is_simple(expression: Python) -> bool:
    """Whether black lets a slice's colon stand without spaces beside it."""
    if isinstance(expression, Tuple | List):
        return all(map(is_simple, expression.items))
    if isinstance(expression, Prefix):
        return expression.operator == "-" and is_simple(expression.value)
    return isinstance(expression, Atom) and not is_dotted(expression.text)


def enclosed(
    inside: Iterable[Token],
    brackets: str = "()",
    *,
    indexes: bool = False,
    encloses: bool = False,
    optional: bool = False,
) -> Iterator[Token]:
    """Tokens in brackets; in invisible parentheses for `brackets` that are empty."""
    opening = Token(brackets[:1], Kind.OPEN, encloses=encloses, optional=optional)
    yield opening
    yield from inside
    yield Token(brackets[1:], Kind.CLOSE, indexes=indexes, optional=optional, opening=opening)


def optional(inside: Iterable[Token]) -> Iterator[Token]:
    """Tokens in parentheses that black adds where it breaks the line between them."""
    return enclosed(inside, "", encloses=True, optional=True)


def spaced(tokens: Iterable[Token], space: bool = True) -> Iterator[Token]:
    """Tokens with a space before the first."""
    for token in tokens:
        token.space |= space
        space = False
        yield token


def parted(items: Iterable[Iterable[Token]]) -> Iterator[Token]:
    """Tokens with commas between the items."""
    for index, item in enumerate(items):
        if index:
            yield Token(",", Kind.COMMA)
        yield from spaced(item, index > 0)


def listed(items: Iterable[Python]) -> Iterator[Token]:
    """Expressions with commas between them."""
    return parted(item.tokens() for item in items)


def bare(expression: Python) -> Iterator[Token]:
    """What stands between parentheses that need no second pair within them."""
    if isinstance(expression, Conditional | Generator):
        return expression.inside()
    return expression.tokens()


def unparenthesised(expression: Python) -> Iterator[Token]:
    """An expression, a tuple of several items without its parentheses."""
    if isinstance(expression, Tuple) and len(expression.items) > 1:
        return expression.inside()
    return expression.tokens()


def literal(value: Value) -> Python:
    """A value as Python writes it; text never becomes code."""
    if isinstance(value, tuple):
        return Tuple(tuple(literal(item) for item in value))
    if isinstance(value, str):
        return Atom(quoted(value))
    text = repr(value).replace("e+", "e")
    if isinstance(value, float) and text.strip("-") in ("inf", "nan"):
        return Call(Atom("float"), (Atom(f'"{text}"'),))
    return Prefix("-", Atom(text[1:])) if text.startswith("-") else Atom(text)


def quoted(text: str) -> str:
    """A string literal in ASCII, in double quotes unless single ones spare backslashes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = text.encode("unicode_escape").decode("ascii")
    return quote + escaped.replace(quote, "\\" + quote) + quote


class Statement:
    """Base of the statements."""

    def lines(self, depth: int) -> Iterator[str]:
        """The lines of the statement, indented by `depth` levels."""
        raise NotImplementedError


Block: TypeAlias = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Expr(Statement):
    """An expression for its effect, such as a call."""

    value: Python

    def lines(self, depth: int) -> Iterator[str]:
        yield from lay_out(list(self.value.tokens()), depth)


@dataclass(frozen=True, slots=True)
class Assign(Statement):
    """`target = value`; a tuple as the target unpacks."""

    target: Python
    value: Python

    def lines(self, depth: int) -> Iterator[str]:
        unpacks = isinstance(self.target, Tuple)
        target = optional(unparenthesised(self.target)) if unpacks else self.target.tokens()
        value = wrapped(self.value) if unpacks else guarded(self.value)
        yield from lay_out([*target, Token("=", Kind.EQUAL, space=True), *spaced(value)], depth)


@dataclass(frozen=True, slots=True)
class Return(Statement):
    """`return value`."""

    value: Python

    def lines(self, depth: int) -> Iterator[str]:
        yield from lay_out([Token("return"), *spaced(wrapped(self.value))], depth)


@dataclass(frozen=True, slots=True)
class For(Statement):
    """`for target in values:` over a body."""

    target: Python
    values: Python
    body: Block

    def lines(self, depth: int) -> Iterator[str]:
        target = spaced(optional(unparenthesised(self.target)))
        values = spaced(wrapped(self.values))
        header = [Token("for", Kind.FOR), *target, Token("in", Kind.IN, space=True), *values]
        yield from lay_out([*header, Token(":")], depth)
        yield from render(self.body, depth + 1)


@dataclass(frozen=True, slots=True)
class If(Statement):
    """`if test:` over a body, and over what else to do."""

    test: Python
    body: Block
    other: Block = ()

    def lines(self, depth: int) -> Iterator[str]:
        yield from self.branch("if", depth)

    def branch(self, word: str, depth: int) -> Iterator[str]:
        """The statement as `if`, or as the `elif` of another."""
        test = spaced(guarded(self.test))
        yield from lay_out([Token(word), *test, Token(":")], depth)
        yield from render(self.body, depth + 1)
        if len(self.other) == 1 and isinstance(self.other[0], If):
            yield from self.other[0].branch("elif", depth)
        elif self.other:
            yield from lay_out([Token("else"), Token(":")], depth)
            yield from render(self.other, depth + 1)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Function(Statement):
    """`def name(parameters) -> returns:` over a body."""

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


@dataclass(frozen=True, slots=True)
class Class(Statement):
    """`class name(bases):` over a body."""

    name: str
    bases: tuple[Python, ...]
    body: Block

    def lines(self, depth: int) -> Iterator[str]:
        bases = enclosed(listed(self.bases)) if self.bases else ()
        header = [Token("class"), Token(self.name, space=True), *bases, Token(":")]
        yield from lay_out(header, depth)
        first, *rest = self.body
        described = isinstance(first, Docstring)
        yield from render((first, Blank(), *rest) if described else self.body, depth + 1)


@dataclass(frozen=True, slots=True)
class Comment(Statement):
    """A comment on lines of its own."""

    text: str

    def lines(self, depth: int) -> Iterator[str]:
        for line in self.text.splitlines():
            yield " " * INDENT * depth + f"# {printable(line)}".rstrip()


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Docstring(Statement):
    """The text that describes a class or a function."""

    text: str

    def lines(self, depth: int) -> Iterator[str]:
        margin = " " * INDENT * depth
        escaped = self.text.replace("\\", "\\\\").replace('""', '\\"\\"')
        first, *rest = map(printable, inspect.cleandoc(escaped).split("\n"))
        opening = margin + ('"""\\' if first.startswith('"') else '"""') + first
        if not rest:
            yield opening + (' """' if first.endswith('"') else '"""')
            return
        yield opening
        for line in rest:
            yield (margin + line).rstrip()
        yield margin + '"""'


@dataclass(frozen=True, slots=True)
class Blank(Statement):
    """An empty line between statements."""

    def lines(self, depth: int) -> Iterator[str]:
        return iter(())


def printable(line: str) -> str:
    """Text in which nothing ends a line or hides."""
    escaped = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
    return "".join(escaped).rstrip()


def guarded(value: Python) -> Iterator[Token]:
    """A value in optional parentheses, unless it brings its own."""
    if isinstance(value, Generator | Tuple):
        return value.tokens()
    return optional(bare(value))


def wrapped(value: Python) -> Iterator[Token]:
    """A value where a tuple goes without parentheses, in optional ones."""
    if isinstance(value, Tuple) and len(value.items) > 1:
        return optional(value.inside())
    return guarded(value)


def render(statements: Iterable[Statement], depth: int = 0) -> list[str]:
    """The lines of statements, indented by `depth` levels of four spaces.

    Functions and classes stand apart by as many empty lines as black wants.
    """
    block = list(statements)
    lines: list[str] = []
    for index, statement in enumerate(block):
        if lines:
            lines += [""] * gap(block, index, depth)
        lines += statement.lines(depth)
    return lines


def gap(block: list[Statement], index: int, depth: int) -> int:
    """How many empty lines go before a statement."""
    before = block[index - 1]
    if isinstance(block[index], Blank):
        return 0
    earlier = (s for s in reversed(block[:index]) if not isinstance(s, Blank))
    ends = isinstance(next(earlier, None), Function | Class)
    starts = defines(block, index) and not isinstance(before, Comment)
    if starts or ends:
        return 1 if depth else 2
    return int(isinstance(before, Blank))


def defines(block: list[Statement], index: int) -> bool:
    """Whether a function or class starts here, comments before it included."""
    following = (s for s in block[index:] if not isinstance(s, Comment))
    return isinstance(next(following, None), Function | Class)
