"""What can be written at an offset of a text, whether the text parses or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace

from archdsl.analysis.completing import settings
from archdsl.analysis.completing.known import Known
from archdsl.analysis.completing.proposal import Proposal, Rank, given, word
from archdsl.analysis.describing import language
from archdsl.analysis.drafts.cursor import cursor
from archdsl.analysis.drafts.lexed import lexed
from archdsl.analysis.drafts.slots import Cursor, Slot
from archdsl.analysis.names.finding import Names
from archdsl.analysis.names.labels import Labels
from archdsl.analysis.names.symbol import Kind, Symbol
from archdsl.build.schemes import INITIALISED, SCHEMES
from archdsl.params.kinds import kind_of
from archdsl.plan.decisions import CHOOSE
from archdsl.plan.rows import BLOCK, NUMBER, SPECIAL
from archdsl.plan.transforms import TRANSFORMS
from archdsl.plan.transforms.base import WORDS
from archdsl.program import published
from archdsl.program.names import SCALED
from archdsl.program.published import SUFFIX
from archdsl.program.stages import STAGE
from archdsl.resources import folder
from archdsl.source import Source


@dataclass(frozen=True)
class Completion:
    """What can stand from an offset on, up to the cursor."""

    start: int
    proposals: tuple[Proposal, ...]


def complete(source: Source, offset: int, names: Names) -> Completion:
    """What can be written at an offset; `names` are those of the text as far as it parses."""
    where = cursor(lexed(source), offset)
    known = Known(source, offset, names)
    found = {each.label: each for each in [*_SLOTS[where.slot](where, known)][::-1]}
    return Completion(where.start, (*_meant(where, found), *reversed(found.values())))


def _meant(where: Cursor, found: dict[str, Proposal]) -> Iterator[Proposal]:
    """What a name of another library is called here: `conv` for `Conv3d`."""
    if not where.word or where.word in found:
        return
    from archdsl.foreign.names import called  # a table that few words need

    own = (called(where.word) or "").partition("(")[0]
    if own in found:
        yield replace(found.pop(own), rank=Rank.MEANT, typed=where.word)


def _nothing(where: Cursor, known: Known) -> Iterable[Proposal]:
    return ()


# Files and heads


def _definitions(where: Cursor, known: Known) -> Iterator[Proposal]:
    for name, (snippet, line) in language.DEFINITIONS.items():
        yield Proposal(name, Symbol(Kind.WORD, name), Rank.MEANT, snippet, line)


def _files(where: Cursor, known: Known) -> Iterator[Proposal]:
    places = (
        (known.unit.path.parent, "beside this file", Rank.MEANT),
        (folder("library"), "library", Rank.FITTING),
        (published.home(), "published", Rank.NEAR),
    )
    for place, text, rank in places:
        for path in sorted(place.glob(f"*{SUFFIX}")):
            if path.resolve() != known.unit.real_path:
                yield Proposal(path.stem, Symbol(Kind.FILE, path.stem), rank, text=text)


def _types(where: Cursor, known: Known) -> Iterator[Proposal]:
    for name, line in language.TYPES.items():
        yield word(name, line)


def _axes(where: Cursor, known: Known) -> Iterator[Proposal]:
    return (word(axis) for axis in SCALED)


def _networks(where: Cursor, known: Known) -> Iterator[Proposal]:
    return known.definitions(Kind.NETWORK)


def _recipes(where: Cursor, known: Known) -> Iterator[Proposal]:
    return known.definitions(Kind.RECIPE)


def _bases(where: Cursor, known: Known) -> Iterator[Proposal]:
    if where.keyword == "network":
        yield from _networks(where, known)
    elif where.keyword == "block":
        yield from known.callables()
        yield word("each")


# Bodies


def _statements(where: Cursor, known: Known) -> Iterator[Proposal]:
    for name, (snippet, line) in language.STATEMENTS.items():
        if name not in ("input", "init") or where.keyword == "network":
            yield Proposal(name, Symbol(Kind.WORD, name), Rank.NEAR, snippet, line)
    if where.keyword == "cell":
        for name, line in language.IN_CELLS.items():
            snippet = f"{name} = $0"
            yield Proposal(name, Symbol(Kind.SETTING, name), Rank.NEAR, snippet, line)
    yield from known.values()


def _steps(where: Cursor, known: Known) -> Iterator[Proposal]:
    yield from known.callables()
    yield from known.locals()


def _sizes(where: Cursor, known: Known) -> Iterator[Proposal]:
    for name, line in language.SIZES.items():
        yield Proposal(name, Symbol(Kind.SIZE, name), text=line)


def _values(where: Cursor, known: Known) -> Iterator[Proposal]:
    if where.callee in TRANSFORMS:
        yield from _words_of_transform(where, known)
        return
    yield from known.words(where.callee, where.argument)
    yield from known.values()


def _arguments(where: Cursor, known: Known) -> Iterator[Proposal]:
    if where.callee in TRANSFORMS or where.callee == CHOOSE:
        yield from _options_of_transform(where, known)
        return
    for place, (name, symbols) in enumerate(known.parameters(where.callee).items()):
        owner = symbols[0].owner
        is_piped = place == 0 and owner is not None and owner.kind is Kind.BLOCK
        if name not in where.given and not is_piped:
            yield given(name, symbols[0])
    yield from known.values()


def _initialised(where: Cursor, known: Known) -> Iterator[Proposal]:
    for name in INITIALISED:
        yield Proposal(name, Symbol(Kind.OPERATION, name), snippet=f"{name}: $0")


def _schemes(where: Cursor, known: Known) -> Iterator[Proposal]:
    for name, options in SCHEMES.items():
        snippet = f"{name}({', '.join(f'{each} = $0' for each in options)})" if options else None
        line = language.SCHEMES[name]
        yield Proposal(name, Symbol(Kind.METHOD, name), snippet=snippet, text=line)


# Tables


def _columns(where: Cursor, known: Known) -> Iterator[Proposal]:
    """The columns of the language, and the parameters of blocks; first those of many blocks."""
    for name in SPECIAL:
        if name not in where.given:
            line = language.COLUMNS[name]
            yield Proposal(name, Symbol(Kind.COLUMN, name), Rank.MEANT, text=line)
    having = sorted(known.blocks_parameters().items(), key=lambda pair: -len(pair[1]))
    for name, symbols in having:
        if name not in where.given and name != "x":
            yield Proposal(name, symbols[0], Rank.FITTING if len(symbols) > 1 else Rank.NEAR)


def _bindings(where: Cursor, known: Known) -> Iterator[Proposal]:
    for name, symbols in known.blocks_parameters().items():
        if name not in where.given and name != "x":
            yield given(name, symbols[0], Rank.FITTING)


def _cells(where: Cursor, known: Known) -> Iterator[Proposal]:
    if where.column == BLOCK:
        yield from _steps(where, known)
    elif where.column == NUMBER:
        yield from known.locals()
    elif where.column != STAGE:
        yield from _values(where, known)


# What follows a derivation


def _changes(where: Cursor, known: Known) -> Iterator[Proposal]:
    for name in TRANSFORMS:
        yield Proposal(name, Symbol(Kind.TRANSFORM, name), Rank.MEANT, f"{name}($0)")
    snippets = {"insert": "insert ${1:block} after ${2:place}", CHOOSE: f"{CHOOSE}($0)"}
    for name, line in language.CHANGES.items():
        symbol = Symbol(Kind.TRANSFORM, name)
        yield Proposal(name, symbol, Rank.MEANT, snippets[name], line)


def _inserted(where: Cursor, known: Known) -> Iterator[Proposal]:
    return known.definitions(Kind.BLOCK, Kind.CELL)


def _places(where: Cursor, known: Known) -> Iterator[Proposal]:
    network = known.unit.names.get(where.base or "")
    for name, symbols in Labels.of(known.names.program, network).places.items():
        yield Proposal(name, symbols[0], Rank.MEANT)


def _options_of_transform(where: Cursor, known: Known) -> Iterator[Proposal]:
    kind = TRANSFORMS.get(where.callee or "")
    owner = Symbol(Kind.TRANSFORM, where.callee or "")
    for each in fields(kind) if kind is not None else ():
        if each.name not in where.given:
            yield given(each.name, Symbol(Kind.OPTION, each.name, owner))
    yield from _words_of_transform(where, known)


def _words_of_transform(where: Cursor, known: Known) -> Iterator[Proposal]:
    """What an option takes: stages, the columns and parameters of the network, or blocks."""
    kind = TRANSFORMS.get(where.callee or "")
    if kind is None:
        return
    name = where.argument or kind.leading
    option = next((each for each in fields(kind) if each.name == name), None)
    if option is not None and kind_of(option) is WORDS:
        yield from _places(where, known)
        return
    for parameter, symbols in known.parameters(where.base).items():
        yield Proposal(parameter, symbols[0], Rank.FITTING)
    yield from known.definitions(Kind.BLOCK, Kind.CELL)


_SLOTS: dict[Slot, Callable[[Cursor, Known], Iterable[Proposal]]] = {
    Slot.NOTHING: _nothing,
    Slot.DEFINITION: _definitions,
    Slot.FILE: _files,
    Slot.TYPE: _types,
    Slot.AXIS: _axes,
    Slot.STATEMENT: _statements,
    Slot.VALUE: _values,
    Slot.STEP: _steps,
    Slot.ARGUMENT: _arguments,
    Slot.SIZE: _sizes,
    Slot.COLUMN: _columns,
    Slot.BINDING: _bindings,
    Slot.CELL: _cells,
    Slot.INITIALISED: _initialised,
    Slot.SCHEME: _schemes,
    Slot.SETTING: settings.settings,
    Slot.SETTING_VALUE: settings.values,
    Slot.OPTION: settings.options,
    Slot.CLAIMED: settings.claimed,
    Slot.CLAIMED_VALUE: settings.claimed_values,
    Slot.NETWORK: _networks,
    Slot.RECIPE: _recipes,
    Slot.BASE: _bases,
    Slot.CHANGE: _changes,
    Slot.INSERTED: _inserted,
    Slot.PLACE: _places,
}
