"""Every mistake that a spec can contain: its message, its help, and the words it points to."""

from __future__ import annotations

import pytest

from tests.build.harness import mistakes, mistakes_in, warnings_in
from tests.mistakes import check

BLOCK = """block b(x, channels, stride = 1, se = false) {
  if se { x = x -> sigmoid }
  return x -> conv(channels, 3, stride)
}
"""
WORDS = """block w(x, m: always | never = always, n: int = 2) {
  if m == always { x = x -> relu }
  return x -> conv(n)
}
"""


@pytest.mark.parametrize(
    ("body", "code", "words", "message", "help"),
    [
        ("conv(chanels)", "name", "chanels", "`chanels` is not defined", "`channels`?"),
        ("ReLU", "name", "ReLU", "`ReLU` is not defined", "did you mean `relu`?"),
        (
            "y = concat(parameter((1, 8, 8)), x)\n return y",
            "shape",
            "parameter((1, 8, 8))",
            "but this is one for all samples",
            "`x -> parameter(...)`",
        ),
        ("cnv(8)", "name", "cnv", "`cnv` is not defined", "did you mean `conv`?"),
        ("conv(8, kernal = 3)", "argument", "kernal = 3", "no parameter `kernal`", "`kernel`?"),
        ("b(8, strid = 2)", "argument", "strid = 2", "`b` has no parameter `strid`", "`stride`?"),
        ("conv(x.chanels)", "value", "x.chanels", "8 x 8^2 has no `chanels`", "`channels`?"),
        ("conv(x.frames)", "value", "x.frames", "has no `frames`", "it has channels, height"),
        ("conv(size.rank)", "value", "size", "only a tensor has sizes", None),
        ("conv(true)", "argument", "true", "`channels` of `conv` must be an integer", None),
        ("conv(8, bias = 1)", "argument", "bias = 1", "`bias` of `conv` must be `true` or", None),
        ("conv(8 * 0.3)", "argument", "8 * 0.3", "this is the number 2.4", "`ceil(8 * 0.3)`"),
        ("conv(0)", "argument", "0", "of at least 1, but this is the number 0", None),
        ("conv(-8)", "argument", "-8", "this is the number -8", None),
        ("conv(8, 11, padding = 0)", "shape", "11", "but this spans 11", None),
        (
            "conv(9, groups = 3)",
            "shape",
            "groups = 3",
            "multiple of `groups` (3), but these are 8",
            None,
        ),
        ("conv(8, channels = 9)", "argument", "channels = 9", "`channels` is given twice", None),
        ("relu(x, x)", "argument", "x", "`relu` takes 1 tensor, but this call has 3", None),
        (
            "y = matmul(x)\n return y",
            "argument",
            "matmul(x)",
            "takes 2 tensors, but this call has 1",
            None,
        ),
        (
            "y = conv(8)\n return y",
            "argument",
            "conv(8)",
            "1 tensor, but this call has none",
            "`x -> conv(8)`",
        ),
        (
            "conv -> relu",
            "argument",
            "relu",
            "this is the block `conv`",
            "pass a tensor through it",
        ),
        ("conv(channels = 8, 3)", "argument", "3", "must have a name", None),
        ("size(3)", "call", "size", "this is the number 8", None),
        ("y = x -> size\n return y", "call", "size", "this is the number 8", None),
        (
            "a, b = x -> chunk(3)",
            "value",
            "a, b = x -> chunk(3)",
            "here are 2 names, but the right side is 3 values",
            None,
        ),
        (
            "a, b = x",
            "value",
            "a, b = x",
            "2 names, but the right side is a tensor (8 x 8^2)",
            None,
        ),
        ("if size { relu }", "value", "size", "this is the number 8", "`size != 0`"),
        ("for i in size { relu }", "value", "size", "a loop takes a tuple", "`range(size)`"),
        ("conv((1, 2)[2])", "value", "2", "a tuple of 2 has no entry 2", None),
        ("conv(x[0])", "value", "x", "only a tuple has entries", None),
        ("conv(8 / 0)", "value", "8 / 0", "`/` divides by 0", None),
        ("conv(1e18 * 1e18)", "value", "1e18 * 1e18", "must be at most 2^63", None),
        ("conv(size^2)", "value", "size^2", "`^` can only be written in a shape", "`a * a`"),
        (
            "conv(ceil(1, 2))",
            "argument",
            "ceil(1, 2)",
            "`ceil` takes 1 argument, but this call has 2",
            None,
        ),
        ("conv(ceil(x))", "value", "ceil(x)", "must be a number, but this is a tensor", None),
        ("conv(ceil(a = 2))", "argument", "a = 2", "without names", None),
        ("if x < x { relu }", "value", "x < x", "a condition must be", "choose by elements"),
        ("y = x + true", "value", "true", "a tensor or a number here, but this is `true`", None),
        ("z = y -> relu\n y = x -> relu", "name", "y", "`y` is assigned only later", None),
        (
            "w(m = 3)",
            "type",
            "m = 3",
            "`m` of `w` must be `always` or `never`, but this is the",
            None,
        ),
        ("w(n = 2.5)", "type", "n = 2.5", "an integer, but this is the number 2.5", "`ceil(2.5)`"),
        (
            "w(n = true)",
            "type",
            "n = true",
            "`n` of `w` must be an integer, but this is `true`",
            None,
        ),
        ("input x: 3 x 4", "name", "input x: 3 x 4", "there is already an input `x`", None),
        ("input y: 3 x 0 x 4", "shape", "0", "of at least 1, but this is the number 0", None),
        ("init cnv: zeros", "init", "init cnv: zeros", "`cnv` has no weights", "`conv`"),
        ("init conv: he_fan", "init", "he_fan", "is not a scheme that initialises", "`he_fan_in`?"),
        ("init linear: normal", "init", "normal", "`normal` takes `std`", "`normal(std = ...)`"),
        (
            "return size",
            "network",
            "return size",
            "`n` must return tensors, but this is the number 8",
            "end with",
        ),
    ],
)
def test_statements(body: str, code: str, words: str, message: str, help: str | None) -> None:
    assert check(mistakes_in(body, BLOCK + WORDS), words, message, help).code == code


