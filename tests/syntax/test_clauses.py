"""Parsing of cells, transforms and claims, and the mistakes in them."""

from __future__ import annotations

import pytest

from archdsl.syntax import tree

from .test_parser import _SPAN as SPAN
from .test_parser import A, B, C, call, definition, mistakes, name, number, only_mistake, parsed


def place(first: str, last: str | None = None) -> tree.Place:
    return tree.Place(first, last, span=SPAN)


def transforms(text: str) -> tuple[tree.Insert, ...]:
    network = definition(f"network n = a {text}")
    assert isinstance(network, tree.Derived)
    assert network.base == A
    return network.transforms


def places(text: str) -> tuple[tree.Place, ...]:
    ((insertion,),) = (insert.insertions for insert in transforms(f"+ insert b after {text}"))
    assert insertion.block == B
    return insertion.places


def claimed(text: str) -> tuple[tree.Figure | tree.Property | tree.Remark, ...]:
    claim = definition(f"claim a {{\n  {text}\n}}")
    assert isinstance(claim, tree.Claim)
    return claim.items


def test_a_cell() -> None:
    assert definition('"""Doc."""\ncell a {}') == tree.Cell("a", (), (), "Doc.", span=SPAN)
    assert definition("cell a() {}") == tree.Cell("a", (), (), None, span=SPAN)
    cell = definition("cell x(k: cell | operation = cell) {\n  k = cell\n}")
    assert isinstance(cell, tree.Cell)
    word = name("cell")
    assert cell.parameters == (tree.Parameter("k", ("cell", "operation"), word, span=SPAN),)
    assert cell.body == (tree.Assign(("k",), word, span=SPAN),)


def test_an_insertion() -> None:
    one = tree.Insertion(call("b", C), (place("p"),), span=SPAN)
    two = tree.Insertion(C, (place("q"), place("r.1")), span=SPAN)
    assert transforms("+ insert b(c) after p") == (tree.Insert((one,), span=SPAN),)
    both = (tree.Insert((one, two), span=SPAN),)
    assert transforms("\n  + insert (\n    b(c) after p,\n    c after (q, r.1,),\n  )") == both
    apart = (tree.Insert((one,), span=SPAN), tree.Insert((two,), span=SPAN))
    assert transforms("\n  + insert b(c) after p\n  + insert c after (q, r.1)") == apart


@pytest.mark.parametrize(
    "text",
    "p x t1_s3 res3.1 res3.1.2 1.5k 4x4 mixed_4* *.0 * in.if.cell after res4.*.b insert.x".split(),
)
def test_a_place(text: str) -> None:
    assert places(text) == (place(text),)
    assert places(f"({text}, p)") == (place(text), place("p"))


def test_a_range_of_places() -> None:
    assert places("mixed_4b..mixed_4f") == (place("mixed_4b", "mixed_4f"),)
    assert places("(res4.1..res4.5, 1..2)") == (place("res4.1", "res4.5"), place("1", "2"))


def test_words_of_transforms_and_claims_are_names_elsewhere() -> None:
    text = "network n(on, after = insert) { insert = a + after -> on(after) }\nblock insert = on"
    network, derived = parsed(text).definitions
    assert isinstance(network, tree.Network)
    assert isinstance(derived, tree.Derived)
    assert (derived.name, derived.base) == ("insert", name("on"))
    insertion = tree.Insertion(name("after"), (place("on"),), span=SPAN)
    assert transforms("+ insert after after on") == (tree.Insert((insertion,), span=SPAN),)


def test_an_increase() -> None:
    amount = number("34G", 34_000_000_000)
    base = call("b", k=C)
    (figure,) = claimed("flops +34G on b(k = c)")
    assert figure == tree.Figure("flops", amount, base, False, None, span=SPAN)
    (figure,) = claimed('disputed on +34G on x "why"')
    assert figure == tree.Figure("on", amount, name("x"), True, "why", span=SPAN)


def test_properties() -> None:
    pair = tree.Tuple((B, C), span=SPAN)
    path = tree.Chain(B, (C,), span=SPAN)
    assert claimed('types (b, c); path b -> c\n disputed same x "why"; kind cell') == (
        tree.Property("types", pair, False, None, span=SPAN),
        tree.Property("path", path, False, None, span=SPAN),
        tree.Property("same", name("x"), True, "why", span=SPAN),
        tree.Property("kind", name("cell"), False, None, span=SPAN),
    )
    (figure,) = claimed("operations 4")
    assert figure == tree.Figure("operations", number("4"), None, False, None, span=SPAN)


_INSERTION = "write `insert NAME after PLACE`"
_BLANKS = "a place must be written without blanks"


