"""What can be written in recipes, searches and claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any

from archdsl.analysis.completing.known import Known, words_of_value
from archdsl.analysis.completing.proposal import Proposal, Rank, given, word
from archdsl.analysis.describing.language import METRICS
from archdsl.analysis.drafts.slots import Cursor
from archdsl.analysis.names.labels import Labels
from archdsl.analysis.names.settings import VOCABULARIES
from archdsl.analysis.names.symbol import Kind, Symbol
from archdsl.claims.structure import DIMENSIONS
from archdsl.params.kinds import kind_of
from archdsl.program.cells.parts import KEYS_VALUES
from archdsl.searches.forms import RecipeForm
from archdsl.settings.forms import ChoiceForm, Form, PartsForm, Setting, ValueForm, options_of
from archdsl.settings.kinds import PartNames, WordKind

_WORDS_OF_CLAIMS = {
    "path": DIMENSIONS,
    "dimensions": DIMENSIONS,
    "types": ("map", "dot"),
    "keys_values": KEYS_VALUES,
}


def settings(cursor: Cursor, known: Known) -> Iterator[Proposal]:
    """The settings of a recipe or a search."""
    for name, form in _forms(cursor).items():
        symbol = _setting(cursor, name)
        yield Proposal(name, symbol, Rank.MEANT, snippet=_snippet(name, form))


def _forms(cursor: Cursor) -> dict[str, Form]:
    kind = Kind.SEARCH if cursor.keyword == "search" else Kind.RECIPE
    return {**VOCABULARIES[kind].forms}


def _setting(cursor: Cursor, name: str) -> Symbol:
    return Symbol(Kind.SETTING, name, Symbol(Kind.WORD, cursor.keyword))


def _snippet(name: str, form: Form) -> str | None:
    """The name with room for a value, or for options in parentheses."""
    own = next((each for each in options_of(form) if each.name == name), None)
    if isinstance(form, PartsForm):
        return f"{name}($0)"
    if own is None:
        return f"{name} $0"
    if not fields(own):
        return None
    return f"{name} $0" if own.leading is not None else f"{name}($0)"


def values(cursor: Cursor, known: Known) -> Iterator[Proposal]:
    """What the value of a setting can be."""
    form = _forms(cursor).get(cursor.setting or "")
    if cursor.argument is not None:
        yield from _words_of_option(cursor, form)
    elif isinstance(form, RecipeForm):
        yield from known.definitions(Kind.RECIPE)
    elif isinstance(form, ChoiceForm):
        yield from _methods(cursor, form)
    elif isinstance(form, ValueForm) and isinstance(form.kind, PartNames):
        yield from parts(known)
    elif form is not None:
        kind = form.kind if isinstance(form, ValueForm) else None
        words = [*form.words, *(words_of_value(kind) if kind is not None else ())]
        yield from (word(each, rank=Rank.MEANT) for each in dict.fromkeys(words))
    yield from _own(known)


def _methods(cursor: Cursor, form: ChoiceForm) -> Iterator[Proposal]:
    setting = _setting(cursor, cursor.setting or "")
    for each in form.settings:
        needed = f"{each.name}($0)" if fields(each) else None
        yield Proposal(each.name, Symbol(Kind.METHOD, each.name, setting), Rank.MEANT, needed)


def options(cursor: Cursor, known: Known) -> Iterator[Proposal]:
    """The options of a setting, or the words of one that has no options."""
    form = _forms(cursor).get(cursor.setting or "")
    kind = _options_class(cursor, form)
    if kind is None:
        yield from values(cursor, known)
        return
    owner = _setting(cursor, cursor.setting or "")
    if kind.name != owner.name:
        owner = Symbol(Kind.METHOD, kind.name, owner)
    for each in fields(kind):
        if each.name not in cursor.given:
            yield given(each.name, Symbol(Kind.OPTION, each.name, owner))
    yield from _own(known)


def _options_class(cursor: Cursor, form: Form | None) -> type[Setting] | None:
    known = options_of(form) if form is not None else ()
    return next((each for each in known if each.name == cursor.callee), None)


def _words_of_option(cursor: Cursor, form: Form | None) -> Iterator[Proposal]:
    kind = _options_class(cursor, form)
    own: dict[str, Field[Any]] = {each.name: each for each in fields(kind)} if kind else {}
    if cursor.argument in own:
        value = kind_of(own[cursor.argument])
        words = value.words if isinstance(value, WordKind) else words_of_value(value)
        yield from (word(each, rank=Rank.MEANT) for each in words)


def _own(known: Known) -> Iterator[Proposal]:
    """The parameters of the recipe, and the inputs of its network."""
    yield from known.locals()
    if known.definition is None:
        return
    symbols = _labels(known).known.items()
    for name, meanings in symbols:
        if any(each.kind is Kind.INPUT for each in meanings):
            yield Proposal(name, meanings[0], Rank.NEAR)


def parts(known: Known) -> Iterator[Proposal]:
    """The parts of the network around the offset."""
    for name, symbols in _labels(known).places.items():
        yield Proposal(name, symbols[0], Rank.MEANT)


def _labels(known: Known) -> Labels:
    """The labels of the network that the definition around the offset names."""
    text = known.definition.span.text if known.definition is not None else ""
    named = (name for name in known.unit.names if name in text.split("{")[0].split())
    networks = [known.unit.names[name] for name in named]
    return Labels.of(known.names.program, networks[-1] if networks else None)


def claimed(cursor: Cursor, known: Known) -> Iterator[Proposal]:
    """What a claim can be about."""
    for name, line in METRICS.items():
        yield Proposal(name, Symbol(Kind.METRIC, name), Rank.MEANT, text=line)
    yield word("disputed", "A figure that does not come out; the reason follows in quotes.")
    yield word("note", "A remark for the reader, in quotes.")


def claimed_values(cursor: Cursor, known: Known) -> Iterator[Proposal]:
    for each in _WORDS_OF_CLAIMS.get(cursor.setting or "", ()):
        yield word(each, rank=Rank.MEANT)
    if cursor.setting == "same":
        network = known.unit.names.get(cursor.base or "")
        for name, symbols in Labels.of(known.names.program, network).places.items():
            yield Proposal(name, symbols[0], Rank.MEANT)
    elif cursor.setting not in _WORDS_OF_CLAIMS:
        yield word("on", "Beyond another network: `+34G on i3d`.")
