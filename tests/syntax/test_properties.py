"""Properties of all trees and all texts: printing parses back, and nothing crashes the parser."""

from __future__ import annotations

from hypothesis import strategies as st
from laws import law

from archdsl.diagnostics import CompileError
from archdsl.source import Source
from archdsl.syntax import tree
from archdsl.syntax.formatter import format_file
from archdsl.syntax.parser import parse
from tests.steps import grows_in_proportion

from .strategies import expressions, files

_VALID = '''"""A small file."""
use x3d  # blocks

network n(frames = 13, size = 160^2, kind: int | none = none) {
  input video: 3 x frames x size^2

  table (se = i % 2 == 0, e = each {1.5, 2.25}) {
    | expect        | block | channels     |
    |---------------|-------|--------------|
    | <=24 x 13 x 8 | stem  | 24           |
    | -             | t3_s3 | {4..28 by 4} |
  }
  require a < 3 "so"
  z = <= 2 of {  # two
    x, y
  }
  for each k in {x, y} { y = k }
  for i, j in (1, 2) { y = f(-x[0].size, b = not a) -> relu }
  if a == 1 {
    return y  # so
  } else if b { y = 1.5e3 } else {
    y = 3 if c else (2,)
  }
}

recipe r(stride, x = 2) for n {
  epochs 300; batch 192 // x
  clip(frames = 13, stride = stride)  # so
  scale_jitter 182..228
  flip
  test views(clips = 10) if x == 2 else full_length
  pretrained "weights"
}

recipe s for n = r(stride = 6)

block mb = each {t1_s3, t3_s3}

network m = n + insert each b after p.1 + choose(stage1.row0.block = t3_s3)

search q for m(size = 3) {
  method random(trials = 3)
  macs <= 2G
}

claim n(size = 3) {
  params 3.8M "why"
  note "because"
}
'''
_PIECES = [*'(){}[]|,;=-+*"#.^\n\t x1', "->", '"""', "if ", "table", "| a |\n", "block ", "é", "\0"]
_PIECES += ["each ", " of {", " by ", "require ", "search ", ".."]

_damage = st.integers(0, len(_VALID)), st.integers(0, 30), st.sampled_from(["", *_PIECES])


def _parse(text: str) -> tree.File | None:
    try:
        return parse(Source("t.arch", text))
    except CompileError as refused:
        mistakes = refused.diagnostics
    places = [label.span.start for mistake in mistakes for label in mistake.labels]
    assert mistakes
    assert all(0 <= place <= len(text) for place in places)
    return None


@law(files, few=10, many=300)
def test_a_printed_tree_parses_to_itself(file: tree.File) -> None:
    printed = format_file(file)
    again = _parse(printed)
    assert again == file
    assert format_file(again) == printed


@law(expressions, few=60, many=1000)
def test_a_printed_expression_parses_to_itself(expression: tree.Expression) -> None:
    span = expression.span
    statement = tree.Assign(("y",), expression, span=span)
    block = tree.Block("b", (), (statement,), None, span=span)
    file = tree.File(span.source, None, (block,), (), span=span)
    assert _parse(format_file(file)) == file


@law(st.text() | st.lists(st.sampled_from(_PIECES)).map("".join), few=200, many=2000)
def test_any_text_parses_or_is_refused(text: str) -> None:
    _check_formatted(_parse(text))


@law(*_damage, few=80, many=2000)
def test_a_damaged_file_parses_or_is_refused(place: int, length: int, put_in: str) -> None:
    _check_formatted(_parse(_VALID[:place] + put_in + _VALID[place + length :]))


@law(*_damage, few=12, many=200)
def test_a_damaged_file_takes_no_disproportionate_work(
    place: int, length: int, put_in: str
) -> None:
    damaged = _VALID[:place] + put_in + _VALID[place + length :]
    assert grows_in_proportion(lambda times: _parse("\n".join([damaged] * times)), 2)


@law(
    st.lists(st.tuples(st.integers(0, len(_VALID)), st.sampled_from(_PIECES)), max_size=6),
    few=50,
    many=1000,
)
def test_a_file_damaged_in_several_places_parses_or_is_refused(
    damages: list[tuple[int, str]],
) -> None:
    text = _VALID
    for place, piece in damages:
        text = text[:place] + piece + text[place:]
    _check_formatted(_parse(text))


def _check_formatted(file: tree.File | None) -> None:
    """Check that formatting keeps the tree and all comments, and is stable."""
    if file is None:
        return
    printed = format_file(file)
    again = _parse(printed)
    assert again == file
    assert format_file(again) == printed
    assert sorted(c.text for c in again.comments) == sorted(c.text for c in file.comments)
