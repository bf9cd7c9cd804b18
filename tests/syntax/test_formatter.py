"""The canonical layout: what it changes, what it keeps, and that a second run changes nothing."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from archdsl.source import Source
from archdsl.syntax.formatter import format_file
from archdsl.syntax.parser import parse

_ROOT = Path(__file__).parents[2]
_SHIPPED = sorted([*_ROOT.glob("specs/**/*.arch"), *_ROOT.glob("archdsl/library/**/*.arch")])


def formatted(text: str) -> str:
    """The text in canonical layout, which must have the same tree and be stable."""
    file = parse(Source("t.arch", text))
    printed = format_file(file)
    reparsed = parse(Source("t.arch", printed))
    assert reparsed == file
    assert format_file(reparsed) == printed
    assert len(reparsed.comments) == len(file.comments)
    return printed


def in_block(text: str) -> str:
    """Statements in canonical layout, without the block around them."""
    lines = formatted(f"block b() {{\n{text}\n}}\n").splitlines()
    return dedent("\n".join(lines[1:-1]))


@pytest.mark.parametrize("path", _SHIPPED, ids=lambda path: path.name)
def test_all_specs_are_in_canonical_layout(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert formatted(text) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("y=3x a x(8)^2", "y = 3 x a x 8^2"),
        ("y = ((a)+(b*c))", "y = a + b * c"),
        ("y = (a+b)*-(c)", "y = (a + b) * -c"),
        ("y = a-(b-c)", "y = a - (b - c)"),
        ("y = not(a or b)", "y = not (a or b)"),
        ("y = (a -> b)+c", "y = (a -> b) + c"),
        ("y = (a if b else c) if (d if e else f) else (g if h else i)",
         "y = (a if b else c) if (d if e else f) else g if h else i"),
        ("y = (a==b)==c", "y = (a == b) == c"),
        ("y = f(a,b=1,)", "y = f(a, b = 1)"),
        ("y = (a,)", "y = (a,)"),
        ("y,z = a[(0)].b", "y, z = a[0].b"),
        ("y = a; z = b", "y = a\nz = b"),
        ("input v:3x a", "input v: 3 x a"),
        ("init conv:he ( fan=out )", "init conv: he(fan = out)"),
        ("if a {y = b}", "if a { y = b }"),
        ("if a {y = b} else {y = c}", "if a { y = b } else { y = c }"),
        ("if a {\ny = b}", "if a {\n  y = b\n}"),
        ("if a {y = b} else if b {y = c}", "if a {\n  y = b\n} else if b {\n  y = c\n}"),
        ("if a {y = b; z = c}", "if a {\n  y = b\n  z = c\n}"),
        ("if a {\n}", "if a {}"),
        ("if a {} else {y = b\n}", "if a {\n} else {\n  y = b\n}"),
        ("for i in x {\n}", "for i in x {}"),
    ],
)  # fmt: skip
def test_a_statement(text: str, canonical: str) -> None:
    assert in_block(text) == canonical


def test_a_line_that_is_too_long_is_broken() -> None:
    long = "a" * 30
    assert in_block(f"y = x -> f({long}, {long}) -> g({long})") == (
        f"y = x\n    -> f({long}, {long})\n    -> g({long})"
    )
    assert in_block(f"y = f({long}, b = {long}, c = {long})") == (
        f"y = f(\n  {long},\n  b = {long},\n  c = {long},\n)"
    )
    assert in_block(f"y = a + f({long}, g({long}, {long}))") == (
        f"y = a + f(\n  {long},\n  g({long}, {long}),\n)"
    )
    assert formatted(f"block {long}({long} = 1, {long}: int | none, k) {{}}") == (
        f"block {long}(\n  {long} = 1,\n  {long}: int | none,\n  k,\n) {{}}\n"
    )


def test_a_line_may_be_as_wide_as_the_page() -> None:
    fits = "y = f(" + "a" * 45 + ", " + "b" * 44 + ")"
    assert len(fits) == 98
    assert in_block(fits) == fits
    assert "\n" in in_block(fits.replace("b)", "bb)"))


def test_a_table_is_aligned() -> None:
    text = """
    table(a=3){
    | expect | block | n |
    |--|:--:|--|
    | <=24x3 | t3_s3 | 2*3 | # so
    |-|||
    # over
    | - | f(a,b) |

    |----|
    | 1 | 2 | 3 | 4 |
    }
    """
    expected = """\
    table (a = 3) {
      | expect   | block   | n     |
      |----------|---------|-------|
      | <=24 x 3 | t3_s3   | 2 * 3 |  # so
      | -        | -       | -     |
      # over
      | -        | f(a, b) |

      |----------|---------|-------|
      | 1        | 2       | 3     | 4 |
    }"""
    assert in_block(text) == dedent(expected)


def test_a_claim_has_one_item_on_each_line() -> None:
    assert formatted('claim a(b=1) {params 3M; disputed macs 2G "so \\"it\\" says";note "n"}') == (
        'claim a(b = 1) {\n  params 3M\n  disputed macs 2G "so \\"it\\" says"\n  note "n"\n}\n'
    )
    assert formatted("claim a {\n}") == "claim a {}\n"


def test_a_recipe_has_one_setting_on_each_line() -> None:
    text = (
        "recipe r(a,b=2)for n {epochs a;flip;warmup(35);clip(frames=13,stride=b)\n\n\nresize(2,3)}"
    )
    assert formatted(text) == (
        "recipe r(a, b = 2) for n {\n  epochs a\n  flip\n  warmup 35\n"
        "  clip(frames = 13, stride = b)\n\n  resize (2, 3)\n}\n"
    )
    assert formatted("recipe r {\n}") == "recipe r {}\n"
    assert formatted("recipe r for n=s(a=1 ,)\nrecipe t=s") == (
        "recipe r for n = s(a = 1)\nrecipe t = s\n"
    )


@pytest.mark.parametrize(
    ("setting", "canonical"),
    [
        ("scale_jitter 182 .. 228", "scale_jitter 182..228"),
        ("scale_jitter a+1..b*2", "scale_jitter a + 1..b * 2"),
        ("crop (160)", "crop 160"),
        ("optimizer sgd(lr=0.1 if a else 2)", "optimizer sgd(lr = 0.1 if a else 2)"),
        ("flip -1", "flip -1"),
        ("flip not a", "flip not a"),
        ('pretrained "a \\"b\\" c"', 'pretrained "a \\"b\\" c"'),
        ("test full_length(size=2)  # so", "test full_length(size = 2)  # so"),
    ],
)
def test_a_setting(setting: str, canonical: str) -> None:
    assert formatted(f"recipe r {{ {setting}\n}}\n") == f"recipe r {{\n  {canonical}\n}}\n"


def test_definitions_after_a_recipe() -> None:
    block = "block b() {\n  input v: in x 3\n}\n"
    assert formatted(f"recipe r for n = s\n\n{block}") == f"recipe r for n = s\n\n{block}"


def test_blank_lines() -> None:
    definitions = "\n\nuse a\nuse b\n\n\n\nuse c\nnetwork n = a\n"
    block = "block b() {\n\n  y = a\n\n\n  z = b\n\n}\nuse d"
    assert formatted(definitions + block) == (
        "use a\nuse b\n\nuse c\nnetwork n = a\n\nblock b() {\n  y = a\n\n  z = b\n}\n\nuse d\n"
    )


@pytest.mark.parametrize(
    ("doc", "canonical"),
    [
        ('"""  One line. """', '"""One line."""'),
        ('"""\n  First.\n\n    Third.  \n"""', '"""\nFirst.\n\n  Third.\n"""'),
        ('"""It says "so" """', '"""\nIt says "so"\n"""'),
        ('""""""', '""""""'),
        (f'"""{"a" * 95}"""', f'"""\n{"a" * 95}\n"""'),
    ],
)
def test_a_docstring(doc: str, canonical: str) -> None:
    assert formatted(f"{doc}\nnetwork n = a") == f"{canonical}\nnetwork n = a\n"


def test_comments_keep_their_places() -> None:
    text = """\