@pytest.mark.parametrize(
    ("text", "message", "words", "more"),
    [
        ("cell {\n x = 3\n}", "this cell has no name", "cell", "write `cell NAME`"),
        (
            "network a {\n relu\n}",
            "this network has no list of parameters",
            "a",
            "write `network a() {`",
        ),
        ("cel a {\n x = 3\n}", "no definition begins with `cel`", "cel", "did you mean `cell`?"),
        ("block cell(x) {}", "`cell` is a keyword, and cannot be a name", "cell", ""),
        (
            "cell a = b(c = 3)",
            "a cell cannot be derived: what is derived from a cell is a block",
            "cell",
            "write `block a = ...`",
        ),
        (
            "block a(x) {\n cell = x -> b\n}",
            "`cell` is a keyword, and cannot be a name",
            "cell",
            "",
        ),
        (
            "block a = b + insert c after d",
            "an `insert` can only change a network",
            "+",
            "expected the end of the line",
        ),
        (
            "network b = insert c after d",
            "this `insert` has no network to change",
            "insert",
            "write `NETWORK + insert`",
        ),
        *(
            (
                f"network b = a{gap}insert c after d",
                "an `insert` must be added with `+`",
                "insert",
                "write `+ insert`",
            )
            for gap in (" ", "\n  ")
        ),
    ],
)
def test_a_mistake_in_a_definition(text: str, message: str, words: str, more: str) -> None:
    assert only_mistake(f"{text}\nuse a\n") == (message, words, more)


@pytest.mark.parametrize(
    ("text", "message", "words", "more"),
    [
        (
            "inset c after d",
            "`inset` does not change a network",
            "inset",
            "expected `insert` or a call",
        ),
        (
            "stretch",
            "`stretch` does not change a network",
            "stretch",
            "expected `insert` or a call",
        ),
        ("insert after p", "this `insert` must name a block before `after`", "after", _INSERTION),
        (
            "insert (c after d, after p)",
            "this `insert` must name a block before `after`",
            "after",
            _INSERTION,
        ),
        ("insert a p", "unexpected `p`", "p", "expected `after`"),
        ("insert (a after p, b p)", "unexpected `p`", "p", "expected `after`"),
        ("insert a after", "expected a place before the end of the line", "", ""),
        ("insert a after ()", "unexpected `)`", ")", "expected a place"),
        ("insert a after b, c", "unexpected `,`", ",", "expected the end of the line"),
        ("insert a after b...f", "a range must have two dots", "b...f", "write `b..f`"),
        ("insert a after b .. f", _BLANKS, "b .. f", "write `b..f`"),
        ("insert a after (b.. f, g)", _BLANKS, "b.. f", "write `b..f`"),
        ("insert a after b *", _BLANKS, "b *", "write `b*`"),
        (
            "insert a after b*..c",
            "a range must go from label to label, without `*`",
            "b*..c",
            "write `b*` alone",
        ),
        (
            "insert a after (b**.c, d)",
            "a `*` matches a part of one name, never several levels",
            "b**.c",
            "write `b*.c`",
        ),
        (
            "insert a after b..c..d",
            "`b..c..d` is not a place",
            "b..c..d",
            "a place is a label like `res3.1`, a pattern like `res4.*`, or a range like `b..f`",
        ),
    ],
)
def test_a_mistake_in_a_transform(text: str, message: str, words: str, more: str) -> None:
    assert only_mistake(f"network n = a\n  + {text}\nuse a\n") == (message, words, more)


@pytest.mark.parametrize(
    ("text", "message", "words", "more"),
    [
        (
            "flops +3G",
            "`+3G` must name the network that it is an increase on",
            "+3G",
            "write `+3G on NETWORK`",
        ),
        (
            "flops 3G on b",
            "`on` must follow a figure with `+`",
            "on",
            "write `+3G on NETWORK`",
        ),
        ("flops +a on b", "unexpected `a`", "a", "expected a number"),
        ("types", "expected a value before the end of the line", "", ""),
        ("types = 3", "unexpected `=`", "=", "expected a value"),
    ],
)
def test_a_mistake_in_a_claim(text: str, message: str, words: str, more: str) -> None:
    assert only_mistake(f"claim a {{\n  {text}\n  macs 3\n}}\n") == (message, words, more)


def test_every_mistake_is_reported() -> None:
    text = """\
network a = b
  + insert (
    c d,
    e after f,
  )
network b = a
  + insert (
    c after d...e,
    e after f*..g,
  )
claim a {
  types
  flops +3
}
cel c {
  x = ,
}
"""
    assert [mistake.labels[0].span.line for mistake in mistakes(text)] == [3, 8, 9, 12, 13, 15, 16]


@pytest.mark.parametrize(
    ("setting", "help"),
    [
        ("macs < 2G", "write `macs <= 2G`"),
        ("macs >= 1G", "write a range: `macs 1G..MOST`"),
        ("1G <= macs", "write a range: `macs 1G..MOST`"),
        ("1G <= macs <= 2G", "write a range: `macs 1G..2G`"),
    ],
)
def test_bounds_of_a_search_in_other_forms(setting: str, help: str) -> None:
    (mistake,) = mistakes(f"search s for n {{\n  seed 1\n  {setting}\n}}\n")
    assert mistake.help == help


def test_no_bound_is_meant_in_a_recipe() -> None:
    (mistake,) = mistakes("recipe r for n {\n  epochs >= 3\n}\n")
    assert mistake.help is None
