"""Loads a spec and all files that it uses, and resolves their names.

A mistake in one file does not hide those of the others. A file that cannot be read is a fault of
the program, in which all else is checked; names that it may define are then no mistakes.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from archdsl import limits
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, Label, error
from archdsl.ops import OPERATIONS
from archdsl.program.cells.blocks import CellBlock, as_block
from archdsl.program.cells.parts import split_cell
from archdsl.program.files import (
    NOTHING_UNSAVED,
    Unsaved,
    find,
    hides_published,
    read,
    unknown_use,
)
from archdsl.program.names import FUNCTIONS, check_names, language
from archdsl.program.program import (
    Definition,
    Named,
    NamedRecipe,
    Program,
    Unit,
    Unread,
    name_span,
)
from archdsl.program.published import Located
from archdsl.program.silence import without_effect
from archdsl.resources import folder
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.remembered import tree_of

M = TypeVar("M")


def load_program(
    spec: Path | Located, uses: Iterable[str] = (), unsaved: Unsaved = NOTHING_UNSAVED
) -> Program:
    """A spec with all files that it uses, and those that `uses` names in addition.

    Texts that are `unsaved` stand for their files.

    Raises:
        CompileError: the spec itself cannot be parsed. It has the mistakes of other files, too.
    """
    found = spec if isinstance(spec, Located) else Located(spec)
    source = read(found.path, found.shown, unsaved)
    program = _load(source, found.path, tuple(map(_use, dict.fromkeys(uses))), unsaved)
    return replace(program, asked=found.network)


def parse_program(source: Source) -> Program:
    """A spec that is no file, and so can use the library and published specs alone.

    Raises:
        CompileError: with its mistakes.
    """
    return _load(source, folder("library") / source.name)


def _use(name: str) -> tree.Use:
    """A `use` of a file that is named outside of the spec, as `--use` does.

    It is parsed like one in a spec, so that no other path can be named from outside either.

    Raises:
        CompileError: the text does not name a file.
    """
    source = Source("--use", f"use {name}")
    definitions = tree_of(source).definitions
    if len(definitions) == 1 and isinstance(definitions[0], tree.Use):
        return definitions[0]
    span = Span(source, len("use "), len(source.text))
    raise CompileError([error("use", "`--use` must name one file", span)])


def _load(
    source: Source,
    path: Path,
    uses: tuple[tree.Use, ...] = (),
    unsaved: Unsaved = NOTHING_UNSAVED,
) -> Program:
    loader = _Loader(unsaved)
    main = loader.unit(source, path, uses)
    units = tuple(loader.done.values())
    if main is None:
        raise CompileError(loader.diagnostics)
    known = language(units)
    found = [mistake for unit in units for mistake in check_names(unit, known)]
    found += [mistake for unit in units for mistake in without_effect(unit)]
    definitions, faults = tuple(loader.definitions), tuple(loader.diagnostics)
    return Program(main, units, definitions, known, faults, (*loader.mistakes, *found))


@lru_cache(maxsize=64)
def _tree(source: Source) -> tree.File:
    """The tree of a file. Specs that are read one after another use the same files again.

    Raises:
        CompileError: with its syntax mistakes; these are not remembered.
    """
    return tree_of(source)


def _typed(source: Source) -> tree.File:
    """The tree of a text that is not saved: it is another one with each key, so none is kept.

    Raises:
        CompileError: with its syntax mistakes.
    """
    from archdsl.syntax.parser import parse  # takes long to load

    return parse(source)


class _Names(Generic[M]):
    """The names of one kind in a file: the meaning of each, and where it was defined or used."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        self.known: dict[str, M] = {}
        self._diagnostics = diagnostics
        self._origins: dict[str, Span] = {}

    def use(self, name: str, meaning: M, use: tree.Use) -> None:
        """Add a name that a used file defines."""
        self._add(name, meaning, use.span, "comes from two files", "the first file")

    def define(self, name: str, meaning: M, span: Span) -> None:
        """Add a name that the file itself defines."""
        self._add(name, meaning, span, "is defined twice", "the first definition")

    def _add(self, name: str, meaning: M, span: Span, clash: str, first: str) -> None:
        if name in self.known:
            also = [Label(self._origins[name], first)]
            self._diagnostics.add(error("name", f"`{name}` {clash}", span, also=also))
            return
        self.known[name] = meaning
        self._origins[name] = span


