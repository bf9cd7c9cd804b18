"""What is said of names, how words are coloured, and what a network has at a place."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path

import pytest

from archdsl import compiler
from archdsl.analysis import figures
from archdsl.analysis.analysis import analyse
from archdsl.analysis.describing import language
from archdsl.analysis.describing.attributes import attribute_docs
from archdsl.analysis.describing.symbols import describe
from archdsl.analysis.names.finding import Names
from archdsl.analysis.names.symbol import Kind, Symbol
from archdsl.analysis.outline import Entry, draft, outline
from archdsl.analysis.tokens import Look, coloured
from archdsl.build.schemes import SCHEMES
from archdsl.claims.figures import STATED
from archdsl.claims.structure import COUNTED, PROPERTIES
from archdsl.costs.metrics import METRICS
from archdsl.ops import OPERATIONS
from archdsl.plan.rows import SPECIAL, STRIDE
from archdsl.plan.transforms import TRANSFORMS
from archdsl.program.names import FUNCTIONS, TYPE_WORDS
from archdsl.program.published import home
from archdsl.recipes.recipe import VOCABULARY, Recipe
from archdsl.searches.search import VOCABULARY as SEARCHES
from archdsl.searches.search import Search
from archdsl.source import Source

SPEC = home() / "autox3d_s.arch"
PROGRAM = compiler.resolve(SPEC, ())
NAMES = Names(PROGRAM)
TEXT = PROGRAM.main.file.source


def test_every_word_of_the_language_has_a_line() -> None:
    assert language.FUNCTIONS.keys() == FUNCTIONS.keys()
    assert language.TYPES.keys() == TYPE_WORDS
    assert language.COLUMNS.keys() == {*SPECIAL, STRIDE}
    assert language.SCHEMES.keys() == SCHEMES.keys()
    assert language.METRICS.keys() == {*METRICS, *STATED, *COUNTED, *PROPERTIES}


@pytest.mark.parametrize("kind", [Recipe, Search])
def test_every_setting_says_what_it_is(kind: type) -> None:
    vocabulary, what = (VOCABULARY, "recipe") if kind is Recipe else (SEARCHES, "search")
    docs = attribute_docs(kind)
    own = {each.name for each in fields(kind)}
    assert docs.keys() <= own
    for name in vocabulary.forms:
        symbol = Symbol(Kind.SETTING, name, Symbol(Kind.WORD, what))
        assert len(describe(symbol, NAMES).text.splitlines()) > (name not in METRICS), name


def test_every_operation_and_transform_is_described() -> None:
    for name in OPERATIONS:
        found = describe(Symbol(Kind.OPERATION, name), NAMES)
        assert found.signature.startswith(f"{name}(")
        assert found.text
    for name, kind in TRANSFORMS.items():
        assert (
            inspect.cleandoc(kind.__doc__ or "").splitlines()[0]
            in describe(Symbol(Kind.TRANSFORM, name), NAMES).text
        )


def test_derived_block_is_described_by_what_it_derives_from() -> None:
    library = next(unit for unit in PROGRAM.units if unit.path.stem == "x3d")
    found = describe(Symbol(Kind.BLOCK, "t3_s3", path=library.real_path), NAMES)
    assert found.signature == "block t3_s3 = bottleneck(kernel = (3, 3, 3))"
    assert found.text.startswith("Bottleneck: widen to `mid` channels")


def looks(text: str) -> list[tuple[str, Look]]:
    path = Path("/nowhere/a.arch")
    source = Source(str(path), text)
    names = Names(compiler.resolve(path, (), {path: text}))
    return [(text[each.start : each.end], each.look) for each in coloured(source, names)]


def test_words_have_colours_by_what_they_mean() -> None:
    found = looks('"""A doc"""\nblock a(x, n: int = 3) { y = x -> conv(n, 5x2 x 4) # c\n y }\n')
    assert found == [
        ('"""A doc"""', Look.STRING),
        ("block", Look.KEYWORD),
        ("a", Look.FUNCTION),
        ("x", Look.PARAMETER),
        ("n", Look.PARAMETER),
        ("int", Look.TYPE),
        ("3", Look.NUMBER),
        ("y", Look.VARIABLE),
        ("x", Look.PARAMETER),
        ("->", Look.OPERATOR),
        ("conv", Look.FUNCTION),
        ("n", Look.PARAMETER),
        ("5", Look.NUMBER),
        ("x2", Look.NUMBER),
        ("x", Look.OPERATOR),
        ("4", Look.NUMBER),
        ("# c", Look.COMMENT),
        ("y", Look.VARIABLE),
    ]


def test_words_of_a_draft_have_colours() -> None:
    source = Source("a", "network b = x3d_s + insert relu after (res2")
    names = Names(compiler.resolve(Path("/nowhere/a.arch"), (), {Path("/nowhere/a.arch"): ""}))
    found = {source.text[e.start : e.end]: e.look for e in coloured(source, names)}
    assert found["network"] is Look.KEYWORD
    assert found["insert"] is Look.KEYWORD
    assert found["relu"] is Look.FUNCTION


def names_of(entries: tuple[Entry, ...]) -> list[str]:
    return [each.name for each in entries]


def test_outline_has_stages_and_rows() -> None:
    network, *others = outline(PROGRAM.main.file)
    assert names_of(network.parts)[-5:] == ["stem", "stage1", "stage2", "stage3", "stage4"]
    assert names_of(network.parts[-1].parts) == ["t3_s5", "t1_s3", "t3_s3"]
    assert others[-1].name == "claim autox3d_s(size = 182)"
    for entry in (network, *network.parts, *others):
        assert entry.span.holds(entry.place)
    assert names_of(draft(TEXT)) == [
        each.name.removeprefix("claim ").partition("(")[0] for each in (network, *others)
    ]


def test_network_has_figures_at_rows_calls_and_names() -> None:
    analysis = analyse(SPEC)
    assert analysis.program is not None
    facts, names = analysis.networks["autox3d_s"], Names(analysis.program)
    source = analysis.program.main.file.source
    rows = figures.lines(facts, source)
    assert sum(row.figures.macs for row in rows.values()) == facts.costs.total.macs
    assert sum(row.figures.params for row in rows.values()) == facts.costs.total.params
    span, seen = figures.at(facts, source, source.text.index("| t1_s5") + 3) or (None, None)
    assert span is not None
    assert seen is not None
    assert (span.text, seen.shapes) == ("t1_s5", ("72 x 13 x 10^2",))
    library = next(unit for unit in analysis.program.units if unit.path.stem == "x3d")
    text = library.file.source.text
    mid = names.of(library).at(text.index("conv(mid)") + 5)
    assert mid is not None
    of_mid = figures.named(facts, mid.symbols[0], library)
    assert of_mid is not None
    assert (of_mid.uses, of_mid.values[:3]) == (26, ("54", "84", "72"))
    shortcut = names.of(library).at(text.index("shortcut = x\n"))
    assert shortcut is not None
    assert shortcut.symbols[0].kind is Kind.VARIABLE
