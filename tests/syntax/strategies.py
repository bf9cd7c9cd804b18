"""Random syntax trees of valid specs: hypothesis strategies."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.printing.expressions import flat

_SIGN = re.compile(r"(x[0-9]+)*(x|x[0-9]+)")
_NOWHERE = Span(Source("nowhere", ""), 0, 0)
_KEYWORDS = "and block cell claim disputed else false for if in init input network none not note or"
_RESERVED = {*_KEYWORDS.split(), "recipe", "return", "table", "true", "use"}


def _build(kind: type[tree.Node], *values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(lambda *drawn: kind(*drawn, span=_NOWHERE), *values)


def _tuples(items: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, min_size=least, max_size=3).map(tuple)


def _number(text: str) -> tree.Number:
    suffixes = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
    value = Fraction(text.rstrip("kKMGT")) * suffixes.get(text[-1], 1)
    exact = value.numerator if value.denominator == 1 else value
    return tree.Number(text, exact, span=_NOWHERE)


_SOFT = "integers below each of by require search".split()
_common = st.sampled_from(["x", "x13", "y", "t3_s3", "i", "e5", "block_", "inputs", *_SOFT])
names = _common | st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in _RESERVED
)
numbers = st.from_regex(
    r"(0|[1-9][0-9]{0,2})(\.[0-9]{1,3})?([eE][+-]?[0-9])?[kKMGT]?", fullmatch=True
).map(_number)
texts = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t"))
docs = texts.map(lambda text: "\n".join(line.rstrip() for line in text.split("\n")).strip()).filter(
    lambda text: '"""' not in text
)

_constants = _build(tree.Constant, st.sampled_from([True, False, None]))
_named = _build(tree.Name, names)
_words = st.sampled_from(["in", "cell"])
_atoms = numbers | _constants | _named | _build(tree.Name, _words)


