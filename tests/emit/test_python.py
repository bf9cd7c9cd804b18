"""`archdsl.emit.python`: text in black's layout, the meaning of its tree, and quoted literals."""

from __future__ import annotations

import ast
from textwrap import dedent
from typing import TypeAlias, TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from laws import law

from archdsl.emit import python as py
from archdsl.emit.python import Atom, Call, Keyword, Python, Statement, Value, literal, render

black = pytest.importorskip("black")

MODE = black.Mode(line_length=88)

T = TypeVar("T")


def text_of(*statements: Statement) -> str:
    return "\n".join(render(statements)) + "\n"


def formatted(text: str) -> str:
    return str(black.format_str(text, mode=MODE))


def call(function: str | Python, *arguments: Python, **keywords: Python) -> Call:
    named = tuple(Keyword(name, value) for name, value in keywords.items())
    return Call(Atom(function) if isinstance(function, str) else function, arguments + named)


# A second translation of our trees, to those of `ast`, which places parentheses by its own rules.

BINARY: dict[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "%": ast.Mod,
    "@": ast.MatMult,
    "|": ast.BitOr,
}
COMPARED: dict[str, type[ast.cmpop]] = {"==": ast.Eq, "<": ast.Lt, "in": ast.In, "is": ast.Is}
JOINED: dict[str, type[ast.boolop]] = {"and": ast.And, "or": ast.Or}


def meaning(node: Python) -> ast.expr:
    match node:
        case Atom(text):
            return ast.parse(text, mode="eval").body
        case Call(function, arguments):
            plain = [meaning(a) for a in arguments if not isinstance(a, Keyword)]
            named = [a for a in arguments if isinstance(a, Keyword)]
            return ast.Call(
                meaning(function), plain, [ast.keyword(a.name, meaning(a.value)) for a in named]
            )
        case py.Star(value):
            return ast.Starred(meaning(value))
        case py.Attribute(value, name):
            return ast.Attribute(meaning(value), name)
        case py.Subscript(value, index):
            return ast.Subscript(meaning(value), meaning(index))
        case py.Slice(lower, upper, step):
            return ast.Slice(optional(lower), optional(upper), optional(step))
        case py.Tuple(items):
            return ast.Tuple([meaning(item) for item in items])
        case py.List(items):
            return ast.List([meaning(item) for item in items])
        case py.Generator(element, target, values):
            clause = ast.comprehension(meaning(target), meaning(values), [], 0)
            return ast.GeneratorExp(meaning(element), [clause])
        case py.Conditional(value, test, other):
            return ast.IfExp(meaning(test), meaning(value), meaning(other))
        case py.Prefix(operator, value):
            return ast.UnaryOp(ast.Not() if operator == "not" else ast.USub(), meaning(value))
        case py.Infix(operator, operands):
            return chain(operator, [meaning(operand) for operand in operands])
    raise AssertionError(node)


def optional(node: Python | None) -> ast.expr | None:
    return meaning(node) if node else None


def chain(operator: str, operands: list[ast.expr]) -> ast.expr:
    if operator in JOINED:
        return ast.BoolOp(JOINED[operator](), operands)
    first, *rest = operands
    if operator in COMPARED:
        return ast.Compare(first, [COMPARED[operator]() for _ in rest], rest)
    for operand in rest:
        first = ast.BinOp(first, BINARY[operator](), operand)
    return first


def meanings(statements: tuple[Statement, ...]) -> list[ast.stmt]:
    silent = (py.Comment, py.Blank)
    return [statement_meaning(s) for s in statements if not isinstance(s, silent)]


def statement_meaning(statement: Statement) -> ast.stmt:
    match statement:
        case py.Expr(value):
            return ast.Expr(meaning(value))
        case py.Assign(target, value):
            return ast.Assign([meaning(target)], meaning(value))
        case py.Return(value):
            return ast.Return(meaning(value))
        case py.For(target, values, body):
            return ast.For(meaning(target), meaning(values), meanings(body), [])
        case py.If(test, body, other):
            return ast.If(meaning(test), meanings(body), meanings(other))
        case py.Class(name, bases, body):
            return ast.ClassDef(name, [meaning(b) for b in bases], [], meanings(body), [])
        case py.Function(name, parameters, returns, body):
            given = [ast.arg(p.name, optional(p.annotation)) for p in parameters]
            defaults = [meaning(p.default) for p in parameters if p.default]
            arguments = ast.arguments([], given, None, [], [], None, defaults)
            return ast.FunctionDef(name, arguments, meanings(body), [], optional(returns))
        case py.Docstring(text):
            return ast.Expr(ast.Constant(text))
    raise AssertionError(statement)


def means(statements: tuple[Statement, ...]) -> str:
    return ast.unparse(ast.fix_missing_locations(ast.Module(meanings(statements), [])))