@pytest.mark.parametrize(
    ("table", "code", "words", "message", "help"),
    [
        ("| blok | channels |\n| b | 8 |", "table", "blok", "needs a column `block`", "`block`?"),
        ("| block | a | a |\n| b | 8 | 9 |", "table", "a", "two columns `a`", None),
        (
            "| block | channels |\n| b |",
            "table",
            "| b |",
            "1 cell, but the table has 2 columns",
            None,
        ),
        ("| block | channels |\n| - | 8 |", "table", "| - | 8 |", "has no block", None),
        ("| block | chanels |\n| b | 8 |", "table", "chanels", "no parameter", "`channels`?"),
        ("| block | bias |\n| relu | true |", "table", "true", "no parameter `bias`", "`-`"),
        ("| block | channels |\n| c3d | 8 |", "name", "c3d", "`c3d` is not defined", None),
        (
            "| block | channels |\n| 3 | 8 |",
            "table",
            "3",
            "must be a block or an operation, but this is the number",
            None,
        ),
        ("| block | stride |\n| b | 2 |", "argument", "b", "`b` needs `channels`", "it has"),
        (
            "| block | stage |\n| relu | 3 |",
            "table",
            "3",
            "`stage` must be a name, but this is 3",
            None,
        ),
        (
            "| block | number |\n| relu | 1 - 1 |",
            "table",
            "1 - 1",
            "at least 1, but this is the number 0",
            None,
        ),
        ("| block | number |\n| relu | 2.5 |", "table", "2.5", "this is the number 2.5", "ceil"),
        ("| block | number |\n| relu | 1e9 |", "size", "1e9", "1,000,000,000 blocks", None),
        (
            "| block | expect |\n| relu | 9 x 8^2 |",
            "expect",
            "9 x 8^2",
            "must be 9 x 8^2, but this is 8 x 8^2",
            None,
        ),
        ("| block | expect |\n| relu | <=7 x 8^2 |", "expect", "<=7 x 8^2", "8 x 8^2", None),
        (
            "| block | expect |\n| relu | (8^2, 8^2) |",
            "table",
            "(8^2, 8^2)",
            "1 result, but here are 2 shapes",
            "each",
        ),
        ("| block |\n|-------|", "table", None, "this table has no rows", None),
    ],
)
def test_tables(table: str, code: str, words: str | None, message: str, help: str | None) -> None:
    found = mistakes_in(f"table {{\n{table}\n}}", before=BLOCK)
    assert check(found, words, message, help).code == code


def test_a_definition_that_reads_an_empty_cell() -> None:
    table = "table (channels = 2 * wide) {\n| block | wide |\n| b | - |\n}"
    (mistake,) = mistakes_in(table, before=BLOCK)
    assert mistake.message == "`channels` is computed from `wide`, but this row has none"
    assert mistake.words == "-"


@pytest.mark.parametrize(
    ("text", "code", "words", "message"),
    [
        ("network n() { }", "result", "n", "`n` has no result"),
        ("network n() { return 3 }", "network", "n", "network `n` has no input"),
        (
            "network n() { relu }",
            "value",
            "relu",
            "there is no value here for a bare call or a table to take",
        ),
        ("network n(a) {\n input x: a\n relu\n}", "argument", "a", "has no default"),
        ("network n = m\nnetwork m = n", "recursion", "m", "in a cycle: n -> m -> n"),
        (
            "network n = m(a = 1)\nblock m(x) { return x }",
            "network",
            "m",
            "must be a network, but this is a block",
        ),
        ("network n = m(3)\nnetwork m() { input x: 1 }", "argument", "3", "given by name"),
    ],
)
def test_networks(text: str, code: str, words: str, message: str) -> None:
    assert check(mistakes(text, "n"), words, message).code == code


