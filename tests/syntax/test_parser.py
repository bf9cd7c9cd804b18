"""Every construct of the language, and every syntax mistake with the words it points to."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from archdsl.diagnostics import CompileError, Diagnostic
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.parser import parse, parse_argument
from tests.steps import grows_in_proportion

_SPAN = Span(Source("nowhere", ""), 0, 0)


def parsed(text: str) -> tree.File:
    return parse(Source("t.arch", text))


def definition(text: str) -> tree.Definition:
    (only,) = parsed(text).definitions
    return only


def statement(text: str) -> tree.Statement:
    block = definition(f"block b() {{\n  {text}\n}}")
    assert isinstance(block, tree.Block)
    (only,) = block.body
    return only


def expression(text: str) -> tree.Expression:
    assigned = statement(f"y = {text}")
    assert isinstance(assigned, tree.Assign)
    return assigned.value


def name(text: str) -> tree.Name:
    return tree.Name(text, span=_SPAN)


def number(text: str, value: int | Fraction | None = None) -> tree.Number:
    return tree.Number(text, int(text) if value is None else value, span=_SPAN)


def binary(left: tree.Expression, operator: str, right: tree.Expression) -> tree.Binary:
    return tree.Binary(operator, left, right, span=_SPAN)


def call(function: str, *values: tree.Expression, **named: tree.Expression) -> tree.Call:
    arguments = [tree.Argument(None, value, span=_SPAN) for value in values]
    arguments += [tree.Argument(key, value, span=_SPAN) for key, value in named.items()]
    return tree.Call(name(function), tuple(arguments), span=_SPAN)


A, B, C = name("a"), name("b"), name("c")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("2.25", Fraction(9, 4)),
        ("1e-4", Fraction(1, 10000)),
        ("3.8M", 3_800_000),
        ("2k", 2000),
        ("1.5G", 1_500_000_000),
    ],
)
def test_a_number_is_exact(text: str, value: int | Fraction) -> None:
    assert expression(text) == number(text, value)


@pytest.mark.parametrize(
    ("text", "tree_"),
    [
        ("true", tree.Constant(True, span=_SPAN)),
        ("none", tree.Constant(None, span=_SPAN)),
        ("a.b", tree.Attribute(A, "b", span=_SPAN)),
        ("in.b", tree.Attribute(name("in"), "b", span=_SPAN)),
        ("a[b]", tree.Index(A, B, span=_SPAN)),
        ("(a)", A),
        ("(a,)", tree.Tuple((A,), span=_SPAN)),
        ("(a, b)", tree.Tuple((A, B), span=_SPAN)),
        ("-a", tree.Unary("-", A, span=_SPAN)),
        ("not a", tree.Unary("not", A, span=_SPAN)),
        ("a + b * c", binary(A, "+", binary(B, "*", C))),
        ("(a + b) * c", binary(binary(A, "+", B), "*", C)),
        ("a - b - c", binary(binary(A, "-", B), "-", C)),
        ("a or b and c", binary(A, "or", binary(B, "and", C))),
        ("a // b <= c", binary(binary(A, "//", B), "<=", C)),
        ("a if b else c", tree.Conditional(A, B, C, span=_SPAN)),
        ("a -> b", tree.Chain(A, (B,), span=_SPAN)),
        ("a\n  -> b\n\n  -> c", tree.Chain(A, (B, C), span=_SPAN)),
        ("b(a, c = b)", call("b", A, c=B)),
        ("b(\n  a, # first\n  c = b,\n)", call("b", A, c=B)),
    ],
)
def test_an_expression(text: str, tree_: tree.Expression) -> None:
    assert expression(text) == tree_


@pytest.mark.parametrize(
    "text", ["3 x a x 8^2", "3 x a x8^2", "3 \u00d7 a\u00d78^2", "3 x a x (8^2)"]
)
def test_a_shape(text: str) -> None:
    repeat = tree.Repeat(number("8"), number("2"), span=_SPAN)
    assert expression(text) == tree.Shape((number("3"), A, repeat), span=_SPAN)


def test_x_is_a_name_where_no_dimension_can_be() -> None:
    x = name("x")
    assert expression("x x x") == tree.Shape((x, x), span=_SPAN)
    assert statement("for x in x {}") == tree.For(("x",), x, (), span=_SPAN)
    assert expression("f(x, x13)") == call("f", x, name("x13"))


def test_statements() -> None:
    assert statement("input v: 3 x a") == tree.Input("v", expression("3 x a"), span=_SPAN)
    assert statement("init conv: he(a)") == tree.Initialise("conv", call("he", A), span=_SPAN)
    assert statement("y, z = a") == tree.Assign(("y", "z"), A, span=_SPAN)
    assert statement("head(a)") == tree.Apply(call("head", A), span=_SPAN)
    assert statement("return a, b") == tree.Return((A, B), span=_SPAN)
    assert statement("for i, j in a { b }") == tree.For(
        ("i", "j"), A, (tree.Apply(B, span=_SPAN),), span=_SPAN
    )


def test_else_if_is_an_if_in_the_other_branch() -> None:
    chained = statement("if a { b } else if b { c } else { a }")
    assert chained == statement("if a { b } else { if b { c } \n else { a } }")


def test_a_table() -> None:
    table = statement("table (a = b) {\n | block | c |\n |---|:--|\n | - | 3 |\n | b | |\n }")
    dash = tree.Dash(span=_SPAN)
    assert table == tree.Table(
        (tree.Argument("a", B, span=_SPAN),),
        (name("block"), C),
        (
            tree.Rule(span=_SPAN),
            tree.Row((dash, number("3")), span=_SPAN),
            tree.Row((B, dash), span=_SPAN),
        ),
        span=_SPAN,
    )


def test_definitions() -> None:
    assert definition("use a.b") == tree.Use("a.b", span=_SPAN)
    assert definition("network n = a(b)") == tree.Derived(
        "network", "n", call("a", B), (), None, span=_SPAN
    )
    block = definition("block b(x: int | none = a, k = 3,) {}")
    assert isinstance(block, tree.Block)
    assert block.parameters == (
        tree.Parameter("x", ("int", "none"), A, span=_SPAN),
        tree.Parameter("k", (), number("3"), span=_SPAN),
    )


def test_a_claim() -> None:
    claim = definition('claim a { params 3M; disputed macs 2G "so \\"it\\" says"\n note "n" }')
    assert isinstance(claim, tree.Claim)
    params, macs = number("3M", 3_000_000), number("2G", 2_000_000_000)
    assert claim.items == (
        tree.Figure("params", params, None, False, None, span=_SPAN),
        tree.Figure("macs", macs, None, True, 'so "it" says', span=_SPAN),
        tree.Remark("n", span=_SPAN),
    )


def test_docstrings() -> None:
    file = parsed('"""File."""\n"""\n  Block.\n    More.\n"""\nblock b() {}\n')
    (block,) = file.definitions
    assert isinstance(block, tree.Block)
    assert (file.doc, block.doc) == ("File.", "Block.\n  More.")


def test_a_doc_with_an_empty_line_after_it_is_that_of_the_file() -> None:
    file = parsed('"""File."""\n# a remark\n\nblock b() {}\n')
    assert (file.doc, getattr(file.definitions[0], "doc", "")) == ("File.", None)
    file = parsed('"""Block."""\n# a remark\nblock b() {}\n')
    assert (file.doc, getattr(file.definitions[0], "doc", "")) == (None, "Block.")
    # A network is what its file is about.
    file = parsed('"""Network."""\n\nnetwork n() {}\n')
    assert (file.doc, getattr(file.definitions[0], "doc", "")) == (None, "Network.")
    file = parsed('"""Two."""\n\nblock a() {}\n"""B."""\n\nblock b() {}\n')
    assert (file.doc, getattr(file.definitions[1], "doc", "")) == ("Two.", "B.")


def test_a_span_covers_the_words_of_its_node() -> None:
    assert expression("(a + b) * c").span.text == "(a + b) * c"
    assert statement("input v: 3 x a").span.text == "input v: 3 x a"


@pytest.mark.parametrize(
    "text", ["\ufeffuse a\r\nuse b\r\n", "\tuse a;use b ;;", "use a\f\n\n\nuse b"]
)
def test_ends_of_lines_and_blanks(text: str) -> None:
    first, second = parsed(text).definitions
    assert (first, second) == (tree.Use("a", span=_SPAN), tree.Use("b", span=_SPAN))


def test_an_argument_by_itself() -> None:
    argument = parse_argument(Source("--set", "kernel = (3, 3)"))
    assert argument == tree.Argument("kernel", expression("(3, 3)"), span=_SPAN)
    with pytest.raises(CompileError, match="unexpected `=`"):
        parse_argument(Source("--set", "a = b = c"))


def mistakes(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(CompileError) as refused:
        parsed(text)
    return refused.value.diagnostics


def only_mistake(text: str) -> tuple[str, str, str]:
    (mistake,) = mistakes(text)
    label = mistake.labels[0]
    return mistake.message, label.span.text, label.text or mistake.help or ""


_END = "before the end of the line"
_CHAIN = "to break a chain, begin the next line with `->`"
_WORD = "is a keyword, and cannot be a name"


@pytest.mark.parametrize(
    ("line", "message", "words", "more"),
    [
        ("y = f(a, b", "this `(` is never closed", "(", ""),
        ("y = f(\n    a,\n    b", "this `(` is never closed", "(", ""),
        ("y = f(a]", "`]` cannot close `(`", "]", "expected `)`"),
        ("y = f(a))", "this `)` closes nothing", ")", ""),
        ("if a {\n    y = b", "this `{` is never closed", "{", ""),
        ("if a\n    y = b\n  }", f"expected `{{` {_END}", "", ""),
        ("y = x ->", f"expected a name {_END}", "", _CHAIN),
        ("y = x -> 3", "unexpected `3`", "3", "expected a name"),
        ("if a = b { y = 3 }", "unexpected `=`", "=", "expected `{`"),
        ("f(a) = 3", "unexpected `=`", "=", "expected the end of the line"),
        ("y = f(a,, b)", "unexpected `,`", ",", "expected a value or `)`"),
        ("y = 3,", "unexpected `,`", ",", "expected the end of the line"),
        ("return a,", "a comma must stand between two values", ",", "leave it out"),
        ("y = a b", "unexpected `b`", "b", "expected the end of the line"),
        ("y = a if b", f"expected `else` {_END}", "", ""),
        ("y = 2^n", "unexpected `n`", "n", "expected a number"),
        ("if = 3", f"`if` {_WORD}", "if", ""),
        ("input table: 3", f"`table` {_WORD}", "table", ""),
        ("y = f(note)", f"`note` {_WORD}", "note", ""),
        ("retrun y", "no statement begins with `retrun`", "retrun", "did you mean `return`?"),
        (
            "tabel {\n | a |\n | 1 |\n }",
            "no statement begins with `tabel`",
            "tabel",
            "did you mean `table`?",
        ),
        ("else { y = 3 }", "this `else` has no `if`", "else", "expected a statement or `}`"),
        ("use a", "`use` is not allowed here", "use", "expected a statement or `}`"),
        ("y = .5", "a number must begin with a digit", ".5", "write `0.5`"),
        ("y = f(5., 3)", "a number must end with a digit", "5.", "write `5.0` or `5`"),
        (
            "y = a @ b",
            "`@` is not part of the language",
            "@",
            "write `matmul(x, y)`; there are no decorators",
        ),
        ("y = a → b", "`→` is not part of the language", "→", "did you mean `->`?"),
        (
            "y = a\u00a0+ b",
            "character U+00A0 is not part of the language",
            "",
            "write a plain blank",
        ),
        ('y = "abc', "this text has no closing quote", '"abc', ""),
        ('y = "abc"', 'unexpected `"abc"`', '"abc"', "expected a value"),
        ("table {\n | a | b\n | 1 | 2 |\n }", f"expected `|` {_END}", "", ""),
        ("table {\n | a |\n | 1 \n | 2 |\n }", f"expected `|` {_END}", "", ""),
        ("table {\n | a |\n }", "this table has no rows", "}", "expected a row"),
        ("y = " + "1" * 31, "this number has more than 30 digits", "1" * 31, ""),
        ("y = 1e31", "this number has more than 30 digits", "1e31", ""),
    ],
)
def test_a_mistake_in_a_line(line: str, message: str, words: str, more: str) -> None:
    text = f"block b(x) {{\n  {line}\n  z = 3\n}}\nblock c(x) {{ return x }}\n"
    assert only_mistake(text) == (message, words.strip(), more)


@pytest.mark.parametrize(
    ("text", "message", "words", "more"),
    [
        (
            "netwrok f(x) {\n  y = x\n}",
            "no definition begins with `netwrok`",
            "netwrok",
            "did you mean `network`?",
        ),
        ("block f(x)\n  y = x\n  return y\n}", f"expected `{{` {_END}", "", ""),
        ("block f(x) {\n  y = x\nblock g(x) {}", "this `{` is never closed", "{", ""),
        ("block for(x) {}", f"`for` {_WORD}", "for", ""),
        ("block f(x, 3) {}", "unexpected `3`", "3", "expected a name or `)`"),
        ("network n =", "expected a name before the end of the file", "", ""),
        ("use a.", "expected a name before the end of the file", "", ""),
        ("}", "this `}` closes nothing", "}", ""),
        ('"""doc', "this doc string is never closed", '"""', ""),
        ('claim a { note "\\q" }', "unknown escape `\\q`", "\\q", ""),
        ("claim a { params }", "expected a value before `}`", "", ""),
        (
            "claim a { disptued macs 3 }",
            "no statement begins with `disptued`",
            "disptued",
            "did you mean `disputed`?",
        ),
        ("use a\0", "character U+0000 is not allowed in a spec", "\0", ""),
        ("use a\ruse b", "character U+000D is not allowed in a spec", "\r", ""),
        ("# \x07", "character U+0007 is not allowed in a spec", "\x07", ""),
    ],
)
def test_a_mistake_in_a_file(text: str, message: str, words: str, more: str) -> None:
    found, span, told = only_mistake(text)
    assert (found, span) == (message, words)
    assert more in ("", told)


def test_an_unclosed_bracket_names_the_place_where_it_should_be() -> None:
    (mistake,) = mistakes("block b(x) {\n  y = f(a,\n    b\n  z = 3\n}\n")
    opened, closed = mistake.labels
    assert str(opened.span) == "t.arch:2:8"
    assert (str(closed.span), closed.text) == ("t.arch:3:6", "expected `)`")


def test_indentation_shows_which_brace_is_not_closed() -> None:
    (mistake,) = mistakes("block b(x) {\n  if a {\n    y = 3\n  return y\n}\nuse a")
    assert str(mistake.labels[0].span) == "t.arch:2:8"


def test_all_mistakes_of_a_file_are_reported_in_order() -> None:
    text = """block a(x) {
  y = )
  if a b { z = , }
  return relu(y
}
netwrok n(x) {
  y = @
  retrun y
}
claim n {
  params
  macs 3G
  note 3
}
block t(x) {
  table {
    | a | b
    | 1 | 2 |
    | 3 4 | - |
  }
}
"""
    lines = [mistake.labels[0].span.line for mistake in mistakes(text)]
    assert lines == [2, 3, 3, 4, 6, 7, 8, 11, 13, 17, 19]


def test_reporting_stops_after_fifty_mistakes() -> None:
    told = mistakes("block b(x) {\n" + "  y = ,\n" * 1000 + "}")
    assert sum(mistake.is_error for mistake in told) <= 51


_TOO_MUCH: list[tuple[Callable[[int], str], str]] = [
    (lambda n: "(" * n, "nested more than 100 levels deep"),
    (lambda n: "-" * n, "nested more than 100 levels deep"),
    (lambda n: "not " * n + "a", "nested more than 100 levels deep"),
    (lambda n: "a[" * n, "nested more than 100 levels deep"),
    (lambda n: "a + " * n + "a", "nested more than 100 levels deep"),
    (lambda n: "a if b else " * n + "a", "nested more than 100 levels deep"),
    (lambda n: "1" * n, "this number has more than 30 digits"),
    (lambda n: "1e" + "9" * n, "this number has more than 30 digits"),
    (lambda n: "1e+" + "0" * n + "999999999", "this number has more than 30 digits"),
]


@pytest.mark.parametrize(("inside", "message"), _TOO_MUCH)
def test_hostile_texts_are_refused_soon(inside: Callable[[int], str], message: str) -> None:
    def error_for(size: int) -> str:
        (mistake,) = mistakes(f"block b(x) {{ y = {inside(size)} }}")
        return mistake.message

    assert error_for(20_000) == message
    assert grows_in_proportion(error_for, 1_000)


def test_parsing_is_linear_in_the_length() -> None:
    line = "  y = y -> conv(64, kernel = 3) -> relu\n"

    def parsed(lines: int) -> tree.Block:
        block = definition("block b(x) {\n" + line * lines + "}\n")
        assert isinstance(block, tree.Block)
        return block

    assert len(parsed(2_000).body) == 2_000
    assert grows_in_proportion(parsed, 200)