class _Loader:
    """Reads units depth-first, so that a unit is `done` before those that use it.

    `open` is the path of uses that led to the unit at hand. `diagnostics` become the faults of the
    program, and `mistakes` those that make one definition unusable.
    """

    def __init__(self, unsaved: Unsaved) -> None:
        self.unsaved = unsaved
        self.diagnostics = Diagnostics()
        self.mistakes: list[Diagnostic] = []
        self.definitions: list[Definition] = []
        self.done: dict[Path, Unit] = {}
        self.open: list[Path] = []

    def unit(self, source: Source, path: Path, uses: tuple[tree.Use, ...] = ()) -> Unit | None:
        """The unit of a source and all that it uses; None where it cannot be parsed."""
        try:
            file = _typed(source) if path.resolve() in self.unsaved else _tree(source)
        except CompileError as failure:
            self.diagnostics.extend(failure.diagnostics)
            return None
        names = _Names[Definition](self.diagnostics)
        recipes = _Names[tuple[NamedRecipe, Unit]](self.diagnostics)
        searches = _Names[tree.Search](self.diagnostics)
        unread: list[Unread] = []
        read: list[tuple[tree.Use, Unit]] = []
        unit = Unit(file, path, names.known, recipes.known, searches.known, unread, read)
        # Resolved, so that a link to a file is the same file.
        self.open.append(path.resolve())
        written = [d for d in file.definitions if isinstance(d, tree.Use)]
        # Nodes are equal without their spans, so a file that is used anyway is not used twice.
        for use in (*written, *(use for use in uses if use not in written)):
            used = self._use(use, path)
            if isinstance(used, Unread):
                unread.append(used)
                continue
            read.append((use, used))
            for definition in used.own:
                names.use(definition.name, definition, use)
            for recipe in used.own_recipes:
                recipes.use(recipe.name, (recipe, used), use)
        self._define(unit, names)
        for recipe in unit.own_recipes:
            recipes.define(recipe.name, (recipe, unit), name_span(recipe))
        for search in file.definitions:
            if isinstance(search, tree.Search):
                searches.define(search.name, search, name_span(search))
        self.open.pop()
        self.done[path.resolve()] = unit
        return unit

    def _define(self, unit: Unit, names: _Names[Definition]) -> None:
        """Add the definitions of a file, whose used names are known.

        Operations and functions cannot be redefined: what `conv` means is the same in all files.
        """
        written = [d for d in unit.file.definitions if isinstance(d, Named | tree.Cell)]
        # All names of the file, for a cell can call a block that is defined after it.
        known = {*names.known, *(d.name for d in written), *OPERATIONS, *FUNCTIONS}
        for each in written:
            node = self._cell(each, known, unit) if isinstance(each, tree.Cell) else each
            name, definition = node.name, Definition(len(self.definitions), node, unit)
            if name in OPERATIONS or name in FUNCTIONS:
                kind = "an operation" if name in OPERATIONS else "a function"
                message = f"`{name}` is already {kind}"
                self.diagnostics.add(error("name", message, name_span(node)))
                continue
            self.definitions.append(definition)
            names.define(name, definition, name_span(node))

    def _cell(self, cell: tree.Cell, known: Set[str], unit: Unit) -> CellBlock:
        """A cell as a block. Its mistakes are reported once, whether it is used or not."""
        from archdsl.program.cells import checks  # few specs write cells

        parts = split_cell(cell)
        # Bounded: a cell of a megabyte can have a mistake in each of its lines.
        found = checks.mistakes(cell, parts, lambda name: name in known or unit.may_see(name))
        mistakes = list(islice(found, limits.MISTAKES))
        self.mistakes += mistakes
        return as_block(cell, parts, any(mistake.is_error for mistake in mistakes))

    def _use(self, use: tree.Use, user: Path) -> Unit | Unread:
        """The unit of a file that is used, which is read unless it is done."""
        path, shown = find(use.name, user, self.unsaved)
        if path is None:
            self.diagnostics.add(unknown_use(use, user))
            return Unread(None)
        resolved = path.resolve()
        if resolved in self.open:
            around = [*self.open[self.open.index(resolved) :], resolved]
            message = f"files use each other in a cycle: {' -> '.join(p.stem for p in around)}"
            self.diagnostics.add(error("use", message, use.span))
            return Unread(None)
        if len(self.done) + len(self.open) > limits.FILES:
            message = f"a spec can use at most {limits.FILES} files, but this uses more"
            # Raised at once: collecting it would go on to read further files.
            raise CompileError([error("use", message, use.span)])
        return self.done.get(resolved) or self._read_unit(use, path, shown)

    def _read_unit(self, use: tree.Use, path: Path, shown: str | None) -> Unit | Unread:
        try:
            source = read(path, shown, self.unsaved)
        except CompileError as failure:
            self.diagnostics.extend(failure.diagnostics)
            return Unread(None)
        hiding = None if shown else hides_published(use, path, source)
        self.mistakes += [hiding] if hiding else []
        return self.unit(source, path) or Unread(source.text)