# Random trees, with names long enough that lines reach the margin and exceed it.


class Trees:
    """Draws trees that could be emitted, and many that could not."""

    def __init__(self, draw: st.DrawFn, depth: int) -> None:
        self.draw = draw
        self.depth = depth
        self.longest = draw(st.sampled_from([4, 8, 12, 30]))

    def pick(self, *choices: T) -> T:
        # Hypothesis keeps strategies of integers; `sampled_from` would be made for each draw.
        return choices[self.draw(st.integers(0, len(choices) - 1))]

    def some(self, least: int, most: int) -> range:
        return range(self.draw(st.integers(least, most)))

    def rarely(self) -> bool:
        return self.draw(st.integers(0, 9)) == 9

    def name(self) -> str:
        length = self.draw(st.integers(1, self.longest))
        return (self.pick("a", "b", "c", "x") + "name_" * 6)[:length].rstrip("_")

    def dotted(self) -> Atom:
        return Atom(".".join(self.name() for _ in self.some(1, 3)))

    def word(self) -> Atom:
        return Atom(self.name())

    def words(self) -> Python:
        return self.word() if self.rarely() else py.Tuple(tuple(self.word() for _ in range(3)))

    def atom(self) -> Python:
        value: Value = self.pick(3, -24, 0.5, 1e-05, True, None, "same", (1, 2, 3), (7,))
        return literal(value) if self.pick(True, False) else self.dotted()

    def several(self, depth: int, least: int = 0) -> tuple[Python, ...]:
        return tuple(self.expression(depth) for _ in self.some(least, 4))

    def expression(self, depth: int) -> Python:
        if depth <= 0:
            return self.atom()
        kinds = (self.call,) * 4, (self.infix,) * 2, (self.atomic,) * 2, (self.compound,)
        return self.pick(*(kind for group in kinds for kind in group))(depth - 1)

    def atomic(self, depth: int) -> Python:
        return self.atom()

    def compound(self, depth: int) -> Python:
        kinds = (self.conditional, self.attribute, self.subscript, self.prefix)
        return self.pick(*kinds, self.row, self.listing, self.generator)(depth)

    def call(self, depth: int) -> Call:
        function = self.pick(self.simple_function, self.simple_function, self.method)(depth)
        if self.rarely():
            return Call(function, (self.generator(depth),))
        if self.rarely():
            return Call(function, (py.Star(self.pick(self.generator, self.listing)(depth)),))
        starred = (py.Star(self.expression(depth)),) if self.rarely() else ()
        names = {self.name(): self.expression(depth) for _ in self.some(0, 3)}
        named = tuple(Keyword(name, value) for name, value in names.items())
        return Call(function, self.several(depth) + starred + named)

    def simple_function(self, depth: int) -> Python:
        return self.dotted()

    def method(self, depth: int) -> Python:
        return self.attribute(depth)

    def primary(self, depth: int) -> Python:
        kinds = (self.simple_function, self.call, self.subscript, self.infix)
        return self.pick(*kinds)(depth - 1) if depth > 0 else self.dotted()

    def attribute(self, depth: int) -> Python:
        return py.Attribute(self.primary(depth), self.name())

    def subscript(self, depth: int) -> Python:
        indices = tuple(self.index(depth) for _ in self.some(1, 3))
        return py.Subscript(
            self.primary(depth), indices[0] if len(indices) == 1 else py.Tuple(indices)
        )

    def index(self, depth: int) -> Python:
        if self.pick(True, False):
            return self.expression(depth)
        bounds = None, self.word(), literal(-1), self.infix(0)
        return py.Slice(*(self.pick(*bounds) for _ in range(3)))

    def prefix(self, depth: int) -> Python:
        return py.Prefix(self.pick("-", "not"), self.primary(depth))

    def infix(self, depth: int) -> Python:
        operator = self.pick("+", "*", *BINARY, *JOINED, *COMPARED)
        return py.Infix(operator, self.several(depth, least=2))

    def conditional(self, depth: int) -> Python:
        return py.Conditional(*(self.expression(depth) for _ in range(3)))

    def row(self, depth: int) -> Python:
        return py.Tuple(self.several(depth, least=2))

    def listing(self, depth: int) -> Python:
        return py.List(self.several(depth))

    def generator(self, depth: int) -> py.Generator:
        return py.Generator(self.expression(depth), self.words(), self.call(depth))

    def target(self) -> Python:
        index = py.Subscript(self.dotted(), self.expression(1))
        return self.pick(self.dotted(), self.dotted(), index, self.words())

    def parameters(self) -> tuple[py.Parameter, ...]:
        vector = py.Subscript(Atom("tuple"), py.Tuple((Atom("int"),) * 3))
        either = py.Infix("|", (Atom("Tensor"), Atom("None")))
        kinds = [self.pick(None, Atom("int"), vector, either) for _ in self.some(0, 5)]
        first = self.draw(st.integers(0, len(kinds)))
        return py.Parameter("self"), *(
            py.Parameter(f"{self.name()}{i}", kind, self.expression(1) if i >= first else None)
            for i, kind in enumerate(kinds)
        )

    def statement(self) -> Statement:
        value = self.expression(self.draw(st.integers(1, self.depth)))
        plain = (
            py.Assign(self.target(), value),
            py.Return(value),
            py.Expr(self.call(self.depth - 1)),
        )
        return self.pick(*plain)

    def block(self) -> tuple[Statement, ...]:
        block: list[Statement] = []
        for _ in self.some(1, 2):
            if self.rarely():
                block.append(self.pick(py.Comment("Why so.\nAnd more."), py.Blank()))
            block.append(self.statement())
        return tuple(block)

    def loop(self) -> Statement:
        if self.pick(True, False):
            return py.For(self.words(), self.expression(self.depth), self.block())
        return py.If(
            self.expression(self.depth), self.block(), self.block() if self.rarely() else ()
        )

    def function(self) -> Statement:
        returns = self.pick(None, Atom("None"), py.Subscript(Atom("tuple"), self.words()))
        body = *self.block(), self.loop(), *self.block()
        return py.Function(self.name(), self.parameters(), returns, body)

    def module(self) -> tuple[Statement, ...]:
        described = (py.Docstring("What it is."),) if self.pick(True, False) else ()
        methods = tuple(self.function() for _ in self.some(1, 2))
        class_ = py.Class(self.name(), (Atom("nn.Module"),), (*described, *methods))
        between = self.pick(py.Comment("Next."), py.Blank())
        return self.statement(), class_, between, self.function(), between, self.statement()


