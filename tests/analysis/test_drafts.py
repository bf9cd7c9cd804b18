"""What is known of a text that does not parse, and what can be written in it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from archdsl import compiler
from archdsl.analysis.completing.completing import complete
from archdsl.analysis.drafts.cursor import cursor
from archdsl.analysis.drafts.lexed import lexed
from archdsl.analysis.drafts.mending import mended
from archdsl.analysis.drafts.shift import Shift
from archdsl.analysis.drafts.sketch import sketch
from archdsl.analysis.drafts.slots import Slot
from archdsl.analysis.names.finding import Names
from archdsl.diagnostics import CompileError
from archdsl.program.published import files
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.parser import parse

PATH = Path("/nowhere/draft.arch")


def marked(text: str) -> tuple[Source, int]:
    """A text without the `@` in it, and where that stands."""
    return Source(str(PATH), text.replace("@", "")), text.index("@")


def whole(source: Source) -> str:
    try:
        parse(source)
    except CompileError as failure:
        return mended(source, failure.diagnostics, parsing)
    return source.text


def parsing(text: str) -> str:
    """A text that parses."""
    parse(Source("a", text))
    return text


@pytest.mark.parametrize(
    ("text", "slot", "known"),
    [
        ("@", Slot.DEFINITION, {}),
        ("use x@", Slot.FILE, {"word": "x"}),
        ("block @", Slot.NOTHING, {}),
        ("block a(x, n: int | @", Slot.TYPE, {}),
        ("block a(x, n = @", Slot.VALUE, {}),
        ("network a(n: int axis @", Slot.AXIS, {}),
        ("block a(x) { @", Slot.STATEMENT, {"keyword": "block"}),
        ("block a(x) { if x { y = 2 }\n  @", Slot.STATEMENT, {}),
        ("block a(x) { y = x -> con@", Slot.STEP, {"word": "con"}),
        ("block a(x) { conv(n, ker@", Slot.ARGUMENT, {"callee": "conv", "word": "ker"}),
        ("block a(x) { conv(n, kernel = (3, @", Slot.VALUE, {"argument": "kernel"}),
        ("block a(x) { conv(n, bias = true, @", Slot.ARGUMENT, {"given": ("bias",)}),
        ("block a(x) { y = {3, @", Slot.VALUE, {}),
        ("block a(x) { y = x.@", Slot.SIZE, {}),
        ("block a(x) { for @", Slot.NOTHING, {}),
        ("block a(x) { for i in @", Slot.VALUE, {}),
        ("block a(x) { table (mid = 1, @", Slot.BINDING, {"given": ("mid",)}),
        ("block a(x) { table { | block | n@", Slot.COLUMN, {"given": ("block",)}),
        ("block a(x) { table {\n | block | n |\n | b | @", Slot.CELL, {"callee": "b"}),
        ("network a() { input image: @", Slot.VALUE, {}),
        ("network a() { init @", Slot.INITIALISED, {}),
        ("network a() { init conv: @", Slot.SCHEME, {}),
        ("network b = @", Slot.BASE, {}),
        ("network b = a(size = 3) + @", Slot.CHANGE, {"base": "a"}),
        ("network b = a + insert @", Slot.INSERTED, {}),
        ("network b = a + insert (g after res1, @", Slot.PLACE, {"base": "a"}),
        ("recipe r for @", Slot.NETWORK, {}),
        ("recipe r for a = @", Slot.RECIPE, {}),
        ("recipe r for a {\n  @", Slot.SETTING, {}),
        ("recipe r for a { optimizer @", Slot.SETTING_VALUE, {"setting": "optimizer"}),
        ("recipe r for a { optimizer sgd(@", Slot.OPTION, {"callee": "sgd"}),
        ("search s for a { meth@", Slot.SETTING, {"keyword": "search"}),
        ("claim @", Slot.NETWORK, {}),
        ("claim a { disputed @", Slot.CLAIMED, {}),
        ("claim a { types (@", Slot.CLAIMED_VALUE, {"setting": "types"}),
        ('"""a doc @', Slot.NOTHING, {}),
        ("block a(x) { # a comment @", Slot.NOTHING, {}),
        ("block a(x) { return x }\n@", Slot.DEFINITION, {}),
    ],
)
def test_cursor_knows_what_is_written(text: str, slot: Slot, known: dict[str, object]) -> None:
    source, offset = marked(text)
    found = cursor(lexed(source), offset)
    assert found.slot is slot
    assert {name: getattr(found, name) for name in known} == known


