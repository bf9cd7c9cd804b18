"""From an offset to what the name there means, where that is defined, and all who use it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from archdsl.analysis.names.definitions import Index, index
from archdsl.analysis.names.symbol import Kind, Occurrence, Role, Symbol
from archdsl.program.program import Program, Unit
from archdsl.source import Span


@dataclass(frozen=True, slots=True)
class Found:
    """An occurrence in a file of a program."""

    unit: Unit
    occurrence: Occurrence

    @property
    def span(self) -> Span:
        return self.occurrence.span

    def joined(self, other: Found) -> Found:
        """The same occurrence, with all that it means in either program."""
        symbols = dict.fromkeys((*self.occurrence.symbols, *other.occurrence.symbols))
        return replace(self, occurrence=replace(self.occurrence, symbols=tuple(symbols)))

    def __str__(self) -> str:
        """`x3d.arch:21`, for a message."""
        return f"{shown(self.unit)}:{self.span.line}"


def shown(unit: Unit) -> str:
    """What a file is called in a sentence: `x3d.arch`, or `library/x3d.arch`."""
    path = Path(unit.file.source.name)
    return path.name if path.is_absolute() else str(path)


class Names:
    """The names of a program's files, each file read when it is first asked for."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._units = {unit.real_path: unit for unit in program.units}
        self._indexes: dict[Unit, Index] = {}

    def of(self, unit: Unit) -> Index:
        """The names of one file."""
        if unit not in self._indexes:
            self._indexes[unit] = index(self.program, unit)
        return self._indexes[unit]

    def at(self, offset: int) -> Occurrence | None:
        """The name at an offset of the spec itself."""
        return self.of(self.program.main).at(offset)

    def unit(self, symbol: Symbol) -> Unit | None:
        """The file that a symbol is in; None for what the language or another program defines."""
        return self._units.get(symbol.file) if symbol.file is not None else None

    def definitions(self, symbol: Symbol) -> Iterator[tuple[Unit, Span]]:
        """Where a symbol is defined; a file is defined by its first character."""
        unit = self.unit(symbol)
        if unit is None:
            return
        if symbol.kind is Kind.FILE:
            yield unit, Span(unit.file.source, 0, 0)
            return
        for each in self.of(unit).of(symbol):
            if each.role is Role.DEFINES:
                yield unit, each.span

    def all(self) -> Iterator[Found]:
        """The names of all files."""
        for unit in self.program.units:
            for each in self.of(unit).occurrences:
                yield Found(unit, each)

    def sees(self, symbol: Symbol) -> bool:
        """Whether the file of a symbol is one of the program."""
        return symbol.file is None or self.unit(symbol) is not None


def occurrences(programs: Iterable[Names], symbols: Iterable[Symbol]) -> list[Found]:
    """All occurrences of symbols in some programs, each once, by file and in order.

    Programs have files in common, and can know different things about the same name: which
    networks a recipe is for.
    """
    wanted = frozenset(symbols)
    found: dict[tuple[str, int, int], Found] = {}
    for names in programs:
        for each in names.all():
            if not wanted.isdisjoint(each.occurrence.all_symbols) and each.span.text:
                key = str(each.unit.real_path), each.span.start, each.span.end
                found[key] = each.joined(found[key]) if key in found else each
    return [found[key] for key in sorted(found)]
