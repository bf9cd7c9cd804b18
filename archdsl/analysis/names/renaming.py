"""Renaming: the edits of all files, or why a name cannot be changed.

A rename is refused, with the evidence, where the text does not tell everything that means the name,
or where another name would mean something else afterwards. That is found out by reading all
programs once more with the edits in place, and comparing what each name means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeAlias

from archdsl.analysis.names.finding import Found, Names, occurrences, shown
from archdsl.analysis.names.meanings import definition_symbol, parameters
from archdsl.analysis.names.symbol import DEFINITIONS, Kind, Occurrence, Role, Symbol
from archdsl.diagnostics import CompileError
from archdsl.program.files import Unsaved, shipped_as
from archdsl.program.names import SCALED, TAU
from archdsl.program.program import Program, Unit, is_network
from archdsl.source import Span

Load: TypeAlias = Callable[[Path, Unsaved], Program]
"""Reads a spec, with texts in the place of files."""

_INSIDE = {Kind.PARAMETER, Kind.INPUT, Kind.VARIABLE, Kind.COLUMN, Kind.STAGE}
_RENAMED = (DEFINITIONS - {Kind.FILE}) | _INSIDE
"""What has a name in the text that can be changed there."""

_KNOWN = frozenset({*SCALED, TAU, "classes", "dropout"})
"""Parameters of a network that have an effect by their names."""


class Refused(Exception):
    """Why a name cannot be changed, as a message for whoever asked."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A text to put in the place of a span."""

    path: Path
    span: Span
    text: str


def check_renameable(occurrence: Occurrence) -> None:
    """Check that a name is one of the user's own files.

    Raises:
        Refused: it belongs to the language, to archdsl's own files, or is unknown.
    """
    if not occurrence.symbols:
        raise Refused(f"nothing defines `{occurrence.text}`")
    _check_own(occurrence.symbols[0])


def _check_own(symbol: Symbol) -> None:
    if symbol.file is None:
        raise Refused(f"`{symbol.name}` is a name of the language")
    if symbol.kind not in _RENAMED:
        raise Refused(f"`{symbol.name}` is the name of a file: rename the file")
    if shipped := shipped_as(symbol.file):
        raise Refused(f"`{symbol.name}` is defined in {shipped}, which comes with archdsl")


def rename(
    programs: Sequence[Names], symbol: Symbol, new: str, load: Load, unsaved: Unsaved
) -> list[Edit]:
    """The edits that give a symbol a new name in all files of some programs.

    Raises:
        Refused: it cannot be changed, with the reason.
    """
    if new == symbol.name:
        return []
    _check_known(symbol, new)
    seeing = [each for each in programs if each.sees(symbol)]
    group = _group(seeing, symbol)
    for each in group:
        _check_own(each)
    found = occurrences(seeing, group)
    _check_defined(found, symbol)
    _check_unknown(seeing, group, symbol)
    edits = [_edit(each, group, symbol, new) for each in found]
    _verify(seeing, group, edits, (symbol.name, new), load, unsaved)
    return edits


def _check_known(symbol: Symbol, new: str) -> None:
    """Check that it is no parameter that transforms, recipes and scripts know by its name."""
    is_of_network = symbol.owner is not None and symbol.owner.kind is Kind.NETWORK
    if symbol.kind is Kind.PARAMETER and is_of_network:
        for name in (symbol.name, new):
            if name in _KNOWN:
                raise Refused(f"transforms or recipes know a network's `{name}` by its name")


def _group(programs: Sequence[Names], symbol: Symbol) -> frozenset[Symbol]:
    """What must be renamed together: a parameter, and the columns of tables that give it a value.

    Raises:
        Refused: a column gives a value to another parameter as well.
    """
    group = {symbol}
    while True:
        joined = {
            other: each
            for each in occurrences(programs, group)
            if each.occurrence.role is Role.DEFINES
            for other in each.occurrence.symbols
            if other not in group
        }
        if not joined:
            return frozenset(group)
        given = [each for each in (*group, *joined) if each.kind is not Kind.COLUMN]
        if len(given) > 1:
            *_, other = given
            owner = other.owner.name if other.owner else ""
            column = f"the column `{symbol.name}` at {joined[other]}"
            raise Refused(f"{column} also gives `{other.name}` of `{owner}` a value")
        group |= joined.keys()


def _check_defined(found: Sequence[Found], symbol: Symbol) -> None:
    if not any(each.occurrence.role is Role.DEFINES for each in found):
        raise Refused(f"the text does not define `{symbol.name}`, so it cannot be renamed there")
    for each in found:
        if each.occurrence.role is Role.MATCHES:
            raise Refused(f"`{each.span.text}` at {each} names it by a pattern")


def _check_unknown(programs: Sequence[Names], group: frozenset[Symbol], symbol: Symbol) -> None:
    """Check that no name that the text leaves open may be this one."""
    for names in programs:
        is_value = _is_value(names.program, names, group)
        for each in names.all():
            why = _doubt(each.occurrence, symbol, is_value)
            if why is not None:
                raise Refused(f"`{each.span.text}` at {each} {why}")


