"""What a cell must be: settings, a preparation, operations and a sink, each as it is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass

from archdsl.diagnostics import Diagnostic, Label, did_you_mean, error
from archdsl.program.cells import wiring
from archdsl.program.cells.parts import (
    COMBINE,
    KEYS_VALUES,
    LIMITS,
    PREPARE,
    SETTINGS,
    Parts,
    is_count,
    target_span,
)
from archdsl.program.files import file_of
from archdsl.program.program import name_span
from archdsl.syntax import tree


def mistakes(cell: tree.Cell, found: Parts, known: Container[str]) -> Iterator[Diagnostic]:
    """The mistakes of a cell that its text shows, where these names are known; warnings last."""
    checker = _Checker(cell, found)
    yield from checker.library(known)
    for statement in found.others:
        yield checker.misplaced(statement)
    yield from checker.settings()
    yield from checker.frame()
    yield from wiring.mistakes(cell, found)


@dataclass(frozen=True)
class _Checker:
    cell: tree.Cell
    found: Parts

    def library(self, known: Container[str]) -> Iterator[Diagnostic]:
        """What a cell calls of the library is told once for each file that is not used."""
        missing: dict[str, list[str]] = defaultdict(list)
        own = {parameter.name for parameter in self.cell.parameters}
        for name in dict.fromkeys(call.function.name for call in self.found.calls):
            file = file_of(name) if name not in known and name not in own else None
            if file is not None:
                missing[file].append(f"`{name}`")
        for file, names in missing.items():
            calls = f"cell `{self.cell.name}` calls {', '.join(names)}"
            hint = f"`use {file}` brings {'it' if len(names) == 1 else 'them'}"
            message = f"{calls}, which nothing here defines"
            yield error("name", message, name_span(self.cell), help=hint)

    def frame(self) -> Iterator[Diagnostic]:
        """A cell has operations and a sink. Where some are no operations, that is told."""
        place = name_span(self.cell)
        if not self.found.operations:
            if not self.found.others and self.found.settings.keys() <= set(SETTINGS):
                hint = "write one: `op1 = attend(f0, over = spatial)`"
                yield error("cell", f"cell `{self.cell.name}` has no operation", place, help=hint)
        elif not self.found.outputs:
            hint = f"end with `combine({self.found.operations[-1].name})`"
            message = f"cell `{self.cell.name}` combines nothing, so nothing comes out of it"
            span = self.found.combine.span if self.found.combine else place
            yield error("cell", message, span, help=hint)

    def misplaced(self, statement: tree.Statement) -> Diagnostic:
        """A statement that a cell has no room for, or not a second time."""
        if isinstance(statement, tree.Assign):
            return self._assigned(statement)
        call = statement.call if isinstance(statement, tree.Apply) else None
        name = call.function if isinstance(call, tree.Call) else call
        if not isinstance(name, tree.Name):
            message = (
                "a cell holds settings, `prepare`, operations and `combine`, no other statement"
            )
            return error("cell", message, statement.span, help="a `block` may hold anything")
        first = {PREPARE: self.found.prepare, COMBINE: self.found.combine}.get(name.name)
        if first is not None:
            also = [Label(first.span, "the first one")]
            return error("cell", f"a cell has one `{name.name}`", name.span, also=also)
        message = f"`{name.name}` stands alone, so that no operation can read what it gives"
        near = did_you_mean(name.name, (PREPARE, COMBINE))
        hint = near or f"give it a name and what it reads: `op1 = {name.name}(f0)`"
        return error("cell", message, statement.span, help=hint)

    def _assigned(self, statement: tree.Assign) -> Diagnostic:
        name = statement.targets[0]
        if len(statement.targets) > 1:
            message = "an operation of a cell has one name, and one result"
            return error("cell", message, statement.span, help="a `block` may have several")
        also = [Label(self.found.settings[name].span, "the first time")]
        return error("cell", f"`{name}` is set twice", target_span(statement), also=also)

    def settings(self) -> Iterator[Diagnostic]:
        for name, statement in self.found.settings.items():
            value = statement.value
            if name not in SETTINGS:
                yield self._unknown(name, statement)
            elif name in LIMITS and not is_count(value):
                message = f"`{name}` counts {LIMITS[name]}s: an integer of at least 1"
                yield error("cell", f"{message}, not {value.span.text}", value.span)
            elif name == "keys_values" and not (
                isinstance(value, tree.Name) and value.name in KEYS_VALUES
            ):
                message = "keys and values come from each `operation`'s input or from the `cell`'s"
                near = did_you_mean(value.span.text, KEYS_VALUES)
                hint = near or " or ".join(f"`keys_values = {word}`" for word in KEYS_VALUES)
                yield error("cell", message, value.span, help=hint)

    def _unknown(self, name: str, statement: tree.Assign) -> Diagnostic:
        """A name for what is no operation: a misspelt setting, or a call that lacks something."""
        value, place = statement.value, target_span(statement)
        example = f"`{name} = attend(f0, over = spatial)`"
        if isinstance(value, tree.Call):
            message = f"`{name}` is not told what it reads: `f0`, or operations before it"
            return error("cell", message, value.span, help=f"name that first: {example}")
        if isinstance(value, tree.Chain):
            message = f"`{name}` is to be one call that is given what it reads"
            hint = f"give each step a name, or write a `block` of all: {example}"
            return error("cell", message, value.span, help=hint)
        message = f"`{name}` is neither a setting of a cell nor an operation"
        listed = ", ".join(f"`{setting}`" for setting in SETTINGS)
        near = did_you_mean(name, SETTINGS)
        hint = near or f"settings are {listed}; an operation is a call: {example}"
        return error("cell", message, place, help=hint)
