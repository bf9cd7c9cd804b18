"""A spec and all that it uses, parsed, with every name in them known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TypeAlias, TypeVar

from archdsl import limits
from archdsl.build.functions import FUNCTIONS
from archdsl.build.words import words_of
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, Label, error
from archdsl.ops import OPERATIONS
from archdsl.program.cells.parts import CellBlock, as_block, parts
from archdsl.program.files import find, read, unknown_use
from archdsl.program.program import Named, NamedRecipe, Program, Unit, name_span
from archdsl.program.scoping import check_names
from archdsl.resources import folder
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.parser import parse

N = TypeVar("N", Named, NamedRecipe)

Origins: TypeAlias = dict[tuple[bool, str], Span]
"""Where names come from: of recipes, and of all else."""


def load_program(path: Path, uses: Iterable[str] = ()) -> Program:
    """Parse a spec and all that it uses, and `uses` beyond.

    Raises:
        CompileError: with the mistakes of every file that could be reached.
    """
    return _load(read(path), path, tuple(map(_use, dict.fromkeys(uses))))


def parse_program(source: Source) -> Program:
    """A spec that stands in no file, and so uses the library alone.

    Raises:
        CompileError: with its mistakes.
    """
    return _load(source, folder("library") / source.name)


def _use(name: str) -> tree.Use:
    """A file to use that is named outside of any.

    Raises:
        CompileError: this is no name of one.
    """
    source = Source("--use", f"use {name}")
    definitions = parse(source).definitions
    if len(definitions) == 1 and isinstance(definitions[0], tree.Use):
        return definitions[0]
    raise CompileError([error("use", "this names no file", Span(source, 4, len(source.text)))])


def _load(source: Source, path: Path, uses: tuple[tree.Use, ...] = ()) -> Program:
    loader = _Loader()
    main = loader.unit(source, path, uses)
    units = tuple(loader.done.values())
    if main is None or loader.diagnostics.has_errors:
        raise CompileError(loader.diagnostics)
    words = words_of(units)
    unknown = (mistake for unit in units for mistake in check_names(unit, words))
    return Program(main, units, (*loader.mistakes, *unknown))


class _Loader:
    """Reads units depth first; `open` is the path of uses that led here.

    `mistakes` spoil a definition, `diagnostics` the reading of a file.
    """

    def __init__(self) -> None:
        self.diagnostics = Diagnostics()
        self.mistakes: list[Diagnostic] = []
        self.done: dict[Path, Unit] = {}
        self.open: list[Path] = []

    def unit(self, source: Source, path: Path, uses: tuple[tree.Use, ...] = ()) -> Unit | None:
        try:
            file = parse(source)
        except CompileError as failure:
            self.diagnostics.extend(failure.diagnostics)
            return None
        unit = Unit(file, path, ())
        self.open.append(path.resolve())
        origins: Origins = {}
        written = [d for d in file.definitions if isinstance(d, tree.Use)]
        for use in (*written, *(use for use in uses if use not in written)):
            self._use(unit, use, origins)
        unit = replace(unit, own=tuple(self._definitions(unit)))
        self._define(unit, origins)
        self.open.pop()
        self.done[path.resolve()] = unit
        return unit

    def _definitions(self, unit: Unit) -> Iterator[Named]:
        """What a file defines, where all that it uses has been brought in."""
        written = [d for d in unit.file.definitions if isinstance(d, Named | tree.Cell)]
        known = {*unit.names, *(definition.name for definition in written), *OPERATIONS, *FUNCTIONS}
        for each in written:
            yield self._cell(each, known) if isinstance(each, tree.Cell) else each

    def _cell(self, cell: tree.Cell, known: Set[str]) -> CellBlock:
        """A cell as a block; what is wrong with it is told once, whether it is used or not."""
        from archdsl.program.cells import checks  # few specs write cells

        found = parts(cell)
        mistakes = list(islice(checks.mistakes(cell, found, known), limits.MISTAKES))
        self.mistakes += mistakes
        return as_block(cell, found, any(mistake.is_error for mistake in mistakes))

    def _use(self, unit: Unit, use: tree.Use, origins: Origins) -> None:
        path, name = find(use.name, unit.path)
        if path is None:
            self.diagnostics.add(unknown_use(use, unit.path))
            return
        resolved = path.resolve()
        if resolved in self.open:
            self.diagnostics.add(self._cycle(use, resolved))
            return
        if len(self.done) + len(self.open) > limits.FILES:
            message = f"more than {limits.FILES} files are used"
            raise CompileError([error("use", message, use.span)])
        used = self.done.get(resolved) or self._read_unit(path, name)
        if used is None:
            return
        for definition in used.own:
            self._bring(unit.names, definition, used, use, origins)
        for recipe in used.own_recipes:
            self._bring(unit.recipes, recipe, used, use, origins)

    def _read_unit(self, path: Path, name: str | None) -> Unit | None:
        try:
            return self.unit(read(path, name), path)
        except CompileError as failure:
            self.diagnostics.extend(failure.diagnostics)
            return None

    def _bring(
        self,
        names: dict[str, tuple[N, Unit]],
        definition: N,
        used: Unit,
        use: tree.Use,
        origins: Origins,
    ) -> None:
        if definition.name in names:
            first = origins[isinstance(definition, NamedRecipe), definition.name]
            also = [Label(first, "it came with this already")]
            message = f"`{definition.name}` comes from two files"
            self.diagnostics.add(error("name", message, use.span, also=also))
            return
        names[definition.name] = (definition, used)
        origins[isinstance(definition, NamedRecipe), definition.name] = use.span

    def _define(self, unit: Unit, origins: Origins) -> None:
        for definition in unit.own:
            name = definition.name
            if (False, name) in origins:
                self._defined_twice(definition, origins[False, name])
            elif name in OPERATIONS or name in FUNCTIONS:
                kind = "an operation" if name in OPERATIONS else "a function"
                message = f"`{name}` is {kind} already"
                self.diagnostics.add(error("name", message, name_span(definition)))
            else:
                unit.names[name] = (definition, unit)
                origins[False, name] = name_span(definition)
        for recipe in unit.own_recipes:
            if (True, recipe.name) in origins:
                self._defined_twice(recipe, origins[True, recipe.name])
            else:
                unit.recipes[recipe.name] = (recipe, unit)
                origins[True, recipe.name] = name_span(recipe)

    def _defined_twice(self, definition: Named | NamedRecipe, first: Span) -> None:
        also = [Label(first, "the first one")]
        message = f"`{definition.name}` is defined twice"
        self.diagnostics.add(error("name", message, name_span(definition), also=also))

    def _cycle(self, use: tree.Use, resolved: Path) -> Diagnostic:
        around = [*self.open[self.open.index(resolved) :], resolved]
        path = " -> ".join(p.stem for p in around)
        return error("use", f"files use each other in a circle: {path}", use.span)