@st.composite
def single_statements(draw: st.DrawFn) -> tuple[Statement, ...]:
    return (Trees(draw, depth=4).statement(),)


@st.composite
def modules(draw: st.DrawFn) -> tuple[Statement, ...]:
    return Trees(draw, depth=2).module()


Block: TypeAlias = tuple[Statement, ...]


@law(single_statements(), few=50, many=1000)
def test_a_statement_is_as_black_lays_it_out(block: Block) -> None:
    text = text_of(*block)
    assert formatted(text) == text
    assert ast.unparse(ast.parse(text)) == means(block)


@law(modules(), few=10, many=200)
def test_a_module_is_as_black_lays_it_out(block: Block) -> None:
    text = text_of(*block)
    assert formatted(text) == text
    assert ast.unparse(ast.parse(text)) == means(block)


hostile = st.text() | st.text(st.sampled_from("\"'\\\n\r\t\x00\x0c\x85\u2028\u3000\ud800é😀#{a"))
scalars = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
values = st.recursive(scalars | st.none() | hostile, lambda v: st.lists(v, max_size=4).map(tuple))


@given(values)
@example('"""')
@example("it's")
@example("\\'\"")
@example('"); import os; ("')
def test_a_literal_evaluates_to_its_value(value: Value) -> None:
    text = text_of(py.Assign(Atom("x"), literal(value)))
    assert text.isascii()
    assert ast.literal_eval(text.removeprefix("x = ")) == value
    assert formatted(text) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-1, "-1"),
        (1e-05, "1e-05"),
        (float("-inf"), 'float("-inf")'),
        (((1, 2), (3,)), "((1, 2), (3,))"),
        ("same", '"same"'),
        ('a "b"', "'a \"b\"'"),
    ],
)
def test_literals(value: Value, text: str) -> None:
    assert str(literal(value)) == text


@given(hostile)
@example('"quoted"')
@example("ends in \\")
@example('"""')
@example("one\n\n    two\n  three")
@example("\n0\n\t0")
def test_text_stays_in_docstrings_and_comments(text: str) -> None:
    body = (py.Docstring(text), py.Comment(text), py.Return(Atom("x")))
    code = text_of(py.Function("f", (), None, body))
    assert formatted(code) == code
    (function,) = ast.parse(code).body
    assert isinstance(function, ast.FunctionDef)
    described, returned = function.body
    assert isinstance(returned, ast.Return)
    assert isinstance(described, ast.Expr)
    assert isinstance(described.value, ast.Constant)
    assert "".join(str(described.value.value).split()) == "".join(text.split())


# Examples to read.