def _calls(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    argument = _build(tree.Argument, st.none() | names, inner)
    return _build(tree.Call, _named, _tuples(argument))


def _operators() -> st.SearchStrategy[str]:
    signs = "or and == != <= >= < > + - * / // %"
    return st.sampled_from(signs.split())


@st.composite
def _choices(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> tree.Choice | tree.Each:
    """A choice with options that differ, since two alike are a mistake."""
    options = _differing(draw(st.lists(inner, min_size=2, max_size=4)))
    if draw(st.booleans()):
        last, by = draw(inner), draw(st.none() | _named)
        options = (*options, tree.Steps(draw(_named), last, by, span=_NOWHERE))
    amount, at_most = draw(st.none() | inner), draw(st.booleans())
    if isinstance(amount, tree.Number | tree.Unary) or (amount is None and len(options) < 2):
        amount = draw(_named)
    choice = tree.Choice(options, amount, at_most and amount is not None, span=_NOWHERE)
    return tree.Each(choice, span=_NOWHERE) if draw(st.booleans()) else choice


def _differing(options: list[Any]) -> tuple[Any, ...]:
    def key(option: Any) -> object:
        is_negative = isinstance(option, tree.Unary) and option.operator == "-"
        inner = key(option.operand) if is_negative else option
        if isinstance(inner, tree.Number):
            return inner.value
        return -inner if is_negative and isinstance(inner, int | Fraction) else option

    return tuple({key(option): option for option in options}.values())


def _is_bound(choice: Any) -> bool:
    """Whether `<=` before it would make it another choice."""
    return isinstance(choice, tree.Choice) and choice.amount is not None and not choice.at_most


def _wider(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    steps = _tuples(_named | _calls(inner), least=1)
    words = _named.filter(
        lambda name: _SIGN.fullmatch(name.name) is None and name.name not in ("by", "each", "of")
    )
    return st.one_of(
        _build(tree.Attribute, inner, names),
        _build(tree.Index, inner, inner),
        _build(tree.Tuple, _tuples(inner, least=1)),
        _build(tree.Repeat, inner, numbers),
        _build(tree.AtMost, inner.filter(lambda bound: not _is_bound(bound))),
        _choices(inner),
        _build(tree.Each, words),
        _build(tree.Shape, st.lists(inner, min_size=2, max_size=4).map(tuple)),
        _build(tree.Unary, st.sampled_from(["-", "not"]), inner),
        _build(tree.Binary, _operators(), inner, inner),
        _build(tree.Conditional, inner, inner, inner),
        _calls(inner),
        _build(tree.Chain, inner, steps),
    )


expressions = st.recursive(_atoms, _wider, max_leaves=12)
_bases = _named | _calls(expressions)
_chains = _build(tree.Chain, expressions, _tuples(_named | _calls(expressions), least=1))

_cells = expressions | _build(tree.Dash)
_rows = _build(tree.Row, _tuples(_cells, least=1)) | _build(tree.Rule)
_columns = _build(tree.Name, names | st.just("block"))
_bindings = _build(tree.Argument, names, expressions)
_tables = _build(
    tree.Table, _tuples(_bindings), _tuples(_columns, least=1), _tuples(_rows, least=1)
)
_simple = st.one_of(
    _build(tree.Require, expressions.filter(lambda e: flat(e)[:2] != "<="), st.none() | texts),
    _build(tree.Input, names, expressions, st.none() | expressions),
    _build(tree.Initialise, names, _bases),
    _build(tree.Assign, _tuples(names, least=1), expressions),
    _build(tree.Apply, (_bases | _chains).filter(lambda call: not _is_requirement(call))),
    _build(tree.Return, _tuples(expressions, least=1)),
    _tables,
)


def _is_requirement(call: Any) -> bool:
    """Whether a statement begins with `require`, and may be a requirement."""
    return flat(call).startswith("require")


_tests = expressions.filter(lambda test: not flat(test).endswith("each"))  # else `each {`


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        _build(tree.If, _tests, _tuples(inner), _tuples(inner)),
        _build(tree.For, _tuples(names, least=1), _tests, _tuples(inner), st.booleans()),
    )


statements = st.recursive(_simple, _nested, max_leaves=4)
_types = _tuples(names | st.sampled_from(["none", "block", "cell"]))
_parameters = _build(tree.Parameter, names, _types, st.none() | expressions)
_described = st.none() | docs

_whys = st.none() | texts
_items = names.filter(lambda name: name not in ("each", "require"))
_figures = _build(tree.Figure, _items, numbers, st.none() | _bases, st.booleans(), _whys)
_values = expressions.filter(lambda value: not isinstance(value, tree.Number))
_properties = _build(tree.Property, _items, _values, st.booleans(), _whys)
_remarks = _build(tree.Remark, texts)
_bodied = (names, _tuples(_parameters), _tuples(statements), _described)

_labels = st.from_regex(r"[a-z0-9_]{1,4}(\.[a-z0-9_]{1,3}){0,3}", fullmatch=True)
_wild = st.from_regex(r"(?!.*\*\*)[a-z0-9*]{1,4}(\.[a-z0-9_*]{1,3}){0,3}", fullmatch=True)
_places = _build(tree.Place, _wild, st.none()) | _build(tree.Place, _labels, _labels)
_insertions = _build(tree.Insertion, _bases, _tuples(_places, least=1), st.booleans())
_transforms = _build(tree.Insert, _tuples(_insertions, least=1)) | _calls(expressions)

_values_set = st.one_of(
    expressions,
    _build(tree.Range, expressions, expressions),
    _build(tree.Text, texts),
)
_alone = _build(tree.Argument, st.none(), _values_set).map(lambda argument: (argument,))
_options = st.builds(
    lambda leading, options: (*leading, *options),
    st.lists(_build(tree.Argument, st.none(), expressions), max_size=1),
    _tuples(_build(tree.Argument, names, expressions), least=1),
)
_settings = _build(tree.Setting, _items, st.just(()) | _alone | _options)
_recipes = st.one_of(
    _build(
        tree.Recipe,
        names,
        _tuples(_parameters),
        st.none() | _named,
        _tuples(_settings),
        _described,
    ),
    _build(tree.DerivedRecipe, names, st.none() | _named, _bases, _described),
)


def _is_plain(choice: tree.Choice | tree.Each) -> bool:
    inner = choice.value if isinstance(choice, tree.Each) else choice
    return isinstance(inner, tree.Choice) and inner.amount is None


_searches = _build(tree.Search, names, _tuples(_parameters), _bases, _tuples(_settings), _described)
_block_choices = _build(tree.BlockChoice, names, _choices(_bases).filter(_is_plain), _described)

_uses = _build(tree.Use, st.lists(names, min_size=1, max_size=3).map(".".join))
_definitions = st.one_of(
    _uses,
    _build(tree.Claim, _bases, _tuples(_figures | _properties | _remarks)),
    _build(tree.Block, *_bodied),
    _build(tree.Network, *_bodied),
    _build(tree.Cell, *_bodied),
    _recipes,
    _searches,
    _block_choices,
    _build(tree.Derived, st.just("block"), names, _bases, st.just(()), _described),
    _build(tree.Derived, st.just("network"), names, _bases, _tuples(_transforms), _described),
)


def _file(doc: str | None, definitions: tuple[tree.Definition, ...]) -> tree.File:
    # A lone doc string at the head belongs to what it stands before.
    if definitions and getattr(definitions[0], "doc", "") is None:
        doc = None
    return tree.File(_NOWHERE.source, doc, definitions, (), span=_NOWHERE)


files = st.builds(_file, _described, _tuples(_definitions))