BLOCKS = """\
use x3d_s
block g(x, n: int, how: left | right = left, deep = false) { return x }
network a(size = 3) {
  input image: 3 x 4 x 5^2
  table {
    | stage | block | n |
    | res1  | g     | 3 |
    | res2  | g     | 4 |
  }
}
recipe train(rate) { epochs 3 }
"""


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("block b(x, wide) { y = 1; @", ["x", "wide", "y", "g"]),
        ("block b(x) { x -> g(@", ["n", "how", "deep"]),
        ("block b(x) { x -> g(3, how = @", ["left", "right"]),
        ("block b(x) { x -> g(3, deep = @", ["true", "false"]),
        ("block b(x) { x -> conv(3, bias = true, @", ["channels", "kernel", "stride"]),
        ("block b(x) { x -> max_pool(3, ceil = @", ["true", "false"]),
        ("block b(x) { x -> BatchNorm3d@", ["batch_norm"]),
        ("block b(x) { x -> half(@", ["n", "how"]),
        ("block b(x) { table { | @", ["block", "number", "stage", "expect", "printed"]),
        ("block b(x) { table (@", ["n", "how", "deep"]),
        ("network b = @", ["a", "x3d_s"]),
        ("network b = a(@", ["size"]),
        ("network b = a + insert g after @", ["res1", "res2"]),
        ("network b = x3d_s + insert g after (res3.1, @", ["conv1", "res2", "res3"]),
        ("network b = a + stretch(2, @", ["depth", "keep_transitions", "stages"]),
        ("network b = a + set(n, value = 3, rows = @", ["res1", "res2"]),
        ("network b() { init @", ["conv", "conv_transpose", "linear"]),
        ("recipe r for a = @", ["train", "x3d_s_train"]),
        ("recipe r for a = train(@", ["rate"]),
        ("recipe r for a { optimizer @", ["sgd", "adamw"]),
        ("recipe r for a { optimizer adamw(lr = 1, @", ["betas", "weight_decay", "image"]),
        ("recipe r for a { no_decay @", ["norms", "biases"]),
        ("recipe r for a { freeze @", ["res1", "res2"]),
        ("recipe r for a { precision @", ["fp32", "bf16", "fp16"]),
        ("search s for a { train @", ["train", "x3d_s_train"]),
        ("search s for a { method bandit(kernel = @", ["graph", "flat"]),
        ("claim a { path @", ["temporal", "spatial", "spatiotemporal"]),
        ("claim a { same (@", ["res1", "res2"]),
        ("use x3d_@", ["attention_cell", "conv_norm_act"]),
    ],
)
def test_completion_offers_first(text: str, first: list[str]) -> None:
    source, offset = marked(f"{BLOCKS}block half = g(n = 2)\n{text}")
    names = Names(compiler.resolve(PATH, (), {PATH: whole(source)}))
    proposals = sorted(complete(source, offset, names).proposals, key=lambda each: each.rank)
    assert [each.label for each in proposals][: len(first)] == first


def test_completion_of_a_file_begins_with_what_is_beside(tmp_path: Path) -> None:
    (tmp_path / "zebra.arch").write_text("")
    path = tmp_path / "a.arch"
    names = Names(compiler.resolve(path, (), {path: ""}))
    found = complete(Source(str(path), "use "), 4, names)
    assert found.proposals[0].label == "zebra"


def test_sketch_has_what_the_tree_has() -> None:
    for path in files():
        source = Source(str(path), path.read_text())
        named = [
            tree.split_call(each.network)[0].name if isinstance(each, tree.Claim) else each.name
            for each in parse(source).definitions
        ]
        assert [each.name for each in sketch(source)] == named


def test_sketch_knows_the_names_of_a_body_up_to_an_offset() -> None:
    source, offset = marked(
        "block b(x, n: int = f(2, k = 3),\n m) {\n a, c = x -> split(e = 2)\n"
        " for each d in range(3) { q = d }\n @ z = 1\n"
    )
    (found,) = sketch(source)
    assert found.known(offset) == ["x", "n", "m", "a", "c", "d", "q"]


def test_mended_text_keeps_all_that_parses() -> None:
    source = Source("a", f"{BLOCKS}block broken(x) {{ return x -> conv(\n\nblock fine(x) {{ x }}\n")
    text = whole(source)
    assert len(text) == len(source.text)
    kept = [each.name for each in parse(Source("a", text)).definitions]
    assert kept == ["x3d_s", "g", "a", "train", "fine"]


def test_any_text_is_mended_and_has_a_cursor() -> None:
    chance = random.Random(0)
    texts = [path.read_text() for path in files()]
    pieces = ["(", "{", "}", "\n", "foo ", "=", "->", ".", '"""', '"', "\U0001f600", "block ", ""]
    for _ in range(30):
        text = chance.choice(texts)[:3000]
        place = chance.randrange(len(text))
        broken = text[:place] + chance.choice(pieces) + text[place + chance.randrange(3) :]
        source = Source("a", broken)
        after = whole(source)
        assert len(after) == len(broken)
        parse(Source("a", after))
        cursor(lexed(source), place)


def test_shift_moves_what_has_not_changed() -> None:
    before, after = Source("a", "one two three two"), Source("a", "one twwo three two")
    shift = Shift(before, after)
    assert shift.span(Span(before, 0, 3)) == Span(after, 0, 3)
    assert shift.span(Span(before, 4, 7)) is None
    assert shift.span(Span(before, 8, 13)) == Span(after, 9, 14)
    same = Shift(before, Source("a", before.text))
    assert same.span(Span(before, 8, 13)) == Span(before, 8, 13)