def test_a_block_with_its_layers() -> None:
    x, channels, inner = Atom("x"), Atom("channels"), Atom("inner")
    vector = py.Subscript(Atom("tuple"), py.Tuple((Atom("int"),) * 3))
    convolution = call(
        "nn.Conv3d",
        inner,
        inner,
        kernel_size=Atom("kernel"),
        padding=call(
            "tuple",
            py.Generator(py.Infix("//", (Atom("k"), literal(2))), Atom("k"), Atom("kernel")),
        ),
        bias=literal(False),
    )
    shortcut = py.Conditional(
        call("nn.Conv3d", channels, inner, literal(1), bias=literal(False)),
        py.Infix("!=", (channels, inner)),
        call("nn.Identity"),
    )
    class_ = py.Class(
        "Bottleneck",
        (Atom("nn.Module"),),
        (
            py.Docstring("Reduce, convolve, expand.\n\nAs in the paper."),
            py.Function(
                "__init__",
                (
                    py.Parameter("self"),
                    py.Parameter("channels", Atom("int")),
                    py.Parameter("inner", Atom("int")),
                    py.Parameter("kernel", vector, literal((3, 3, 3))),
                ),
                Atom("None"),
                (
                    py.Expr(Call(py.Attribute(call("super"), "__init__"))),
                    py.Assign(Atom("self.conv"), convolution),
                    py.Blank(),
                    py.Comment("Only where the widths differ."),
                    py.Assign(Atom("self.shortcut"), shortcut),
                ),
            ),
            py.Function(
                "forward",
                (py.Parameter("self"), py.Parameter("x", Atom("Tensor"))),
                Atom("Tensor"),
                (
                    py.For(Atom("block"), Atom("self.blocks"), (py.Assign(x, call("block", x)),)),
                    py.Assign(
                        py.Tuple((Atom("b"), Atom("c"))),
                        py.Subscript(Atom("x.shape"), py.Slice(None, literal(2))),
                    ),
                    py.Return(py.Infix("+", (call("self.conv", x), call("self.shortcut", x)))),
                ),
            ),
        ),
    )
    assert text_of(class_) == dedent(
        '''\
        class Bottleneck(nn.Module):
            """Reduce, convolve, expand.

            As in the paper.
            """

            def __init__(
                self, channels: int, inner: int, kernel: tuple[int, int, int] = (3, 3, 3)
            ) -> None:
                super().__init__()
                self.conv = nn.Conv3d(
                    inner,
                    inner,
                    kernel_size=kernel,
                    padding=tuple(k // 2 for k in kernel),
                    bias=False,
                )

                # Only where the widths differ.
                self.shortcut = (
                    nn.Conv3d(channels, inner, 1, bias=False)
                    if channels != inner
                    else nn.Identity()
                )

            def forward(self, x: Tensor) -> Tensor:
                for block in self.blocks:
                    x = block(x)
                b, c = x.shape[:2]
                return self.conv(x) + self.shortcut(x)
        '''
    )


def test_long_calls_have_one_argument_on_each_line() -> None:
    blocks = [
        call("MBConv", literal(i), literal(24), expand=literal(6), stride=literal((1, 2, 2)))
        for i in range(3)
    ]
    assert text_of(py.Assign(Atom("self.stage"), call("nn.Sequential", *blocks))) == dedent(
        """\
        self.stage = nn.Sequential(
            MBConv(0, 24, expand=6, stride=(1, 2, 2)),
            MBConv(1, 24, expand=6, stride=(1, 2, 2)),
            MBConv(2, 24, expand=6, stride=(1, 2, 2)),
        )
        """
    )


def test_repeated_blocks_are_a_generator() -> None:
    block = call(
        "MBConv", Atom("width"), Atom("width"), expand=py.Subscript(Atom("rates"), Atom("i"))
    )
    blocks = py.Star(py.Generator(block, Atom("i"), call("range", literal(1), literal(6))))
    first = call("MBConv", Atom("in_channels"), Atom("width"), stride=literal(2))
    assert text_of(py.Return(call("nn.Sequential", blocks))) == (
        "return nn.Sequential(*(MBConv(width, width, expand=rates[i]) for i in range(1, 6)))\n"
    )
    assert text_of(py.Return(call("nn.Sequential", first, blocks))) == dedent(
        """\
        return nn.Sequential(
            MBConv(in_channels, width, stride=2),
            *(MBConv(width, width, expand=rates[i]) for i in range(1, 6)),
        )
        """
    )


def test_a_remark_is_at_the_end_of_a_line_or_above_it() -> None:
    short = py.TrailingComment(py.Return(Atom("x")), "as is")
    long = py.TrailingComment(py.Return(Atom("x" * 70)), "as is, and longer")
    chosen = py.If(Atom("a"), (short,), (py.If(Atom("b"), (long,), (short,)),))
    assert text_of(chosen) == dedent(
        f"""\
        if a:
            return x  # as is
        elif b:
            # as is, and longer
            return {"x" * 70}
        else:
            return x  # as is
        """
    )
