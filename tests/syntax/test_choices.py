"""Choices, requirements and searches as text: what they are in the tree, and how they print."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lark import Lark, Token
from lark.lexer import Lexer

from archdsl import limits
from archdsl.diagnostics import CompileError
from archdsl.resources import folder
from archdsl.source import Source
from archdsl.syntax import remembered, tree
from archdsl.syntax.formatter import format_file
from archdsl.syntax.parser import parse, parse_argument

_EVERYTHING = '''"""Every form that a choice can be written in."""
use x3d

"""MB: a block of several kinds."""
block mb = each {t1_s3, t3_s3, t5_s3}

block act = {relu, silu}

network space(frames = {8, 16}, widths: tuple | none = {none, (8, 16)}) {
  input video: 3 x {8, 16} x 112^2
  require frames * 2 <= 32 "the clips are short"
  require widths != none

  table (e = each {1.5, 2.25}, se = i % 2 == {0, 1}) {
    | block          | channels           |
    |----------------|--------------------|
    | mb             | {4..28 by 4, 40}   |
    | {mb, conv(8)}  | {-, 8}             |
    | each mb(e = 3) | 3 if i else {4, 6} |
  }
  for each kind in {(mb, act), (act, mb)} { y = kind }
  z = <= 2 of {video, y, z} x 3
  z = f(2 of {a, b, c}, each (n + 1) of {a, b, c}, each <= n of {a, b}, <=28 x {3, 5})
  if {true, false} { z = {3, 5} x 2 } else { {y, z} -> relu }
  return {y, z}, each act
}

network member = space(frames = {8, 16})
  + insert each act after stage1.*
  + insert (mb after stage1.0, each act(n = {1, 2}) after (stage1.1, stage1.2))
  + choose(stage1.row0.block = t3_s3, mixed_4b.sg1.level2.3.reads = {temporal, spatial}, e = first)

"""Search: what is wanted."""
search small(trials = 12) for member(size = 182) {
  method bandit(trials = trials, startup = 10)
  macs <= 2.0G
  params 1.9M..2.1M
  maximise top1
}
'''


class _Unused(Lexer):
    """Strict mode compares the lexer's patterns too, for which Lark needs another package."""

    def __init__(self, conf: object) -> None: ...

    def lex(self, state: object, parser_state: object) -> Iterator[Token]:
        raise NotImplementedError


def _value(text: str) -> tree.Expression:
    (block,) = parse(Source("a.arch", f"block b() {{\n  y = {text}\n}}\n")).definitions
    assert isinstance(block, tree.Block)
    (assign,) = block.body
    assert isinstance(assign, tree.Assign)
    return assign.value


def test_no_two_rules_of_the_grammar_compete() -> None:
    text = (folder("grammars") / "arch.lark").read_text()
    starts = ["file", "body", "argument"]
    assert Lark(text, start=starts, parser="lalr", lexer=_Unused, strict=True).rules


def test_everything_prints_to_itself() -> None:
    file = parse(Source("a.arch", _EVERYTHING))
    assert format_file(file) == _EVERYTHING
    kinds = {type(node) for node in tree.walk([file])}
    assert {tree.Choice, tree.Each, tree.Steps, tree.Dash, tree.BlockChoice} <= kinds
    assert {tree.Require, tree.Search} <= kinds


def test_everything_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    source = Source("a.arch", _EVERYTHING)
    parsed = remembered.tree_of(source)
    monkeypatch.setattr("archdsl.syntax.parser.parse", None)
    assert remembered.tree_of(source) == parsed


def test_an_amount_belongs_to_its_choice() -> None:
    several = _value("<= (n + 1) of {a, b, c}")
    assert isinstance(several, tree.Choice)
    assert several.at_most
    assert isinstance(several.amount, tree.Binary)
    assert several.span.text == "<= (n + 1) of {a, b, c}"
    assert isinstance(_value("<= {a, b}"), tree.AtMost)
    assert _value("each 2 of {a, b}").span.text == "each 2 of {a, b}"


def test_a_choice_is_an_operand() -> None:
    shape = _value("3 x {8, 16} x 112^2")
    assert isinstance(shape, tree.Shape)
    assert len(shape.dimensions) == 3
    assert _value("{3, 5}x{1, 2}x3") == _value("{3, 5} x {1, 2} x 3")


def test_lines_break_inside_a_choice() -> None:
    broken = "{\n  # three\n  3,\n\n  f(\n    5\n  ),\n}"
    assert _value(broken) == _value("{3, f(5)}")
    recipe = "recipe r {\n  epochs {\n    10,\n    20,\n  }\n  flip\n}\n"
    joined = "recipe r {\n  epochs {10, 20}\n  flip\n}\n"
    assert format_file(parse(Source("a.arch", recipe))) == joined


@pytest.mark.parametrize(
    "statement",
    [
        "each = 3",
        "y = each * each + of - by",
        "y = 3 x each x 4",
        "y = each x 3",
        "y = each(3)",
        "y = {each, of, by}",
        "y = {by..9 by by}",
        "y = f(each = each, of = of, by = max)",
        "if each <= by { y = of }",
        "for each in search { y = each }",
        "for each, of in search { y = of }",
        "require = 3",
        "require, search = x -> chunk(2)",
        "y = require(3) -> search",
        "y = x.each",
        "of",
    ],
)
def test_words_of_choices_are_names_elsewhere(statement: str) -> None:
    text = f"block b() {{\n  {statement}\n}}\n"
    file = parse(Source("a.arch", text))
    assert not {tree.Each, tree.Require} & {type(node) for node in tree.walk([file])}
    assert format_file(file) == text


def test_each_goes_with_the_name_after_it() -> None:
    for text in ("each x", "f(each x, 3)", "each x + 1", "{each x, y}"):
        assert any(isinstance(node, tree.Each) for node in tree.walk([_value(text)])), text


def test_the_name_of_a_decision_is_one_name() -> None:
    argument = parse_argument(Source("--choose", "mixed_4b.sg1.level2.3.reads = {a, b}"))
    assert argument.name == "mixed_4b.sg1.level2.3.reads"
    assert isinstance(argument.value, tree.Choice)
    assert parse_argument(Source("--choose", "stage1.row0.block=t3_s3")).name == "stage1.row0.block"
    with pytest.raises(CompileError, match="unexpected `=`"):
        parse_argument(Source("--choose", "stage1. row0 = 3"))


def test_names_in_calls_have_no_dots() -> None:
    with pytest.raises(CompileError, match="unexpected `=`"):
        _value("f(a.b = 3)")


def test_as_many_options_as_there_may_be() -> None:
    assert isinstance(_value(f"{{1..{limits.OPTIONS}}}"), tree.Choice)
    with pytest.raises(CompileError, match="at most 10,000 options"):
        _value(f"{{1..{limits.OPTIONS}, x}}")
    # Steps are compared with the other options one by one.
    many = "  y = {1..5000, x}\n" * (limits.TOKENS // 5_000)
    with pytest.raises(CompileError, match="in all"):
        parse(Source("a.arch", f"block b() {{\n{many}}}\n"))