@pytest.mark.parametrize(
    ("before", "code", "words", "message"),
    [
        (
            "block f(x) { return x -> g }\nblock g(x) { return x -> f }",
            "recursion",
            "g",
            "f -> g -> f",
        ),
        ("block f(x) { return f(x) }", "recursion", "f(x)", "f -> f"),
        ("block f = g(a = 1)\nblock g = f(a = 2)", "recursion", "g(a = 1)", "f -> g -> f"),
        ("block f(x) { y = x -> relu }", "result", "f", "`f` has no result"),
        ("block f(x) { }", "result", "f", "`f` has no result"),
        (
            "block f(x, c = 3) {\n c = 4\n return x -> conv(c)\n}",
            "name",
            "c = 4",
            "cannot be assigned",
        ),
        ("block f(x) {\n input y: 3\n return y\n}", "input", "input y: 3", "only a network has"),
        (
            "block f(x) {\n init conv: zeros\n return x\n}",
            "init",
            "init conv: zeros",
            "can only be in a network",
        ),
        (
            "block f(x, a: integer = 2) { return a }",
            "type",
            "2",
            "`a` of `f` must be `integer`, but",
        ),
        ("block f(x, a: block | none = none) { return a(x) }", "call", "a", "this is `none`"),
        ("block g(x, a = 1) { return a }\nblock f = g(b = 3)", "argument", "b = 3", "no parameter"),
    ],
)
def test_blocks(before: str, code: str, words: str, message: str) -> None:
    assert check(mistakes_in("f", before + "\n"), words, message).code == code


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        (BLOCK + BLOCK, "b", "`b` is defined twice"),
        ("block conv(x) { return x }", "conv", "`conv` is already an operation"),
        ("block ceil(x) { return x }", "ceil", "`ceil` is already a function"),
    ],
)
def test_definitions(text: str, words: str, message: str) -> None:
    (mistake,) = mistakes(text)
    assert (mistake.code, mistake.words, mistake.message) == ("name", words, message)


def test_both_shapes_of_a_sum_are_shown() -> None:
    from archdsl.spec import CompileError
    from tests.build.harness import NETWORK, build

    with pytest.raises(CompileError) as failure:
        build(NETWORK.format("a = x -> conv(16)\n  b = x -> conv(4)\n  return a + b"))
    (diagnostic,) = failure.value.diagnostics
    shown = [(label.span.text, label.text) for label in diagnostic.labels]
    assert shown == [
        ("b", "4 x 8^2"),
        ("a", "16 x 8^2"),
        ("conv(16)", "16 x 8^2 comes from here"),
        ("conv(4)", "4 x 8^2 comes from here"),
    ]


def test_independent_mistakes_are_reported_together_without_consequences() -> None:
    body = """a = x -> conv(8, groups = 3)
  b = x -> cnv(9)
  c = a + b
  d = c -> conv(c.channels)
  e = x -> linear(8, bais = true, feature = 3)
  return d"""
    words = [mistake.words for mistake in mistakes_in(body)]
    assert words == ["groups = 3", "cnv", "bais = true", "feature = 3"]


def test_names_are_checked_in_code_that_is_never_evaluated() -> None:
    before = "block f(x, a = false) {\n  if a { x -> nothing_here }\n  return x\n}\n"
    (mistake,) = mistakes_in("relu", before=before)
    assert mistake.message == "`nothing_here` is not defined"


def test_rows_after_a_mistake_are_read() -> None:
    table = "table {\n| block | channels |\n| c | 8 |\n| b | y |\n| b | true |\n| b | 8.5 |\n}"
    words = [mistake.words for mistake in mistakes_in(table, before=BLOCK)]
    assert words == ["c", "y"]


@pytest.mark.parametrize(
    ("body", "words", "message"),
    [
        (
            "y = x -> conv(8)\n  relu",
            "conv(8)",
            "nothing uses the result of this, so it is left out of the network",
        ),
        ("input y: 3\n  x -> relu", "input y: 3", "nothing uses the input `y`"),
        (
            "table (mid = 4) {\n| block |\n| relu |\n}",
            "mid = 4",
            "no block of this table takes `mid`",
        ),
        ("if true {\n return x\n relu\n}", "relu", "statements after `return` are never run"),
    ],
)
def test_warnings(body: str, words: str, message: str) -> None:
    (warning,) = warnings_in(body)
    assert (warning.words, warning.message) == (words, message)


def test_a_failed_block_is_reported_once() -> None:
    before = "block f(x) { return x -> conv(0) }\n"
    (mistake,) = mistakes_in("a = f(x)\n  b = f(x)\n  return a + b", before)
    assert mistake.words == "0"
