"""The mistakes of a cell that its text shows.

A cell has settings, at most one `prepare`, operations and one `combine`. All is checked before the
cell becomes a block, because afterwards a diagnostic could only speak of the block. How operations
read each other is checked in `wiring`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archdsl.diagnostics import Diagnostic, Label, did_you_mean, error
from archdsl.program.cells.parts import (
    COMBINE,
    KEYS_VALUES,
    LIMITS,
    PREPARE,
    SETTINGS,
    Parts,
    is_count,
    target_span,
    terms,
)
from archdsl.program.cells.wiring import wiring_mistakes
from archdsl.program.files import library_file_of
from archdsl.program.program import name_span
from archdsl.syntax import tree


def mistakes(cell: tree.Cell, parts: Parts, knows: Callable[[str], bool]) -> Iterator[Diagnostic]:
    """The mistakes of a cell, warnings last. `knows` says whether its file knows a name."""
    checker = _Checker(cell, parts)
    yield from checker.library(knows)
    yield from map(checker.misplaced, parts.misplaced)
    yield from checker.settings()
    yield from checker.frame()
    yield from wiring_mistakes(cell, parts)


@dataclass(frozen=True)
class _Checker:
    """The checks of one cell, each a method that gives its mistakes."""

    cell: tree.Cell
    parts: Parts

    def library(self, knows: Callable[[str], bool]) -> Iterator[Diagnostic]:
        """Blocks of the library whose file is not used: one mistake for each file.

        `attend` is in most lines of a cell. Each would repeat the same mistake.
        """
        missing: dict[str, list[str]] = defaultdict(list)
        own = {parameter.name for parameter in self.cell.parameters}
        for name in dict.fromkeys(call.function.name for call in self.parts.calls):
            file = None if name in own or knows(name) else library_file_of(name)
            if file is not None:
                missing[file].append(f"`{name}`")
        for file, names in missing.items():
            calls = f"cell `{self.cell.name}` calls {', '.join(names)}"
            hint = f"write `use {file}`"
            verb = "is" if len(names) == 1 else "are"
            message = f"{calls}, which {verb} not defined"
            yield error("name", message, name_span(self.cell), help=hint)

    def frame(self) -> Iterator[Diagnostic]:
        """A cell must have operations and a `combine`.

        A statement that is meant as an operation, but is none, is reported by itself.
        """
        place = name_span(self.cell)
        if not self.parts.operations:
            # A misplaced statement or an unknown setting is likely to be the missing operation, and
            # is reported.
            if not self.parts.misplaced and self.parts.settings.keys() <= set(SETTINGS):
                hint = "write one: `op1 = attend(f0, over = spatial)`"
                yield error("cell", f"cell `{self.cell.name}` has no operation", place, help=hint)
        elif not self.parts.outputs:
            hint = f"end with `combine({self.parts.operations[-1].name})`"
            message = f"cell `{self.cell.name}` combines no operations, so it has no output"
            span = self.parts.combine.span if self.parts.combine else place
            yield error("cell", message, span, help=hint)

    def misplaced(self, statement: tree.Statement) -> Diagnostic:
        """A statement that cannot be in a cell, or not a second time."""
        if isinstance(statement, tree.Assign):
            return self._misplaced_assignment(statement)
        call = statement.call if isinstance(statement, tree.Apply) else None
        name = call.function if isinstance(call, tree.Call) else call
        if not isinstance(name, tree.Name):
            message = "a cell can only have settings, `prepare`, operations and `combine`"
            hint = "a `block` can have any statement"
            return error("cell", message, statement.span, help=hint)
        first = {PREPARE: self.parts.prepare, COMBINE: self.parts.combine}.get(name.name)
        if first is not None:
            also = [Label(first.span, "the first one")]
            message = f"a cell can have only one `{name.name}`"
            return error("cell", message, name.span, also=also)
        message = f"the result of `{name.name}` has no name, so no operation can read it"
        near = did_you_mean(name.name, (PREPARE, COMBINE))
        hint = near or f"name the result, and what it reads: `op1 = {name.name}(f0)`"
        return error("cell", message, statement.span, help=hint)

    def _misplaced_assignment(self, statement: tree.Assign) -> Diagnostic:
        name = statement.targets[0]
        if len(statement.targets) > 1:
            count = len(statement.targets)
            message = f"an operation of a cell must have one result, but this has {count} names"
            return error("cell", message, statement.span, help="a `block` can have several")
        also = [Label(self.parts.settings[name].span, "the first one")]
        return error("cell", f"`{name}` is set twice", target_span(statement), also=also)

    def settings(self) -> Iterator[Diagnostic]:
        for name, statement in self.parts.settings.items():
            value = statement.value
            if name not in SETTINGS:
                yield self._no_setting(name, statement)
            elif name in LIMITS and not is_count(value):
                message = f"`{name}` must be an integer of at least 1"
                yield error("cell", f"{message}, but this is `{value.span.text}`", value.span)
            elif name == "keys_values" and not all(map(self._is_source, terms(value))):
                message = f"`{name}` must be `operation` or `cell`, but this is `{value.span.text}`"
                near = did_you_mean(value.span.text, KEYS_VALUES)
                hint = near or "they come from the input of each operation, or from the cell's"
                yield error("cell", message, value.span, help=hint)

    def _is_source(self, value: tree.Expression) -> bool:
        """Whether a value says where keys and values come from, or is a parameter that does."""
        own = {parameter.name for parameter in self.cell.parameters}
        return isinstance(value, tree.Name) and value.name in {*KEYS_VALUES, *own}

    def _no_setting(self, name: str, statement: tree.Assign) -> Diagnostic:
        """A name for what is no operation: a misspelt setting, or an incomplete call."""
        value, place = statement.value, target_span(statement)
        example = f"`{name} = attend(f0, over = spatial)`"
        if isinstance(value, tree.Call):
            message = f"`{name}` must say what it reads: `f0` or operations before it"
            return error("cell", message, value.span, help=f"write that first: {example}")
        if isinstance(value, tree.Chain):
            count = len(value.steps)
            message = f"`{name}` must be one call, but this is a chain of {count}"
            hint = f"name each step, or write a `block` for all: {example}"
            return error("cell", message, value.span, help=hint)
        message = f"`{name}` is neither a setting of a cell nor an operation"
        listed = ", ".join(f"`{setting}`" for setting in SETTINGS)
        near = did_you_mean(name, SETTINGS)
        hint = near or f"settings are {listed}; an operation is a call: {example}"
        return error("cell", message, place, help=hint)