def _doubt(occurrence: Occurrence, symbol: Symbol, is_value: bool) -> str | None:
    """Why an unknown name may be the symbol; None where it is another."""
    text, role = occurrence.text, occurrence.role
    if role in (Role.LABELS, Role.MATCHES) and not occurrence.symbols:
        is_near = fnmatchcase(symbol.name, text) or text.rstrip("0123456789") == symbol.name
        is_inserted = text.endswith(f"_{symbol.name}")
        return "may be a label that is made of it" if is_near or is_inserted else None
    if text != symbol.name:
        return None
    if role is Role.GIVES and occurrence.is_open and is_value:
        return "is given to a block that the text does not name, which may be this one"
    if symbol.kind is Kind.INPUT and not occurrence.symbols and role is Role.READS:
        return "may be this input: the recipe does not say for which network it is"
    return None


def _is_value(program: Program, names: Names, group: frozenset[Symbol]) -> bool:
    """Whether a block with these parameters is passed on as a value somewhere."""
    having = {
        definition_symbol(each.node, each.unit)
        for each in program.definitions
        if not is_network(each.node)
        and any(not group.isdisjoint(symbols) for symbols in parameters(each).values())
    }
    passed = (each.occurrence for each in names.all() if each.occurrence.role is Role.READS)
    return any(not having.isdisjoint(each.symbols) for each in passed)


def _edit(each: Found, group: frozenset[Symbol], symbol: Symbol, new: str) -> Edit:
    """The edit of one occurrence. `f(a = 1, b)` becomes `f(a = 1, b = c)` or `f(a = 1, c = b)`."""
    occurrence, old = each.occurrence, symbol.name
    text = new
    if occurrence.also is not None:
        reads = not group.isdisjoint(occurrence.symbols)
        gives = not group.isdisjoint(occurrence.also)
        if reads != gives:
            text = f"{old} = {new}" if reads else f"{new} = {old}"
    elif not set(occurrence.symbols) <= group:
        other = next(one for one in occurrence.symbols if one not in group)
        owner = other.owner or other
        raise Refused(f"`{old}` at {each} also means `{other.name}` of `{owner.name}`")
    return Edit(each.unit.real_path, occurrence.span, text)


# The check of the result


def _verify(
    programs: Sequence[Names],
    group: frozenset[Symbol],
    edits: Sequence[Edit],
    names: tuple[str, str],
    load: Load,
    unsaved: Unsaved,
) -> None:
    """Read all programs with the edits in place, and compare what each name means."""
    texts, (old, new) = {**unsaved, **edited(edits)}, names
    for before in programs:
        main = before.program.main
        try:
            after = Names(load(main.path, texts))
        except CompileError as failure:
            why = failure.diagnostics[0].message
            raise Refused(f"`{new}` cannot stand there: {why}") from None
        _check_mistakes(before.program, after.program, old, new)
        _compare(before, after, group, new)


def _check_mistakes(before: Program, after: Program, old: str, new: str) -> None:
    """Check that there is no mistake that was not there before."""
    known = {each.message for each in (*before.faults, *before.mistakes)}
    for each in (*after.faults, *after.mistakes):
        was = each.message.replace(f"`{new}`", f"`{old}`")
        if each.is_error and not {each.message, was} & known:
            raise Refused(f"that would be a mistake: {each.message}")


def edited(edits: Iterable[Edit]) -> Mapping[Path, str]:
    """The texts of files with all their edits."""
    texts: dict[Path, str] = {}
    for each in sorted(edits, key=lambda edit: -edit.span.start):
        text = texts.get(each.path, each.span.source.text)
        texts[each.path] = text[: each.span.start] + each.text + text[each.span.end :]
    return texts


def _compare(before: Names, after: Names, group: frozenset[Symbol], new: str) -> None:
    units = zip(before.program.units, after.program.units, strict=True)
    for old_unit, new_unit in units:
        old, now = [*_flat(before, old_unit)], [*_flat(after, new_unit)]
        for one, other in zip(old, now, strict=False):
            if tuple(_renamed(symbol, group, new) for symbol in one[1]) != other[1]:
                raise Refused(_changed(Found(new_unit, other[0]), one[0].text))
        if len(old) != len(now):
            raise Refused(f"`{new}` would be read as another part of {shown(new_unit)}")


def _flat(names: Names, unit: Unit) -> Iterator[tuple[Occurrence, tuple[Symbol, ...]]]:
    """The names of a file. One that is short for two counts as two."""
    for each in names.of(unit).occurrences:
        if each.also is not None:
            yield each, each.also
        yield each, each.symbols


def _renamed(symbol: Symbol, group: frozenset[Symbol], new: str) -> Symbol:
    """A symbol as it is called afterwards, also where it belongs to one that is renamed."""
    name = new if symbol in group else symbol.name
    owner = _renamed(symbol.owner, group, new) if symbol.owner is not None else None
    return replace(symbol, name=name, owner=owner)


def _changed(each: Found, was: str) -> str:
    return f"`{each.span.text}` at {each} would mean something else than `{was}` does now"