# licence

\"\"\"File.\"\"\"  # beside
# before
use a# b
block e() { # only
}
block b( # parameters
  x,
  y = 3,  # of y
) {  # opened
  # first


  y = x  # of y
  z = 3; w = f(a, # within
      b) # after
  if a {  # so
    # inside
  } # closed
  else { # other
    y = b
    # last of other
  }
  table { # table
    # header
    | a | # a
    |---| # rule
    # row
    | 1 | # one
    # end
  }  # after table

  # last
} # closed
# end

#last"""
    expected = """\
# licence

\"\"\"File.\"\"\"  # beside
# before
use a  # b

block e() {  # only
}

# parameters
# of y
block b(x, y = 3) {  # opened
  # first

  y = x  # of y
  z = 3
  # within
  w = f(a, b)  # after
  if a {  # so
    # inside
  } else {  # closed
    # other
    y = b
    # last of other
  }

  table {  # table
    # header
    | a |  # a
    |---|  # rule
    # row
    | 1 |  # one
    # end
  }  # after table

  # last
}  # closed
# end

#last
"""
    assert formatted(text) == expected


def test_a_tree_without_a_source_can_be_printed() -> None:
    file = parse(Source("t.arch", "block b(x) {\n  if x {\n    y = x  # lost\n  }\n}\n"))
    (block,) = file.definitions
    printed = format_file(type(file)(Source("new", ""), None, (block,), (), span=file.span))
    assert parse(Source("t.arch", printed)) == file


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("cell a{}", "cell a {}"),
        ("cell a( ) {x=cell}", "cell a {\n  x = cell\n}"),
        ("cell a(k:cell|b=cell) {}", "cell a(k: cell | b = cell) {}"),
        ("network n = a\n+insert(b after(p,))", "network n = a + insert b after p"),
        (
            "network n = a(k=3)+insert(b after(p,q..r,),c after s.*)+insert d after t",
            "network n = a(k = 3) + insert (b after (p, q..r), c after s.*) + insert d after t",
        ),
    ],
)
def test_cells_and_transforms(text: str, canonical: str) -> None:
    assert formatted(text) == f"{canonical}\n"


def test_a_long_transform_is_broken() -> None:
    insertions = [f"cell_{letter} after mixed_{letter}" for letter in "abcdef"]
    listed = "".join(f"    {insertion},\n" for insertion in insertions)
    assert formatted(f"network n = i3d + insert ({', '.join(insertions)})") == (
        f"network n = i3d\n  + insert (\n{listed}  )\n"
    )
    four = ", ".join(insertions[:3])
    assert formatted(f"network n = i3d + insert ({four}) + insert a after p") == (
        f"network n = i3d\n  + insert ({four})\n  + insert a after p\n"
    )


def test_items_of_a_claim() -> None:
    text = 'claim a {flops +3G on b(k=1)"r";disputed types(b,c);path b->c;kind cell}'
    assert formatted(text) == (
        'claim a {\n  flops +3G on b(k = 1) "r"\n  disputed types (b, c)\n  path b -> c\n'
        "  kind cell\n}\n"
    )
